//! The arguments of `users`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Looks people up: read-only, masked, recorded.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Look somebody up in every pool: what it means, and what to do
    ///
    /// Exit 0: there is a clear answer, be it "several". Exit 4: can't tell. Exit 5: the sign-in is for
    /// another account than the target's. Exit 6: sign in first.
    Find {
        /// An e-mail address, a user id (sub), or the beginning of a name; `-` reads it from stdin,
        /// so that it is not in the shell's history
        query: String,
        #[command(flatten)]
        place: LookupPlace,
        /// The source list: a CSV with the columns email, name, given_name, family_name, active, role
        #[arg(long, value_name = "FILE.csv")]
        source: Option<PathBuf>,
        /// Fields to show as they are, such as email,given_name; needs --purpose
        #[arg(long, value_name = "FIELDS", value_delimiter = ',', requires = "purpose",
              value_parser = ["email", "given_name", "family_name", "username", "sub"])]
        reveal: Vec<String>,
        #[command(flatten)]
        purpose: Purpose,
    },
    /// Every row of a source list against every pool: what it means and what to do, into a new CSV file
    ///
    /// Read-only: it pages through whole pools, 60 accounts a request. Before the first page it says about
    /// how many requests that is, by the pools' own estimates, and about how many minutes it takes. It may
    /// be stopped or killed at any time: the same command goes on from the last page that was read, for 4
    /// hours. What was read until then lies in the home, sealed by a key in the keychain; where no keychain
    /// answers nothing is kept, and it begins anew. The result says when each pool was read.
    ///
    /// People are masked in the file unless --reveal names email; the line says who is meant. Exit 0: every
    /// pool was read to its end and every row could be told. Exit 4: not. Exit 6: sign in first.
    Reconcile {
        /// The source list: a CSV with the columns email, name, given_name, family_name, active, role
        #[arg(long, value_name = "FILE.csv")]
        source: PathBuf,
        /// The result: a new file that only you may read; never written over an old one
        #[arg(long, value_name = "FILE.csv", value_parser = super::file_to_write())]
        out: PathBuf,
        #[command(flatten)]
        place: LookupPlace,
        /// Requests a second at most, over all pools: 1 to 30, which is AWS's quota for an account and
        /// region [default: 3, and on the rehearsal as fast as it answers]
        #[arg(long, value_name = "N")]
        rate: Option<u32>,
        /// What the file holds as it is: email
        #[arg(long, value_name = "FIELDS", requires = "purpose", value_parser = ["email"])]
        reveal: Option<String>,
        /// Why, such as a ticket's number; recorded for good, so without a name
        #[arg(long, value_name = "TEXT")]
        purpose: Option<String>,
    },
    /// The details of one account, with its second factors; AWS counts the person as active this month
    Show {
        /// The account's user name, user id (sub) or e-mail address; `-` reads it from stdin
        id: String,
        #[command(flatten)]
        place: LookupPlace,
        /// Fields to show as they are
        #[arg(long, value_name = "FIELDS", value_delimiter = ',', requires = "purpose",
              value_parser = ["email", "given_name", "family_name", "username", "sub"])]
        reveal: Vec<String>,
        /// Why, such as a ticket's number; recorded for good, so without a name
        #[arg(long, value_name = "TEXT", required = true)]
        purpose: String,
    },
    /// Who looked, when and why; never at whom. Verified from the first entry to the last
    Audit {
        /// Show so many of the newest entries
        #[arg(long, value_name = "N", default_value_t = 50)]
        last: usize,
    },
}

/// Where people are looked up. Without any of these: the pools of the newest run's target.
#[derive(Debug, Args)]
pub struct LookupPlace {
    /// The target of this name, or a target file
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "run")]
    pub target: Option<String>,
    /// The target of this run
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Only this pool: its name in the target, or its id; may be given several times
    #[arg(long = "pool", value_name = "ID")]
    pub pools: Vec<String>,
}

/// Why somebody looks.
#[derive(Debug, Args)]
pub struct Purpose {
    /// Why, such as a ticket's number; recorded for good, so without a name
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
}
