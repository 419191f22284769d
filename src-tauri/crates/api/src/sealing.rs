//! Recovery codes and secrets: what a host offers of the journal's keys.

use std::path::Path;

use switchback_files::{Existing, Readers, Unread, Unwritten};
use switchback_journal::{InvalidCode, KeyRingProblem, RecoveryCode, SealError, SecretError};
use switchback_model::{ActionSpec, Plan, RunId};

use crate::core::Core;
use crate::wire::ApiError;

const WITHOUT: &str = "Leave --recovery-code-file out to go on without it: only what is sealed needs it.";

/// Whether a run of this plan must seal images, so that its recovery code is shown at its opening.
#[must_use]
pub fn needs_sealing(plan: &Plan) -> bool {
    plan.steps()
        .filter_map(|step| step.action.as_ref())
        .any(ActionSpec::image_is_secret)
}

/// Writes a new recovery code to a new file that only its owner may read, and syncs it. A file that
/// is there is never written over.
pub fn write_code(path: &Path, code: &RecoveryCode) -> Result<(), ApiError> {
    let mut text = zeroize::Zeroizing::new(String::with_capacity(64));
    text.push_str(&code.reveal());
    text.push('\n');
    switchback_files::write(path, text.as_bytes(), Existing::Keep, Readers::Owner).map_err(|why| {
        let message = match why {
            Unwritten::Exists => {
                "There is already a file: a recovery code is never written over another one.".to_owned()
            }
            why => format!("The recovery code could not be written: {why}."),
        };
        ApiError::new("usage", message, why.mend(None), path.display().to_string())
    })
}

/// Reads a recovery code from a file, as `write_code` made it or as a person typed it in.
pub fn read_code(path: &Path) -> Result<RecoveryCode, ApiError> {
    use std::io::Read as _;
    let place = || path.display().to_string();
    // A code has 35 characters; a wrong file may be of any length.
    let mut text = zeroize::Zeroizing::new(String::with_capacity(4096));
    switchback_files::open(path)
        .and_then(|file| {
            let read = file.take(4096).read_to_string(&mut text);
            read.map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => Unread::NotText,
                kind => Unread::Disk(kind),
            })
        })
        .map_err(|why| {
            let message = format!("The recovery code could not be read: {why}.");
            ApiError::new("usage", message, WITHOUT, place())
        })?;
    text.parse().map_err(|error: InvalidCode| {
        let message = format!("The file holds no recovery code: {error}.");
        ApiError::new("usage", message, WITHOUT, place())
    })
}

impl Core {
    /// The recovery code that was given.
    #[must_use]
    pub fn recovery_code(&self) -> Option<&RecoveryCode> {
        self.options.recovery_code.as_deref()
    }

    /// Opens the run's key with the recovery code that was given, once.
    pub async fn unlock(&self, id: &RunId) -> Result<(), ApiError> {
        let Some(code) = self.options.recovery_code.clone() else {
            return Ok(());
        };
        let mut unlocked = self.unlocked.lock().await;
        if unlocked.contains(id) {
            return Ok(());
        }
        let (store, run) = (self.store.clone(), id.clone());
        tokio::task::spawn_blocking(move || store.unlock(&run, &code))
            .await
            .map_err(|_| ApiError::internal("opening the run's key was interrupted"))?
            .map_err(key_refused)?;
        unlocked.insert(id.clone());
        Ok(())
    }
}

/// What is wrong with a run's key, at the boundary.
#[must_use]
pub fn key_refused(error: SealError) -> ApiError {
    let (code, hint) = match error {
        SealError::Journal(error) => return error.into(),
        SealError::WrongCode | SealError::NoCode | SealError::Erased => ("usage", WITHOUT),
        SealError::NoKey(_) | SealError::Closed(_) | SealError::CodeNeeded => (
            "guard",
            "Unlock the keychain, or give the run's recovery code with --recovery-code-file.",
        ),
        SealError::Damaged => ("journal", "Compare with the mirror folder or an export."),
    };
    ApiError::new(code, sentence(&error), hint, "the run's key")
}

/// What is wrong with a secret of the keychain, at the boundary.
#[must_use]
pub fn secret_refused(error: SecretError) -> ApiError {
    let (code, hint) = match error {
        SecretError::Index(error) => return error.into(),
        SecretError::Ring(problem) => return keychain(problem),
        SecretError::Empty | SecretError::TooLong => ("usage", "Nothing was kept."),
        SecretError::NotThere => ("not_found", "`switchback secret list` shows the names."),
        SecretError::NotKept => (
            "keychain",
            "Look at the keychain's own program, then set it again.",
        ),
    };
    ApiError::new(code, sentence(&error), hint, "the keychain")
}

/// What is wrong with the keychain when a secret was asked for or given, and how to mend it.
fn keychain(problem: KeyRingProblem) -> ApiError {
    let (message, hint) = match problem {
        KeyRingProblem::Absent => (
            "This computer has no keychain: nothing was changed.",
            "On Linux, start a Secret Service such as gnome-keyring in this session, then try again.",
        ),
        KeyRingProblem::Locked => (
            "The keychain is locked: nothing was changed.",
            "Unlock it in your desktop session, then try again.",
        ),
        KeyRingProblem::NoAnswer => (
            "The keychain did not answer in time; it may be waiting for its password.",
            "Unlock it in your desktop session, then try again.",
        ),
        KeyRingProblem::Missing => (
            "The keychain holds no such secret any more, or is locked.",
            "Unlock it, or set the secret again.",
        ),
        KeyRingProblem::Denied => (
            "The keychain refused: nothing was changed.",
            "Allow Switchback to use its entries, then try again.",
        ),
        KeyRingProblem::Damaged => (
            "The keychain's entry can't be read.",
            "Remove it in the keychain's own program, then set the secret again.",
        ),
    };
    ApiError::new("keychain", message, hint, "the keychain")
}

/// With a capital letter and a full stop.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    let text: String = first.into_iter().chain(chars).collect();
    format!("{}.", text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fs;

    use super::*;

    #[test]
    fn a_code_goes_to_a_new_private_file_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.txt");
        let code = RecoveryCode::generate();
        write_code(&path, &code).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(*read_code(&path).unwrap().reveal(), *code.reveal());

        let kept = fs::read(&path).unwrap();
        let refused = write_code(&path, &RecoveryCode::generate()).unwrap_err();
        assert_eq!(refused.exit_code(), 2);
        assert!(refused.message.contains("already a file"));
        assert_eq!(fs::read(&path).unwrap(), kept);
    }

    #[test]
    fn what_is_no_code_is_refused_without_being_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.txt");
        assert_eq!(read_code(&path).unwrap_err().exit_code(), 2);
        for text in ["", "not a code at all", &"0".repeat(5000)] {
            fs::write(&path, text).unwrap();
            let refused = read_code(&path).unwrap_err();
            assert_eq!(refused.exit_code(), 2);
            assert!(text.is_empty() || !refused.message.contains(text));
        }
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert_eq!(read_code(&path).unwrap_err().exit_code(), 2);
    }
}
