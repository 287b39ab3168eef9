//! Why a delivery failed, in AWS's words.

use crate::model::transform::InvalidJson;
use std::fmt;

/// The `ERROR_CODE` of a dead letter.
///
/// The list is the one in the `EventBridge` user guide ("Using dead-letter queues").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are AWS's, which documents no more than them")]
pub enum ErrorCode {
    ConnectionFailure,
    CrossAccountIngestionFailed,
    CrossRegionIngestionFailed,
    ErrorFromTarget,
    EventsInBatchRequestRejected,
    FailedToAssumeRole,
    InternalError,
    InvalidJson,
    InvalidParameter,
    NoPermissions,
    NoResource,
    ResourceAlreadyExists,
    ResourceLimitExceeded,
    ResourceModificationCollision,
    SdkClientError,
    ThirdAccountHopDetected,
    ThirdRegionHopDetected,
    Throttling,
    Timeout,
    TransientAssumeRole,
    Unknown,
}

/// A failure as a dead letter tells it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// `ERROR_CODE`
    pub code: ErrorCode,
    /// `ERROR_MESSAGE`
    pub message: String,
}

impl Failure {
    /// A failure with a code and a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The code and the text are captured from AWS.
impl From<InvalidJson> for Failure {
    fn from(invalid: InvalidJson) -> Self {
        Self::new(ErrorCode::InvalidJson, invalid.to_string())
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectionFailure => "CONNECTION_FAILURE",
            Self::CrossAccountIngestionFailed => "CROSS_ACCOUNT_INGESTION_FAILED",
            Self::CrossRegionIngestionFailed => "CROSS_REGION_INGESTION_FAILED",
            Self::ErrorFromTarget => "ERROR_FROM_TARGET",
            Self::EventsInBatchRequestRejected => "EVENTS_IN_BATCH_REQUEST_REJECTED",
            Self::FailedToAssumeRole => "FAILED_TO_ASSUME_ROLE",
            Self::InternalError => "INTERNAL_ERROR",
            Self::InvalidJson => "INVALID_JSON",
            Self::InvalidParameter => "INVALID_PARAMETER",
            Self::NoPermissions => "NO_PERMISSIONS",
            Self::NoResource => "NO_RESOURCE",
            Self::ResourceAlreadyExists => "RESOURCE_ALREADY_EXISTS",
            Self::ResourceLimitExceeded => "RESOURCE_LIMIT_EXCEEDED",
            Self::ResourceModificationCollision => "RESOURCE_MODIFICATION_COLLISION",
            Self::SdkClientError => "SDK_CLIENT_ERROR",
            Self::ThirdAccountHopDetected => "THIRD_ACCOUNT_HOP_DETECTED",
            Self::ThirdRegionHopDetected => "THIRD_REGION_HOP_DETECTED",
            Self::Throttling => "THROTTLING",
            Self::Timeout => "TIMEOUT",
            Self::TransientAssumeRole => "TRANSIENT_ASSUME_ROLE",
            Self::Unknown => "UNKNOWN",
        })
    }
}
