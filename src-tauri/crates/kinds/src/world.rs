//! The world of one run: what carries out its actions and makes its checks.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use switchback_aws::{Aws, Outside};
use switchback_engine::not_known::{NotKnown, check_not_known};
use switchback_engine::ports::{Action, Clock, History, Identity, ProviderError, ServerSaid, World};
use switchback_engine::sign_in::SignIn;
use switchback_engine::ttl::{TtlWait, ttl_wait};
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::text::lasting;
use switchback_model::{ActionSpec, CheckReading, CheckSpec, Target, Verdict};
use switchback_probes::{self as probes, NoToken, ProbeWorld, Tokens};

use crate::changes::change;
use crate::looks::{Made, made};

/// Wall and monotonic clock apart by more than this during a question: the machine slept, or its clock
/// was set. As in the engine's driver.
const JUMPED: SignedDuration = SignedDuration::from_secs(3);

/// AWS and the outside, as one target sees them.
pub struct RunWorld {
    aws: Aws,
    probes: ProbeWorld,
    target: Target,
    clock: Arc<dyn Clock>,
    tokens: Option<Arc<dyn Tokens>>,
}

impl RunWorld {
    /// Puts the two together.
    #[must_use]
    pub fn new(aws: Aws, probes: ProbeWorld, target: Target, clock: Arc<dyn Clock>) -> Self {
        Self {
            aws,
            probes,
            target,
            clock,
            tokens: None,
        }
    }

    /// With who gives tokens of user pools. Without, a check that needs one can't tell.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<dyn Tokens>) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Both clocks, when a question is asked.
    fn asked(&self) -> (Timestamp, Duration) {
        (self.clock.now(), self.clock.monotonic())
    }

    /// Observed when the answer came, not when the question was asked; unless the machine slept or its
    /// clock was set in between: then nobody knows how old the answer is, and it counts from the question.
    fn observed_now(&self, (asked, then): (Timestamp, Duration), mut reading: CheckReading) -> CheckReading {
        let now = self.clock.now();
        let steady = SignedDuration::try_from(self.clock.monotonic().saturating_sub(then));
        let apart = (now.duration_since(asked) - steady.unwrap_or(SignedDuration::MAX)).abs();
        let tolerance = SignedDuration::try_from(self.clock.tolerance()).unwrap_or(SignedDuration::MAX);
        reading.observed_at = if apart > JUMPED.max(tolerance) { asked } else { now };
        reading
    }

    async fn ttl(&self, spec: &CheckSpec, name: &DnsName, lowered: u32, history: &History) -> CheckReading {
        // Both ends of the wait are the server's time: it survives sleep, restart and skew.
        let now = match self.aws.server_now().await {
            Ok(now) => now,
            Err(error) => {
                return reading(
                    spec,
                    Verdict::Error,
                    &format!("the server's time could not be read: {}", error.message),
                    self.clock.now(),
                    error.hint,
                );
            }
        };
        let at = self.clock.now();
        match ttl_wait(&history.served, name, lowered) {
            TtlWait::NeverLonger => reading(
                spec,
                Verdict::Pass,
                &format!("no longer TTL than {lowered} s was served in this run"),
                at,
                None,
            ),
            TtlWait::NotReplaced { ttl } => reading(
                spec,
                Verdict::Fail,
                &format!("an answer with TTL {ttl} s may still be served"),
                at,
                Some("Wait until the lowering is in sync on every server.".to_owned()),
            ),
            TtlWait::Until(over) if over <= now => reading(spec, Verdict::Pass, "0 s left", at, None),
            TtlWait::Until(over) => {
                let left = u64::try_from(over.duration_since(now).as_secs()).map_or(1, |left| left.max(1));
                // Shown by our clock, waited for by the server's.
                let until = at.checked_add(over.duration_since(now)).unwrap_or(over);
                reading(
                    spec,
                    Verdict::Waiting { until },
                    &format!("{} left", lasting(left)),
                    at,
                    None,
                )
            }
        }
    }
}

fn reading(
    spec: &CheckSpec,
    verdict: Verdict,
    observed: &str,
    at: Timestamp,
    mend: Option<String>,
) -> CheckReading {
    CheckReading {
        check: spec.id.clone(),
        verdict,
        observed: observed.to_owned(),
        expected: "0 s left".to_owned(),
        source: "journal and the server's Date".to_owned(),
        observed_at: at,
        believable_s: spec.believable_s,
        mend,
        answers: None,
    }
}

fn not_observed(spec: &CheckSpec, now: Timestamp, what: &str) -> CheckReading {
    CheckReading {
        check: spec.id.clone(),
        verdict: Verdict::NotApplicable,
        observed: format!("not applicable: this target has no {what} observer"),
        expected: String::new(),
        source: "the target file".to_owned(),
        observed_at: now,
        believable_s: spec.believable_s,
        mend: None,
        answers: None,
    }
}

