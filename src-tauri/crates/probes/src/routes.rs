//! The freeze proof: which routes of an application are closed, under each of its names and in the spellings that
//! routers forgive.
//!
//! It asks as somebody without credentials, for somebody who is nowhere, with an empty body, so that nothing is
//! written where the restriction leaks. Who answered is told by declared marks alone: a bare 403 may be anybody's.

mod asked;
mod judge;
mod net;
mod said;
mod spelling;
mod verdict;

use std::time::Duration;

use jiff::Timestamp;
use switchback_model::{CheckReading, CheckSpec, RoutesCheck, RoutesExpected};

use crate::http::LONGEST;
use crate::reading::Reading;
use crate::world::ProbeWorld;

/// How long it takes at most, and how much it asks at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The whole check.
    pub(crate) whole: Duration,
    /// One request, its body included.
    pub(crate) request: Duration,
    /// Requests on their way at one time, over all addresses.
    pub(crate) at_once: usize,
}

const LIMITS: Limits = Limits {
    whole: Duration::from_secs(60),
    request: LONGEST,
    at_once: 6,
};

/// `http.routes`: every route that writes is closed, or open again, at each of its addresses.
pub async fn check_routes(
    spec: &CheckSpec,
    check: &RoutesCheck,
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    check_within(spec, check, world, now, &LIMITS).await
}

pub(crate) async fn check_within(
    spec: &CheckSpec,
    check: &RoutesCheck,
    world: &ProbeWorld,
    now: Timestamp,
    limits: &Limits,
) -> CheckReading {
    let expected = match check.expected {
        RoutesExpected::Closed => "every write refused by the restriction, every read answered",
        RoutesExpected::Open => "every write answered by the application",
    };
    let reading = Reading {
        spec,
        source: format!(
            "{} routes at {} addresses, without credentials",
            check.writes.len() + check.reads.len(),
            check.bases.len()
        ),
        expected: expected.to_owned(),
        now,
    };
    let probes = asked::probes(check);
    let heard = net::ask_all(check, asked::each_once(&probes), limits, world).await;
    let judgement = judge::judge(check, &probes, &heard);
    reading.end(judgement.verdict, judgement.observed, judgement.mend)
}

#[cfg(test)]
mod tests;
