//! The target guard: the caller must be who the target says, before anything is enabled.

use switchback_engine::ports::{Identity, ProviderError};
use switchback_model::{Target, plan::TargetKind};

use crate::error::guard;

/// Proves that a caller is the target's asserted account and role.
///
/// The role is the name in `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`; IAM Identity Center's
/// `AWSReservedSSO_NAME_hash` counts as `NAME` (IAM Identity Center user guide, "Referencing
/// permission sets").
///
/// # Errors
/// `Guard`: another account, another role, no role, or a production target that asserts none.
pub fn assert_identity(target: &Target, found: &Identity) -> Result<(), ProviderError> {
    let refuse = |message: String, hint: &str| Err(guard("GetCallerIdentity", &message, hint));
    let parts: Vec<&str> = found.arn.splitn(6, ':').collect();
    let in_arn = parts.get(4).copied().unwrap_or_default();
    if found.account != target.account || in_arn != target.account {
        let (expected, other) = (masked(&target.account), masked(&found.account));
        return refuse(
            format!(
                "These credentials are for account {other}, but target {} is account {expected}",
                target.name
            ),
            "Choose the profile that the target names, and look for AWS_ environment variables that override it.",
        );
    }
    let role = role_of(&found.arn);
    match (&target.role, role) {
        (Some(expected), Some(found)) if is_role(expected, found) => Ok(()),
        (Some(expected), Some(found)) => refuse(
            format!(
                "The caller has the role {found}, but target {} needs the role {expected}",
                target.name
            ),
            "Choose the profile that assumes this role.",
        ),
        (Some(expected), None) => refuse(
            format!(
                "The caller has no role (it is a user or root), but target {} needs the role {expected}",
                target.name
            ),
            "Choose the profile that assumes this role.",
        ),
        (None, _) if target.kind == TargetKind::Production => refuse(
            format!(
                "The production target {} does not say which role the caller must have",
                target.name
            ),
            "Add the role to the target's file.",
        ),
        (None, _) => Ok(()),
    }
}

/// The role's name in an assumed-role ARN; none for a user, root or a federated user.
#[must_use]
pub fn role_of(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let is_sts = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("sts");
    let resource = parts.nth(2)?;
    let (name, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    (is_sts && !name.is_empty() && !session.is_empty()).then_some(name)
}

fn is_role(expected: &str, found: &str) -> bool {
    let reserved = || {
        let rest = found
            .strip_prefix("AWSReservedSSO_")?
            .strip_prefix(expected)?
            .strip_prefix('_')?;
        Some(rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    expected == found || reserved().unwrap_or(false)
}

/// An account id with only its last four digits to be seen.
#[must_use]
pub fn masked(account: &str) -> String {
    let last: Vec<char> = account.chars().rev().take(4).collect();
    format!("…{}", last.into_iter().rev().collect::<String>())
}
