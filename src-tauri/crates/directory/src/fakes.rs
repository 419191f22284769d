//! Accounts for the tests of this crate.

use switchback_model::directory::{Account, AccountStatus, Personal};

/// A confirmed account with a verified e-mail address.
pub(crate) fn account(given: &str, family: &str) -> Account {
    Account {
        pool: "eu-west-2_REHEARSAL1".to_owned(),
        username: Personal::new(format!("{given}.{family}")),
        sub: Some(Personal::new("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")),
        email: Some(Personal::new(
            format!("{given}.{family}@example.nhs.test").to_lowercase(),
        )),
        email_verified: Some(true),
        given_name: Some(Personal::new(given)),
        family_name: Some(Personal::new(family)),
        status: AccountStatus::Confirmed,
        enabled: Some(true),
        created_at: None,
        modified_at: None,
        mfa: None,
    }
}
