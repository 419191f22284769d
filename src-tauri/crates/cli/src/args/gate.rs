//! The arguments of `gate` and `deadline`.

use clap::{ArgGroup, Args, Subcommand};

use super::{Patience, Reason};

/// A gate: shown, read, or decided.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("way").args(["check", "go", "no_go"])))]
pub struct Gate {
    /// The run
    pub run: String,
    /// The phase's id
    pub phase: String,
    /// Read its checks: exit 0 all pass, 3 one fails, 4 one can't be told
    #[arg(long)]
    pub check: bool,
    /// Say go: reads the checks first where they are too old
    #[arg(long)]
    pub go: bool,
    /// Say no-go: the phase stays closed
    #[arg(long, requires = "reason")]
    pub no_go: bool,
    /// Who takes the part of a role; once for each role of the gate
    #[arg(long = "person", value_name = "ROLE=NAME", value_parser = person)]
    pub people: Vec<(String, String)>,
    /// The basis that you saw; without it, the gate as it is now
    #[arg(long, value_name = "DIGEST", requires = "go")]
    pub basis: Option<String>,
    /// Why; it is recorded. No-go needs it
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub patience: Patience,
}

fn person(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((role, name)) if !role.trim().is_empty() && !name.trim().is_empty() => {
            Ok((role.trim().to_owned(), name.trim().to_owned()))
        }
        _ => Err("write ROLE=NAME, such as \"Incident lead=A. Example\""),
    }
}

#[derive(Debug, Subcommand)]
pub enum Deadline {
    /// Move the deadline of a rollback rule whose trigger fails
    Extend {
        /// The run
        run: String,
        /// The rule's id
        rule: String,
        /// By how many whole minutes
        minutes: u32,
        #[command(flatten)]
        reason: Reason,
    },
}
