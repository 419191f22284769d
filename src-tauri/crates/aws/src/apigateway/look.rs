//! `apigateway.throttle`, as a check: methods of a stage have this throttle of their own, or none.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::throttle::words;
use switchback_model::{MethodSettings, ThrottleCheck};

use super::{STAGE, stage};
use crate::connect::Aws;
use crate::error::safe;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct ThrottleLook<'a>(pub &'a ThrottleCheck);

#[async_trait]
impl Look for ThrottleLook<'_> {
    type Answer = MethodSettings;
    const OPS: &'static [Op] = &[STAGE];

    fn resource(&self) -> Option<Resource> {
        Some(stage(&self.0.on))
    }

    fn expected(&self) -> String {
        let methods = match self.0.methods.as_slice() {
            [one] => one.to_string(),
            all => format!("each of {} methods", all.len()),
        };
        format!("{methods}: {}", self.0.expected.words())
    }

    async fn ask(&self, aws: &Aws) -> Result<MethodSettings, ProviderError> {
        aws.method_settings(&self.0.on, &self.0.methods).await
    }

    fn judge(&self, told: &MethodSettings) -> Found {
        let others = told
            .methods
            .iter()
            .filter(|(_, own)| !self.0.expected.holds(own.as_ref()));
        let others: Vec<String> = others
            .map(|(method, own)| safe(&format!("{method}: {}", words(own.as_ref()))))
            .collect();
        let right = told.methods.len() - others.len();
        let observed = format!("{right} of {} so", told.methods.len());
        if others.is_empty() {
            return Found::right(self.expected(), observed);
        }
        Found::wrong(
            self.expected(),
            format!("{observed}; {}", others.join("; ")),
            Mend::Unsaid(
                "Somebody changed the stage, or a step before this one is not done: compare both.".to_owned(),
            ),
        )
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        Found::missing_or_untold(
            self.expected(),
            error,
            "Look at the names in the runbook, and at the region of the target.",
        )
    }
}
