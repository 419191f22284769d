//! What a check sees of the stage: which deployment it serves, and in what it differs.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::{Pointer, StageCheck};

use crate::apigateway::{HTTP_API, STAGE, stage};
use crate::connect::Aws;
use crate::grammar::Word;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct StageLook<'a>(pub &'a StageCheck);

#[async_trait]
impl Look for StageLook<'_> {
    type Answer = Pointer;
    const OPS: &'static [Op] = &[STAGE, HTTP_API];

    fn resource(&self) -> Option<Resource> {
        Some(stage(&self.0.on))
    }

    fn expected(&self) -> String {
        match &self.0.deployment {
            Some(id) => format!("deployment {id}, and no canary"),
            None => "one deployment, and no canary".to_owned(),
        }
    }

    async fn ask(&self, aws: &Aws) -> Result<Pointer, ProviderError> {
        aws.pointer(&self.0.on).await
    }

    fn judge(&self, told: &Pointer) -> Found {
        let observed = format!("deployment {}", Word::id(&told.deployment));
        if told.canary {
            return Found::wrong(
                self.expected(),
                format!("{observed}, and a canary beside it"),
                Mend::Besides(
                    "Promote the canary or delete it: a share of the requests meets another deployment."
                        .to_owned(),
                ),
            );
        }
        match &self.0.deployment {
            Some(id) if *id != told.deployment => Found::wrong(
                self.expected(),
                observed,
                Mend::Unsaid(
                    "Somebody deployed, or a step before this one is not done: compare both.".to_owned(),
                ),
            ),
            Some(_) | None => Found::right(self.expected(), observed),
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
