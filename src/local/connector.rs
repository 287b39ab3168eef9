//! The SDK's HTTP client for the cloud in this process: requests are function calls.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use super::cloud::Cloud;
use super::http::Dropped;

/// Makes an HTTP client whose every request the cloud answers.
pub(super) fn http_client(cloud: &Arc<Cloud>) -> SharedHttpClient {
    SharedHttpClient::new(Connector(Arc::clone(cloud)))
}

#[derive(Clone)]
struct Connector(Arc<Cloud>);

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let cloud = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let request = request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
            let response = super::http::answer(&cloud, request).await;
            if response.extensions().get::<Dropped>().is_some() {
                let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                return Err(ConnectorError::io(reset.into()));
            }
            let response = response.map(SdkBody::from);
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
