//! Reads a target file.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use switchback_model::directory::{Pool, PoolId, PoolRole};
use switchback_model::dns::DnsName;
use switchback_model::plan::{DecisionType, Target, TargetKind};
use switchback_model::{Observers, TargetName};
use toml::de::DeValue;

use crate::draft::DraftDecision;
use crate::notes::{At, suggestion};
use crate::reader::{Item, Reader, Table};

pub(crate) const TARGET_KINDS: &[(&str, TargetKind)] = &[
    ("rehearsal", TargetKind::Rehearsal),
    ("test", TargetKind::Test),
    ("preproduction", TargetKind::Preproduction),
    ("production", TargetKind::Production),
];

pub(crate) const OBSERVERS: &[(&str, bool)] = &[("on", true), ("none", false)];

pub(crate) const POOL_ROLES: &[(&str, PoolRole)] = &[("new", PoolRole::New), ("old", PoolRole::Old)];

/// The port of a resolver that is given without one.
const DNS_PORT: u16 = 53;

/// Reads everything but `[values]` and `[decisions]`. The kind is returned apart, because rules
/// of the runbook depend on it even when another field is wrong.
pub(crate) fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> (Option<Target>, Option<TargetKind>) {
    let name = r.must(t, "name", Reader::id::<TargetName>);
    let kind_at = t.at_key("kind");
    let kind = r.must(t, "kind", |r, item| r.choice(item, TARGET_KINDS));
    let account = r.must(t, "account", Reader::account);
    let region = r.must(t, "region", Reader::region);
    let has_role = t.at_key("role") != t.at;
    let role = r.may(t, "role", Reader::role);
    let profile = r.may(t, "profile", Reader::text);
    let observers = r.may(t, "observers", observers).unwrap_or_default();
    let resolvers = r.may(t, "resolvers", resolvers).unwrap_or_default();
    let name_servers = r.may(t, "name_servers", name_servers).unwrap_or_default();
    let pools = r
        .may(t, "pools", |r, item| pools(r, item, region.as_deref()))
        .unwrap_or_default();
    if kind == Some(TargetKind::Production) && !has_role {
        r.notes.error(
            "role-missing",
            kind_at,
            "A production target must say which role the operator has assumed.",
            "Add `role = \"NAME\"`, the role's name without its ARN.",
        );
    }
    if let Some(name) = &name {
        let file = std::path::Path::new(&r.notes.source().file);
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if stem.as_deref().is_some_and(|stem| stem != name.value.as_str()) {
            r.notes.lint(
                "target-name",
                name.at,
                format!(
                    "This target is called {}, but its file is called otherwise.",
                    name.value
                ),
                "Give both the same name: operators type the target's name to confirm.",
            );
        }
    }
    let target = (|| {
        let (name, kind, account, region) = (name?.value, kind?, account?, region?);
        Some(Target {
            name,
            kind,
            account,
            region,
            role,
            profile,
            observers,
            resolvers,
            name_servers,
            pools,
        })
    })();
    (target, kind)
}

fn observers(r: &mut Reader<'_>, item: Item<'_>) -> Option<Observers> {
    let mut t = r.table(item, "observers table")?;
    let dns = r
        .may(&mut t, "dns", |r, item| r.choice(item, OBSERVERS))
        .unwrap_or(true);
    let http = r
        .may(&mut t, "http", |r, item| r.choice(item, OBSERVERS))
        .unwrap_or(true);
    r.finish(t);
    Some(Observers { dns, http })
}

fn resolvers(r: &mut Reader<'_>, item: Item<'_>) -> Option<BTreeMap<String, SocketAddr>> {
    let table = r.table(item, "resolvers table")?;
    let mut resolvers = BTreeMap::new();
    for (name, item) in table.entries() {
        let Some(text) = r.literal(item) else { continue };
        let address = text.value.parse::<SocketAddr>().ok().or_else(|| {
            text.value
                .parse::<IpAddr>()
                .ok()
                .map(|ip| SocketAddr::new(ip, DNS_PORT))
        });
        match address {
            Some(address) => {
                resolvers.insert(name.value, address);
            }
            None => r.notes.error(
                "invalid-ip",
                text.at,
                format!(
                    "{:?} is not the address of a resolver.",
                    crate::fields::cut(&text.value)
                ),
                "Write an IP address, with :port where it is not 53.",
            ),
        }
    }
    Some(resolvers)
}

/// Reads `[name_servers]`: by zone, the servers that the author knows to serve it.
fn name_servers(r: &mut Reader<'_>, item: Item<'_>) -> Option<BTreeMap<DnsName, Vec<DnsName>>> {
    let table = r.table(item, "name_servers table")?;
    let mut zones = BTreeMap::new();
    for (zone, item) in table.entries() {
        let DeValue::Array(items) = item.get_ref() else {
            r.wrong_type(item, "a list of the zone's name servers");
            continue;
        };
        let servers: Vec<DnsName> = items.iter().filter_map(|item| r.host_name(item)).collect();
        match DnsName::new(&zone.value) {
            Ok(zone) => {
                zones.insert(zone, servers);
            }
            Err(error) => r.notes.error(
                "invalid-name",
                zone.at,
                format!("{error}."),
                "Write the zone's name in quotes, such as \"example.nhs.test\".",
            ),
        }
    }
    Some(zones)
}

