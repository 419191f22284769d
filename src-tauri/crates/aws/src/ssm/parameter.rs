//! `ssm.parameter`, as a check and as an action.

use async_trait::async_trait;
use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Map, Value as Json, json};
use switchback_engine::ports::{Observed, ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{
    ApiCall, FieldDifference, Finding, Image, Parameter, ParameterCheck, Preview, SetParameter, Way, Witness,
};

use super::read::{NOT_KEPT, Value, kept};
use super::{DESCRIBE, GET, PUT, parameter};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{refused, safe};
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;

/// Bytes that a parameter of the standard tier holds (Systems Manager user guide, "Managing parameter tiers").
const STANDARD: usize = 4_096;
/// Bytes that an advanced one holds.
const ADVANCED: usize = 8_192;

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
        safe(&self.0.value)
    }

    async fn ask(&self, aws: &Aws) -> Result<Value, ProviderError> {
        aws.parameter_value(&self.0.name).await
    }

    fn judge(&self, answer: &Value) -> Found {
        let observed = format!("{}, version {}", safe(&kept(&answer.value)), answer.version);
        if answer.value == self.0.value {
            return Found::right(self.expected(), observed);
        }
        let mend = "Somebody changed the parameter, or the runbook names another value: compare both.";
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

/// The action: a parameter is given a value.
#[derive(Debug, Clone)]
pub struct ParameterChange(pub SetParameter);

impl ParameterChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a Parameter, ProviderError> {
        match image {
            Image::Parameter { name, content } if *name == self.0.name => Ok(content),
            Image::Parameter { .. }
            | Image::RecordSets { .. }
            | Image::Service { .. }
            | Image::Unknown(_) => Err(refused(
                PUT.operation,
                "What was read is another object than this parameter",
                "Read it again.",
            )),
        }
    }
}

