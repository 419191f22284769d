//! Reading a parameter: its value with its version, what a write must say again, and what stood there since.

use aws_sdk_ssm::types::{Parameter as Answered, ParameterMetadata, ParameterStringFilter, ParameterType};
use jiff::Timestamp;
use switchback_engine::ports::{Observed, ProviderError, ProviderErrorKind};
use switchback_model::screen;
use switchback_model::{Image, Parameter, Witness};

use super::{DESCRIBE, GET};
use crate::connect::{Aws, incomplete};
use crate::error::{refused, safe};
use crate::observe::{CallFacts, moment};
use crate::service::Service;

/// A value and its metadata are two reads: so often they are repeated until they are of one version.
const TRIES: u32 = 3;
/// Versions since a witness that are read one by one, the oldest first: the write that is looked for made the
/// first of them, or came after somebody else's.
const MOST_BETWEEN: i64 = 8;
/// Parameters of one page; a name is one, but a page may be empty.
const PAGES: usize = 10;

/// How the words begin that stand for a value which is kept nowhere in plain.
pub(super) const NOT_KEPT: &str = "not kept: it holds ";

/// Which type of parameter the runbook says, so that a value is asked for as it says and none is decrypted unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// `String` or `StringList`.
    Plain,
    /// `SecureString`: decrypted, and sealed wherever it is kept.
    Secure,
}

impl Stands {
    /// As a runbook says it.
    pub(super) const fn of(secure: bool) -> Self {
        match secure {
            true => Self::Secure,
            false => Self::Plain,
        }
    }

    /// A value as it may be kept where a parameter of this type is kept.
    fn kept(self, value: &str) -> String {
        match self {
            Self::Plain => kept(value),
            Self::Secure => value.to_owned(),
        }
    }
}

/// A value as it may be journalled and shown: one that holds a key, a token or a password is not, although its
/// parameter is no SecureString.
pub(super) fn kept(value: &str) -> String {
    match screen::secret(value) {
        Some(found) => format!("{NOT_KEPT}{}", found.what),
        None => value.to_owned(),
    }
}

/// A value as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) version: i64,
    pub(super) data_type: String,
}

impl Aws {
    /// A parameter's value.
    pub(super) async fn parameter_value(&self, name: &str, stands: Stands) -> Result<Value, ProviderError> {
        let seen = CallFacts::default();
        self.pace(Service::Ssm).await;
        let call = self
            .ssm
            .get_parameter()
            .name(name)
            .set_with_decryption(Some(true).filter(|_| stands == Stands::Secure))
            .customize()
            .interceptor(seen.clone())
            .send();
        let told = self.run(GET, &seen, call).await?.parameter;
        let told = told.ok_or_else(|| incomplete(GET.operation, "parameter"))?;
        // The name that was asked for may end in a version.
        let asked = name.split(':').next().unwrap_or(name);
        if let Some(other) = told.name().filter(|told| bare(told) != bare(asked)) {
            let message = format!("AWS was asked for {asked} and answered {}", safe(other));
            return Err(ProviderError {
                message,
                ..incomplete(GET.operation, "parameter of that name")
            });
        }
        value(told, stands)
    }

    /// When a parameter was written last. Its value is not asked for: whoever may ask this needs no right to read it.
    ///
    /// # Errors
    /// `NotFound` where there is none, `Unclear` where the answer holds no moment.
    pub(crate) async fn parameter_written(&self, name: &str) -> Result<Timestamp, ProviderError> {
        let Some(metadata) = self.parameter_metadata(name).await? else {
            return Err(ProviderError {
                kind: ProviderErrorKind::NotFound,
                message: format!("There is no parameter {name}"),
                hint: Some("Look at the name in the runbook, and at the region of the target.".to_owned()),
                ..incomplete(DESCRIBE.operation, "parameter")
            });
        };
        metadata
            .last_modified_date()
            .and_then(moment)
            .ok_or_else(|| incomplete(DESCRIBE.operation, "moment of the last write"))
    }

