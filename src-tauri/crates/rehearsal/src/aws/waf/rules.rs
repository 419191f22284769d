//! What WAF refuses of a web ACL's settings (API reference, UpdateWebACL, Rule, CustomResponse). Members that nobody
//! here knows are let through: WAF is newer than whoever reads this.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::invalid;
use super::part::Settings;
use crate::aws::AwsError;

/// The codes that a custom response may have (developer guide, "Supported status codes for custom response").
const STATUSES: RangeInclusive<i64> = 200..=600;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 256;
/// The longest body, in bytes.
const LONGEST_BODY: usize = 10_240;

const ONE_OF: &str = "You have used none or multiple values for a field that requires exactly one value.";
const NEEDED: &str = "The parameter is missing.";
const UNFIT: &str = "The parameter contains formatting that is not valid.";
const TWICE: &str = "You have used a value more than once that must be unique.";
const UNKNOWN_BODY: &str = "You referenced a custom response body key that isn't defined.";

/// That WAF takes these settings.
pub(super) fn check(settings: &Settings) -> Result<(), AwsError> {
    if let Some(text) = settings.get("Description") {
        let length = text.as_str().map_or(0, |text| text.chars().count());
        if !(1..=LONGEST_DESCRIPTION).contains(&length) {
            return Err(invalid(UNFIT, "WEB_ACL", "Description"));
        }
    }
    let bodies = bodies(settings)?;
    let default = object(settings, "DefaultAction", "DEFAULT_ACTION")?;
    action(default, "DEFAULT_ACTION", "DefaultAction", &bodies)?;
    visibility(settings, "WEB_ACL")?;
    let rules = match settings.get("Rules") {
        None => &[][..],
        Some(Value::Array(rules)) => rules,
        Some(_) => return Err(invalid(UNFIT, "WEB_ACL", "Rules")),
    };
    let (mut names, mut priorities) = (BTreeSet::new(), BTreeSet::new());
    for one in rules {
        let one = one.as_object().ok_or_else(|| invalid(UNFIT, "RULE", "Rule"))?;
        let (name, priority) = rule(one, &bodies)?;
        if !names.insert(name) {
            return Err(invalid(TWICE, "RULE", name));
        }
        if !priorities.insert(priority) {
            return Err(invalid(TWICE, "RULE", &format!("Priority {priority}")));
        }
    }
    Ok(())
}

/// Checks a rule by itself, and gives what no other may have.
fn rule<'a>(rule: &'a Map<String, Value>, bodies: &BTreeSet<&str>) -> Result<(&'a str, u64), AwsError> {
    let name = rule.get("Name").and_then(Value::as_str);
    let name = name.ok_or_else(|| invalid(NEEDED, "RULE", "Name"))?;
    let good = |c: char| c.is_alphanumeric() || "_-".contains(c);
    if !(1..=128).contains(&name.chars().count()) || !name.chars().all(good) {
        return Err(invalid(UNFIT, "RULE", name));
    }
    let priority = rule.get("Priority").and_then(Value::as_u64);
    let priority = priority.ok_or_else(|| invalid(NEEDED, "RULE", "Priority"))?;
    visibility(rule, "RULE")?;
    let statement = object(rule, "Statement", "STATEMENT")?;
    if statement.len() != 1 {
        return Err(invalid(ONE_OF, "STATEMENT", "Statement"));
    }
    // What a rule group says of a request, its own rules say; the web ACL can only override it.
    let is_group = ["ManagedRuleGroupStatement", "RuleGroupReferenceStatement"]
        .iter()
        .any(|kind| statement.contains_key(*kind));
    match (given(rule, "Action"), given(rule, "OverrideAction")) {
        (Some(Value::Object(own)), None) if !is_group => action(own, "RULE_ACTION", "RuleAction", bodies)?,
        (None, Some(Value::Object(over))) if is_group => {
            if over.len() != 1 {
                return Err(invalid(ONE_OF, "OVERRIDE_ACTION", "OverrideAction"));
            }
        }
        (_, _) => return Err(invalid(ONE_OF, "RULE", "Rule")),
    }
    Ok((name, priority))
}