#[async_trait]
impl Change for ParameterChange {
    type Guard = ();
    const OPS: &'static [Op] = &[GET, DESCRIBE, PUT];
    const AGAINST: Against = Against::Nothing;
    // Who reads it after the answer reads the new value; who read it before keeps the old one until then.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        parameter(&self.0.name)
    }

    fn object(&self) -> String {
        format!("parameter {}", self.0.name)
    }

    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let since = since.and_then(|sent| version(sent.witness));
        Ok(Seen {
            observed: aws.read_parameter(&self.0.name, since).await?,
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        Ok(Image::Parameter {
            name: self.0.name.clone(),
            content: Box::new(Parameter {
                value: self.0.value.clone(),
                ..self.content(now)?.clone()
            }),
        })
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        let (from, to) = (self.content(from)?, self.content(to)?);
        let name = &self.0.name;
        let wrong = |message: String, hint: &str| Err(refused(PUT.operation, &message, hint));
        let hidden = [from, to]
            .into_iter()
            .find(|image| image.value.starts_with(NOT_KEPT));
        if let Some(hidden) = hidden {
            let message = format!("The value of {name} is {}", hidden.value);
            return wrong(
                message,
                "A way back is kept in plain, so there is none: change it by hand.",
            );
        }
        if from.kind != to.kind || from.data_type != to.data_type {
            let message = format!(
                "{name} is now a {}, and AWS changes no type of a parameter",
                from.kind
            );
            return wrong(
                message,
                "Delete it and make it anew by hand, or give this step up.",
            );
        }
        if from.tier == "Advanced" && to.tier == "Standard" {
            let message =
                format!("{name} is advanced now, and AWS makes no advanced parameter standard again");
            return wrong(message, "Restore its value by hand, or give this step up.");
        }
        let most = if to.tier == "Standard" { STANDARD } else { ADVANCED };
        if to.value.len() > most {
            let message = format!(
                "The value has {} bytes; {name} holds {most} at most in the tier {}",
                to.value.len(),
                to.tier
            );
            return wrong(
                message,
                "Shorten the value in the runbook, or change the tier first.",
            );
        }
        if to.value.is_empty() {
            return wrong(
                "A parameter can't be empty".to_owned(),
                "Name a value in the runbook.",
            );
        }
        Ok(())
    }

    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        let (from, to) = (self.content(from).ok()?, self.content(to).ok()?);
        (from != to).then(|| ApiCall {
            service: Service::Ssm.id().to_owned(),
            operation: PUT.operation.to_owned(),
            parameters: parameters(&self.0.name, to),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        let to = self.content(&approved.to)?;
        let seen = crate::observe::Seen::default();
        aws.pace(Service::Ssm).await;
        // Each repeat would be one more version.
        let once = aws_sdk_ssm::config::Builder::default().retry_config(RetryConfig::disabled());
        let call = aws
            .ssm
            .put_parameter()
            .name(&self.0.name)
            .value(&to.value)
            .r#type(ParameterType::from(to.kind.as_str()))
            .tier(ParameterTier::from(to.tier.as_str()))
            .data_type(&to.data_type)
            .set_description(to.description.clone())
            .set_allowed_pattern(to.allowed_pattern.clone())
            .overwrite(true)
            .customize()
            .config_override(once)
            .interceptor(seen.clone())
            .send();
        let output = aws.run(PUT, &seen, call).await?;
        if let Some(before) = version(cx.witness())
            && output.version() != before.saturating_add(1)
        {
            // What stood there in between is looked at before anything is said.
            return Err(ProviderError {
                message: format!(
                    "AWS made version {} of it where version {} was next: it was written in between",
                    output.version(),
                    before.saturating_add(1)
                ),
                request_id: seen.request_id(),
                ..incomplete(PUT.operation, "next version")
            });
        }
        Ok(Receipt {
            request_id: seen.request_id(),
            change_id: None,
            version: Some(output.version()).filter(|version| *version > 0),
            server_date: aws.date_or_clock(&seen),
        })
    }

    /// Our write makes the next version after the one that was read, and replaces exactly that one. Where more were
    /// made, each of them must hold what we wrote: something on the way may have repeated the request. Anything
    /// else was somebody's, and was overwritten. A version that is no later one says that the parameter was deleted
    /// and made anew: then nothing of before stands, and whatever stood before ours was overwritten.
    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        let finding = switchback_model::field::judge(&now.image, before, after);
        let Some(sent) = sent else { return finding };
        let (from, ours) = match sent.way {
            Way::Apply | Way::Publish => (before, after),
            Way::Undo => (after, before),
        };
        let landed = now.image.same_as(ours) && !before.same_as(after);
        let (Ok(from), Ok(ours), true) = (self.content(from), self.content(ours), landed) else {
            return finding;
        };
        let anew = version(sent.witness)
            .zip(version(now.witness.as_ref()))
            .is_some_and(|(read, now)| now <= read);
        let foreign = now.between.iter().find_map(|(witness, image)| {
            let replaced = !anew && Some(witness) == sent.witness;
            let right = if replaced { from } else { ours };
            let content = self.content(image).ok()?;
            (content.value != right.value).then_some(content)
        });
        let Some(content) = foreign else {
            return finding;
        };
        Finding::Other {
            found: now.image.clone(),
            differences: vec![FieldDifference {
                field: FieldDifference::OVERWRITTEN.to_owned(),
                found: content.value.clone(),
                before: words(before),
                after: words(after),
            }],
        }
    }
}

fn words(image: &Image) -> String {
    image.lines().into_iter().next().unwrap_or_default()
}

fn version(witness: Option<&Witness>) -> Option<i64> {
    match witness? {
        Witness::Version { version } => Some(*version),
        Witness::Deployment { .. } | Witness::Unknown(_) => None,
    }
}

/// In the spelling of the AWS CLI.
fn parameters(name: &str, to: &Parameter) -> Json {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Json| {
        fields.insert(key.to_owned(), value);
    };
    put("Name", json!(name));
    if let Some(description) = &to.description {
        put("Description", json!(description));
    }
    put("Value", json!(to.value));
    put("Type", json!(to.kind));
    put("Overwrite", json!(true));
    if let Some(pattern) = &to.allowed_pattern {
        put("AllowedPattern", json!(pattern));
    }
    put("Tier", json!(to.tier));
    put("DataType", json!(to.data_type));
    Json::Object(fields)
}
