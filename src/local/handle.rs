//! The local cloud as a command has it: in this process, or in the server that holds the state.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::clock::Pace;
use super::cloud::Cloud;
use super::http::Dropped;
use super::store::StoreError;
use super::wire::{Answer, ApiError};
use super::{connector, server};

/// The endpoint of the cloud in this process; nothing listens there.
const EMBEDDED: &str = "http://localhost:4566";

/// How long a command waits for another one to be done with the state.
const PATIENCE: Duration = Duration::from_secs(10);

/// The cache of Momento's documented sample.
pub const SAMPLE_CACHE: &str = "my-cache";

/// An open local cloud.
#[derive(Clone, Debug)]
pub enum Handle {
    /// In this process.
    Embedded(Arc<Cloud>),
    /// In a server on this computer.
    Served(Served),
}

/// A server that holds the state.
#[derive(Clone, Debug)]
pub struct Served {
    url: String,
    client: reqwest::Client,
    pace: Pace,
}

/// Opens the local cloud of a directory: the state itself, or the server that has it open.
pub async fn open(directory: &Path, pace: Pace) -> Result<Handle, StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        match Cloud::open(directory, pace, EMBEDDED) {
            Err(StoreError::Busy(path)) if waited >= PATIENCE => return Err(StoreError::Busy(path)),
            Err(StoreError::Busy(_)) => {}
            other => return Ok(Handle::Embedded(Arc::new(other?))),
        }
        if let Some(address) = server::find(directory) {
            let mut served = Served { url: address.url, client: client(), pace };
            if let Ok(status) = served.call("us-east-1", "Status", json!({})).await {
                served.pace = if status["Clock"] == "real" { Pace::Real } else { Pace::Virtual };
                return Ok(Handle::Served(served));
            }
        }
        let pause = Duration::from_millis(20);
        tokio::time::sleep(pause).await;
        waited += pause;
    }
}

/// Makes the client of a server on this computer, which no proxy comes between.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().unwrap_or_default()
}

impl Handle {
    /// Returns the HTTP client for the SDK's clients.
    pub fn http_client(&self) -> SharedHttpClient {
        match self {
            Self::Embedded(cloud) => connector::http_client(cloud),
            Self::Served(_) => aws_smithy_http_client::Builder::new().build_http(),
        }
    }

    /// Returns how time passes there: a server has a clock of its own.
    pub fn pace(&self) -> Pace {
        match self {
            Self::Embedded(cloud) => cloud.pace(),
            Self::Served(served) => served.pace,
        }
    }

    /// Returns the endpoint for the SDK's clients.
    pub fn endpoint_url(&self) -> &str {
        match self {
            Self::Embedded(_) => EMBEDDED,
            Self::Served(served) => &served.url,
        }
    }

    /// Does one of the cloud's own actions: see [`Cloud::control`].
    pub async fn call(&self, region: &str, action: &str, input: Value) -> Answer {
        match self {
            Self::Embedded(cloud) => cloud.control(region, action, &input).await,
            Self::Served(served) => served.call(region, action, input).await,
        }
    }

    /// Asks the Momento stand-in for a path of its HTTP API.
    pub async fn get(&self, path: &str, key: &str) -> Result<Response<Bytes>, ApiError> {
        let request = Request::get(path).header(AUTHORIZATION, key).body(Bytes::new());
        self.send(request.map_err(|error| ApiError::client("InvalidRequest", error.to_string()))?).await
    }

    /// Sends a request, whose URI is a path, as any HTTP client would.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ApiError> {
        match self {
            Self::Embedded(cloud) => {
                let answer = super::http::answer(cloud, request).await;
                if answer.extensions().get::<Dropped>().is_some() {
                    return Err(ApiError::client("ConnectionReset", "the connection was broken"));
                }
                Ok(answer)
            }
            Self::Served(served) => served.send(request).await,
        }
    }

    /// Makes a Momento key that the stand-in accepts.
    pub async fn issue_key(&self, region: &str) -> Result<SecretString, ApiError> {
        let answer = self.call(region, "IssueKey", json!({})).await?;
        Ok(SecretString::from(answer["Key"].as_str().unwrap_or_default()))
    }

    /// Makes a Momento key that manages keys at the stand-in.
    pub async fn issue_management_key(&self, region: &str) -> Result<SecretString, ApiError> {
        let answer = self.call(region, "IssueKey", json!({ "Management": true })).await?;
        Ok(SecretString::from(answer["Key"].as_str().unwrap_or_default()))
    }

    /// Makes the cache of the documented sample, unless it is there.
    pub async fn create_sample_cache(&self, region: &str) -> Result<(), ApiError> {
        self.call(region, "CreateCache", json!({ "Name": SAMPLE_CACHE })).await.map(drop)
    }
}

impl Served {
    async fn call(&self, region: &str, action: &str, mut input: Value) -> Answer {
        input["Region"] = Value::String(region.to_owned());
        let request = self.client.post(format!("{}/_local/{action}", self.url)).body(input.to_string());
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Err(ApiError { status: status.as_u16(), code: text("__type"), message: text("message") })
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ApiError> {
        let (parts, body) = request.into_parts();
        let url = format!("{}{}", self.url, parts.uri);
        let sent = self.client.request(parts.method, url).headers(parts.headers).body(body);
        let response = sent.send().await.map_err(|error| self.unreachable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = Response::new(response.bytes().await.map_err(|error| self.unreachable(&error))?);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }

    fn unreachable(&self, error: &reqwest::Error) -> ApiError {
        ApiError {
            status: 503,
            code: "LocalServerUnreachable".to_owned(),
            message: format!("the local server at {} does not answer: {error}", self.url),
        }
    }
}
