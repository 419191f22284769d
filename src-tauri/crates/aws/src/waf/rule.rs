//! `waf.rule`: a rule is there and does this, and its web ACL stands before what it shall guard.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::{RuleAction, RuleCheck};

use super::{GET, GUARDS, stage_arn, web_acl};
use crate::connect::Aws;
use crate::error::safe;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct RuleLook<'a>(pub &'a RuleCheck);

/// What AWS tells of it.
pub struct RuleAnswer {
    action: RuleAction,
    managed: bool,
    arn: String,
    /// The web ACL before the stage, where that was asked.
    guard: Option<Option<String>>,
}

#[async_trait]
impl Look for RuleLook<'_> {
    type Answer = RuleAnswer;
    const OPS: &'static [Op] = &[GET, GUARDS];

    fn resource(&self) -> Option<Resource> {
        Some(web_acl(&self.0.web_acl))
    }

    fn expected(&self) -> String {
        let does = match self.0.action {
            Some(action) => format!("the rule {} does {}", self.0.rule, action.text()),
            None => format!("there is a rule {}", self.0.rule),
        };
        match &self.0.guards {
            Some(on) => format!("{does}, before the stage {} of {}", on.stage, on.api),
            None => does,
        }
    }

    async fn ask(&self, aws: &Aws) -> Result<RuleAnswer, ProviderError> {
        let acl = aws.web_acl(&self.0.web_acl).await?;
        let guard = match &self.0.guards {
            Some(on) => Some(aws.guard_of(&stage_arn(on, &aws.region)).await?),
            None => None,
        };
        let arn = acl.document.get("ARN").and_then(serde_json::Value::as_str);
        Ok(RuleAnswer {
            action: acl.action_of(&self.0.rule)?,
            managed: acl.is_managed(),
            arn: arn.unwrap_or_default().to_owned(),
            guard,
        })
    }

    fn judge(&self, told: &RuleAnswer) -> Found {
        let does = safe(&told.action.words());
        let wrong = |observed: String, mend: &str| {
            Found::wrong(self.expected(), observed, Mend::Anyway(mend.to_owned()))
        };
        if told.managed {
            return wrong(
                format!("{does}; Firewall Manager owns the web ACL"),
                "It puts back what anybody else changes: have its administrator change the policy.",
            );
        }
        match &told.guard {
            Some(None) => {
                return wrong(
                    format!("{does}; no web ACL stands before the stage"),
                    "Associate the web ACL with the stage, in Terraform.",
                );
            }
            Some(Some(arn)) if *arn != told.arn => {
                return wrong(
                    format!("{does}; another web ACL stands before the stage: {}", safe(arn)),
                    "Name that one in the runbook, or associate this one with the stage.",
                );
            }
            Some(Some(_)) | None => {}
        }
        match self.0.action {
            Some(action) if told.action.word() != Some(action) => Found::wrong(
                self.expected(),
                does,
                Mend::Unsaid(
                    "Somebody changed the rule, or a step before this one is not done: compare both."
                        .to_owned(),
                ),
            ),
            Some(_) | None => Found::right(self.expected(), does),
        }
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        Found::missing_or_untold(
            self.expected(),
            error,
            "Look at the names in the runbook, and at the region of the target.",
        )
    }
}
