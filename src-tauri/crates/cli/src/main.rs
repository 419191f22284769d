//! `switchback`: the headless host. The second host over the same API as the window; nothing is
//! possible there that is not possible here.
//!
//! Data goes to stdout, messages go to stderr. Exit codes: 0 ok, 1 error, 2 usage, 3 check failed,
//! 4 unknown or stale, 5 refused by a guard, 6 sign-in needed, 7 rolled back, 8 another driver holds
//! the lease.

mod args;
mod commands;
mod completions;
mod exit;
mod host;
mod manual;
mod print;
mod session;
mod signals;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;
use switchback_api::wire::ApiError;

use crate::args::Args;
use crate::print::Out;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let out = Out::new(args.global.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = ApiError::internal(format!(
                "The program could not start its threads: {}.",
                error.kind()
            ));
            return exit::failed(&out, &error);
        }
    };
    let outcome = runtime.block_on(commands::run(args, &out));
    // A thread that still reads the keyboard must not hold up the end.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => exit::failed(&out, &error),
    }
}

/// Help and version are data; everything else that clap says is a usage error.
fn usage(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|arg| arg == "--json");
    if json && !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let text = error.render().to_string();
        // What clap says up to the usage line, as one sentence; a tip follows after a blank line.
        let said: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.is_empty())
            .collect();
        let message = said.join(" ");
        let message = message.trim_start_matches("error: ");
        let error = ApiError::new("usage", message, "Try --help.", "the command line");
        return exit::failed(&Out::new(true), &error);
    }
    // A closed pipe is no reason to say more.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(exit::USAGE),
    }
}
