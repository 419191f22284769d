//! The arguments of `canary`.

use clap::{Args, Subcommand};

/// Users of Cognito pools who are made for probes. One signs in where a check asks for a token of its pool.
#[derive(Debug, Subcommand)]
pub enum Canary {
    /// Keep a canary in the keychain; its password comes from stdin, or is asked for without showing it
    ///
    /// Nobody signs in. The user must be in the pool already, have signed in before, and have no second factor. The app client
    /// must allow ALLOW_USER_PASSWORD_AUTH and have no secret.
    Set {
        #[command(flatten)]
        place: CanaryPlace,
        /// The app client by which it signs in
        #[arg(long, value_name = "CLIENT-ID")]
        client: String,
        /// The user name
        #[arg(long, value_name = "NAME")]
        user: String,
    },
    /// Show which canaries a target has, never a password; nobody signs in
    Show {
        /// The target's name, or a .toml file
        #[arg(long, value_name = "NAME|FILE")]
        target: String,
    },
    /// Remove a canary
    Forget {
        #[command(flatten)]
        place: CanaryPlace,
    },
    /// Sign a canary in, once: when its token ends, or why it gets none
    ///
    /// One that was refused a short while ago is not tried again, so that nobody is locked out. Exit 3: refused. Exit 4: it
    /// can't be told.
    Try {
        #[command(flatten)]
        place: CanaryPlace,
    },
}

/// Whose canary it is.
#[derive(Debug, Args)]
pub struct CanaryPlace {
    /// The target's name, or a .toml file
    #[arg(long, value_name = "NAME|FILE")]
    pub target: String,
    /// The user pool, such as eu-west-2_EXAMPLE1
    #[arg(long, value_name = "POOL")]
    pub pool: String,
}
