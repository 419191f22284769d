//! Runs: opened, shown, held, amended.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

use super::{Patience, Reason, Writing};

#[derive(Debug, Subcommand)]
pub enum Run {
    /// Open a run and print its id
    New {
        /// A built-in name, a folder with a runbook.toml, or a file
        runbook: String,
        /// The target's name, or a .toml file
        #[arg(long, value_name = "NAME")]
        target: String,
    },
    /// List the runs, newest first
    List,
    /// Show every step, the monitors, the deadlines and the way back
    Show {
        /// The run
        run: String,
        /// From the journal alone: look at nothing
        #[arg(long)]
        offline: bool,
    },
    /// Say where the run stands in three lines of plain text, for the team's chat
    Status {
        /// The run
        run: String,
        /// From the journal alone: look at nothing
        #[arg(long)]
        offline: bool,
    },
    /// No new applies for now
    Hold {
        /// The run
        run: String,
        #[command(flatten)]
        reason: Reason,
    },
    /// Stop honestly: resolve what is in flight, then no new applies
    Stop {
        /// The run
        run: String,
        /// Why; it is recorded. Nobody has to say it
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Go on after a hold or a stop, also with what was accepted and not verified
    Resume {
        /// The run
        run: String,
        #[command(flatten)]
        reason: Reason,
        #[command(flatten)]
        patience: Patience,
    },
    /// Take the lease from whoever holds it; what was in flight is inspected
    Take {
        /// The run
        run: String,
        /// Why; it is kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Put another plan in the place of the run's: what has an effect keeps what it did
    Amend(Amend),
    /// Take over a step that somebody did by hand
    Adopt {
        /// The run
        run: String,
        /// The step
        step: String,
        #[command(flatten)]
        reason: Reason,
        #[command(flatten)]
        patience: Patience,
    },
    /// Write the break-glass sheet: what is left and the way back, as AWS CLI commands
    Sheet {
        /// The run
        run: String,
        /// The file, or an earlier sheet of this run; without it the sheet goes to stdout
        #[arg(long, value_name = "FILE", value_parser = super::file_to_write())]
        out: Option<PathBuf>,
        #[command(flatten)]
        writing: Writing,
    },
}

#[derive(Debug, Group)]
pub struct Amend {
    /// The run
    pub run: String,
    /// The amended runbook: a built-in name, a folder with a runbook.toml, or a file
    #[arg(long, value_name = "FILE")]
    pub runbook: String,
    /// The target's file, where it is not the run's own target of that runbook
    #[arg(long, value_name = "FILE")]
    pub target: Option<String>,
    /// Show what differs, what is refused and what starts anew; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The digest of the amendment that you saw; without it, the one as it is now
    #[arg(long, value_name = "DIGEST", conflicts_with = "dry_run")]
    pub preview: Option<String>,
    /// Why; it is recorded
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    pub reason: Option<String>,
}
