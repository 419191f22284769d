//! PutParameter. What AWS does where the request leaves a field out of an overwrite:
//!
//! - `Type` stays (API reference: not required when updating).
//! - `AllowedPattern` stays, and must match the new value whole (user guide, "Working with parameter hierarchies":
//!   `\d{1,4}` refuses an overwrite with `10,000` that gives no pattern). An empty one clears it: Terraform's
//!   provider sends one for that.
//! - `Description` stays (getmoto/moto#7066, tried against AWS; Terraform's provider sends it only when it changes).
//! - `Policies` stay until new or empty ones are sent (API reference).
//! - `KeyId` does not: the value is encrypted with the account's own key (API reference; aws-devtools-labs/aws-blocks#452
//!   met it as a surprise). Not tried by us, and getmoto/moto keeps the key.
//! - `Tier`: an advanced parameter stays advanced. Not proven: the API reference speaks of the account's default
//!   tier, which is standard here, and an advanced parameter can't become standard.
//! - `DataType` is always `text` here, so nothing shows what becomes of it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{AccountRegion, Kind, Parameter, Ssm, Tier, Version};
use super::{constraint, length, name, seed, validation};
use crate::aws::AwsError;
use crate::log::{Caller, LogEntry, Outcome, ParameterPut};

/// So many versions are kept.
const MOST_VERSIONS: usize = 100;
/// The key that encrypts where none is named.
const OWN_KEY: &str = "alias/aws/ssm";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PutParameter {
    pub name: String,
    pub value: String,
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    pub overwrite: Option<bool>,
    pub description: Option<String>,
    pub key_id: Option<String>,
    pub allowed_pattern: Option<String>,
    pub tags: Option<Vec<Value>>,
    pub tier: Option<String>,
    pub policies: Option<String>,
    pub data_type: Option<String>,
}

/// Puts a parameter: a new one, or the next version of one.
pub(super) fn put(
    ssm: &mut Ssm,
    place: &AccountRegion,
    caller: &Caller,
    asked: &PutParameter,
    now: i64,
) -> Result<(Value, LogEntry), AwsError> {
    let name = form(asked, place)?;
    let before = ssm.get(place, &name);
    let was = before.and_then(Parameter::last);
    let kind = kind(asked, before)?;
    let policies = match &asked.policies {
        None => was.map(|was| was.policies.clone()).unwrap_or_default(),
        Some(text) => policies(text)?,
    };
    let tier = tier(asked, was.map(|was| was.tier), !policies.is_empty())?;
    size(&asked.value, tier)?;
    if !policies.is_empty() && tier == Tier::Standard {
        return Err(validation("Parameter policies need the advanced-parameter tier."));
    }
    let stays = |given: &Option<String>, was: Option<&String>| match given {
        Some(text) if text.is_empty() => None,
        Some(text) => Some(text.clone()),
        None => was.cloned(),
    };
    let allowed_pattern = stays(
        &asked.allowed_pattern,
        was.and_then(|was| was.allowed_pattern.as_ref()),
    );
    if let Some(pattern) = &allowed_pattern {
        fits(&asked.value, pattern)?;
    }
    let version = Version {
        number: was.map_or(1, |was| was.number + 1),
        value: asked.value.clone(),
        tier,
        key_id: key(asked, kind)?,
        description: stays(&asked.description, was.and_then(|was| was.description.as_ref())),
        allowed_pattern,
        policies,
        labels: Vec::new(),
        modified_ms: now,
        modified_by: caller.arn(),
    };
    make_room(ssm, place, &name)?;
    let answer = json!({ "Version": version.number, "Tier": tier.word() });
    let entry = LogEntry {
        parameter: Some(ParameterPut {
            name: name.clone(),
            version: version.number,
            value: (kind != Kind::SecureString).then(|| asked.value.clone()),
        }),
        ..caller.entry(Outcome::Committed)
    };
    ssm.keep(place, &name, kind, version);
    Ok((answer, entry))
}

/// What can be said of the request alone; the name as it is kept.
fn form(asked: &PutParameter, place: &AccountRegion) -> Result<String, AwsError> {
    let name = name::to_put(&asked.name, place)?;
    if asked.value.is_empty() {
        return Err(constraint(
            "value",
            "",
            "Member must have length greater than or equal to 1.",
        ));
    }
    for (field, text) in [
        ("description", &asked.description),
        ("allowedPattern", &asked.allowed_pattern),
    ] {
        length(field, text.as_deref().unwrap_or_default(), 0, 1_024)?;
    }
    // That it is refused is documented (API reference, Value); the words are not.
    if asked.value.contains("{{") && asked.value.contains("}}") {
        return Err(validation(
            "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.",
        ));
    }
    if asked.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        // getmoto/moto#4283.
        return Err(match asked.overwrite {
            Some(true) => validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please \
                 remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or \
                 RemoveTagsFromResource.",
            ),
            Some(false) | None => AwsError::not_rehearsed("PutParameter with tags"),
        });
    }
    match asked.data_type.as_deref() {
        None | Some("text") => Ok(name),
        Some(other @ ("aws:ec2:image" | "aws:ssm:integration")) => Err(AwsError::not_rehearsed(&format!(
            "PutParameter with the data type {other}"
        ))),
        Some(other) => Err(validation(&format!(
            "The following data type is not supported: {other} (Data type names are all lowercase.)"
        ))),
    }
}