/// Every answer that is right: one of several where the record sets are weighted.
fn answers(values: &[String], or: &[Vec<String>]) -> Vec<Vec<String>> {
    std::iter::once(values.to_vec())
        .chain(or.iter().cloned())
        .collect()
}

#[async_trait]
impl Outside for RunWorld {
    async fn delegation(&self, zone: &DnsName) -> Result<Vec<DnsName>, String> {
        let found = probes::delegation(zone, &self.probes).await;
        found.map_err(|error| error.to_string())
    }

    async fn addresses(&self, host: &DnsName) -> Result<Vec<IpAddr>, String> {
        let found = probes::addresses(host, &self.probes).await;
        found.map_err(|error| error.to_string())
    }

    async fn soa(&self, zone: &DnsName, server: IpAddr) -> Result<Option<String>, String> {
        let found = probes::soa(zone, server, &self.probes).await;
        found.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl World for RunWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        match change(spec) {
            Ok(change) => change.bound(self.aws.clone()),
            Err(unknown) => Box::new(NotKnown::of(unknown)),
        }
    }

    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        let found = self.aws.identity().await?;
        self.aws.assert_identity(target, &found).await?;
        Ok(found)
    }

    fn sign_in(&self) -> Option<SignIn> {
        self.aws.sign_in()
    }

    async fn signed_in(&self) -> Option<SignIn> {
        self.aws.signed_in().await
    }

    async fn lacks(&self, spec: &CheckSpec) -> Option<CheckReading> {
        let pools: Vec<&String> = match made(&spec.kind, &self.target, None) {
            Made::ByTokens(check) => check.accepts.iter().chain(&check.refuses).collect(),
            Made::ByCanary(check) => vec![&check.pool_id],
            Made::ByAws(_)
            | Made::ByTime { .. }
            | Made::ByDns(_)
            | Made::ByHttp { .. }
            | Made::ByStatus { .. }
            | Made::ByRoutes(_)
            | Made::ByBundle(_)
            | Made::ByTls { .. }
            | Made::NotKnown(_) => return None,
        };
        for pool in pools {
            let known = match &self.tokens {
                Some(tokens) => tokens.knows(pool).await,
                None => Err(NoToken::nobody(self.target.name.as_str(), pool)),
            };
            if let Err(none) = known {
                return Some(probes::not_possible(spec, pool, none, self.clock.now()));
            }
        }
        None
    }

    async fn servers(&self, name: &DnsName, record: RecordType, zone: Option<&DnsName>) -> Vec<ServerSaid> {
        if !self.target.observers.dns {
            return Vec::new();
        }
        crate::servers::asked(name, record, zone, &self.probes).await
    }

    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        let asked = self.asked();
        let (now, world) = (asked.0, &self.probes);
        let observers = self.target.observers;
        let outside: Option<&dyn Outside> = observers.dns.then_some(self);
        let reading = match made(&spec.kind, &self.target, outside) {
            Made::ByAws(look) => return look.reading(&self.aws, spec, now).await,
            Made::ByTime { name, lowered } => return self.ttl(spec, name, lowered, history).await,
            Made::NotKnown(unknown) => return check_not_known(spec, unknown, now),
            Made::ByDns(_) if !observers.dns => return not_observed(spec, now, "DNS"),
            Made::ByHttp { .. }
            | Made::ByStatus { .. }
            | Made::ByRoutes(_)
            | Made::ByBundle(_)
            | Made::ByTokens(_)
            | Made::ByTls { .. }
                if !observers.http =>
            {
                return not_observed(spec, now, "HTTP");
            }
            Made::ByDns(question) => {
                let right = answers(question.values, question.or);
                let (name, record) = (question.name, question.record);
                match question.zone {
                    Some(zone) => {
                        probes::check_authoritative(spec, name, zone, record, &right, world, now).await
                    }
                    None => probes::check_resolvers(spec, name, record, &right, world, now).await,
                }
            }
            Made::ByHttp { url, address, build } => {
                probes::check_http_build(spec, url, address, build, world, now).await
            }
            Made::ByStatus { url, address, status } => {
                probes::check_http_answer(spec, url, address, status, world, now).await
            }
            Made::ByRoutes(check) => probes::check_routes(spec, check, world, now).await,
            Made::ByBundle(check) => probes::check_bundle(spec, check, world, now).await,
            Made::ByTokens(check) => {
                probes::check_authorised(spec, check, self.tokens.as_deref(), world, now).await
            }
            Made::ByCanary(check) => {
                let made = history.made.get(&check.pool_id).map(String::as_str);
                probes::check_canary(spec, check, self.tokens.as_deref(), made, now).await
            }
            Made::ByTls { host, address, days } => {
                probes::check_certificate(spec, host, address, days, world, now).await
            }
        };
        self.observed_now(asked, reading)
    }
}