/// Reads `[pools.NAME]`. A pool's id begins with its region, so another region in the file is a mistake,
/// and so is a pool outside the target's region that does not say so.
fn pools(r: &mut Reader<'_>, item: Item<'_>, target_region: Option<&str>) -> Option<BTreeMap<String, Pool>> {
    let table = r.table(item, "pools table")?;
    let mut pools = BTreeMap::new();
    let mut seen: BTreeMap<PoolId, String> = BTreeMap::new();
    for (name, item) in table.entries() {
        let Some(mut t) = r.table(item, "pool") else {
            continue;
        };
        let id = r.must(&mut t, "id", pool_id);
        let title = r.must(&mut t, "title", Reader::text);
        let said = r.may(&mut t, "region", Reader::region);
        let role = r.may(&mut t, "role", |r, item| r.choice(item, POOL_ROLES));
        r.finish(t);
        let (Some((id, at)), Some(title)) = (id, title) else {
            continue;
        };
        let wanted = said.as_deref().or(target_region);
        if wanted.is_some_and(|wanted| wanted != id.region()) {
            r.notes.error(
                "pool-region",
                at,
                format!(
                    "The pool {id} is in {}, not in {}.",
                    id.region(),
                    wanted.unwrap_or_default()
                ),
                format!(
                    "Correct the id; if the pool is meant, add `region = \"{}\"` to it.",
                    id.region()
                ),
            );
            continue;
        }
        if let Some(first) = seen.insert(id.clone(), name.value.clone()) {
            r.notes.error(
                "pool-twice",
                at,
                format!("The pools {first} and {} have the same id.", name.value),
                "Keep one of them: otherwise each person would be found twice.",
            );
        }
        let role = role.unwrap_or_default();
        pools.insert(name.value, Pool { id, title, role });
    }
    Some(pools)
}

fn pool_id(r: &mut Reader<'_>, item: Item<'_>) -> Option<(PoolId, crate::notes::At)> {
    let text = r.literal(item)?;
    match PoolId::new(&text.value) {
        Ok(id) => Some((id, text.at)),
        Err(_) => {
            let message = format!(
                "{:?} is not the id of a user pool.",
                crate::fields::cut(&text.value)
            );
            r.notes.error(
                "pool-id",
                text.at,
                message,
                "Write it such as \"eu-west-2_EXAMPLE1\".",
            );
            None
        }
    }
}

/// Takes the target's `[decisions]` into the runbook's.
pub(crate) fn decide(r: &mut Reader<'_>, t: &mut Table<'_>, decisions: &mut [DraftDecision]) {
    let Some(table) = r.may(t, "decisions", |r, item| r.table(item, "decisions table")) else {
        return;
    };
    for (name, item) in table.entries() {
        let known: Vec<String> = decisions.iter().map(|d| d.decision.id.to_string()).collect();
        let Some(decision) = decisions
            .iter_mut()
            .find(|d| d.decision.id.as_str() == name.value)
        else {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let message = format!("The runbook has no decision `{}`.", name.value);
            r.notes.error(
                "unknown-decision",
                name.at,
                message,
                suggestion(&name.value, &known),
            );
            continue;
        };
        let at: At = item.span().into();
        let value = match item.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
            DeValue::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
            _ => None,
        };
        match value.and_then(|value| fitting(&decision.decision.kind, &value)) {
            Some(value) => decision.decision.decided = Some(value),
            None => {
                let wanted = match &decision.decision.kind {
                    DecisionType::Minutes => "whole minutes, 1 to 10,080".to_owned(),
                    DecisionType::YesNo => "\"yes\" or \"no\"".to_owned(),
                    DecisionType::OneOf { choices } => format!("one of {}", choices.join(", ")),
                };
                let message = format!("This value does not fit the decision `{}`.", name.value);
                r.notes
                    .error("decision-value", at, message, format!("Write {wanted}."));
            }
        }
    }
}

/// The value in the form that the engine takes, if it is one.
fn fitting(kind: &DecisionType, value: &str) -> Option<String> {
    match kind {
        DecisionType::Minutes => value
            .parse::<u32>()
            .ok()
            .filter(|m| (1..=10_080).contains(m))
            .map(|m| m.to_string()),
        DecisionType::YesNo => matches!(value, "yes" | "no").then(|| value.to_owned()),
        DecisionType::OneOf { choices } => choices.iter().any(|c| c == value).then(|| value.to_owned()),
    }
}
