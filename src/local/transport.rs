//! Where the requests of the local API destinations go: to the Momento stand-in, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use super::eventbridge::{Transport, TransportError};
use super::http::Dropped;
use super::momento::Momento;
use crate::model::delivery::HttpRequest;
use crate::model::region;

/// The wire of the local cloud.
///
/// Hosts of Momento's cells are the stand-in in the cell's region; other hosts of Momento (private cells) are
/// the stand-in in the destination's region. Nothing leaves this computer: any other host does not exist.
pub(super) struct Wire {
    momento: Arc<Momento>,
}

impl Wire {
    /// Makes a wire to a stand-in.
    pub(super) fn new(momento: Arc<Momento>) -> Self {
        Self { momento }
    }
}

impl Transport for Wire {
    async fn send(
        &self,
        region: &str,
        request: &HttpRequest,
        _timeout: Duration,
    ) -> Result<Response<Bytes>, TransportError> {
        let region = region_of(&request.origin, region).ok_or(TransportError::HostNotFound)?;
        let mut builder =
            Request::builder().method(request.method.to_string().as_str()).uri(request.target.expose());
        for (name, value) in &request.headers {
            builder = builder.header(name, value.expose());
        }
        let sent = builder.body(Bytes::from(request.body.expose().to_owned()));
        let sent = sent.map_err(|error| TransportError::Unreachable(error.to_string()))?;
        let answer = self.momento.answer(region, &sent).await;
        if answer.extensions().get::<Dropped>().is_some() {
            return Err(TransportError::Unreachable("the connection broke".to_owned()));
        }
        Ok(answer)
    }
}

/// Returns the region of the stand-in for an origin such as `https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com`.
fn region_of<'a>(origin: &str, own: &'a str) -> Option<&'a str> {
    let host = origin.strip_prefix("https://")?.split([':', '/']).next()?;
    let cell = host.strip_prefix("api.cache.").and_then(|rest| rest.strip_suffix(".prod.a.momentohq.com"));
    if let Some(known) = cell.and_then(|cell| region::all().iter().find(|known| known.cell == cell)) {
        return Some(known.name);
    }
    (host == "momentohq.com" || host.ends_with(".momentohq.com")).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_momento_is_there() {
        let tokyo = "https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com";
        assert_eq!(region_of(tokyo, "us-east-1"), Some("ap-northeast-1"));
        assert_eq!(
            region_of("https://api.cache.my-cell.prod.a.momentohq.com", "us-east-1"),
            Some("us-east-1")
        );
        assert_eq!(region_of("https://example.com", "us-east-1"), None);
        assert_eq!(region_of("https://evilmomentohq.com", "us-east-1"), None);
    }
}
