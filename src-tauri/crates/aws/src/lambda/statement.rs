//! One statement of a resource policy, as far as it is about Cognito and a pool (IAM user guide, "IAM JSON policy elements
//! reference"). What is not understood is said to be unclear, and never taken for a yes or a no.

use serde_json::{Map, Value};
use switchback_model::PoolArn;

use super::narrowed::{Narrowed, narrowed};

/// The service that invokes triggers.
pub(super) const COGNITO: &str = "cognito-idp.amazonaws.com";
/// The action that it needs.
pub(super) const INVOKE: &str = "lambda:InvokeFunction";

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    /// It is written in a way that is not understood here.
    Unclear,
}

impl Holds {
    pub(super) fn from(is: bool) -> Self {
        match is {
            true => Self::Yes,
            false => Self::No,
        }
    }

    /// Both: a no wins over what is unclear.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unclear, _) | (_, Self::Unclear) => Self::Unclear,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// Either: a yes wins over what is unclear.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unclear, _) | (_, Self::Unclear) => Self::Unclear,
            (Self::No, Self::No) => Self::No,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unclear => Self::Unclear,
        }
    }
}

/// What a policy does with what a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The ARN of the function, its qualifier included.
    pub resource: &'a str,
    /// The ARN of the pool.
    pub source: &'a str,
    /// The account of the pool.
    pub account: &'a str,
}

impl<'a> Asked<'a> {
    /// A pool invokes a function.
    pub(super) fn of(resource: &'a str, source: &'a str) -> Self {
        Self {
            resource,
            source,
            account: PoolArn::of(source).map_or("", |pool| pool.account),
        }
    }
}

/// A statement, judged part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    /// Its name; empty where it has none.
    pub sid: String,
    pub effect: Effect,
    /// Whether it is about Cognito and the invocation of a function.
    pub concerns: Holds,
    /// Whether it is about this function by this name.
    pub resource: Holds,
    /// Whether its conditions hold for this pool.
    pub conditions: Holds,
    /// For whom its principal and its conditions are, where they hold.
    pub narrowed: Narrowed,
}

impl Judged {
    /// Reads a statement; nothing where it is none.
    pub(super) fn of(statement: &Value, asked: &Asked<'_>) -> Option<Self> {
        let all = statement.as_object()?;
        let effect = match all.get("Effect").and_then(Value::as_str)? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            _ => return None,
        };
        let condition = all.get("Condition");
        Some(Self {
            sid: all
                .get("Sid")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            effect,
            concerns: principal(all).and(action(all)),
            resource: resource(all, asked.resource),
            conditions: conditions(condition, &Context::of(asked)),
            narrowed: narrowed(all, asked),
        })
    }

    /// Whether it is about all of it.
    pub(super) fn holds(&self) -> Holds {
        self.concerns.and(self.resource).and(self.conditions)
    }
}

/// The texts of what may be a text or a list of texts; nothing where it is something else.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(all) => all.iter().map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// Whether one of some texts is so; unclear where they are none.
pub(super) fn any(value: &Value, is: impl Fn(&str) -> bool) -> Holds {
    texts(value).map_or(Holds::Unclear, |all| Holds::from(all.into_iter().any(is)))
}

/// Whether Cognito is among those that it is about: a text `*`, or an object of kinds, each with a text or a list.
fn principal(statement: &Map<String, Value>) -> Holds {
    match statement.get("Principal") {
        Some(Value::String(everybody)) => Holds::from(everybody == "*"),
        Some(Value::Object(kinds)) => kinds.iter().fold(Holds::No, |found, (kind, value)| {
            found.or(match kind.as_str() {
                "Service" => any(value, |name| name == COGNITO || name == "*"),
                "AWS" => any(value, |name| name == "*"),
                // Somebody who signs in elsewhere, or a user of S3.
                "Federated" | "CanonicalUser" => Holds::No,
                _ => Holds::Unclear,
            })
        }),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => Holds::Unclear,
        // `NotPrincipal` is about everybody else.
        None => Holds::Unclear,
    }
}

/// Whether it is about invoking; actions are written in any case, and with wildcards.
fn action(statement: &Map<String, Value>) -> Holds {
    let invoke = INVOKE.to_ascii_lowercase();
    let is = |value| any(value, |action| matches(&action.to_ascii_lowercase(), &invoke));
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(value), _) => is(value),
        (None, Some(value)) => is(value).not(),
        (None, None) => Holds::Unclear,
    }
}

