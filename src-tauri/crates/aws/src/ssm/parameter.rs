//! `ssm.parameter`, as a check and as an action.

use async_trait::async_trait;
use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Map, Value as Json, json};
use switchback_engine::ports::{Observed, ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{
    ApiCall, FieldDifference, Finding, Image, Parameter, Preview, SetParameter, Way, Witness, list,
};

use super::read::{NOT_KEPT, Stands};
use super::{DESCRIBE, GET, PUT, parameter};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{another, refused};
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;

mod look;

pub use self::look::ParameterLook;

/// Bytes that a parameter of the standard tier holds (Systems Manager user guide, "Managing parameter tiers").
const STANDARD: usize = 4_096;

/// Bytes that an advanced one holds.
const ADVANCED: usize = 8_192;

/// The action: a parameter is given a value, or items are appended to it.
#[derive(Debug, Clone)]
pub struct ParameterChange(pub SetParameter);

impl ParameterChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a Parameter, ProviderError> {
        if let Image::Parameter { name, content } = image
            && *name == self.0.name
        {
            return Ok(content);
        }
        Err(another(PUT.operation, "this parameter"))
    }

    /// What somebody else wrote and our write of a list overwrote: a version since the one that was read of which an
    /// item that is no concern of ours is gone now, or which had dropped an item before our write put it back. What
    /// others did to the list after ours, and what of theirs is still there, is theirs.
    fn overwrote<'a>(
        &self,
        now: &'a Observed,
        (from, ours, is): (&Parameter, &Parameter, &Parameter),
        (sent, anew): (&Sent<'_>, bool),
    ) -> Option<&'a Parameter> {
        let mine = self.0.append().unwrap_or_default();
        let written = |content: &Parameter| content.value == ours.value;
        let versions: Vec<(&Witness, &Parameter)> = now
            .between
            .iter()
            .filter_map(|(witness, image)| Some((witness, self.content(image).ok()?)))
            .collect();
        let landed = versions.iter().position(|(_, content)| written(content));
        let landed = landed.unwrap_or(versions.len());
        let foreign = |at: usize, witness: &Witness, content: &Parameter| {
            let replaced = !anew && Some(witness) == sent.witness;
            if written(content) || replaced && content.value == from.value {
                return false;
            }
            let not_mine = |item: &&str| !mine.iter().any(|mine| mine == item);
            let gone = list::items(&content.value)
                .filter(not_mine)
                .any(|item| !list::has(&is.value, item));
            let put_back = at < landed
                && list::items(&ours.value)
                    .filter(not_mine)
                    .any(|item| !list::has(&content.value, item));
            gone || put_back
        };
        let mut found = versions.into_iter().enumerate();
        found.find_map(|(at, (witness, content))| foreign(at, witness, content).then_some(content))
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
            observed: aws
                .hushed(self.0.secure)
                .read_parameter(&self.0.name, Stands::of(self.0.secure), since)
                .await?,
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        let content = self.content(now)?;
        // Behind an empty item ours would make a list of which nobody knows how its readers take it.
        if self.0.append().is_some() && list::items(&content.value).any(str::is_empty) {
            let message = format!("{} is a list with an empty item, or no list at all", self.0.name);
            let hint = "Mend the list by hand, or write the whole value with `value` in the runbook.";
            return Err(refused(PUT.operation, &message, hint));
        }
        Ok(Image::Parameter {
            name: self.0.name.clone(),
            content: Box::new(Parameter {
                value: self.0.wished(&content.value),
                ..content.clone()
            }),
        })
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        let (from, to) = (self.content(from)?, self.content(to)?);
        let name = &self.0.name;
        let wrong = |message: String, hint: &str| Err(refused(PUT.operation, &message, hint));
        let hidden = [from, to]
            .into_iter()
            .find(|image| !image.is_secure() && image.value.starts_with(NOT_KEPT));
        if let Some(hidden) = hidden {
            let message = format!("The value of {name} is {}", hidden.value);
            return wrong(
                message,
                "A way back is kept in plain, so there is none: change it by hand.",
            );
        }
        if from.key_id != to.key_id {
            return wrong(
                format!("{name} is encrypted with another key now"),
                "Read it again, and look at the new plan.",
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
        if to.value.is_empty() && self.0.append().is_some() {
            return wrong(
                format!(
                    "Nothing but what this step appended is left in {name}, and Parameter Store takes no empty value"
                ),
                "Write by hand what its readers shall find there, then plan the way back anew.",
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
            parameters: parameters(&self.0.name, to).into(),
        })
    }

    fn shown(&self, image: &Image) -> Vec<String> {
        let mut lines = image.lines();
        if let (true, Some(items), Ok(content)) = (self.0.secure, self.0.append(), self.content(image)) {
            lines.splice(..1, [of_ours(&content.value, items)]);
        }
        lines
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        let to = self.content(&approved.to)?;
        let seen = crate::observe::CallFacts::default();
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
            .set_key_id(to.key_id.clone())
            .overwrite(true)
            .customize()
            .config_override(once)
            .interceptor(seen.clone())
            .send();
        let output = aws.hushed(self.0.secure).run(PUT, &seen, call).await?;
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
            proven: Vec::new(),
            server_date: aws.date_or_clock(&seen),
        })
    }

    /// Of an append, by its items; see `overwrote` for what it overwrote. Of a value:
    /// our write makes the next version after the one that was read, and replaces exactly that one. Where more were
    /// made, each of them must hold what we wrote: something on the way may have repeated the request. Anything
    /// else was somebody's, and was overwritten. A version that is no later one says that the parameter was deleted
    /// and made anew: then nothing of before stands, and whatever stood before ours was overwritten.
    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        let finding = match self.0.append() {
            // Of a value that is not kept nobody can tell its items.
            Some(_) if !hidden(&now.image) => self.0.judge(&now.image, before, after),
            Some(_) | None => switchback_model::field::judge(&now.image, before, after),
        };
        let Some(sent) = sent else { return finding };
        let (from, ours, done) = match sent.way {
            Way::Apply | Way::Publish => (before, after, Finding::After),
            Way::Undo => (after, before, Finding::Before),
        };
        let there = match self.0.append() {
            Some(_) => finding == done,
            None => now.image.same_as(ours),
        };
        let landed = there && !before.same_as(after);
        let (Ok(from), Ok(ours), true) = (self.content(from), self.content(ours), landed) else {
            return finding;
        };
        let anew = version(sent.witness)
            .zip(version(now.witness.as_ref()))
            .is_some_and(|(read, now)| now <= read);
        let foreign = match (self.0.append(), self.content(&now.image)) {
            (Some(_), Ok(is)) => self.overwrote(now, (from, ours, is), (sent, anew)),
            (Some(_), Err(_)) | (None, _) => now.between.iter().find_map(|(witness, image)| {
                let replaced = !anew && Some(witness) == sent.witness;
                let right = if replaced { from } else { ours };
                let content = self.content(image).ok()?;
                (content.value != right.value).then_some(content)
            }),
        };
        let Some(content) = foreign else {
            return finding;
        };
        Finding::Other {
            found: now.image.clone(),
            differences: vec![FieldDifference {
                field: FieldDifference::OVERWRITTEN.to_owned(),
                found: content.shown(),
                before: words(before),
                after: words(after),
            }],
        }
    }
}