    async fn parameter_metadata(&self, name: &str) -> Result<Option<ParameterMetadata>, ProviderError> {
        let filter = ParameterStringFilter::builder()
            .key("Name")
            .option("Equals")
            .values(name)
            .build()
            .map_err(|_| {
                refused(
                    DESCRIBE.operation,
                    "The request could not be built",
                    "Look at the name.",
                )
            })?;
        let mut next = None;
        for _ in 0..PAGES {
            let seen = CallFacts::default();
            self.pace(Service::Ssm).await;
            let call = self
                .ssm
                .describe_parameters()
                .parameter_filters(filter.clone())
                .set_next_token(next)
                .customize()
                .interceptor(seen.clone())
                .send();
            let page = self.run(DESCRIBE, &seen, call).await?;
            let found = page.parameters.unwrap_or_default();
            if let Some(found) = found
                .into_iter()
                .find(|found| found.name().is_some_and(|found| bare(found) == bare(name)))
            {
                return Ok(Some(found));
            }
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(None);
            }
        }
        Err(incomplete(DESCRIBE.operation, "description of the parameter"))
    }

    /// A parameter whole. `since`: the version before a write of ours; what stood there between that and now
    /// is read as well.
    pub(super) async fn read_parameter(
        &self,
        name: &str,
        stands: Stands,
        since: Option<i64>,
    ) -> Result<Observed, ProviderError> {
        for _ in 0..TRIES {
            let value = self.parameter_value(name, stands).await?;
            let metadata = self
                .parameter_metadata(name)
                .await?
                .ok_or_else(|| incomplete(DESCRIBE.operation, "description of the parameter"))?;
            let other_type = metadata.r#type().is_some_and(|kind| kind.as_str() != value.kind);
            if metadata.version() != value.version || other_type {
                continue;
            }
            let content = content(&value, &metadata, stands)?;
            let now = value.version;
            let between = match since {
                Some(before) => {
                    let like = (&content, stands);
                    self.versions_since(name, like, before, now).await?
                }
                None => Vec::new(),
            };
            return Ok(Observed {
                image: image(name, content),
                witness: Some(Witness::Version { version: now }),
                between,
                rollout: None,
                made: None,
            });
        }
        Err(ProviderError {
            kind: ProviderErrorKind::Busy,
            message: format!("The parameter {name} is being changed while it is read"),
            hint: Some("Wait until nobody else changes it, then repeat.".to_owned()),
            ..incomplete(GET.operation, "parameter")
        })
    }

    /// The versions from `before` on and before `now`, oldest first; not all of them where there are many. Where
    /// `now` is no later one the parameter was made anew since, and its last ones are read.
    async fn versions_since(
        &self,
        name: &str,
        (like, stands): (&Parameter, Stands),
        before: i64,
        now: i64,
    ) -> Result<Vec<(Witness, Image)>, ProviderError> {
        let versions = if now > before {
            before..now.min(before.saturating_add(MOST_BETWEEN + 1))
        } else {
            now.saturating_sub(MOST_BETWEEN).max(1)..now
        };
        let mut images = Vec::new();
        for version in versions {
            let old = self.parameter_value(&format!("{name}:{version}"), stands).await;
            let old = match old {
                // AWS keeps the last hundred.
                Err(error) if error.kind == ProviderErrorKind::NotFound => continue,
                old => old?,
            };
            let content = Parameter {
                value: stands.kept(&old.value),
                kind: old.kind,
                data_type: old.data_type,
                ..like.clone()
            };
            images.push((Witness::Version { version }, image(name, content)));
        }
        Ok(images)
    }
}

fn image(name: &str, content: Parameter) -> Image {
    Image::Parameter {
        name: name.to_owned(),
        content: Box::new(content),
    }
}

/// A name at the root means the same with and without its slash (Systems Manager user guide, "Working with
/// parameter hierarchies").
fn bare(name: &str) -> &str {
    match name.strip_prefix('/') {
        Some(root) if !root.contains('/') => root,
        _ => name,
    }
}

/// The value of an answer; nothing is kept of a type that the runbook does not say: undecrypted, the value of a
/// SecureString is its ciphertext.
fn value(told: Answered, stands: Stands) -> Result<Value, ProviderError> {
    let lacks = |what: &str| incomplete(GET.operation, what);
    let name = told.name().unwrap_or("The parameter");
    let kind = match (told.r#type(), stands) {
        (Some(kind @ (ParameterType::String | ParameterType::StringList)), Stands::Plain)
        | (Some(kind @ ParameterType::SecureString), Stands::Secure) => kind.as_str().to_owned(),
        (Some(ParameterType::SecureString), Stands::Plain) => {
            return Err(refused(
                GET.operation,
                &format!("{name} is a SecureString, and the runbook does not say so"),
                "Items can be appended to it and looked for with `secure = true`; what else is done by hand, in a step of \
                 kind attest.",
            ));
        }
        (Some(kind @ (ParameterType::String | ParameterType::StringList)), Stands::Secure) => {
            return Err(refused(
                GET.operation,
                &format!(
                    "{name} is a {}, and the runbook says `secure = true`",
                    kind.as_str()
                ),
                "Correct the name, or leave `secure` out: its value is not encrypted.",
            ));
        }
        (Some(other), _) => {
            return Err(refused(
                GET.operation,
                &format!(
                    "The parameter has the type {}, which Switchback does not know",
                    other.as_str()
                ),
                "Do it by hand in a step of kind attest.",
            ));
        }
        (None, _) => return Err(lacks("type")),
    };
    let (version, data_type) = (told.version(), told.data_type().unwrap_or("text").to_owned());
    if version < 1 {
        return Err(lacks("version"));
    }
    Ok(Value {
        kind,
        value: told.value.ok_or_else(|| lacks("value"))?,
        version,
        data_type,
    })
}

/// What one write replaces; refused where a write can't say it again.
fn content(value: &Value, metadata: &ParameterMetadata, stands: Stands) -> Result<Parameter, ProviderError> {
    let by_hand = |why: &str| {
        Err(refused(
            DESCRIBE.operation,
            why,
            "Change it by hand, and let Switchback check the result.",
        ))
    };
    if !metadata.policies().is_empty() {
        return by_hand("The parameter has policies, such as an end, which a new version would begin anew");
    }
    if value.data_type != "text" {
        return by_hand("The parameter is no plain text: AWS looks at its value only after it was written");
    }
    let Some(tier) = metadata.tier() else {
        return Err(incomplete(DESCRIBE.operation, "tier"));
    };
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    // Not said again, the value would be encrypted with the account's own key without a word.
    let key_id = match stands {
        Stands::Plain => None,
        Stands::Secure => match text(metadata.key_id()) {
            Some(key) => Some(key),
            None => return Err(incomplete(DESCRIBE.operation, "key")),
        },
    };
    Ok(Parameter {
        kind: value.kind.clone(),
        tier: tier.as_str().to_owned(),
        data_type: value.data_type.clone(),
        value: stands.kept(&value.value),
        key_id,
        description: text(metadata.description()),
        allowed_pattern: text(metadata.allowed_pattern()),
    })
}
