//! What a person reads where a canary is missing, wrong, or could not be looked for.

use switchback_engine::ports::ProviderError;
use switchback_journal::{InvalidCanary, SecretError};
use switchback_model::TargetName;
use switchback_model::directory::PoolId;
use switchback_probes::NoToken;

use super::Not;
use crate::sealing::secret_refused;
use crate::wire::ApiError;

/// Nobody is made by a look.
pub(super) fn absent(pool: &PoolId) -> NoToken {
    NoToken {
        message: "the pool does not have its canary, and a sign-in would make it there; nobody was signed in"
            .to_owned(),
        hint: Some(format!(
            "Carry out the step of kind cognito.canary that makes it in {pool} (pool-canary in tis-cognito), or sign in as \
             it once yourself, on purpose."
        )),
    }
}

pub(super) fn not_looked_for(error: ProviderError) -> Not {
    Not::Told(NoToken {
        message: format!(
            "whether the pool has its canary could not be asked, so nobody was signed in: {}",
            error.message
        ),
        hint: error.hint,
    })
}

pub(super) fn broke_off() -> Not {
    Not::Told(NoToken {
        message: "looking for its canary was interrupted".to_owned(),
        hint: None,
    })
}

/// The command that names a canary.
pub(super) fn set_command(target: &TargetName, pool: &PoolId) -> String {
    format!("switchback canary set --target {target} --pool {pool} --client CLIENT-ID --user NAME")
}

pub(super) fn place(pool: &PoolId) -> String {
    format!("the canary of {pool}")
}

/// What is wrong with what a person gave as a canary, at the boundary.
#[must_use]
pub fn no_canary(error: InvalidCanary) -> ApiError {
    let (message, hint, place) = match error {
        InvalidCanary::Client => (
            "This is no id of an app client.",
            "Take the client id from the pool's app clients, such as 1example23456789.",
            "--client",
        ),
        InvalidCanary::User => (
            "This is no user name.",
            "It has 1 to 128 characters without blanks.",
            "--user",
        ),
        InvalidCanary::Password => (
            "This is no password.",
            "It has 1 to 256 characters in UTF-8, and stands alone on stdin. Nothing was kept.",
            "the password",
        ),
    };
    ApiError::new("usage", message, hint, place)
}

/// What is wrong with a canary of the keychain, at the boundary.
#[must_use]
pub fn canary_refused(error: SecretError, target: &TargetName, pool: &PoolId) -> ApiError {
    match error {
        SecretError::NotThere => ApiError::new(
            "not_found",
            format!("Target {target} has no canary of {pool}."),
            format!("`switchback canary show --target {target}` shows which there are."),
            place(pool),
        ),
        error => ApiError {
            place: place(pool),
            ..secret_refused(error)
        },
    }
}
