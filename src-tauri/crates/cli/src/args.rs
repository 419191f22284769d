//! The command line.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args as Group, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use switchback_api::output::Output;

mod canary;
mod connection;
mod gate;
mod run;
mod step;
mod users;

pub use canary::{Canary, CanaryPlace};
pub use connection::{Connection, Profiles, Report};
pub use gate::{Deadline, Gate};
pub use run::{Amend, Run};
pub use step::{As, How, OfRun, Step};
pub use users::{LookupPlace, Users};

/// Moves an application's sign-in step by step, with a proven way back.
#[derive(Debug, Parser)]
#[command(
    name = "switchback",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 ok, 1 error, 2 usage, 3 check failed, 4 unknown or stale, 5 refused by a guard, \
                  6 sign-in needed, 7 rolled back, 8 another driver holds the lease."
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Whose policy is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IamPart {
    /// Who drives the run
    Operator,
    /// Who looks people up in the target's pools
    Support,
}

/// A path that may be empty.
fn any_path() -> impl clap::builder::TypedValueParser<Value = PathBuf> {
    use clap::builder::TypedValueParser as _;
    clap::builder::OsStringValueParser::new().map(PathBuf::from)
}

/// A file that is written. `-` means stdout to many programs, and none of ours writes a file there.
fn file_to_write() -> impl clap::builder::TypedValueParser<Value = PathBuf> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PathBufValueParser::new().try_map(|file| match file.as_os_str() == "-" {
        true => Err(
            "- is no file: give its name. What is printed without this flag goes to stdout; a file of this name is ./-",
        ),
        false => Ok(file),
    })
}

/// What fits every command.
#[derive(Debug, Clone, Group)]
pub struct Global {
    /// Print one JSON document on stdout, and errors as JSON on stderr
    #[arg(long, global = true)]
    pub json: bool,
    /// Never ask: a question is a usage error
    #[arg(long, global = true)]
    pub no_input: bool,
    /// The folder of Switchback's state [env: SWITCHBACK_HOME]
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// A custom AWS endpoint, such as an emulator; marks the run TEST ENDPOINT
    #[arg(long, global = true, value_name = "URL", env = "AWS_ENDPOINT_URL")]
    pub aws_endpoint: Option<String>,
    /// A folder on another disk or share that gets every event too: the copy from which another
    /// workstation can take over
    // Empty is allowed: a variable that is set to nothing means none.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "SWITCHBACK_MIRROR",
        value_parser = any_path()
    )]
    pub mirror: Option<PathBuf>,
    /// The mirror folder is a new one: make every run's copy there, although this home mirrored to a folder
    /// of this name before
    #[arg(long, global = true)]
    pub new_mirror: bool,
    /// The run's recovery code: `run new` writes it to this new file, every other command reads it there
    #[arg(long, global = true, value_name = "FILE", value_parser = file_to_write())]
    pub recovery_code_file: Option<PathBuf>,
    /// Who decides, as recorded in the journal [default: your user name]
    #[arg(long, global = true, value_name = "WHO")]
    pub by: Option<String>,
    /// World seconds per real second of a new rehearsal world, 1 to 1000
    #[arg(
        long,
        global = true,
        value_name = "N",
        env = "SWITCHBACK_REHEARSAL_SPEED",
        value_parser = clap::value_parser!(u32).range(1..=1000),
        hide = true
    )]
    pub rehearsal_speed: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a runbook, or print its schema
    #[command(subcommand)]
    Runbook(Runbook),
    /// Show the resolved plan: every step, its checks, its undo, the digest
    Plan {
        /// A built-in name, a folder with a runbook.toml, or a file
        runbook: String,
        /// The target's name, or a .toml file
        #[arg(long, value_name = "NAME")]
        target: String,
        /// Print the least IAM policy that this plan needs instead, for who drives it or who looks people up
        #[arg(long, value_name = "PART")]
        iam: Option<IamPart>,
    },
    /// Open, list, show, hold, stop, resume, take, amend or adopt runs
    #[command(subcommand)]
    Run(Run),
    /// Check, preview, apply or decide about one step
    #[command(subcommand)]
    Step(Step),
    /// Take a decision of the runbook, or list them
    Decide(Decide),
    /// Show, check or decide the gate of a phase
    Gate(Gate),
    /// Move the deadline of a rollback rule
    #[command(subcommand)]
    Deadline(Deadline),
    /// Show the way back, or go it
    Rollback(Rollback),
    /// Show, verify, export or import the journal of a run
    #[command(subcommand)]
    Journal(Journal),
    /// List the AWS profiles of this computer
    #[command(subcommand)]
    Profiles(Profiles),
    /// Check the connection to AWS, from this computer to the services; changes nothing
    Connection(Connection),
    /// Write the report of a run: what happened, planned against actual, who decided what
    Report(Report),
    /// Keep secrets in the operating system's keychain
    #[command(subcommand)]
    Secret(Secret),
    /// Name the users who are made for probes, so that checks get tokens of a pool
    #[command(subcommand)]
    Canary(Canary),
    /// Look people up: what it means, and what to do; read-only
    #[command(subcommand)]
    Users(Users),
    /// Live status; with --json one object a line
    Watch {
        /// The run
        run: String,
        /// End after so many looks
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        count: Option<u64>,
    },
    /// Serve the closed rehearsal world, or let a scripted operator rehearse in it
    Rehearse(Rehearse),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages to a folder, for a package
    #[command(hide = true)]
    Manual {
        /// An existing folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum Runbook {
    /// Parse, validate and lint a runbook; exit 3 on errors
    Check {
        /// A built-in name, a folder with a runbook.toml, or a file
        file: String,
        /// Check it together with this target
        #[arg(long, value_name = "NAME")]
        target: Option<String>,
    },
    /// Print the JSON Schema of a runbook file for editors
    Schema {
        /// The schema of a target file instead
        #[arg(long)]
        target: bool,
    },
}

