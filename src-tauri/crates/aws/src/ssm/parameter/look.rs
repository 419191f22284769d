//! What a check says is in a parameter.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::{ParameterCheck, ParameterExpected};

use crate::connect::Aws;
use crate::error::safe;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;
use crate::ssm::read::{Stands, Value, kept};
use crate::ssm::{GET, parameter};

/// The check: a parameter has a value.
#[derive(Debug, Clone, Copy)]
pub struct ParameterLook<'a>(pub &'a ParameterCheck);

#[async_trait]
impl Look for ParameterLook<'_> {
    type Answer = Value;
    const OPS: &'static [Op] = &[GET];

    fn resource(&self) -> Option<Resource> {
        Some(parameter(&self.0.name))
    }

    fn expected(&self) -> String {
        match &self.0.expected {
            ParameterExpected::Value(value) => safe(value),
            ParameterExpected::Contains(items) => format!("a list with {}", safe(&items.join(", "))),
            ParameterExpected::Lacks(items) => format!("a list without {}", safe(&items.join(", "))),
        }
    }

    async fn ask(&self, aws: &Aws) -> Result<Value, ProviderError> {
        let aws = aws.hushed(self.0.secure);
        aws.parameter_value(&self.0.name, Stands::of(self.0.secure)).await
    }

    fn judge(&self, answer: &Value) -> Found {
        let value = match self.0.secure {
            true => "a SecureString".to_owned(),
            false => safe(&kept(&answer.value)),
        };
        let observed = format!("{value}, version {}", answer.version);
        if self.0.expected.holds(&answer.value) {
            return Found::right(self.expected(), observed);
        }
        let mend = match &self.0.expected {
            ParameterExpected::Value(_) => {
                "Somebody changed the parameter, or the runbook names another value: compare both."
            }
            ParameterExpected::Contains(_) | ParameterExpected::Lacks(_) => {
                "Somebody changed the list, or the runbook names another item: compare both."
            }
        };
        Found::wrong(self.expected(), observed, Mend::Unsaid(mend.to_owned()))
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        match error.kind {
            switchback_engine::ports::ProviderErrorKind::NotFound => Found::wrong(
                self.expected(),
                format!("there is no parameter {}", self.0.name),
                Mend::Anyway("Correct the name in the runbook, or the region of the target.".to_owned()),
            ),
            _ => Found::untold_because(self.expected(), error),
        }
    }
}
