//! The log that `-v` shows.

use std::io::IsTerminal as _;

use super::screen::Log;

/// Starts the log on stderr; nothing is logged without `-v`.
///
/// Calls that carry the token are never logged, however much is asked for: the SDK's own debug lines can hold
/// whole bodies.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "evbridge_momento=debug,warn",
        _ => {
            "debug,aws_config=info,aws_credential_types=info,aws_runtime=info,aws_sdk_secretsmanager=off,\
             aws_sigv4=info,aws_smithy_http_client=info,aws_smithy_runtime=info,aws_smithy_runtime_api=info,\
             h2=info,hyper=info,hyper_util=info,reqwest=info,rustls=info"
        }
    };
    let _ = tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(|| Log)
        .without_time()
        .try_init();
}