/// Why somebody decides something.
#[derive(Debug, Group)]
pub struct Reason {
    /// Why; it is recorded
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// How a file is written: whole or not at all, and only for its owner, unless something else is asked.
#[derive(Debug, Clone, Copy, Group)]
pub struct Writing {
    /// Replace another file of this name; never a link, a pipe, a device or a folder
    #[arg(long)]
    pub force: bool,
    /// Let others on this computer read the file
    #[arg(long)]
    pub shared: bool,
}

impl Writing {
    /// A file that is written so.
    pub fn to(self, file: &Path) -> Output<'_> {
        Output {
            file,
            force: self.force,
            shared: self.shared,
        }
    }
}

/// How long a command waits for what it started.
#[derive(Debug, Clone, Copy, Group)]
pub struct Patience {
    /// Real seconds to wait for an end that is proven
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    pub timeout: u64,
}

#[derive(Debug, Group)]
pub struct Decide {
    /// The run
    pub run: String,
    /// The decision's id; without it the decisions are listed
    #[arg(requires_all = ["value", "reason"])]
    pub decision: Option<String>,
    /// Its value
    pub value: Option<String>,
    /// Show which decisions are open and what they block
    #[arg(long, conflicts_with_all = ["decision", "value", "reason"])]
    pub list: bool,
    /// Why; it is recorded
    #[arg(long, value_name = "TEXT", requires = "decision")]
    pub reason: Option<String>,
}

#[derive(Debug, Group)]
#[command(group(ArgGroup::new("what").required(true).args(["step", "rule", "all", "retry", "done", "abandon"])))]
pub struct Rollback {
    /// The run
    pub run: String,
    /// Undo one step and what needs it
    #[arg(long, value_name = "STEP")]
    pub step: Option<String>,
    /// Undo what a rule names
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
    /// Undo everything that has an effect
    #[arg(long)]
    pub all: bool,
    /// Try the item again at which the rollback stopped
    #[arg(long)]
    pub retry: bool,
    /// The item was done by hand
    #[arg(long, value_name = "ITEM")]
    pub done: Option<String>,
    /// Give the rollback up; each step stays in its true state
    #[arg(long)]
    pub abandon: bool,
    /// The target's name: runs the rollback; without it its plan is shown
    #[arg(long, value_name = "TARGET-NAME")]
    pub confirm: Option<String>,
    /// The digest of the plan that you saw; without it, the plan as it is now
    #[arg(long, value_name = "DIGEST")]
    pub plan: Option<String>,
    /// Go back although this check does not hold; may be given again
    #[arg(long = "override", value_name = "CHECK")]
    pub overrides: Vec<String>,
    /// Accept this breach of coherence; may be given again
    #[arg(long, value_name = "ID")]
    pub accept_breach: Vec<String>,
    /// Why; it is recorded
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub patience: Patience,
}

#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Show the events
    Show {
        /// The run
        run: String,
        /// Only events after this one
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        after: u64,
        /// At most so many events
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Verify the chain of a run, or of an exported file
    Verify {
        /// The run, or the file
        #[arg(value_name = "RUN|FILE")]
        what: String,
        /// Exit 0 also where nobody vouches for the content, if nothing is missing
        #[arg(long)]
        allow_unproven: bool,
    },
    /// Write a run to a file that verifies by itself
    Export {
        /// The run
        run: String,
        /// The new file; without it the lines go to stdout
        #[arg(long, value_name = "FILE", value_parser = file_to_write())]
        out: Option<PathBuf>,
        #[command(flatten)]
        writing: Writing,
    },
    /// Continue a run here from a copy of its journal
    Import {
        /// The exported file, or the mirror's
        file: PathBuf,
        /// The other workstation can't go on: this one does
        #[arg(long, required = true)]
        takeover: bool,
        #[command(flatten)]
        reason: Reason,
    },
}

#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Keep a secret; its value comes from stdin, or is asked for without showing it
    Set {
        /// Its name: small letters, digits, dots, hyphens and underscores
        name: String,
    },
    /// List the names, never the values
    List,
    /// Remove a secret
    Delete {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Group)]
#[command(group(ArgGroup::new("way").required(true).args(["serve", "auto"])))]
pub struct Rehearse {
    /// Start the closed world and print its endpoints; ends with Ctrl-C
    #[arg(long)]
    pub serve: bool,
    /// With --serve: the world as it was at the beginning, whatever earlier rehearsals left there
    #[arg(long, requires = "serve")]
    pub reset: bool,
    /// The whole runbook forward and a full rollback; exit 0 only if the world ends as it began.
    /// Where monitors propose several rules, each is tried on the way
    #[arg(long)]
    pub auto: bool,
    /// With --auto: a runbook with a target `rehearsal`, such as tis-cognito [default: dns-switch]
    #[arg(long, value_name = "RUNBOOK", requires = "auto")]
    pub runbook: Option<String>,
    /// With --auto: what goes wrong on the way, such as lost-response
    #[arg(long, value_name = "NAME", requires = "auto")]
    pub fault: Option<String>,
    /// With --auto: run this program at start, far point and end, with the stage as its argument
    /// and AWS_ENDPOINT_URL set, so that it can look at the world by itself
    #[arg(long, value_name = "PROGRAM", requires = "auto")]
    pub observe: Option<std::path::PathBuf>,
    /// World seconds per real second of a new world [env: SWITCHBACK_REHEARSAL_SPEED]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub speed: Option<u32>,
}
