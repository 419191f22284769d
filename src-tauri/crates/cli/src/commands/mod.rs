//! One module a command group.

mod amend;
mod canary;
mod connection;
mod deadline;
mod decide;
mod gate;
mod journal;
mod look;
mod manual;
mod open;
mod plan;
mod rehearse;
mod rollback;
mod run;
mod runbook;
mod secret;
mod step;
mod users;
mod watch;

use switchback_api::wire::ApiError;

use crate::args::{Args, Command};
use crate::exit;
use crate::host::Cx;
use crate::print::Out;

/// Runs the command; the exit code where it is not an error.
pub async fn run(args: Args, out: &Out) -> Result<u8, ApiError> {
    let cx = Cx {
        out,
        global: &args.global,
    };
    match args.command {
        Command::Runbook(command) => runbook::run(&cx, command),
        Command::Plan { runbook, target, iam } => plan::run(&cx, &runbook, &target, iam),
        Command::Run(command) => run::run(&cx, command).await,
        Command::Step(command) => step::run(&cx, command).await,
        Command::Decide(command) => decide::run(&cx, command).await,
        Command::Gate(command) => gate::run(&cx, command).await,
        Command::Deadline(command) => deadline::run(&cx, command).await,
        Command::Rollback(command) => rollback::run(&cx, command).await,
        Command::Journal(command) => journal::run(&cx, command).await,
        Command::Profiles(command) => connection::profiles(&cx, command).await,
        Command::Connection(command) => connection::connection(&cx, command).await,
        Command::Report(command) => connection::report(&cx, command).await,
        Command::Canary(command) => canary::run(&cx, command).await,
        Command::Secret(command) => secret::run(&cx, command).await,
        Command::Users(command) => users::run(&cx, command).await,
        Command::Watch { run, count } => watch::run(&cx, &run, count).await,
        Command::Rehearse(command) => rehearse::run(&cx, command).await,
        Command::Manual { folder } => manual::run(&cx, &folder),
        Command::Completions { shell } => {
            let script = crate::completions::script(shell);
            out.data(String::from_utf8_lossy(&script).trim_end());
            Ok(exit::OK)
        }
    }
}