/// Whether it is about this function: a policy of Lambda names the one that it stands with, its qualifier included.
fn resource(statement: &Map<String, Value>, arn: &str) -> Holds {
    let is = |value| any(value, |pattern| matches(pattern, arn));
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(value), _) => is(value),
        (None, Some(value)) => is(value).not(),
        (None, None) => Holds::Yes,
    }
}

/// What a request says of where it comes from. Cognito says both; whoever asks by themselves says neither (IAM user guide,
/// "AWS global condition context keys", `aws:SourceArn`: it is there where a service asks for another).
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// The ARN of what it is asked for.
    pub source: Option<&'a str>,
    /// The account of that.
    pub account: Option<&'a str>,
}

impl<'a> Context<'a> {
    fn of(asked: &Asked<'a>) -> Self {
        Self {
            source: Some(asked.source),
            account: Some(asked.account),
        }
    }
}

/// Whether all conditions hold (IAM user guide, "Condition operators": of several all must hold, and of several values one).
pub(super) fn conditions(condition: Option<&Value>, context: &Context<'_>) -> Holds {
    let operators = match condition {
        None => return Holds::Yes,
        Some(Value::Object(operators)) => operators,
        Some(_) => return Holds::Unclear,
    };
    let mut holds = Holds::Yes;
    for (operator, keys) in operators {
        let Some(keys) = keys.as_object() else {
            return Holds::Unclear;
        };
        for (key, values) in keys {
            // Keys are written in any case (IAM user guide, "AWS global condition context keys").
            let value = match key.to_ascii_lowercase().as_str() {
                "aws:sourcearn" => context.source,
                "aws:sourceaccount" => context.account,
                _ => {
                    holds = holds.and(Holds::Unclear);
                    continue;
                }
            };
            holds = holds.and(match value {
                Some(value) => compared(operator, values, value),
                None => absent(operator),
            });
        }
    }
    holds
}

/// Whether an operator holds of a key that the request does not have: one with `IfExists` does, and one that denies (IAM user
/// guide, "Condition operators"). Of no value all are so, and none is (as above, "Set operators for multivalued context
/// keys").
fn absent(operator: &str) -> Holds {
    let (of, bare) = operator.rsplit_once(':').unwrap_or(("", operator));
    Holds::from(match of {
        "ForAllValues" => true,
        "ForAnyValue" => bare.ends_with("IfExists"),
        _ => bare.ends_with("IfExists") || bare.contains("Not"),
    })
}

/// Whether an operator holds between a value and what a policy gives; both are there, so that `IfExists` adds nothing.
fn compared(operator: &str, given: &Value, value: &str) -> Holds {
    let operator = operator.rsplit_once(':').map_or(operator, |(_, bare)| bare);
    let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
    // A variable, whose value is not known here (IAM user guide, "IAM policy elements: Variables and tags").
    if texts(given).is_some_and(|given| given.iter().any(|given| given.contains("${"))) {
        return Holds::Unclear;
    }
    let same = |given: &str| given == value;
    let folded = |given: &str| given.eq_ignore_ascii_case(value);
    let alike = |given: &str| matches(given, value);
    let arn = |given: &str| arn_matches(given, value);
    match operator {
        "StringEquals" => any(given, same),
        "StringNotEquals" => any(given, same).not(),
        "StringEqualsIgnoreCase" => any(given, folded),
        "StringNotEqualsIgnoreCase" => any(given, folded).not(),
        "StringLike" => any(given, alike),
        "StringNotLike" => any(given, alike).not(),
        // The two of ARNs are one and the same (IAM user guide, "ARN condition operators").
        "ArnEquals" | "ArnLike" => any(given, arn),
        "ArnNotEquals" | "ArnNotLike" => any(given, arn).not(),
        _ => Holds::Unclear,
    }
}

/// Whether each of the six parts of an ARN matches (as above).
fn arn_matches(pattern: &str, arn: &str) -> bool {
    let (given, parts): (Vec<&str>, Vec<&str>) =
        (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    given.len() == 6
        && parts.len() == 6
        && given
            .iter()
            .zip(&parts)
            .all(|(pattern, part)| matches(pattern, part))
}

/// Whether a text matches a pattern in which `*` stands for any characters and `?` for one. In one pass with one place to
/// come back to, so that no pattern takes long.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            Some(_) | None => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}
