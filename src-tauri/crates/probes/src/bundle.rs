//! What a web application was built with, as browsers are given it: the start page, the scripts that it loads, and the
//! manifest by which a service worker hands the same files to who comes back.
//!
//! A script that was not uploaded often comes with status 200 all the same: sites of one page answer whatever they do
//! not have with their start page. So a script counts only where it is called JavaScript (RFC 9239) and does not begin
//! as HTML. Edges of a distribution keep copies of their own: start page and manifest are each asked for three times,
//! over a connection each, and where DNS gives several addresses, at several.
//!
//! Asked for as a browser does, packed with gzip or brotli, because a distribution keeps those copies apart. Scripts
//! that others load by name while they run are known from the manifest alone; without one they are not looked at. A
//! script of another host is named and not fetched.
//!
//! Limits: a page of 2 MiB, a manifest of 4 MiB, 256 scripts of 16 MiB each, 64 MiB in all, 10 seconds a file, 60
//! seconds in all, 4 requests at once. Past them it can't be told.

mod asked;
mod judge;
mod look;
mod manifest;
mod net;
mod page;
mod script;

use std::time::Duration;

use jiff::Timestamp;
use switchback_model::{BundleCheck, CheckReading, CheckSpec};

use crate::reading::Reading;
use crate::world::ProbeWorld;

/// How much is read, and how long it takes at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The whole check.
    pub(crate) whole: Duration,
    /// One file.
    pub(crate) request: Duration,
    /// Reading the start page once it is there.
    pub(crate) scan: Duration,
    /// Bytes of the start page, unpacked; those below, too.
    pub(crate) page: usize,
    /// Bytes of the manifest.
    pub(crate) manifest: usize,
    /// Bytes of a script.
    pub(crate) script: usize,
    /// Bytes of all files together.
    pub(crate) total: usize,
    /// How many scripts.
    pub(crate) scripts: usize,
    /// How many are asked for at one time.
    pub(crate) at_once: usize,
}

const MIB: usize = 1 << 20;

pub(crate) const LIMITS: Limits = Limits {
    whole: Duration::from_secs(60),
    request: Duration::from_secs(10),
    scan: Duration::from_secs(2),
    page: 2 * MIB,
    manifest: 4 * MIB,
    script: 16 * MIB,
    total: 64 * MIB,
    scripts: 256,
    at_once: 4,
};

/// `http.bundle`: the scripts that a page loads are scripts, hold these texts and lack those; the manifest, where there is
/// one, is of the very same files.
pub async fn check_bundle(
    spec: &CheckSpec,
    check: &BundleCheck,
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    check_within(spec, check, world, now, &LIMITS).await
}

pub(crate) async fn check_within(
    spec: &CheckSpec,
    check: &BundleCheck,
    world: &ProbeWorld,
    now: Timestamp,
    limits: &Limits,
) -> CheckReading {
    let at = match check.address {
        None => "where DNS leads".to_owned(),
        Some(address) => format!("at {address}"),
    };
    let texts = |count: usize| match count {
        1 => "1 text".to_owned(),
        more => format!("{more} texts"),
    };
    let mut expected = format!("the scripts hold {}", texts(check.holds.len()));
    if !check.lacks.is_empty() {
        expected.push_str(&format!(" and lack {}", texts(check.lacks.len())));
    }
    if check.manifest.is_some() {
        expected.push_str(", manifest of the same build");
    }
    let reading = Reading {
        spec,
        source: format!("GET {} and its scripts {at}", check.url),
        expected,
        now,
    };
    match look::look(check, limits, world).await {
        Ok(seen) => {
            let judgement = judge::judge(check, &seen);
            reading.end(judgement.verdict, judgement.observed, judgement.mend.as_deref())
        }
        Err(ended) => ended.reading(reading),
    }
}
