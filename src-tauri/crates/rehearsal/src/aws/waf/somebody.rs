//! Somebody else changes the web ACL, behind the operator's back.

use serde_json::{Map, Value, json};

use super::part::Acl;
use super::seed::{FREEZE_RULE, OTHER_RULE, WEB_ACL_ID, blob, spread_ms};
use crate::aws::AwsError;
use crate::core::Core;
use crate::log::{Caller, LogEntry, Outcome};

/// Edits a rule that is not the freeze rule: what it looks for becomes another text than it was.
pub(crate) fn somebody_edits_a_rule(core: &Core) -> Result<(), AwsError> {
    edit(core, "RuleEdited", OTHER_RULE, |rule| {
        let text = &mut rule["Statement"]["ByteMatchStatement"]["SearchString"];
        let another = blob("changed-by-somebody-else");
        *text = match *text == another {
            true => json!(blob("changed-by-somebody-else-again")),
            false => json!(another),
        };
    })
}

/// Sets the action of the freeze rule to Allow.
pub(crate) fn somebody_sets_the_rule(core: &Core) -> Result<(), AwsError> {
    edit(core, "RuleSet", FREEZE_RULE, |rule| {
        rule["Action"] = json!({"Allow": {}});
    })
}

/// Replaces the web ACL as anybody may who is allowed to: all but one rule stays.
fn edit(
    core: &Core,
    operation: &str,
    rule: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(), AwsError> {
    let caller = Caller::somebody_else(operation);
    core.commit(|state, now| {
        let none = || {
            AwsError::new(
                "WAFNonexistentItemException",
                &format!("there is no rule “{rule}”"),
            )
        };
        let takes_ms = spread_ms(&state.faults);
        let mut acls = state.waf.acls.iter_mut();
        let acl: &mut Acl = acls.find(|acl| acl.id == WEB_ACL_ID).ok_or_else(none)?;
        let mut settings = acl.settings.latest().clone();
        let rules = settings.get_mut("Rules").and_then(Value::as_array_mut);
        let found = rules.and_then(|rules| rules.iter_mut().find(|one| one["Name"] == rule));
        change(found.and_then(Value::as_object_mut).ok_or_else(none)?);
        acl.replace(settings, now, takes_ms);
        let entry = LogEntry {
            comment: Some(acl.arn()),
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, AwsError>(((), entry))
    })
    .map(drop)
}
