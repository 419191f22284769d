//! The old provider, as far as the migrate-user trigger asks it: who is there, whose password is right, and who is locked
//! out for too many wrong ones. Every name and password is made up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aws::cognito::{CANARY_PASSWORD, CANARY_USER};

/// So many wrong passwords in a row lock somebody out, as the old provider's brute-force detection does (Keycloak server
/// administration guide, "Password guess: brute force attacks").
pub(crate) const MOST_WRONG: u32 = 3;

/// Somebody at the old provider who is in no new pool yet, and their password there.
pub const OLD_USER: (&str, &str) = ("nora.owen@example.nhs.test", "Rehearsal-nora-1");

/// Who is at the old provider, by e-mail address in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OldProvider {
    pub accounts: BTreeMap<String, Account>,
}

/// Somebody at the old provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub email: String,
    pub password: String,
    pub given_name: String,
    pub family_name: String,
    /// Wrong passwords since the last right one.
    #[serde(default)]
    pub wrong: u32,
}

/// What the old provider says to a name and a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    Right,
    Wrong,
    /// Too many wrong ones before: also the right one is refused.
    Locked,
}

impl Account {
    fn says(&self, password: &str) -> Login {
        match (self.wrong >= MOST_WRONG, self.password == password) {
            (true, _) => Login::Locked,
            (false, true) => Login::Right,
            (false, false) => Login::Wrong,
        }
    }
}

impl OldProvider {
    /// Who is there at the beginning: the canary, and some of those who have not been brought over.
    pub(crate) fn seeded() -> Self {
        let account = |(email, password): (&str, &str), given: &str, family: &str| {
            let account = Account {
                email: email.to_owned(),
                password: password.to_owned(),
                given_name: given.to_owned(),
                family_name: family.to_owned(),
                wrong: 0,
            };
            (email.to_lowercase(), account)
        };
        let sam = ("sam.lee@example.nhs.test", "Rehearsal-sam-1");
        Self {
            accounts: BTreeMap::from([
                account((CANARY_USER, CANARY_PASSWORD), "Canary", "Rehearsal"),
                account(OLD_USER, "Nora", "Owen"),
                account(sam, "Sam", "Lee"),
            ]),
        }
    }

    /// Somebody by e-mail address; case does not count there.
    pub(super) fn find(&self, email: &str) -> Option<&Account> {
        self.accounts.get(&email.to_lowercase())
    }

    /// Answers a login, and counts it.
    pub(super) fn login(&mut self, email: &str, password: &str) -> Option<(Login, &Account)> {
        let account = self.accounts.get_mut(&email.to_lowercase())?;
        let login = account.says(password);
        match login {
            Login::Right => account.wrong = 0,
            Login::Wrong => account.wrong += 1,
            Login::Locked => {}
        }
        Some((login, account))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn three_wrong_passwords_in_a_row_lock_somebody_out() {
        let (email, password) = OLD_USER;
        let mut provider = OldProvider::seeded();
        let mut login = |password: &str| provider.login(&email.to_uppercase(), password).unwrap().0;
        assert_eq!(
            [login("no"), login("no"), login(password)],
            [Login::Wrong, Login::Wrong, Login::Right]
        );
        assert_eq!([login("no"), login("no"), login("no")], [Login::Wrong; 3]);
        assert_eq!([login(password), login("no")], [Login::Locked; 2]);
        assert!(provider.login("nobody@example.nhs.test", password).is_none());
    }
}
