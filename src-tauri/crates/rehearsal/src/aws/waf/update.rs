//! UpdateWebACL: a web ACL is replaced whole by whoever holds its lock token.

use serde_json::{Value, json};

use super::part::{OUTPUT_ONLY, Settings, freeze_rule};
use super::seed::{spread_ms, weak_statement};
use super::{missing, rules, scope};
use crate::aws::AwsError;
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

/// The one member that stays where an update leaves it out (API reference, UpdateWebACL: "ApplicationConfig").
const STAYS: &str = "ApplicationConfig";

/// Replaces, and gives the next lock token.
pub(super) fn update(
    state: &mut State,
    caller: &Caller,
    mut asked: Settings,
    now_ms: i64,
) -> Result<(Value, LogEntry), AwsError> {
    // A member without a value is none.
    asked.retain(|_, value| !value.is_null());
    // AWS would overlook them; here it is a mistake of whoever echoes them.
    if let Some(name) = OUTPUT_ONLY.iter().find(|name| asked.contains_key(**name)) {
        return Err(AwsError::new(
            "SerializationException",
            &format!("unknown field `{name}`"),
        ));
    }
    let name = taken(&mut asked, "Name")?;
    let id = taken(&mut asked, "Id")?;
    let token = taken(&mut asked, "LockToken")?;
    let asked_scope = taken(&mut asked, "Scope")?;
    scope(caller, &asked_scope)?;
    rules::check(&asked)?;
    let takes_ms = spread_ms(&state.faults);
    let weak = weak_statement(&state.faults);
    let acl = state
        .waf
        .get_mut(caller, &asked_scope, &name, &id)
        .ok_or_else(missing)?;
    if acl.lock_token != token {
        return Err(AwsError::new(
            "WAFOptimisticLockException",
            "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. \
             Reapply your changes.",
        ));
    }
    if !asked.contains_key(STAYS)
        && let Some(kept) = acl.settings.latest().get(STAYS)
    {
        asked.insert(STAYS.to_owned(), kept.clone());
    }
    // Who sends the weak statement of a fault back as it was read has not made it their own: it goes with the fault.
    if let Some(rule) = freeze_rule(&mut asked).filter(|rule| weak.as_ref() == Some(&rule["Statement"]))
        && let Some(kept) = freeze_rule(&mut acl.settings.latest().clone())
    {
        rule["Statement"] = kept["Statement"].take();
    }
    let left = Value::Object(asked.clone());
    let next = acl.replace(asked, now_ms, takes_ms).to_owned();
    let entry = LogEntry {
        comment: Some(acl.arn()),
        left: Some(left),
        ..caller.entry(Outcome::Committed)
    };
    Ok((json!({ "NextLockToken": next }), entry))
}

/// A text that every request has; it is no setting.
fn taken(asked: &mut Settings, name: &str) -> Result<String, AwsError> {
    match asked.shift_remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(AwsError::new(
            "SerializationException",
            &format!("`{name}` is no text"),
        )),
        None => Err(AwsError::new(
            "ValidationException",
            &format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
                super::rules::lower_camel(name)
            ),
        )),
    }
}
