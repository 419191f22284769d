//! DNS names and Route 53 record sets in one normal form, so that equality means "the same in the
//! world".

use std::fmt;

use serde::{Deserialize, Serialize};

/// A DNS name in normal form: lower case, with its trailing dot; Route 53's octal escapes kept
/// except `\052`, which is `*` (Route 53 developer guide, "DNS domain name format").
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DnsName(String);

/// A text that is no DNS name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a DNS name: labels of 1 to 63 printable characters without blanks, 255 in all")]
pub struct InvalidName(pub String);

impl DnsName {
    /// Brings a name into normal form.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let cut = || InvalidName(text.chars().take(80).collect());
        let lower = text.trim().to_ascii_lowercase().replace("\\052", "*");
        let body = lower.strip_suffix('.').unwrap_or(&lower);
        let fits = !body.is_empty()
            && body.len() <= 254
            && body.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label
                        .chars()
                        .all(|c| c.is_ascii_graphic() && !matches!(c, '/' | '"' | '<' | '>' | '&'))
            });
        if fits {
            Ok(Self(format!("{body}.")))
        } else {
            Err(cut())
        }
    }

    /// With the trailing dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the trailing dot: as in a Host header, SNI, or for people.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.trim_end_matches('.')
    }

    /// Whether this name is `zone` or lies below it.
    #[must_use]
    pub fn is_within(&self, zone: &Self) -> bool {
        self == zone || self.0.ends_with(&format!(".{}", zone.0))
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for DnsName {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_normal(&text) {
            Ok(Self(text))
        } else {
            Self::new(&text)
        }
    }
}

/// Whether a text is a name in normal form, as every name in a journal is; false where only a closer
/// look can tell.
fn is_normal(text: &str) -> bool {
    let mut label = 0;
    for c in text.bytes() {
        match c {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' if label < 63 => label += 1,
            b'.' if label > 0 => label = 0,
            _ => return false,
        }
    }
    (2..=255).contains(&text.len()) && label == 0
}

impl From<DnsName> for String {
    fn from(name: DnsName) -> Self {
        name.0
    }
}

/// The record types that a switch may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// A canonical name.
    Cname,
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
        })
    }
}

/// Where an alias record points.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasTarget {
    /// Hosted zone id of the alias's target; `Z2FDTNDATAQYW2` for CloudFront.
    pub zone_id: String,
    /// The target's name.
    pub name: DnsName,
    /// Whether Route 53 looks at the target's health.
    #[serde(default)]
    pub evaluate_target_health: bool,
}

/// What a record set answers: values with a TTL, or an alias (whose TTL Route 53 fixes).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordData {
    /// Values in the order in which Route 53 lists them, so that the way back restores them to the
    /// letter; what is compared is compared without order.
    Values {
        /// Seconds that a cache may keep the answer.
        ttl: u32,
        /// The values in Route 53's presentation form.
        values: Vec<String>,
    },
    /// An alias.
    Alias(AliasTarget),
}

/// Fields of a record set beyond a simple one, echoed whole in an exact DELETE.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Routing {
    /// Distinguishes record sets of one name and type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_identifier: Option<String>,
    /// Weighted routing: 0 to 255.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<i64>,
    /// Latency routing: the AWS region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Failover routing: PRIMARY or SECONDARY.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<String>,
    /// A health check's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_id: Option<String>,
    /// The kind of routing that no automatic switch is offered for, by its name in the Route 53
    /// console: "traffic policy", "geolocation", "geoproximity", "multivalue", "CIDR".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Routing {
    /// One of several record sets of a name and type, served by this share: 0 to 255.
    #[must_use]
    pub fn weighted(set_identifier: String, weight: u8) -> Self {
        Self {
            set_identifier: Some(set_identifier),
            weight: Some(i64::from(weight)),
            ..Self::default()
        }
    }

    /// Whether this is a simple record set.
    #[must_use]
    pub fn is_simple(&self) -> bool {
        *self == Self::default()
    }

    /// The kind of routing that no switch is offered for, by its name in the Route 53 console; none for
    /// a simple and for a weighted record set. What an earlier release has switched is still restored.
    #[must_use]
    pub fn unswitchable(&self) -> Option<&str> {
        match (&self.refused, &self.region, &self.failover) {
            (Some(policy), _, _) => Some(policy),
            (None, Some(_), _) => Some("latency"),
            (None, None, Some(_)) => Some("failover"),
            (None, None, None) => None,
        }
    }

    /// Everything but the set's identifier in words, such as `weight 10, health check abc`; empty for
    /// a simple record set.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = [
            self.weight.map(|weight| format!("weight {weight}")),
            self.region.as_ref().map(|region| format!("latency {region}")),
            self.failover
                .as_ref()
                .map(|failover| format!("failover {failover}")),
            self.health_check_id
                .as_ref()
                .map(|id| format!("health check {id}")),
            self.refused.clone(),
        ];
        let words: Vec<String> = parts.into_iter().flatten().collect();
        words.join(", ")
    }
}

