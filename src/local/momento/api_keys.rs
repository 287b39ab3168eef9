//! The API-keys HTTP API: makes, lists and revokes keys for whoever has a management key.
//!
//! Source: Momento's "HTTP API Reference for Momento API Keys". Its errors have another form than the cache
//! API's: `{"code", "message"}`. The roles of this account are `read-only`, `read-write` and `write-only`.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{self, Refusal};
use super::keys::{self, Access, Scope};
use super::request::Query;
use super::{Momento, Operation};
use crate::local::store::{Document, StoreError};
use crate::local::wire::ACCOUNT;

/// The region key of what is the same in all regions.
const EVERYWHERE: &str = "global";

/// The most keys on a page, and how many without a limit.
const MOST: usize = 100;

/// What is known of a key that was made here, under its id.
#[derive(Serialize, Deserialize)]
struct Made {
    hash: String,
    description: String,
    role: String,
    expires_at: Option<i64>,
    issued_at: i64,
}

impl Document for Made {
    const KIND: &'static str = "momento:api-key";
}

/// What `POST /api-keys` takes.
#[derive(Deserialize)]
struct Order {
    role_id: String,
    description: String,
    expiry: Value,
}

impl Momento {
    /// Returns whether a path is of this API.
    pub(super) fn is_of_api_keys(path: &str) -> bool {
        path == "/api-keys" || path.starts_with("/api-keys/")
    }

    /// Answers a request of this API.
    pub(super) fn api_keys(&self, region: &str, request: &Request<Bytes>) -> Response<Bytes> {
        match self.manage(region, request) {
            Ok(body) => answer::document(&body),
            Err(refusal) => refusal.with_code(),
        }
    }

    fn manage(&self, region: &str, request: &Request<Bytes>) -> Result<Value, Refusal> {
        let query = Query::parse(request.uri().query());
        let scope = self.authenticate(region, Operation::Cache, request, &query)?;
        if scope.access != Access::Management {
            return Err(Refusal::forbidden());
        }
        let id = request.uri().path().strip_prefix("/api-keys/").filter(|id| !id.is_empty());
        match (request.method(), id) {
            (&Method::POST, None) => self.make(request.body()),
            (&Method::GET, None) => self.page(&query),
            (&Method::DELETE, Some(id)) => {
                self.withdraw(&percent_encoding::percent_decode_str(id).decode_utf8_lossy())
            }
            _ => Err(Refusal::no_such_path()),
        }
    }

    fn make(&self, body: &[u8]) -> Result<Value, Refusal> {
        let invalid = |words: String| Refusal::invalid("Bad Request", words);
        let order: Order = serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))?;
        let access = match order.role_id.as_str() {
            "read-only" => Access::ReadOnly,
            "read-write" => Access::ReadWrite,
            "write-only" => Access::WriteOnly,
            other => return Err(Refusal::not_found("NotFound", &format!("There is no role {other}."))),
        };
        let expires_at = match &order.expiry {
            Value::String(never) if never == "never" => None,
            expiry => {
                let at = expiry.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok());
                Some(at.ok_or_else(|| invalid("expiry is neither \"never\" nor epoch seconds".to_owned()))?)
            }
        };
        let now = self.clock.now();
        let key = keys::issue(&self.store, &Scope { access, cache: None }, now, expires_at)?;
        self.known.forget();
        let id = uuid::Uuid::new_v4().to_string();
        let made = Made {
            hash: keys::hash(&key),
            description: order.description,
            role: order.role_id,
            expires_at: expires_at.map(Timestamp::as_second),
            issued_at: now.as_second(),
        };
        self.store.put(EVERYWHERE, &id, &made)?;
        Ok(json!({ "api_key": key, "key_info": described(&id, &made) }))
    }

    fn page(&self, query: &Query) -> Result<Value, Refusal> {
        let invalid = |what: &str| Refusal::invalid("Bad Request", what);
        let limit = match query.only("limit")? {
            None => MOST,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| invalid("limit must be from 1 to 100"))?,
        };
        let start: usize = match query.only("next_token")? {
            None => 0,
            Some(token) => token.parse().map_err(|_| invalid("next_token is not one of ours"))?,
        };
        let all = self.store.list::<Made>(EVERYWHERE)?;
        let shown: Vec<Value> =
            all.iter().skip(start).take(limit).map(|(id, made)| described(id, made)).collect();
        let next = (start + limit < all.len()).then(|| (start + limit).to_string());
        Ok(match next {
            Some(next) => json!({ "key_info": shown, "next_token": next }),
            None => json!({ "key_info": shown }),
        })
    }

    fn withdraw(&self, id: &str) -> Result<Value, Refusal> {
        let Some(made) = self.store.get::<Made>(EVERYWHERE, id)? else {
            return Err(Refusal::not_found("NotFound", "There is no such key."));
        };
        self.store
            .atomically(|| {
                keys::revoke_hash(&self.store, &made.hash)?;
                self.store.remove::<Made>(EVERYWHERE, id).map(drop)
            })
            .map_err(|error: StoreError| Refusal::from(error))?;
        self.known.forget();
        Ok(json!({}))
    }
}