/// A list of which others' items are counted and ours are named.
fn of_ours(list: &str, ours: &[String]) -> String {
    let (mine, others): (Vec<&str>, Vec<&str>) =
        list::items(list).partition(|item| ours.iter().any(|mine| mine == item));
    let others = match others.len() {
        1 => "1 item, not shown".to_owned(),
        others => format!("{others} items, not shown"),
    };
    match mine.is_empty() {
        true => others,
        false => format!("{others}, and {}", mine.join(", ")),
    }
}

fn hidden(image: &Image) -> bool {
    matches!(image, Image::Parameter { content, .. } if !content.is_secure() && content.value.starts_with(NOT_KEPT))
}

fn words(image: &Image) -> String {
    image.lines().into_iter().next().unwrap_or_default()
}

fn version(witness: Option<&Witness>) -> Option<i64> {
    match witness? {
        Witness::Version { version } => Some(*version),
        Witness::Deployment { .. } | Witness::Time { .. } | Witness::Unknown(_) => None,
    }
}

/// In the spelling of the AWS CLI. The value of a SecureString is left out, so that it is shown nowhere, and so that a
/// command made of this is refused rather than writes something else.
fn parameters(name: &str, to: &Parameter) -> Json {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Json| {
        fields.insert(key.to_owned(), value);
    };
    put("Name", json!(name));
    // What people wrote beside a secret may say it.
    if let Some(description) = to.description.as_ref().filter(|_| !to.is_secure()) {
        put("Description", json!(description));
    }
    if !to.is_secure() {
        put("Value", json!(to.value));
    }
    put("Type", json!(to.kind));
    put("Overwrite", json!(true));
    if let Some(pattern) = &to.allowed_pattern {
        put("AllowedPattern", json!(pattern));
    }
    put("Tier", json!(to.tier));
    put("DataType", json!(to.data_type));
    if let Some(key) = &to.key_id {
        put("KeyId", json!(key));
    }
    Json::Object(fields)
}