/// The type of the parameter, and that this request may put it.
fn kind(asked: &PutParameter, before: Option<&Parameter>) -> Result<Kind, AwsError> {
    let kind = asked.kind.as_deref().map(|word| {
        Kind::of(word).ok_or_else(|| {
            constraint(
                "type",
                word,
                "Member must satisfy enum value set: [SecureString, StringList, String]",
            )
        })
    });
    let kind = kind.transpose()?;
    let Some(before) = before else {
        return kind.ok_or_else(|| validation("A parameter type is required when you create a parameter."));
    };
    if asked.overwrite != Some(true) {
        return Err(AwsError::new(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    // The code is the API reference's, and so are the words: what AWS really says is not known.
    match kind {
        Some(kind) if kind != before.kind => Err(AwsError::new(
            "HierarchyTypeMismatchException",
            "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change \
             a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
        )),
        Some(_) | None => Ok(before.kind),
    }
}

/// The tier that the parameter will have.
fn tier(asked: &PutParameter, was: Option<Tier>, has_policies: bool) -> Result<Tier, AwsError> {
    let advanced = was == Some(Tier::Advanced);
    match asked.tier.as_deref() {
        None => Ok(was.unwrap_or(Tier::Standard)),
        Some("Advanced") => Ok(Tier::Advanced),
        Some("Intelligent-Tiering") => {
            let needs = asked.value.len() > Tier::Standard.most() || has_policies;
            Ok(match advanced || needs {
                true => Tier::Advanced,
                false => Tier::Standard,
            })
        }
        // As AWS words it; tools match the text.
        Some("Standard") if advanced => Err(validation(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
             advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced \
             parameter and recreate it as a standard parameter. Be aware that standard parameters have a value limit \
             of 4096 characters.",
        )),
        Some("Standard") => Ok(Tier::Standard),
        Some(other) => Err(constraint(
            "tier",
            other,
            "Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]",
        )),
    }
}

/// The words for the standard tier are AWS's (hashicorp/terraform-provider-aws#18521); those for the other are not
/// known.
fn size(value: &str, tier: Tier) -> Result<(), AwsError> {
    if value.len() <= tier.most() {
        return Ok(());
    }
    Err(validation(match tier {
        Tier::Standard => {
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger \
             parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        }
        Tier::Advanced => "Advanced tier parameters support a maximum parameter value of 8192 characters.",
    }))
}

/// Whether the whole value is what the pattern allows. AWS's patterns are Java's: what only they know, such as a
/// look-ahead, is refused here as if it were none.
fn fits(value: &str, pattern: &str) -> Result<(), AwsError> {
    let whole = regex_lite::Regex::new(&format!("\\A(?:{pattern})\\z")).map_err(|error| {
        AwsError::new(
            "InvalidAllowedPatternException",
            &format!("The request doesn't meet the regular expression requirement. {error}"),
        )
    })?;
    // As AWS words it (user guide, as above).
    match whole.is_match(value) {
        true => Ok(()),
        false => Err(AwsError::new(
            "ParameterPatternMismatchException",
            &format!("Parameter value, cannot be validated against allowedPattern: {pattern}"),
        )),
    }
}

/// The key of a secret. One that is named for another type is overlooked (hashicorp/terraform-provider-aws#21095).
fn key(asked: &PutParameter, kind: Kind) -> Result<Option<String>, AwsError> {
    if kind != Kind::SecureString {
        return Ok(None);
    }
    let Some(named) = asked.key_id.as_deref() else {
        return Ok(Some(OWN_KEY.to_owned()));
    };
    length("keyId", named, 1, 256)?;
    match named == OWN_KEY || seed::is_key(named) {
        true => Ok(Some(named.to_owned())),
        // As AWS words it (binxio/aws-ssm-copy#10), without what changes from request to request.
        false => Err(AwsError::new(
            "InvalidKeyId",
            &format!(
                "Key '{named}' does not exist (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException)"
            ),
        )),
    }
}

/// Reads policies; `[{}]` and `[]` take all away.
fn policies(text: &str) -> Result<Vec<Value>, AwsError> {
    length("policies", text, 1, 4_096)?;
    let invalid = || {
        AwsError::new(
            "InvalidPolicyAttributeException",
            "A policy attribute or its value is invalid.",
        )
    };
    let mut all: Vec<Value> = serde_json::from_str(text).map_err(|_| invalid())?;
    all.retain(|policy| *policy != json!({}));
    if all.len() > 10 {
        return Err(AwsError::new(
            "PoliciesLimitExceededException",
            "You specified more than the maximum number of allowed policies for the parameter. The maximum is 10.",
        ));
    }
    for policy in &all {
        match policy["Type"].as_str() {
            Some("ExpirationNotification" | "NoChangeNotification") => {}
            Some("Expiration") => {
                return Err(AwsError::not_rehearsed("PutParameter with a policy Expiration"));
            }
            Some(_) => {
                return Err(AwsError::new(
                    "InvalidPolicyTypeException",
                    "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, \
                     ExpirationNotification, and NoChangeNotification.",
                ));
            }
            None => return Err(invalid()),
        }
    }
    Ok(all)
}

/// Drops the oldest version where there are as many as are kept, unless it has a label (API reference,
/// ParameterMaxVersionLimitExceeded, which has the words too).
fn make_room(ssm: &mut Ssm, place: &AccountRegion, name: &str) -> Result<(), AwsError> {
    let Some(parameter) = ssm.get_mut(place, name) else {
        return Ok(());
    };
    if parameter.versions.len() < MOST_VERSIONS {
        return Ok(());
    }
    let oldest = parameter.versions.remove(0);
    if oldest.labels.is_empty() {
        return Ok(());
    }
    Err(AwsError::new(
        "ParameterMaxVersionLimitExceeded",
        &format!(
            "You attempted to create a new version of {name} by calling the PutParameter API with the overwrite flag. \
             Version {}, the oldest version, can't be deleted because it has a label associated with it. Move the \
             label to another version of the parameter, and try again.",
            oldest.number
        ),
    ))
}
