//! Whether an answer says that an account is enabled. The SDK reads a missing `Enabled` as "no", and an
//! account must not be called disabled because an answer is silent: the answer's own text is asked.

use serde::Deserialize;

/// The one field of both answers: of an account, or of each in a list. It keeps nothing else of the
/// answer, which names people.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Enabled {
    enabled: Option<bool>,
    users: Option<Vec<Self>>,
}

impl Enabled {
    /// Of each account of a list, in its order; nothing where the text can't be read.
    pub(super) fn of_many(self) -> Vec<Option<bool>> {
        let users = self.users.unwrap_or_default();
        users.into_iter().map(|user| user.enabled).collect()
    }

    /// Of the one account of an answer.
    pub(super) const fn of_one(&self) -> Option<bool> {
        self.enabled
    }
}
