//! AWS's failures in our words: what was asked, what AWS said, what to do.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::error::{Error, Kind};

/// Turns a failed call into an error that names the action, AWS's code and message, and a next step.
///
/// The raw HTTP answer is never shown: it can hold what should not be seen.
pub fn remote<E, R>(action: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error {
        SdkError::ServiceError(service) => answered(action, service.err()),
        SdkError::DispatchFailure(failure) => unreached(action, failure.as_connector_error()),
        SdkError::TimeoutError(_) => Error::new(Kind::Remote, format!("{action} got no answer in time"))
            .hint("try again; if it stays so, look at the network, proxy and region, or allow more time with `--call-timeout`"),
        SdkError::ConstructionFailure(_) => {
            Error::new(Kind::Settings, format!("{action} could not be asked")).cause(chain(error))
        }
        _ => Error::new(Kind::Remote, format!("{action} got an answer that cannot be read"))
            .cause(chain(error)),
    }
}

/// Returns the code of a failed call, or nothing when AWS was not reached.
pub fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    match error {
        SdkError::ServiceError(service) => service.err().code(),
        _ => None,
    }
}

/// Returns the message of a failed call, or nothing when AWS was not reached.
pub fn message<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    match error {
        SdkError::ServiceError(service) => service.err().message(),
        _ => None,
    }
}

fn answered(action: &str, error: &impl ProvideErrorMetadata) -> Error {
    let code = error.code().unwrap_or("an unnamed error");
    let message = error.message().unwrap_or("AWS gives no message");
    let kind = if is_credentials(code) { Kind::Settings } else { Kind::Remote };
    let failed = Error::new(kind, format!("{action} was refused")).cause(format!("{code}: {message}"));
    hint(code).into_iter().fold(failed, Error::hint)
}

fn is_expired(code: &str) -> bool {
    matches!(code, "ExpiredToken" | "ExpiredTokenException")
}

fn is_credentials(code: &str) -> bool {
    is_expired(code)
        || matches!(
            code,
            "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "SignatureDoesNotMatch"
                | "InvalidSignatureException"
                | "RequestExpired"
                | "MissingAuthenticationToken"
        )
}

fn hint(code: &str) -> Option<&'static str> {
    Some(match code {
        _ if is_expired(code) => {
            "the credentials have expired: sign in again (`aws sso login` or `aws login`), then run the same command: it goes on from where it was"
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" | "MissingAuthenticationToken" => {
            "AWS does not know these credentials: check `--profile`, AWS_PROFILE and AWS_ACCESS_KEY_ID, and that the region is enabled in the account"
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "RequestExpired" => {
            "the signature was refused: check AWS_SECRET_ACCESS_KEY and the computer's clock"
        }
        "AccessDenied" | "AccessDeniedException" => {
            "the credentials may not do this: add the action that the message names to their policy"
        }
        "Throttling" | "ThrottlingException" | "TooManyRequestsException" => {
            "AWS limits the rate of calls: wait a minute and run the command again"
        }
        _ => return None,
    })
}

fn unreached(action: &str, error: Option<&aws_smithy_runtime_api::client::result::ConnectorError>) -> Error {
    let text = error.map(|error| DisplayErrorContext(error).to_string()).unwrap_or_default();
    let first: Option<&(dyn std::error::Error + 'static)> = error.map(|error| error as _);
    let chain: Vec<_> = std::iter::successors(first, |error| error.source()).collect();
    let provider = chain.iter().position(|error| is_provider_failure(*error));
    // The last place that is looked at answers on many computers that have no role: there are none, then.
    let is_metadata = chain.iter().any(|error| error.to_string().contains("IMDS"));
    if let Some(index) = provider.filter(|_| !is_metadata) {
        let mut failed = Error::settings(format!("{action} could not get AWS credentials"));
        failed.causes =
            chain[index + 1..].iter().map(|cause| cause.to_string().trim_end().to_owned()).collect();
        return failed
            .hint("renew them as the cause says, then run the same command: it goes on from where it was");
    }
    let causes: Vec<String> = chain.iter().map(ToString::to_string).collect();
    if is_metadata || text.contains("credentials") || text.contains("Credentials") {
        return Error::settings("no AWS credentials were found")
            .hint("sign in with `aws login` or `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            .hint("to work without an AWS account, add `--local`");
    }
    let mut failed = Error::new(Kind::Remote, format!("{action} could not reach AWS"));
    failed.causes = causes;
    failed.hint("check the network, HTTPS_PROXY, the region's name and `--endpoint-url`")
}

/// Returns whether there are credentials that their own source could not give, which is not having any.
fn is_provider_failure(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref::<CredentialsError>(), Some(CredentialsError::ProviderError(_)))
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
