//! What Parameter Store keeps: per account and region, the parameters and their versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::json::seconds;
use super::cipher;
use crate::aws::cognito::REGION;
use crate::log::Caller;
use crate::snapshot::ParameterView;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    String,
    StringList,
    SecureString,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::String, Self::StringList, Self::SecureString]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// The tier of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Tier {
    Standard,
    Advanced,
}

impl Tier {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
        }
    }

    /// The largest value, in bytes.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Standard => 4_096,
            Self::Advanced => 8_192,
        }
    }
}

/// What one PutParameter made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub number: u64,
    pub value: String,
    pub tier: Tier,
    /// The key of a SecureString, as it was named.
    pub key_id: Option<String>,
    pub description: Option<String>,
    pub allowed_pattern: Option<String>,
    /// The texts of its policies.
    #[serde(default)]
    pub policies: Vec<Value>,
    #[serde(default)]
    pub labels: Vec<String>,
    pub modified_ms: i64,
    /// The ARN of who put it.
    pub modified_by: String,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parameter {
    /// As it was made: a root parameter may or may not begin with a slash.
    pub name: String,
    pub kind: Kind,
    /// Oldest first, never empty.
    pub versions: Vec<Version>,
}

/// An account and a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccountRegion {
    pub account: String,
    pub region: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Store {
    #[serde(flatten)]
    place: AccountRegion,
    /// By [`key`] of the name.
    parameters: BTreeMap<String, Parameter>,
}

/// What Parameter Store keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ssm {
    stores: Vec<Store>,
}

/// Names of root parameters mean the same with and without their slash (user guide, "Working with parameter
/// hierarchies"; verified against AWS by getmoto/moto, `test_parameter_lifecycle_with_leading_slash`).
fn key(name: &str) -> &str {
    match name.strip_prefix('/') {
        Some(root) if !root.contains('/') => root,
        Some(_) | None => name,
    }
}

impl AccountRegion {
    /// Where a caller's request goes.
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            account: caller.account.clone(),
            region: caller.region.clone(),
        }
    }

    /// Where the world's own parameters are.
    pub(super) fn own() -> Self {
        Self {
            account: crate::seed::ACCOUNT.to_owned(),
            region: REGION.to_owned(),
        }
    }

    /// The ARN of a parameter here.
    pub(super) fn arn(&self, name: &str) -> String {
        format!("{}/{}", self.prefix("parameter"), name.trim_start_matches('/'))
    }

    /// Every resource of the service here, as a denial names it.
    pub(super) fn everything(&self) -> String {
        self.prefix("*")
    }

    fn prefix(&self, kind: &str) -> String {
        format!("arn:aws:ssm:{}:{}:{kind}", self.region, self.account)
    }
}

static NONE: BTreeMap<String, Parameter> = BTreeMap::new();

impl Ssm {
    /// With one store.
    pub(super) fn with(place: AccountRegion, parameters: Vec<Parameter>) -> Self {
        let parameters = parameters
            .into_iter()
            .map(|parameter| (key(&parameter.name).to_owned(), parameter))
            .collect();
        Self {
            stores: vec![Store { place, parameters }],
        }
    }

    /// Whether it was ever given its seeds: a store stays when its last parameter is deleted.
    pub(crate) fn is_seeded(&self) -> bool {
        !self.stores.is_empty()
    }

    fn parameters(&self, place: &AccountRegion) -> &BTreeMap<String, Parameter> {
        let store = self.stores.iter().find(|store| store.place == *place);
        store.map_or(&NONE, |store| &store.parameters)
    }

    fn parameters_mut(&mut self, place: &AccountRegion) -> &mut BTreeMap<String, Parameter> {
        let at = self.stores.iter().position(|store| store.place == *place);
        let at = at.unwrap_or_else(|| {
            self.stores.push(Store {
                place: place.clone(),
                parameters: BTreeMap::new(),
            });
            self.stores.len() - 1
        });
        &mut self.stores[at].parameters
    }

    pub(super) fn get(&self, place: &AccountRegion, name: &str) -> Option<&Parameter> {
        self.parameters(place).get(key(name))
    }

    pub(super) fn get_mut(&mut self, place: &AccountRegion, name: &str) -> Option<&mut Parameter> {
        self.parameters_mut(place).get_mut(key(name))
    }

