//! The `evbridge-momento` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    evbridge_momento::ui::report_panics();
    ExitCode::from(evbridge_momento::run(std::env::args_os()))
}