fn described(id: &str, made: &Made) -> Value {
    let mut described = json!({
        "key_id": id,
        "account_id": ACCOUNT,
        "description": made.description,
        "role_id": made.role,
        "issued_at_epoch_seconds": made.issued_at,
    });
    if let Some(expires_at) = made.expires_at {
        described["expires_at_epoch_seconds"] = expires_at.into();
    }
    described
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::local::clock::{Clock, Pace};
    use crate::local::store::Store;

    fn ask(momento: &Momento, key: &str, method: Method, path: &str, body: &str) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("authorization", key);
        let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        let answer = momento.handle("us-east-1", &request);
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    #[test]
    fn a_management_key_makes_lists_and_revokes_keys() {
        let store = Arc::new(Store::in_memory().unwrap());
        let momento = Momento::new(store, Arc::new(Clock::new(Pace::Virtual))).unwrap();
        momento.create_cache("us-east-1", "c").unwrap();
        let manager = momento.issue_key(&Scope { access: Access::Management, cache: None }).unwrap();
        let order = r#"{"role_id":"read-write","description":"d","expiry":4102444800}"#;
        let (status, made) = ask(&momento, &manager, Method::POST, "/api-keys", order);
        assert_eq!((status, &made["key_info"]["expires_at_epoch_seconds"]), (200, &json!(4_102_444_800_i64)));
        let (key, id) = (made["api_key"].as_str().unwrap(), made["key_info"]["key_id"].as_str().unwrap());
        let item = "/cache/c?key=a&ttl_seconds=60";
        assert_eq!(ask(&momento, key, Method::PUT, item, "v").0, 204);
        assert_eq!(ask(&momento, &manager, Method::PUT, item, "v").0, 403);
        assert_eq!(ask(&momento, key, Method::POST, "/api-keys", order).1["code"], "PermissionDenied");
        assert_eq!(ask(&momento, "none", Method::GET, "/api-keys", "").0, 401);
        let never = order.replace("4102444800", "\"never\"");
        let (_, lasting) = ask(&momento, &manager, Method::POST, "/api-keys", &never);
        assert_eq!(lasting["key_info"]["expires_at_epoch_seconds"], Value::Null);
        let (_, page) = ask(&momento, &manager, Method::GET, "/api-keys?limit=1", "");
        assert_eq!((page["key_info"].as_array().unwrap().len(), &page["next_token"]), (1, &json!("1")));
        let (_, page) = ask(&momento, &manager, Method::GET, "/api-keys?next_token=1", "");
        assert_eq!((page["key_info"].as_array().unwrap().len(), &page["next_token"]), (1, &Value::Null));
        assert_eq!(ask(&momento, &manager, Method::GET, "/api-keys?limit=0", "").0, 400);
        let path = format!("/api-keys/{id}");
        assert_eq!(ask(&momento, &manager, Method::DELETE, &path, ""), (200, json!({})));
        assert_eq!(ask(&momento, &manager, Method::DELETE, &path, "").1["code"], "NotFound");
        assert_eq!(ask(&momento, key, Method::PUT, item, "v").0, 401);
        for bad in ["{", "{}", r#"{"role_id":"read-write","description":"d","expiry":"soon"}"#] {
            assert_eq!(ask(&momento, &manager, Method::POST, "/api-keys", bad).0, 400);
        }
        let other = order.replace("read-write", "admin");
        assert_eq!(ask(&momento, &manager, Method::POST, "/api-keys", &other).0, 404);
    }
}