/// One resource record set, in normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordSet {
    /// The owner name.
    pub name: DnsName,
    /// The type.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// What it answers.
    pub data: RecordData,
    /// Everything beyond a simple record set.
    #[serde(default, skip_serializing_if = "Routing::is_simple")]
    pub routing: Routing,
}

impl RecordSet {
    /// A simple record set with its values sorted and in normal form.
    #[must_use]
    pub fn values(name: DnsName, kind: RecordType, ttl: u32, values: Vec<String>) -> Self {
        Self {
            name,
            kind,
            data: RecordData::Values {
                ttl,
                values: normal_values(kind, values),
            },
            routing: Routing::default(),
        }
    }

    /// The set with its values sorted and in one spelling: for comparing, never for sending, because
    /// an exact DELETE must show the values as they are listed.
    #[must_use]
    pub fn normal(&self) -> Self {
        let mut copy = self.clone();
        if let RecordData::Values { values, .. } = &mut copy.data {
            *values = normal_values(self.kind, std::mem::take(values));
        }
        copy
    }

    /// The TTL in seconds; none for an alias (60 s are assumed by [`Self::believed_ttl`]).
    #[must_use]
    pub fn ttl(&self) -> Option<u32> {
        match &self.data {
            RecordData::Values { ttl, .. } => Some(*ttl),
            RecordData::Alias(_) => None,
        }
    }

    /// How long a compliant cache may keep an answer, in seconds. An alias has no TTL of its own; one
    /// to CloudFront is taken to be served with 60 s, which a pre-production account should confirm.
    #[must_use]
    pub fn believed_ttl(&self) -> u32 {
        self.ttl().unwrap_or(60)
    }

    /// The same set with another TTL; an alias stays as it is.
    #[must_use]
    pub fn with_ttl(&self, new: u32) -> Self {
        let mut copy = self.clone();
        if let RecordData::Values { ttl, .. } = &mut copy.data {
            *ttl = new;
        }
        copy
    }

    /// One line for people: `A apps.example.nhs.test 192.0.2.10 TTL 300 s`, and of one of several record
    /// sets `… TTL 60 s set "blue" (weight 90)`.
    #[must_use]
    pub fn line(&self) -> String {
        let what = match &self.data {
            RecordData::Values { ttl, values } => format!("{} TTL {ttl} s", values.join(", ")),
            RecordData::Alias(alias) => {
                format!("alias {} TTL 60 s, fixed by alias", alias.name.host())
            }
        };
        let identifier = self
            .routing
            .set_identifier
            .as_deref()
            .map(|id| format!(" set {id:?}"))
            .unwrap_or_default();
        let routing = match self.routing.words() {
            words if words.is_empty() => words,
            words => format!(" ({words})"),
        };
        format!("{} {} {what}{identifier}{routing}", self.kind, self.name.host())
    }

    /// What a `route53.record` check compares: the set without name and TTL, with its values in normal
    /// form. `A 192.0.2.10,192.0.2.11`, `A alias d111111abcdef8.cloudfront.net`, and of one of several
    /// record sets `A 192.0.2.10 weight 90 set blue`: the identifier to the letter, to the end of the line.
    #[must_use]
    pub fn check_line(&self) -> String {
        let set = self.normal();
        let what = match &set.data {
            RecordData::Values { values, .. } => values.join(","),
            RecordData::Alias(alias) => format!("alias {}", alias.name.host()),
        };
        let routing = &set.routing;
        let shared = match &routing.set_identifier {
            Some(identifier) => {
                let words = routing.words().replace(',', "");
                let apart = if words.is_empty() { "" } else { " " };
                format!("{apart}{words} set {identifier}")
            }
            // A health check of a simple record set changes no answer.
            None => String::new(),
        };
        format!("{} {what}{shared}", set.kind)
    }
}

/// Sorts values and brings names and addresses into one spelling.
#[must_use]
pub fn normal_values(kind: RecordType, values: Vec<String>) -> Vec<String> {
    let mut values: Vec<String> = values
        .into_iter()
        .map(|value| match kind {
            RecordType::Cname => DnsName::new(&value).map_or(value, String::from),
            RecordType::A | RecordType::Aaaa => value
                .trim()
                .parse::<std::net::IpAddr>()
                .map_or(value, |ip| ip.to_string()),
        })
        .collect();
    values.sort();
    values
}