fn given<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).filter(|value| !value.is_null())
}

/// One action, with a custom response that can be answered.
fn action(
    action: &Map<String, Value>,
    field: &str,
    parameter: &str,
    bodies: &BTreeSet<&str>,
) -> Result<(), AwsError> {
    let mut all = action.iter();
    let (Some((kind, settings)), None) = (all.next(), all.next()) else {
        return Err(invalid(ONE_OF, field, parameter));
    };
    if field == "DEFAULT_ACTION" && !["Allow", "Block"].contains(&kind.as_str()) {
        return Err(invalid(UNFIT, field, kind));
    }
    match given_in(settings, "CustomResponse") {
        Some(response) if kind == "Block" => custom_response(response, bodies),
        Some(_) => Err(invalid(UNFIT, field, "CustomResponse")),
        None => Ok(()),
    }
}

fn given_in<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object().and_then(|map| given(map, name))
}

fn custom_response(response: &Value, bodies: &BTreeSet<&str>) -> Result<(), AwsError> {
    let wrong = |reason: &str, parameter: &str| Err(invalid(reason, "CUSTOM_RESPONSE", parameter));
    let code = given_in(response, "ResponseCode").and_then(Value::as_i64);
    if !code.is_some_and(|code| STATUSES.contains(&code)) {
        return wrong(UNFIT, "ResponseCode");
    }
    if let Some(key) = given_in(response, "CustomResponseBodyKey")
        && !key.as_str().is_some_and(|key| bodies.contains(key))
    {
        return wrong(UNKNOWN_BODY, "CustomResponseBodyKey");
    }
    let headers = match given_in(response, "ResponseHeaders") {
        None => return Ok(()),
        Some(headers) => headers.as_array().filter(|headers| !headers.is_empty()),
    };
    let Some(headers) = headers else {
        return wrong(UNFIT, "ResponseHeaders");
    };
    for header in headers {
        let text = |name: &str| given_in(header, name).and_then(Value::as_str).unwrap_or_default();
        let name = HeaderName::from_bytes(text("Name").as_bytes());
        if name.is_err() || text("Value").is_empty() || HeaderValue::from_str(text("Value")).is_err() {
            return wrong(UNFIT, "ResponseHeaders");
        }
    }
    Ok(())
}

/// The keys of the bodies that custom responses may name.
fn bodies(settings: &Settings) -> Result<BTreeSet<&str>, AwsError> {
    let Some(bodies) = settings.get("CustomResponseBodies") else {
        return Ok(BTreeSet::new());
    };
    let wrong = |parameter: &str| invalid(UNFIT, "CUSTOM_RESPONSE_BODY", parameter);
    let bodies = bodies.as_object().ok_or_else(|| wrong("CustomResponseBodies"))?;
    for (key, body) in bodies {
        let kind = body["ContentType"].as_str().unwrap_or_default();
        let length = body["Content"].as_str().map_or(0, str::len);
        if super::judge::content_type(kind).is_none() || !(1..=LONGEST_BODY).contains(&length) {
            return Err(wrong(key));
        }
    }
    Ok(bodies.keys().map(String::as_str).collect())
}

/// How it shows in metrics: all three members are required.
fn visibility(of: &Map<String, Value>, field: &str) -> Result<(), AwsError> {
    let config = object(of, "VisibilityConfig", field)?;
    let is_whole = ["SampledRequestsEnabled", "CloudWatchMetricsEnabled", "MetricName"]
        .iter()
        .all(|member| config.contains_key(*member));
    match is_whole {
        true => Ok(()),
        false => Err(invalid(NEEDED, field, "VisibilityConfig")),
    }
}

fn object<'a>(
    of: &'a Map<String, Value>,
    name: &str,
    field: &str,
) -> Result<&'a Map<String, Value>, AwsError> {
    let found = of.get(name).and_then(Value::as_object);
    found.ok_or_else(|| invalid(NEEDED, field, name))
}

/// A member's name as validation errors spell it.
pub(super) fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
