//! Checks by probes. Each takes the moment of reading and never fails: what could not be told is a
//! reading with the verdict `Error`.

use std::net::IpAddr;

use jiff::Timestamp;
use switchback_model::dns::{DnsName, RecordType, normal_values};
use switchback_model::{Answers, CheckReading, CheckSpec, Verdict};

use crate::dns::{Asked, authoritative, name_servers_of, resolvers};
use crate::http::{SiteAnswer, http_build};
use crate::reading::Reading;
use crate::tls::certificate;
use crate::world::ProbeWorld;

const DAY: i64 = 86_400;

/// `dns.authoritative`: every authoritative server of the zone answers these values; `right` holds each
/// answer that is right, of which weighted record sets have several.
pub async fn check_authoritative(
    spec: &CheckSpec,
    name: &DnsName,
    zone: &DnsName,
    record: RecordType,
    right: &[Vec<String>],
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    let right = normal(record, right);
    let reading = Reading {
        spec,
        source: format!("name servers of {}, {record} {}", zone.host(), name.host()),
        expected: format!("every server answers {}", any_of(&right)),
        now,
    };
    let servers = match name_servers_of(zone, world).await {
        Ok(servers) if servers.is_empty() => {
            return reading.end(Verdict::Error, "no name server is known", None);
        }
        Ok(servers) => servers,
        Err(error) => return reading.failed(&error),
    };
    let asked = authoritative(name, record, &servers).await;
    judge(
        reading,
        "servers",
        &right,
        &asked,
        "Wait until the change has reached every server, then look again.",
    )
}

/// `dns.resolvers`: the world's resolvers answer these values; `right` holds each answer that is right.
/// Shows how long old answers remain.
pub async fn check_resolvers(
    spec: &CheckSpec,
    name: &DnsName,
    record: RecordType,
    right: &[Vec<String>],
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    let right = normal(record, right);
    let reading = Reading {
        spec,
        source: format!("{} resolvers, {record} {}", world.resolvers.len(), name.host()),
        expected: format!("every resolver answers {}", any_of(&right)),
        now,
    };
    if world.resolvers.is_empty() {
        return reading.end(
            Verdict::Error,
            "no resolver is named",
            Some("Name at least one resolver in the target."),
        );
    }
    let asked = resolvers(name, record, &world.resolvers).await;
    judge(
        reading,
        "resolvers",
        &right,
        &asked,
        "Old answers leave a cache when their remaining time is over.",
    )
}

/// A GET of this URL: the reading that is made of it, and what came.
async fn asked<'a>(
    spec: &'a CheckSpec,
    (url, address): (&str, Option<IpAddr>),
    expected: String,
    world: &ProbeWorld,
    now: Timestamp,
) -> Result<(Reading<'a>, SiteAnswer), CheckReading> {
    let at = address.map_or_else(|| "where DNS leads".to_owned(), |address| format!("at {address}"));
    let reading = Reading {
        spec,
        source: format!("GET {url} {at}"),
        expected,
        now,
    };
    match http_build(url, address, world).await {
        Ok(seen) => Ok((reading, seen)),
        Err(error) => Err(reading.failed(&error)),
    }
}

/// `http.answer`: the site answers a GET of this URL with this status.
pub async fn check_http_answer(
    spec: &CheckSpec,
    url: &str,
    address: Option<IpAddr>,
    status: u16,
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    let expected = format!("HTTP {status}");
    let (reading, seen) = match asked(spec, (url, address), expected, world, now).await {
        Ok(asked) => asked,
        Err(failed) => return failed,
    };
    let observed = format!("HTTP {}, {}, {} ms", seen.status, seen.address, seen.ms);
    if seen.status == status {
        return reading.end(Verdict::Pass, observed, None);
    }
    let mend = "Look at which program answers there, and at the settings with which it started.";
    reading.end(Verdict::Fail, observed, Some(mend))
}

