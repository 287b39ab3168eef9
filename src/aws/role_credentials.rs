//! Working as a role, in another account perhaps.

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;

use crate::error::{Error, Result};

/// Makes every call as a role, with credentials that are renewed before they expire.
///
/// Fails when the role cannot be assumed.
pub async fn assuming(role: &str, config: SdkConfig) -> Result<SdkConfig> {
    let builder = AssumeRoleProvider::builder(role).session_name("evbridge-momento").configure(&config);
    let provider = builder.build().await;
    // Asked once ahead: a later call that has no credentials cannot say that it was for the role.
    if let Err(error) = provider.provide_credentials().await {
        let failed = Error::settings(format!("the role {role} cannot be assumed"));
        let failed = match refusal(&error) {
            Some(refusal) => failed.cause(refusal),
            None => failed.because(&error),
        };
        return Err(failed
            .hint("look at the role's trust policy, and at the sts:AssumeRole permission of the caller"));
    }
    let provider = SharedCredentialsProvider::new(provider);
    Ok(config.into_builder().credentials_provider(provider).build())
}

/// Returns what STS said, from under the layers of the SDK.
fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut errors = std::iter::successors(Some(error), |error| error.source());
    let refusal = errors.find_map(|error| error.downcast_ref::<AssumeRoleError>())?;
    Some(format!(
        "{}: {}",
        refusal.code().unwrap_or("an unnamed error"),
        refusal.message().unwrap_or_default()
    ))
}
