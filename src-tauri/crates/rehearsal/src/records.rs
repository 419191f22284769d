//! Record sets as the world keeps them, their names and their order.

use serde::{Deserialize, Serialize};

/// The target of an alias record set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The hosted zone of the target; `Z2FDTNDATAQYW2` for CloudFront.
    pub hosted_zone_id: String,
    /// The target's name, normalised.
    pub dns_name: String,
    /// Whether health of the target decides.
    pub evaluate_target_health: bool,
}

/// How one of several record sets with the same name and type is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// By share: 0 to 255.
    Weight(u64),
    /// By the nearest AWS region.
    Region(String),
    /// `PRIMARY` or `SECONDARY`.
    Failover(String),
    /// Up to eight healthy ones.
    MultiValue(bool),
    /// By place: continent, country, subdivision.
    Geo(Option<String>, Option<String>, Option<String>),
    /// By distance from an AWS region.
    GeoProximity(String),
    /// By the caller's network: collection and location.
    Cidr(String, String),
    /// Kept by an instance of a traffic policy, of this id; the one policy without an identifier.
    TrafficPolicy(String),
}

impl Routing {
    /// The policies that the fault `routed` knows; all but the last are none that a switch is offered for.
    pub const POLICIES: [&'static str; 8] = [
        "geolocation",
        "geoproximity",
        "multivalue",
        "cidr",
        "traffic-policy",
        "latency",
        "failover",
        "weighted",
    ];

    /// One of each policy of [`Self::POLICIES`].
    pub(crate) fn example(policy: &str) -> Option<Self> {
        Some(match policy {
            "geolocation" => Self::Geo(None, Some("GB".to_owned()), None),
            "geoproximity" => Self::GeoProximity("eu-west-2".to_owned()),
            "multivalue" => Self::MultiValue(true),
            "cidr" => Self::Cidr(
                "c0ffee00-0000-4000-8000-000000000001".to_owned(),
                "office".to_owned(),
            ),
            "latency" => Self::Region("eu-west-2".to_owned()),
            "failover" => Self::Failover("PRIMARY".to_owned()),
            "weighted" => Self::Weight(100),
            "traffic-policy" => Self::TrafficPolicy("7a1b2c3d-0000-4000-8000-000000000001".to_owned()),
            _ => return None,
        })
    }

    /// The word that AWS uses for the kind.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Weight(_) => "Weight",
            Self::Region(_) => "Region",
            Self::Failover(_) => "Failover",
            Self::MultiValue(_) => "MultiValueAnswer",
            Self::Geo(..) => "GeoLocation",
            Self::GeoProximity(_) => "GeoProximityLocation",
            Self::Cidr(..) => "CidrRoutingConfig",
            Self::TrafficPolicy(_) => "TrafficPolicyInstanceId",
        }
    }
}

/// One record set of the zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    /// Normalised: lower case, trailing dot, `\052` for an asterisk.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, ..
    #[serde(rename = "type")]
    pub kind: String,
    /// Tells apart sets with the same name and type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_identifier: Option<String>,
    /// Present if and only if there is a `set_identifier`, but for a traffic policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing: Option<Routing>,
    /// Seconds; none for an alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// The values in Route 53's presentation form, in the order they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The alias target, instead of a TTL and values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Alias>,
    /// A health check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_id: Option<String>,
}

impl RecordSet {
    /// A simple record set with values.
    #[must_use]
    pub fn simple(name: &str, kind: &str, ttl: u64, values: &[&str]) -> Self {
        Self {
            name: normal_name(name),
            kind: kind.to_owned(),
            set_identifier: None,
            routing: None,
            ttl: Some(ttl),
            values: values.iter().map(|v| (*v).to_owned()).collect(),
            alias: None,
            health_check_id: None,
        }
    }

    /// Whether both are at the same place: name, type and identifier.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind && self.set_identifier == other.set_identifier
    }

    /// Whether a DELETE that shows `shown` may delete this set: everything equal, the order of the
    /// values aside.
    #[must_use]
    pub fn matches(&self, shown: &Self) -> bool {
        let sorted = |set: &Self| {
            let mut values = set.values.clone();
            values.sort();
            values
        };
        sorted(self) == sorted(shown)
            && Self {
                values: Vec::new(),
                ..self.clone()
            } == Self {
                values: Vec::new(),
                ..shown.clone()
            }
    }

    /// Where the set stands in a listing.
    #[must_use]
    pub fn order(&self) -> (String, String, String) {
        (
            name_order(&self.name),
            self.kind.clone(),
            self.set_identifier.clone().unwrap_or_default(),
        )
    }
}

/// What one item of a batch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// The set must not exist yet.
    Create,
    /// The set must exist exactly as shown.
    Delete,
    /// The set is created or overwritten blindly.
    Upsert,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Delete => "DELETE",
            Self::Upsert => "UPSERT",
        }
    }
}

/// One item of a ChangeResourceRecordSets batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchItem {
    /// What to do.
    pub action: Action,
    /// With which record set.
    pub record: RecordSet,
}

/// A name as Route 53 keeps it: lower case, one trailing dot, unusual characters as `\ooo`.
#[must_use]
pub fn normal_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 1);
    let bytes = name.as_bytes();
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let escape = bytes.get(i + 1..i + 4);
        if byte == b'\\' && escape.is_some_and(|e| e.iter().all(u8::is_ascii_digit)) {
            out.push_str(&name[i..i + 4]);
            i += 4;
            continue;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            out.push(char::from(byte.to_ascii_lowercase()));
        } else {
            out.push_str(&format!("\\{byte:03o}"));
        }
        i += 1;
    }
    if !out.ends_with('.') {
        out.push('.');
    }
    out
}

/// The key by which Route 53 sorts names: labels reversed, each with its trailing dot.
#[must_use]
pub fn name_order(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for label in name.trim_end_matches('.').rsplit('.') {
        key.push_str(label);
        key.push('.');
    }
    key
}

/// Whether `name` is `zone` itself or below it; both normalised.
#[must_use]
pub fn in_zone(name: &str, zone: &str) -> bool {
    name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_as_route_53_does() {
        for (given, kept) in [
            ("Apps.Example.NHS.test", "apps.example.nhs.test."),
            ("*.example.nhs.test.", "\\052.example.nhs.test."),
            ("\\052.example.nhs.test.", "\\052.example.nhs.test."),
            ("_dmarc.example.nhs.test", "_dmarc.example.nhs.test."),
        ] {
            assert_eq!(normal_name(given), kept);
        }
    }

    #[test]
    fn order_is_by_reversed_labels() {
        let mut names = ["b.a.test.", "a.test.", "a-b.test.", "test.", "a.b.test."];
        names.sort_by_key(|n| name_order(n));
        assert_eq!(names, ["test.", "a-b.test.", "a.test.", "b.a.test.", "a.b.test."]);
    }

    #[test]
    fn a_name_that_only_ends_alike_is_outside() {
        assert!(in_zone("apps.example.nhs.test.", "example.nhs.test."));
        assert!(!in_zone("badexample.nhs.test.", "example.nhs.test."));
    }

    #[test]
    fn matching_ignores_only_the_order_of_values() {
        let kept = RecordSet::simple("a.test", "A", 60, &["192.0.2.1", "192.0.2.2"]);
        let turned = RecordSet::simple("a.test", "A", 60, &["192.0.2.2", "192.0.2.1"]);
        let other_ttl = RecordSet::simple("a.test", "A", 61, &["192.0.2.1", "192.0.2.2"]);
        assert!(kept.matches(&turned));
        assert!(!kept.matches(&other_ttl));
    }
}