    /// The present value of one of the world's own parameters, as who may decrypt it reads it.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let last = self.get(&AccountRegion::own(), name)?.last()?;
        Some(&last.value)
    }

    /// Puts or deletes one of the world's own parameters, without any rule.
    #[cfg(test)]
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else {
            self.remove(&AccountRegion::own(), name);
            return;
        };
        let last = self
            .get_mut(&AccountRegion::own(), name)
            .and_then(|one| one.versions.last_mut());
        if let Some(last) = last {
            last.value = value.to_owned();
        }
    }

    /// The parameters of a place by name.
    pub(super) fn listed(&self, place: &AccountRegion) -> Vec<&Parameter> {
        let mut all: Vec<_> = self.parameters(place).values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// Keeps a version: the next of a parameter that is there, or the first of a new one.
    pub(super) fn keep(&mut self, place: &AccountRegion, name: &str, kind: Kind, version: Version) {
        self.parameters_mut(place)
            .entry(key(name).to_owned())
            .or_insert_with(|| Parameter {
                name: name.to_owned(),
                kind,
                versions: Vec::new(),
            })
            .versions
            .push(version);
    }

    pub(super) fn remove(&mut self, place: &AccountRegion, name: &str) -> Option<Parameter> {
        self.parameters_mut(place).remove(key(name))
    }

    /// As the control plane shows them.
    pub(crate) fn views(&self) -> Vec<ParameterView> {
        let places = self.stores.iter().map(|store| &store.place);
        places
            .flat_map(|place| self.listed(place).into_iter().map(|one| one.view(place)))
            .collect()
    }
}

impl Parameter {
    /// The present version.
    pub(super) fn last(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The value as a reader gets it: a secret is ciphertext where it is not decrypted.
    fn value(&self, place: &AccountRegion, version: &Version, decrypted: bool) -> String {
        match self.kind {
            Kind::SecureString if !decrypted => cipher::text(&place.arn(&self.name), version),
            Kind::SecureString | Kind::String | Kind::StringList => version.value.clone(),
        }
    }

    fn view(&self, place: &AccountRegion) -> ParameterView {
        let last = self.last();
        let shown = last.filter(|_| self.kind != Kind::SecureString);
        ParameterView {
            name: self.name.clone(),
            arn: place.arn(&self.name),
            kind: self.kind.word().to_owned(),
            tier: last.map_or(Tier::Standard, |last| last.tier).word().to_owned(),
            version: last.map_or(0, |last| last.number),
            value: shown.map(|last| last.value.clone()),
            key_id: last.and_then(|last| last.key_id.clone()),
            description: last.and_then(|last| last.description.clone()),
            allowed_pattern: last.and_then(|last| last.allowed_pattern.clone()),
        }
    }

    /// As GetParameter and GetParameters show it.
    pub(super) fn shown(&self, place: &AccountRegion, version: &Version, decrypted: bool) -> Value {
        json!({
            "Name": self.name,
            "Type": self.kind.word(),
            "Value": self.value(place, version, decrypted),
            "Version": version.number,
            "LastModifiedDate": seconds(version.modified_ms),
            "ARN": place.arn(&self.name),
            "DataType": "text",
        })
    }

    /// What DescribeParameters and GetParameterHistory both show of a version.
    fn facts(&self, version: &Version) -> Value {
        let mut facts = json!({
            "Name": self.name,
            "Type": self.kind.word(),
            "LastModifiedDate": seconds(version.modified_ms),
            "LastModifiedUser": version.modified_by,
            "Version": version.number,
            "Tier": version.tier.word(),
            "Policies": version.policies.iter().map(policy).collect::<Vec<_>>(),
            "DataType": "text",
        });
        for (field, value) in [
            ("KeyId", &version.key_id),
            ("Description", &version.description),
            ("AllowedPattern", &version.allowed_pattern),
        ] {
            if let Some(value) = value {
                facts[field] = json!(value);
            }
        }
        facts
    }

    /// As DescribeParameters shows it.
    pub(super) fn described(&self, place: &AccountRegion, version: &Version) -> Value {
        let mut facts = self.facts(version);
        facts["ARN"] = json!(place.arn(&self.name));
        facts
    }

    /// A version as GetParameterHistory shows it.
    pub(super) fn was(&self, place: &AccountRegion, version: &Version, decrypted: bool) -> Value {
        let mut facts = self.facts(version);
        facts["Value"] = json!(self.value(place, version, decrypted));
        facts["Labels"] = json!(version.labels);
        facts
    }
}

fn policy(policy: &Value) -> Value {
    json!({
        "PolicyText": policy.to_string(),
        "PolicyType": policy["Type"],
        "PolicyStatus": "Pending",
    })
}
