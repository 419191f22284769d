//! Who knows the canaries of a target: the keychain, or the rehearsal, whose canary is no secret.

use switchback_journal::{Canary, CanaryRefusal, CanaryRow, KeyRingProblem, SecretError, Store};
use switchback_model::TargetName;
use switchback_model::directory::PoolId;
use switchback_probes::NoToken;
use switchback_rehearsal as rehearsal;

use crate::wire::ApiError;

/// The canaries of one target. Its calls may wait for a keychain.
pub(crate) trait Source: Send + Sync {
    /// Whose they are.
    fn target(&self) -> &TargetName;
    /// Whether a person can set them.
    fn can_be_set(&self) -> bool;
    /// Whether there is one of this pool. No keychain is asked.
    fn row(&self, pool: &PoolId) -> Result<Option<CanaryRow>, SecretError>;
    /// The canary itself.
    fn canary(&self, row: &CanaryRow) -> Result<Canary, SecretError>;
    /// Notes for other processes that its sign-in was refused, or that it was not.
    fn tried(&self, row: &CanaryRow, refused: Option<CanaryRefusal>) -> Result<(), SecretError>;
}

/// Those that a person set, in the keychain.
pub(crate) struct Kept {
    pub(crate) store: Store,
    pub(crate) target: TargetName,
}

impl Source for Kept {
    fn target(&self) -> &TargetName {
        &self.target
    }

    fn can_be_set(&self) -> bool {
        true
    }

    fn row(&self, pool: &PoolId) -> Result<Option<CanaryRow>, SecretError> {
        let rows = self.store.canaries(&self.target)?;
        Ok(rows.into_iter().find(|row| row.pool == *pool))
    }

    fn canary(&self, row: &CanaryRow) -> Result<Canary, SecretError> {
        self.store.canary(row)
    }

    fn tried(&self, row: &CanaryRow, refused: Option<CanaryRefusal>) -> Result<(), SecretError> {
        self.store.canary_tried(row, refused)
    }
}

/// The one of a rehearsal, known without any keychain; in both pools, by the client of each.
pub(crate) struct Known {
    pub(crate) target: TargetName,
}

impl Source for Known {
    fn target(&self) -> &TargetName {
        &self.target
    }

    fn can_be_set(&self) -> bool {
        false
    }

    fn row(&self, pool: &PoolId) -> Result<Option<CanaryRow>, SecretError> {
        Ok(client(pool).map(|_| CanaryRow {
            target: self.target.clone(),
            pool: pool.clone(),
            mark: "rehearsal".to_owned(),
            refused: None,
        }))
    }

    fn canary(&self, row: &CanaryRow) -> Result<Canary, SecretError> {
        client(&row.pool)
            .and_then(|client| {
                let password = rehearsal::CANARY_PASSWORD.as_bytes();
                Canary::new(client, rehearsal::CANARY_USER, password).ok()
            })
            .ok_or(SecretError::NotThere)
    }

    fn tried(&self, _row: &CanaryRow, _refused: Option<CanaryRefusal>) -> Result<(), SecretError> {
        Ok(())
    }
}

/// The app client by which a rehearsal's canary signs in.
fn client(pool: &PoolId) -> Option<&'static str> {
    match pool.as_str() {
        rehearsal::OLD_POOL => Some(rehearsal::OLD_CLIENT),
        rehearsal::ADMINS_POOL => Some(rehearsal::REVAL_CLIENT),
        _ => None,
    }
}

/// Why a canary can't be read, as goes on "POOL: …".
pub(super) fn unread(error: SecretError) -> NoToken {
    const UNLOCK: &str = "Unlock it in your desktop session, then try again.";
    let (why, hint) = match error {
        SecretError::Ring(KeyRingProblem::Absent) => (
            "this computer has no keychain".to_owned(),
            "On Linux, start a Secret Service such as gnome-keyring in this session, then set the canary."
                .to_owned(),
        ),
        SecretError::Ring(KeyRingProblem::Locked) => ("the keychain is locked".to_owned(), UNLOCK.to_owned()),
        SecretError::Ring(KeyRingProblem::NoAnswer) => (
            "the keychain did not answer in time".to_owned(),
            UNLOCK.to_owned(),
        ),
        SecretError::Ring(KeyRingProblem::Missing) => (
            "the keychain holds it no more, or is locked".to_owned(),
            "Unlock it, or set the canary again.".to_owned(),
        ),
        SecretError::Ring(KeyRingProblem::Denied) => (
            "the keychain refused".to_owned(),
            "Allow Switchback to use its entries, then try again.".to_owned(),
        ),
        SecretError::Ring(KeyRingProblem::Damaged) => (
            "the keychain's entry can't be read".to_owned(),
            "Set the canary again.".to_owned(),
        ),
        SecretError::Index(error) => {
            let error = ApiError::from(error);
            (error.message.trim_end_matches('.').to_owned(), error.hint)
        }
        other => (other.to_string(), "Set the canary again.".to_owned()),
    };
    NoToken {
        message: format!("its canary can't be read: {why}"),
        hint: Some(hint),
    }
}
