//! The arguments of `profiles`, `connection` and `report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Profiles {
    /// Every profile with its kind and its session; no secret is shown
    List,
}

/// What the connection is checked for.
#[derive(Debug, Args)]
pub struct Connection {
    /// The target's name, or a .toml file: its profile, region, account, role and records
    #[arg(long, value_name = "NAME|FILE", conflicts_with_all = ["run", "profile", "region"])]
    pub target: Option<String>,
    /// The runbook of the target: a built-in name, a folder or a file [default: the one beside the
    /// target's file, else tis-cognito]
    #[arg(long, value_name = "RUNBOOK", requires = "target")]
    pub runbook: Option<String>,
    /// A run: what it has exercised counts
    #[arg(long, value_name = "RUN", conflicts_with_all = ["profile", "region"])]
    pub run: Option<String>,
    /// A profile of the AWS files [default: the environment's credentials]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// A region [default: the profile's, else eu-west-2]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// Where the report goes.
#[derive(Debug, Args)]
pub struct Report {
    /// The run
    pub run: String,
    /// The file, or an earlier report of this run; without it the report is printed as JSON with --json, or its summary
    #[arg(long, value_name = "FILE", value_parser = super::file_to_write())]
    pub html: Option<PathBuf>,
    #[command(flatten)]
    pub writing: super::Writing,
}
