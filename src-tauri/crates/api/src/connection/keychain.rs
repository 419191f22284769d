//! What this computer's keychain has to say, once: no step asks for it, and none is held up by it.

use switchback_journal::{KeyRingProblem, KeychainLook, Store};

use crate::wire::{ApiError, KeychainView};

/// Asks the keychain, which may take its time.
pub async fn look(store: Store) -> Result<KeychainView, ApiError> {
    let look = tokio::task::spawn_blocking(move || store.look_at_keychain())
        .await
        .map_err(|_| ApiError::internal("the look at the keychain was interrupted"))??;
    Ok(view(look))
}

/// In words.
pub fn view(look: KeychainLook) -> KeychainView {
    let (problem, had) = match look {
        KeychainLook::Answers => {
            return KeychainView {
                works: true,
                says: "The keychain answers.".to_owned(),
                means: "It vouches for what this home writes, and opens what its runs seal.".to_owned(),
                mend: None,
            };
        }
        KeychainLook::Silent { problem, had } => (problem, had),
    };
    let says = match (problem, had) {
        (KeyRingProblem::Absent, false) => "This home has never had a keychain: this computer has none.",
        (KeyRingProblem::Absent, true) => {
            "This computer's keychain is gone; this home's earlier runs were written with it."
        }
        (KeyRingProblem::Locked, _) => "The keychain is locked.",
        (KeyRingProblem::NoAnswer, _) => "The keychain does not answer: it may be waiting for its password.",
        (KeyRingProblem::Missing, _) => {
            "The keychain does not give this home's key: it is locked, or the key is gone."
        }
        (KeyRingProblem::Denied, _) => "The keychain refuses Switchback.",
        (KeyRingProblem::Damaged, _) => "The keychain's entry for this home is no key.",
    };
    let mend = match problem {
        KeyRingProblem::Absent => {
            "Start a Secret Service such as gnome-keyring in this session, then open the run. Without one, open it with \
             --recovery-code-file FILE and keep the code apart from this computer."
        }
        KeyRingProblem::Locked | KeyRingProblem::NoAnswer => {
            "Unlock it in your desktop session before the run is opened."
        }
        KeyRingProblem::Missing => "Unlock it; if the key is gone, the run's recovery code takes its place.",
        KeyRingProblem::Denied => "Allow Switchback to use its entry, then look again.",
        KeyRingProblem::Damaged => {
            "Remove the entry in the keychain's own program; what was sealed is opened by the run's recovery code."
        }
    };
    KeychainView {
        works: false,
        says: says.to_owned(),
        means: "Steps run and are taken back as ever. But nobody vouches for the journal: that no event was cut from its \
                end can't be proven later, and what a run seals is opened by its recovery code alone."
            .to_owned(),
        mend: Some(mend.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_said_once_with_its_meaning_and_its_mend() {
        let works = view(KeychainLook::Answers);
        assert!(works.works && works.mend.is_none());
        let mut said = std::collections::BTreeSet::new();
        for problem in [
            KeyRingProblem::Absent,
            KeyRingProblem::Locked,
            KeyRingProblem::NoAnswer,
            KeyRingProblem::Denied,
            KeyRingProblem::Damaged,
            KeyRingProblem::Missing,
        ] {
            let seen = view(KeychainLook::Silent { problem, had: false });
            assert!(!seen.works && seen.mend.is_some(), "{problem:?}");
            assert!(seen.means.contains("taken back as ever"));
            assert!(said.insert(seen.says), "{problem:?}");
        }
        let problem = KeyRingProblem::Absent;
        let never = view(KeychainLook::Silent { problem, had: false });
        assert!(never.says.contains("never had a keychain"), "{never:?}");
        assert_ne!(never.says, view(KeychainLook::Silent { problem, had: true }).says);
    }
}
