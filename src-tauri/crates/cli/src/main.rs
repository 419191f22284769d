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
#[cfg(test)]
mod guides;
mod host;
mod manual;
mod print;
mod session;
mod signals;

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};
use switchback_api::wire::ApiError;
use switchback_api::{file_bound, screen};
use switchback_model::Operator;
use tokio::runtime::{Builder, Runtime};

use crate::args::{Args, Command, Users};
use crate::print::Out;

fn main() -> ExitCode {
    let parsed = Args::command().try_get_matches().and_then(|typed| {
        let args = Args::from_arg_matches(&typed)?;
        Ok((typed, args))
    });
    let (typed, args) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error),
    };
    let out = Out::new(args.global.json);
    // Before anything is opened: what people write is kept for good.
    if let Err(error) = screened(&typed) {
        return exit::failed(&out, &error);
    }
    let runtime = match runtime(&args.command) {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = ApiError::internal(format!(
                "The program could not start its threads: {}.",
                error.kind()
            ));
            return exit::failed(&out, &error);
        }
    };
    let outcome = runtime.block_on(async {
        file_bound::take();
        commands::run(args, &out).await
    });
    // A thread that still reads the keyboard must not hold up the end.
    runtime.shutdown_background();
    // Output that did not arrive is an error whatever the command found; an error of its own says more.
    match outcome.and_then(|code| print::lost().map_or(Ok(code), Err)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => exit::failed(&out, &error),
    }
}

/// One thread for all that waits: nothing here computes for long, and each answer that is handed from one thread to another
/// is waited for once more. What would hold it up (disks, keychains, the keyboard) has threads of its own. Two commands have
/// a thread a core: a rehearsal is a world beside its driver, and a comparison seals a page while the next one is read.
fn runtime(command: &Command) -> std::io::Result<Runtime> {
    let mut threads = match command {
        Command::Rehearse(_) | Command::Users(Users::Reconcile { .. }) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    threads.enable_all().build()
}

/// Refuses a reason, of whatever command, that names somebody or holds a secret.
fn screened(typed: &ArgMatches) -> Result<(), ApiError> {
    for (id, about) in [("reason", "--reason"), ("value", "the value")] {
        if let Ok(Some(text)) = typed.try_get_one::<String>(id) {
            screen::kept(text, about)?;
        }
    }
    if let Ok(Some(by)) = typed.try_get_one::<String>("by") {
        screen::operator(&Operator::new(by)?, "--by")?;
    }
    typed.subcommand().map_or(Ok(()), |(_, below)| screened(below))
}

/// Help and version are data; everything else that clap says is a usage error.
fn usage(error: &clap::Error) -> ExitCode {
    let instead = instead(error);
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
        let error = ApiError::new(
            "usage",
            message,
            instead.unwrap_or("Try --help."),
            "the command line",
        );
        return exit::failed(&Out::new(true), &error);
    }
    let printed = error.print().and_then(|()| std::io::stdout().flush());
    if !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        if let Some(instead) = instead {
            print::complain(&format!("  fix: {instead}"), false);
        }
        return ExitCode::from(exit::USAGE);
    }
    print::written(printed);
    match print::lost() {
        Some(error) => exit::failed(&Out::new(json), &error),
        None => ExitCode::SUCCESS,
    }
}

/// What somebody means who types a command of a step that there is not.
fn instead(error: &clap::Error) -> Option<&'static str> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let of_step = std::env::args_os().any(|arg| arg == "step");
    match typed.as_str() {
        "rollback" | "undo" | "revert" if of_step => {
            Some("`switchback rollback RUN --step STEP` undoes a step.")
        }
        "verify" | "prove" if of_step => Some(
            "`switchback step apply` verifies by itself; `switchback step inspect RUN STEP` looks at a step's object again.",
        ),
        _ => None,
    }
}
