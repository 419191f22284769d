//! Steps of what restricts an application: the rule of a web ACL, and methods of a stage.

use serde_json::json;
use switchback_model::{
    ActionSpec, ApiStage, CheckId, CheckKind, CheckSpec, Reversibility, RuleAction, RuleActionWord,
    RuleCheck, SetRuleAction, SetThrottle, Step, StepKind, ThrottleWish, WebAcl,
};

use crate::plans::step;

/// A rule that blocks, there and back; it only counts before.
#[must_use]
pub fn blocks(text: &str, web_acl: &WebAcl, rule: &str) -> Step {
    let is = |text: &str, action| CheckSpec {
        id: CheckId::new(text).unwrap(),
        title: "The rule is as expected".to_owned(),
        kind: CheckKind::Rule(RuleCheck {
            web_acl: web_acl.clone(),
            rule: rule.to_owned(),
            action: Some(action),
            guards: None,
        }),
        believable_s: 60,
        within_s: Some(60),
        mend: None,
    };
    let block = json!({"Block": {"CustomResponse": {"ResponseCode": 503}}});
    Step {
        action: Some(ActionSpec::SetRuleAction(SetRuleAction {
            web_acl: web_acl.clone(),
            rule: rule.to_owned(),
            action: RuleAction::of(&block),
        })),
        reversibility: Reversibility::Undo,
        verify: vec![is("blocks", RuleActionWord::Block)],
        undo_verify: vec![is("counts", RuleActionWord::Count)],
        ..step(text, StepKind::Action)
    }
}

/// Methods that take no request, there and back. Nothing but the judging of it says that it is so.
#[must_use]
pub fn throttles(text: &str, on: &ApiStage, methods: &[&str]) -> Step {
    Step {
        action: Some(ActionSpec::SetThrottle(SetThrottle {
            on: on.clone(),
            methods: methods.iter().map(|method| method.parse().unwrap()).collect(),
            wish: ThrottleWish::Limit {
                rate: "0".to_owned(),
                burst: 0,
            },
        })),
        reversibility: Reversibility::Undo,
        ..step(text, StepKind::Action)
    }
}
