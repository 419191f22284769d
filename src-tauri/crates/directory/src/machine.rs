//! Machine users: accounts of programs. They stay with the old provider, and nobody moves, disables or
//! deletes them from here (`tis.md`, 3).

use switchback_model::directory::Account;

/// The seeded names.
pub const MACHINE_USERS: [&str; 5] = [
    "core_etl",
    "gmc_etl",
    "consolidated_etl",
    "bulk_upload",
    "esr_kc_user",
];

/// The role that marks one on a source list.
pub const MACHINE_ROLE: &str = "Machine User";

/// Whether a user name, or what stands before the `@` of an address, is a machine user's.
#[must_use]
pub fn is_machine(name: &str) -> bool {
    let local = name.split_once('@').map_or(name, |(local, _)| local).trim();
    MACHINE_USERS
        .iter()
        .any(|machine| machine.eq_ignore_ascii_case(local))
}

/// Whether an account is a machine user's, by its user name or its e-mail address.
#[must_use]
pub fn is_machine_account(account: &Account) -> bool {
    is_machine(account.username.revealed())
        || account
            .email
            .as_ref()
            .is_some_and(|email| is_machine(email.revealed()))
}
