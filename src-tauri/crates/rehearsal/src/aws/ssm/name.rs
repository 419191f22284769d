//! Names of parameters, and what a reader may write for one.

use super::part::AccountRegion;
use super::{constraint, length, validation};
use crate::aws::AwsError;
use crate::log::Caller;

/// As AWS words it (seen in many issues, such as boto/boto3#1499 and localstack/localstack#7712).
const FORM: &str = "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can \
                    consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, \
                    numbers and the following 3 symbols .-_";
/// The most levels of a name.
const MOST_LEVELS: usize = 15;
/// The longest ARN of a parameter (API reference, PutParameter, Name).
const MOST_OF_ARN: usize = 1_011;

/// Which version a reader means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selector {
    Version(u64),
    Label(String),
}

/// A parameter as a reader names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub name: String,
    pub selector: Option<Selector>,
    /// The selector as it is answered, colon and all.
    pub selected: Option<String>,
}

fn well_formed(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    name.chars().all(good) && !name.contains("//") && !name.ends_with('/')
}

/// Reads a name, `name:version`, `name:label`, or one of these as an ARN (API reference, GetParameter, Name; that
/// an ARN may have a selector too is reported in hashicorp/terraform-provider-aws#47577). Blanks around it are
/// overlooked, as AWS does.
pub(super) fn reference(text: &str, place: &AccountRegion, caller: &Caller) -> Result<Reference, AwsError> {
    length("name", text, 1, 2_048)?;
    let text = text.trim();
    let path = match text.starts_with("arn:") {
        true => of_arn(text, place, caller)?,
        false => text.to_owned(),
    };
    let (name, selected) = match path.split_once(':') {
        Some((name, selected)) => (name, Some(selected)),
        None => (path.as_str(), None),
    };
    let odd = |c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c));
    if name.is_empty() || !well_formed(name) || selected.is_some_and(|s| s.is_empty() || s.contains(odd)) {
        return Err(validation(FORM));
    }
    Ok(Reference {
        name: name.to_owned(),
        selector: selected.map(|text| {
            text.parse()
                .map_or_else(|_| Selector::Label(text.to_owned()), Selector::Version)
        }),
        selected: selected.map(|text| format!(":{text}")),
    })
}

/// The name, with a selector where there is one, of an ARN. Nothing is shared with other accounts here.
fn of_arn(arn: &str, place: &AccountRegion, caller: &Caller) -> Result<String, AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", "aws", "ssm", region, account, resource] = parts[..] else {
        return Err(validation(FORM));
    };
    let name = resource
        .strip_prefix("parameter/")
        .ok_or_else(|| validation(FORM))?;
    if account != place.account {
        return Err(AwsError::denied(caller, &caller.operation, Some(arn)));
    }
    if region != place.region {
        return Err(not_found());
    }
    Ok(format!("/{name}"))
}

/// AWS has no words for it (seen in aws-solutions/aws-control-tower-customizations#68).
pub(super) fn not_found() -> AwsError {
    AwsError::new("ParameterNotFound", "")
}

/// The name of a parameter that is put (API reference, PutParameter, Name; user guide, "Understanding requirements
/// and constraints for parameter names"). What AWS says of a name that is too long is not known.
pub(super) fn to_put(text: &str, place: &AccountRegion) -> Result<String, AwsError> {
    length("name", text, 1, 2_048)?;
    let name = text.trim();
    if name.is_empty() || name == "/" || !well_formed(name) {
        return Err(validation(FORM));
    }
    let levels = name.trim_start_matches('/').split('/').count();
    if levels > 1 && !name.starts_with('/') {
        return Err(validation("Parameter name must be a fully qualified name"));
    }
    reserved(name, levels)?;
    if levels > MOST_LEVELS {
        return Err(AwsError::new(
            "HierarchyLevelLimitExceededException",
            "A hierarchy can have a maximum of 15 levels.",
        ));
    }
    if place.arn(name).len() > MOST_OF_ARN {
        let rule = format!("Member must have length less than or equal to {MOST_OF_ARN}");
        return Err(constraint("name", name, &rule));
    }
    Ok(name.to_owned())
}

/// Names that are AWS's own; its words as getmoto/moto has them.
fn reserved(name: &str, levels: usize) -> Result<(), AwsError> {
    let bare = name.trim_start_matches('/').to_ascii_lowercase();
    let (aws, ssm) = (bare.starts_with("aws"), bare.starts_with("ssm"));
    match (aws || ssm, levels > 1) {
        (false, _) => Ok(()),
        (true, false) => Err(validation(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        )),
        (true, true) if aws => Err(AwsError::new(
            "AccessDeniedException",
            &format!("No access to reserved parameter name: {name}."),
        )),
        (true, true) => Err(validation(FORM)),
    }
}
