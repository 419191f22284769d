//! What an administrator does to one user: AdminDeleteUser, AdminDisableUser, AdminEnableUser and AdminResetUserPassword.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::AwsError;
use super::super::json::read;
use super::REGION;
use super::list::good_name;
use super::user::UserStatus;
use crate::core::Core;
use crate::log::{Caller, LogEntry, Outcome};
use crate::seed as world;
use crate::state::State;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OfUser {
    user_pool_id: String,
    username: String,
    // It is handed to triggers of which the world has none.
    #[serde(rename = "ClientMetadata")]
    _client_metadata: Option<Value>,
}

/// Whether an operation changes a user.
pub(super) fn changes(operation: &str) -> bool {
    matches!(
        operation,
        "AdminDeleteUser" | "AdminDisableUser" | "AdminEnableUser" | "AdminResetUserPassword"
    )
}

/// Carries it out; what it made, and whether the answer is lost.
pub(super) fn change(core: &Core, caller: &Caller, body: &[u8]) -> Result<(Value, bool), AwsError> {
    let asked: OfUser = read(body)?;
    let committed = core.commit(|state, now_ms| apply(state, caller, &asked, now_ms))?;
    Ok((committed.made, committed.lost))
}

fn apply(
    state: &mut State,
    caller: &Caller,
    asked: &OfUser,
    now_ms: i64,
) -> Result<(Value, LogEntry), AwsError> {
    let mine = caller.account == world::ACCOUNT && caller.region == REGION;
    let none = || {
        AwsError::new(
            "ResourceNotFoundException",
            &format!("User pool {} does not exist.", asked.user_pool_id),
        )
    };
    let pool = state
        .cognito
        .pools
        .get_mut(&asked.user_pool_id)
        .filter(|_| mine)
        .ok_or_else(none)?;
    good_name(&asked.username)?;
    let name = pool.named(&asked.username).map(|user| user.username.clone());
    // Made-up users stand in no table: nobody changes one.
    let user = name.as_ref().and_then(|name| pool.users.get_mut(name));
    let (Some(name), Some(user)) = (name, user) else {
        return Err(AwsError::new("UserNotFoundException", "User does not exist."));
    };
    user.modified_ms = now_ms;
    // The first has no output at all, and so an empty body; the others have one without members (API reference, "Response
    // Elements" of each).
    let (answer, left) = match caller.operation.as_str() {
        "AdminDeleteUser" => {
            pool.users.remove(&name);
            let left = json!({"deleted": {"pool": asked.user_pool_id, "username": name}});
            (Value::Null, left)
        }
        operation => {
            match operation {
                "AdminDisableUser" => user.enabled = false,
                "AdminEnableUser" => user.enabled = true,
                // Refused of who has no password of their own yet (API reference, AdminResetUserPassword).
                _ if user.status != UserStatus::Confirmed || !user.enabled => {
                    return Err(AwsError::new(
                        "NotAuthorizedException",
                        "User password cannot be reset in the current state.",
                    ));
                }
                _ => user.status = UserStatus::ResetRequired,
            }
            let left = json!({"changed": {
                "pool": asked.user_pool_id, "username": name, "status": user.status.word(), "enabled": user.enabled,
            }});
            (json!({}), left)
        }
    };
    let mut entry = caller.entry(Outcome::Committed);
    entry.left = Some(left);
    Ok((answer, entry))
}
