//! Typed identifiers. Authored ids are short words so that they are safe in a file name, a shell
//! word and a log line; nothing else is accepted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} {text:?} is not valid: use 1 to 64 of a-z, A-Z, 0-9, '.', '-' and '_', starting with a letter or digit"
)]
pub struct InvalidId {
    /// Which kind of identifier was expected.
    pub what: &'static str,
    /// The text as given, cut at 80 characters.
    pub text: String,
}

fn checked(what: &'static str, text: &str) -> Result<(), InvalidId> {
    let well_formed = (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_'));
    if well_formed {
        Ok(())
    } else {
        Err(InvalidId {
            what,
            text: text.chars().take(80).collect(),
        })
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(export_to = "wire.ts")]
        pub struct $name(String);

        impl $name {
            /// Takes a text that holds to the rule of [`InvalidId`].
            pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                Self::try_from(text.as_ref().to_owned())
            }

            /// The identifier as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                checked($what, &text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id!(/// One step of a runbook, unique in its plan.
    StepId, "step id");
id!(/// One phase of a runbook.
    PhaseId, "phase id");
id!(/// One check, unique in its step (or the plan, for a monitor's).
    CheckId, "check id");
id!(/// One rollback rule.
    RuleId, "rollback rule id");
id!(/// One decision that a person takes.
    DecisionId, "decision id");
id!(/// One monitor.
    MonitorId, "monitor id");
id!(/// The name of a target, as typed to confirm a production step.
    TargetName, "target name");
id!(/// One run: a UUID version 7 in text form, so that runs sort by their start.
    RunId, "run id");

/// Who acts: the name that an operator gives. Recorded in the journal by design; never personal
/// data of the users being migrated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export_to = "wire.ts")]
pub struct Operator(String);

impl Operator {
    /// Takes 1 to 120 characters without any that a terminal obeys; blanks at the ends are dropped.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 120 || text.chars().any(crate::text::is_obeyed) {
            return Err(InvalidId {
                what: "operator name",
                text: text.chars().take(80).collect(),
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Operator {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<Operator> for String {
    fn from(operator: Operator) -> Self {
        operator.0
    }
}