/// `http.build`: the site answers HTTP 200 with this build, or with any where none is expected.
pub async fn check_http_build(
    spec: &CheckSpec,
    url: &str,
    address: Option<IpAddr>,
    build: Option<&str>,
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    let wanted = build.map_or_else(|| "any build".to_owned(), |build| format!("build {build}"));
    let expected = format!("{wanted}, HTTP 200");
    let (reading, seen) = match asked(spec, (url, address), expected, world, now).await {
        Ok(asked) => asked,
        Err(failed) => return failed,
    };
    let shown = match (&seen.build, &seen.instead) {
        (Some(build), _) => format!("build {build}"),
        (None, Some(instead)) => format!("no build: {instead}"),
        (None, None) => "no build".to_owned(),
    };
    let observed = format!("{shown}, HTTP {}, {}, {} ms", seen.status, seen.address, seen.ms);
    let right = match (build, &seen.build) {
        (Some(wanted), Some(found)) => wanted == found,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    if seen.status == 200 && right {
        reading.end(Verdict::Pass, observed, None)
    } else {
        let mend = match &seen.build {
            Some(_) => "Look at which site answers there and which build it serves.",
            None if seen.status != 200 => "Look at which site answers there and which build it serves.",
            None => "Have the site answer with JSON whose build is its build, such as {\"build\": \"8f2c\"}.",
        };
        reading.end(Verdict::Fail, observed, Some(mend))
    }
}

/// `tls.certificate`: the certificate at an address covers the host and lives this long.
pub async fn check_certificate(
    spec: &CheckSpec,
    host: &DnsName,
    address: Option<IpAddr>,
    days: u32,
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    let at = address.map_or_else(|| "where DNS leads".to_owned(), |address| format!("at {address}"));
    let reading = Reading {
        spec,
        source: format!("TLS {} {at}", host.host()),
        expected: format!("covers {}, {days} days left", host.host()),
        now,
    };
    let shown = match certificate(host, address, world).await {
        Ok(shown) => shown,
        Err(error) => return reading.failed(&error),
    };
    let left = (shown.not_after.as_second() - now.as_second()).div_euclid(DAY);
    let names = shown.names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let life = if left < 0 {
        "expired".to_owned()
    } else {
        format!("{left} days left")
    };
    let observed = format!(
        "covers {names}, {life}, issued by {}, {}",
        shown.issuer, shown.address
    );
    if left >= i64::from(days) {
        reading.end(Verdict::Pass, observed, None)
    } else {
        reading.end(
            Verdict::Fail,
            observed,
            Some("Renew the certificate before the night."),
        )
    }
}

/// Passes if all agree, fails if any says otherwise, and cannot tell if one is silent.
fn judge(
    reading: Reading<'_>,
    kind: &str,
    right: &[Vec<String>],
    asked: &[Asked],
    mend: &str,
) -> CheckReading {
    let mut agreeing = 0;
    let mut counts = Answers {
        resolvers: kind == "resolvers",
        ..Answers::default()
    };
    let mut longest: Option<u32> = None;
    let mut others: Vec<String> = Vec::new();
    let mut silent: Vec<String> = Vec::new();
    for Asked { server, answer } in asked {
        let server = server.trim_end_matches('.');
        match answer {
            Ok(answer) => {
                let ttl = answer
                    .ttl
                    .map(|ttl| format!(" for {ttl} s more"))
                    .unwrap_or_default();
                if right.contains(&answer.values) {
                    agreeing += 1;
                    counts.right += 1;
                    longest = longest.max(answer.ttl);
                } else {
                    let ttl = if kind == "resolvers" { ttl } else { String::new() };
                    match counts
                        .others
                        .iter_mut()
                        .find(|(other, _)| *other == answer.values)
                    {
                        Some((_, count)) => *count += 1,
                        None => counts.others.push((answer.values.clone(), 1)),
                    }
                    others.push(format!("{server} answers {}{ttl}", listed(&answer.values)));
                }
            }
            Err(error) => {
                counts.silent += 1;
                silent.push(format!("{server}: {}", error.message));
            }
        }
    }
    let verb = if agreeing == 1 && asked.len() == 1 {
        "answers"
    } else {
        "answer"
    };
    let mut observed = format!("{agreeing} of {} {kind} {verb} {}", asked.len(), any_of(right));
    if let Some(ttl) = longest {
        let word = if kind == "resolvers" { "up to" } else { "TTL" };
        observed.push_str(&format!(" ({word} {ttl} s)"));
    }
    for part in others.iter().chain(&silent) {
        observed.push_str("; ");
        observed.push_str(part);
    }
    let told = if !others.is_empty() {
        reading.end(Verdict::Fail, observed, Some(mend))
    } else if !silent.is_empty() {
        let hint = asked.iter().find_map(|asked| {
            asked
                .answer
                .as_ref()
                .err()
                .and_then(|error| error.hint.as_deref())
        });
        reading.end(
            Verdict::Error,
            observed,
            hint.or(Some("Look at the network: DNS may be blocked.")),
        )
    } else {
        reading.end(Verdict::Pass, observed, None)
    };
    CheckReading {
        answers: Some(counts),
        ..told
    }
}

fn normal(record: RecordType, right: &[Vec<String>]) -> Vec<Vec<String>> {
    right
        .iter()
        .map(|values| normal_values(record, values.clone()))
        .collect()
}

fn any_of(right: &[Vec<String>]) -> String {
    let answers: Vec<String> = right.iter().map(|values| listed(values)).collect();
    answers.join(" or ")
}

fn listed(values: &[String]) -> String {
    if values.is_empty() {
        "no record".to_owned()
    } else {
        values.join(", ")
    }
}
