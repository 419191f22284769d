//! What Lambda keeps: functions, who may invoke them, and how they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::provider::OldProvider;

/// What Lambda keeps, and the old provider that the migrate-user trigger asks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Lambda {
    /// By ARN, without a qualifier.
    pub functions: BTreeMap<String, Function>,
    pub provider: OldProvider,
}

/// What a function computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Does {
    /// Cognito's trigger that brings somebody over from the old provider.
    MigrateUser,
    /// Cognito's trigger that sets the claims of tokens.
    PreToken,
}

/// The state of a function (API reference, FunctionConfiguration, `State`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// Answers.
    Active,
    /// Nobody called it for long, and Lambda has taken its resources back.
    Inactive,
}

impl State {
    /// As AWS writes it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// How its last update went (API reference, FunctionConfiguration, `LastUpdateStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LastUpdate {
    /// It runs what it was last given.
    Successful,
}

impl LastUpdate {
    /// As AWS writes it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Successful => "Successful",
        }
    }
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Function {
    pub does: Does,
    pub runtime: String,
    pub state: State,
    pub last_update: LastUpdate,
    /// Seconds after which Lambda ends it.
    pub timeout_s: u32,
    /// World milliseconds that it takes.
    pub takes_ms: u64,
    /// The reserved concurrency, where it has one.
    pub concurrency: Option<u32>,
    /// The names beside its own.
    pub aliases: BTreeSet<String>,
    /// The statements of its resource policies, by qualifier; what has no qualifier is under the empty one. None of them
    /// counts for another (Lambda developer guide, "Viewing resource-based IAM policies in Lambda").
    pub policies: BTreeMap<String, Vec<Value>>,
    /// How its answer differs from a right one, by faults in force.
    #[serde(skip)]
    pub twists: Vec<Twist>,
}

/// How the answer of a function differs from a right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twist {
    /// Whoever is brought over must set a new password.
    NoConfirmed,
    /// Cognito is not kept from sending a mail.
    WelcomeMail,
    /// The e-mail address is not said to be verified.
    Unverified,
    /// Nothing is added to tokens.
    Empty,
}

impl Twist {
    /// Changes an answer.
    pub(super) fn twist(self, answer: &mut Value) {
        let response = &mut answer["response"];
        match self {
            Self::NoConfirmed if response.get("finalUserStatus").is_some() => {
                response["finalUserStatus"] = Value::from("RESET_REQUIRED");
            }
            Self::NoConfirmed => {}
            Self::WelcomeMail => {
                if let Some(response) = response.as_object_mut() {
                    response.remove("messageAction");
                }
            }
            Self::Unverified => {
                if let Some(attributes) = response["userAttributes"].as_object_mut() {
                    attributes.remove("email_verified");
                }
            }
            Self::Empty => response["claimsAndScopeOverrideDetails"] = Value::Null,
        }
    }
}

/// A function as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its ARN, without a qualifier.
    pub arn: String,
    /// The alias or version; empty where none was named.
    pub qualifier: String,
}

impl Named {
    /// The parts of an ARN, with or without a qualifier; none where it is no ARN of a function.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let (bare, qualifier) = match parts[..] {
            ["arn", _, "lambda", _, _, "function", _] => (arn, ""),
            ["arn", _, "lambda", _, _, "function", _, qualifier] => {
                (arn.strip_suffix(qualifier)?.strip_suffix(':')?, qualifier)
            }
            _ => return None,
        };
        Some(Self {
            arn: bare.to_owned(),
            qualifier: qualifier.to_owned(),
        })
    }

    /// The ARN with the qualifier, where there is one.
    pub(super) fn full(&self) -> String {
        match self.qualifier.as_str() {
            "" => self.arn.clone(),
            qualifier => format!("{}:{qualifier}", self.arn),
        }
    }
}

/// The newest code, which has no number of its own.
pub(super) const LATEST: &str = "$LATEST";

impl Function {
    /// Whether there is such an alias or version; the newest code always is.
    pub(super) fn has(&self, qualifier: &str) -> bool {
        qualifier.is_empty() || qualifier == LATEST || self.aliases.contains(qualifier)
    }

    /// The version that a name leads to: an alias leads to the first.
    pub(super) fn version(&self, qualifier: &str) -> &'static str {
        match self.aliases.contains(qualifier) {
            true => "1",
            false => LATEST,
        }
    }
}
