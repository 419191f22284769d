//! The rows of the check, from this computer to the service.

use futures_util::future::join_all;
use switchback_aws::net::{endpoints, extra_authorities, way_to};
use switchback_aws::profiles::ProfileInfo;
use switchback_aws::{Aws, Elsewhere, Profiles, Service, Session, masked, role_of};
use switchback_engine::ports::{Clock, ProviderError, ProviderErrorKind};
use switchback_engine::sign_in::worst_case;
use switchback_model::text::lasting;

use super::network::{authorities, dns, one_chain, proxy, reach, tls};
use super::profiles::session_words;
use super::{Subject, span};
use crate::wire::{ReadingView, Tone};

/// A look at the connection is believed for so long, in seconds.
pub(super) const BELIEVABLE_S: u32 = 120;
/// AWS refuses signatures that are further off (AWS General Reference, "Signature Version 4"): five
/// minutes; TTL waits and deadlines suffer earlier.
const SKEW_S: i64 = 60;

/// What is looked at.
pub(super) struct Look<'a> {
    pub(super) subject: &'a Subject,
    pub(super) elsewhere: &'a Elsewhere,
    pub(super) closed: bool,
    pub(super) profile: Option<&'a str>,
    pub(super) region: &'a str,
    pub(super) known: &'a Profiles,
    pub(super) clock: &'a dyn Clock,
}

/// What AWS itself told.
pub(super) struct Far {
    pub(super) rows: Vec<ReadingView>,
    pub(super) signed_in: bool,
    pub(super) sign_in_needed: bool,
}

/// What a row says.
pub(super) struct RowText {
    pub(super) tone: Tone,
    pub(super) observed: String,
    pub(super) expected: String,
    pub(super) source: String,
    pub(super) mend: Option<String>,
}

impl RowText {
    pub(super) fn new(tone: Tone, observed: impl Into<String>, source: impl Into<String>) -> Self {
        Self {
            tone,
            observed: observed.into(),
            expected: String::new(),
            source: source.into(),
            mend: None,
        }
    }

    pub(super) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    pub(super) fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    pub(super) fn of_error(error: &ProviderError, source: &str) -> Self {
        let tone = match error.kind {
            // Told by AWS or by us, so evidence; everything else could not be told.
            ProviderErrorKind::Credentials | ProviderErrorKind::Denied | ProviderErrorKind::Guard => {
                Tone::Failing
            }
            ProviderErrorKind::NotFound => Tone::Failing,
            _ => Tone::Unknown,
        };
        Self {
            mend: error.hint.clone(),
            ..Self::new(tone, error.message.clone(), source)
        }
    }
}

impl Look<'_> {
    pub(super) fn row(&self, id: &str, title: &str, said: RowText) -> ReadingView {
        ReadingView {
            id: id.to_owned(),
            title: title.to_owned(),
            tone: said.tone,
            observed: said.observed,
            expected: said.expected,
            source: said.source,
            observed_at: Some(self.clock.now()),
            age_s: Some(0),
            believable_s: BELIEVABLE_S,
            last_failing: None,
            before_opening: false,
            until: None,
            mend: said.mend.filter(|_| said.tone != Tone::Passing),
        }
    }

    /// The connection could not even be set up.
    pub(super) async fn blind(&self, error: &ProviderError) -> Vec<ReadingView> {
        let mut rows = self.near().await;
        rows.push(self.row(
            "sts",
            "Who you are",
            RowText::of_error(error, "the settings of this computer"),
        ));
        rows
    }

    /// What this computer and the network tell.
    pub(super) async fn near(&self) -> Vec<ReadingView> {
        let mut rows = vec![
            self.row("profile", "Profile", self.profile_row()),
            self.row("environment", "Environment", self.environment()),
        ];
        if self.closed {
            return self.not_looked_at(rows, "not applicable: the closed world answers on this computer");
        }
        let trusted = extra_authorities(self.elsewhere);
        if let Some(said) = authorities(&trusted) {
            rows.push(self.row("authorities", "Own authorities", said));
        }
        let custom = self.subject.endpoint.clone().or_else(|| self.elsewhere.mark());
        if let Some(url) = custom {
            return self.not_looked_at(
                rows,
                &format!("not applicable: the custom endpoint {url} is asked"),
            );
        }
        let endpoints = match endpoints(self.region, self.elsewhere, &self.services()) {
            Ok(endpoints) => endpoints,
            Err(error) => {
                rows.push(self.row(
                    "dns",
                    "DNS",
                    RowText::of_error(&error, "the region and the settings"),
                ));
                return rows;
            }
        };
        let ways: Vec<_> = endpoints.iter().map(|endpoint| way_to(&endpoint.host)).collect();
        let proxied = ways.iter().all(|way| matches!(way, Ok(Some(_))));
        let chains = join_all(
            std::iter::zip(&endpoints, &ways).map(|(endpoint, way)| one_chain(endpoint, way, &trusted)),
        );
        let (dns, proxy, chains) = tokio::join!(dns(&endpoints, proxied), proxy(&ways), chains);
        rows.push(self.row("dns", "DNS", dns));
        rows.push(self.row("proxy", "Proxy", proxy));
        for (endpoint, chain) in std::iter::zip(&endpoints, &chains) {
            let service = endpoint.service;
            // Whose certificates come back is the same for all of them.
            rows.push(match service {
                Service::Sts => self.row("tls", "TLS issuer", tls(chain, &endpoint.host)),
                _ => {
                    let id = format!("reach-{}", service.short());
                    let title = format!("{} reachable", service.words());
                    self.row(&id, &title, reach(chain, endpoint))
                }
            });
        }
        rows
    }

    /// The services that are looked at: those of every run, and what else this plan asks.
    fn services(&self) -> Vec<Service> {
        let mut services = vec![Service::Sts, Service::Route53, Service::Cognito];
        let plan = self.subject.plan.as_deref();
        let uses = plan.map(switchback_kinds::uses::of_plan).unwrap_or_default();
        for op in uses.iter().flat_map(|used| used.ops) {
            if !services.contains(&op.service) {
                services.push(op.service);
            }
        }
        services
    }

    /// The network is somebody else's.
    fn not_looked_at(&self, mut rows: Vec<ReadingView>, why: &str) -> Vec<ReadingView> {
        for (id, title) in [("dns", "DNS"), ("proxy", "Proxy"), ("tls", "TLS issuer")] {
            let said = RowText::new(Tone::NotApplicable, why, "the target");
            rows.push(self.row(id, title, said));
        }
        rows
    }

    fn chosen(&self) -> Option<&ProfileInfo> {
        let name = self.known.selected.as_deref()?;
        self.known.list.iter().find(|profile| profile.name == name)
    }

    fn profile_row(&self) -> RowText {
        if self.closed {
            return RowText::new(Tone::NotApplicable, "the rehearsal's own key", "the closed world");
        }
        let source = "the AWS configuration files";
        let Some(name) = &self.known.selected else {
            return RowText::new(
                Tone::Passing,
                "none: the keys of this environment are used",
                "AWS_ACCESS_KEY_ID",
            );
        };
        if let (None, Some((problem, mend))) = (self.chosen(), &self.known.problem) {
            return RowText::new(Tone::Failing, problem.clone(), source).mend(mend.clone());
        }
        let Some(found) = self.chosen() else {
            if self.profile.is_none() && name == "default" {
                return RowText::new(
                    Tone::Passing,
                    "none: a container's or a machine's role, if there is one",
                    source,
                );
            }
            let names: Vec<&str> = self.known.list.iter().map(|p| p.name.as_str()).collect();
            let others = match names.is_empty() {
                true => "There is no profile on this computer yet: set one up with `aws configure sso`."
                    .to_owned(),
                false => format!("There are: {}.", names.join(", ")),
            };
            return RowText::new(Tone::Failing, format!("there is no profile {name}"), source).mend(format!(
                "Correct the name in the target file or in AWS_PROFILE. {others}"
            ));
        };
        let from = found
            .source
            .as_deref()
            .map(|source| format!(", with {source}"))
            .unwrap_or_default();
        let role = found
            .role
            .as_deref()
            .map(|role| format!(", role {role}"))
            .unwrap_or_default();
        let words = format!("{name}: {}{role}{from}", found.kind.words());
        match &found.problem {
            Some((problem, mend)) => {
                RowText::new(Tone::Failing, format!("{words}. {problem}"), source).mend(mend.clone())
            }
            None => RowText::new(Tone::Passing, words, source),
        }
    }

    fn environment(&self) -> RowText {
        let source = "the environment of this program";
        if self.closed {
            return RowText::new(Tone::NotApplicable, "not looked at in a rehearsal", source);
        }
        let over: Vec<&str> = self
            .known
            .environment
            .iter()
            .filter(|setting| setting.overrides)
            .map(|setting| setting.variable.as_str())
            .collect();
        let names = over.join(", ");
        match (over.is_empty(), self.subject.target()) {
            (true, _) => RowText::new(Tone::Passing, "nothing overrides profile or endpoint", source),
            // A person without a target may well mean them.
            (false, None) => RowText::new(Tone::Passing, format!("in use: {names}"), source),
            (false, Some(_)) => RowText::new(Tone::Failing, format!("in use: {names}"), source)
                .expecting("nothing that leads elsewhere than the target says")
                .mend(
                    "Unset them, or take them out of the profile, and start Switchback again; or name the profile in the \
                     target file, which goes before AWS_ACCESS_KEY_ID and AWS_PROFILE.",
                ),
        }
    }

    /// What STS tells: clock, identity, and with them the session.
    pub(super) async fn far(&self, aws: &Aws) -> Far {
        let before = self.clock.now();
        let (found, date) = aws.caller_and_date().await;
        let after = self.clock.now();
        let source = "sts:GetCallerIdentity";
        let signed_in = found.is_ok();
        let clock = match date {
            None => RowText::new(Tone::Unknown, "no answer told the time", "the Date of STS")
                .mend("Mend the rows that fail; this one needs an answer of AWS."),
            Some(date) => {
                // The answer was under way between the two; a Date has whole seconds.
                let early = before.duration_since(date).as_secs() - 1;
                let late = after.duration_since(date).as_secs() + 1;
                let off = match (early > 0, late < 0) {
                    (true, _) => early,
                    (_, true) => late,
                    _ => 0,
                };
                let words = match off {
                    0 => "this computer's clock agrees with AWS".to_owned(),
                    s => format!(
                        "this computer's clock is {} {} AWS",
                        lasting(s.unsigned_abs()),
                        if s > 0 { "ahead of" } else { "behind" }
                    ),
                };
                let tone = if off.abs() > SKEW_S {
                    Tone::Failing
                } else {
                    Tone::Passing
                };
                RowText::new(tone, words, "the Date of STS")
                    .expecting(format!("at most {SKEW_S} s apart"))
                    .mend("Set this computer's clock by a time server, then check again.")
            }
        };
        let identity = match (&found, self.subject.target()) {
            (Err(error), _) => RowText::of_error(error, source),
            (Ok(found), target) => {
                let role =
                    role_of(&found.arn).map_or_else(|| "no role".to_owned(), |role| format!("role {role}"));
                let words = format!("account {}, {role}", masked(&found.account));
                match target {
                    None => RowText::new(Tone::Passing, words, source),
                    Some(target) => {
                        let expected = format!(
                            "account {}, {}",
                            masked(&target.account),
                            target
                                .role
                                .as_deref()
                                .map_or_else(|| "any role".to_owned(), |role| format!("role {role}"))
                        );
                        let said = match aws.assert_identity(target, found).await {
                            Ok(()) => RowText::new(Tone::Passing, words, source),
                            Err(error) => RowText::of_error(&error, source),
                        };
                        said.expecting(expected)
                    }
                }
            }
        };
        let session = self.session(aws, signed_in);
        Far {
            rows: vec![
                self.row("clock", "Clock", clock),
                self.row("sts", "Who you are", identity),
                self.row("session", "Session", session),
            ],
            signed_in,
            sign_in_needed: matches!(&found, Err(error) if error.kind == ProviderErrorKind::Credentials),
        }
    }

    fn session(&self, aws: &Aws, signed_in: bool) -> RowText {
        let now = self.clock.now();
        if self.closed {
            return RowText::new(
                Tone::NotApplicable,
                "the rehearsal's key does not end",
                "the closed world",
            );
        }
        let source = "the credentials, and the token file of the AWS CLI";
        let (session, kind) = self.chosen().map_or(
            (
                Session::NotNeeded,
                switchback_aws::profiles::ProfileKind::SessionKeys,
            ),
            |profile| (profile.session, profile.kind),
        );
        let command = self
            .chosen()
            .and_then(|profile| profile.sign_in.as_deref())
            .map_or_else(
                || "Sign in again.".to_owned(),
                |command| format!("Sign in with `{command}`."),
            );
        if let Session::SignedOut | Session::Expired { .. } = session {
            return RowText::new(Tone::Failing, session_words(session, kind, now), source).mend(command);
        }
        if !signed_in {
            return RowText::new(Tone::Unknown, "nobody is signed in", source).mend(command);
        }
        let Some(until) = aws.sign_in().map(|sign_in| sign_in.until) else {
            return RowText::new(Tone::Passing, session_words(session, kind, now), source);
        };
        // A span has no direction.
        if until <= now {
            let words = format!("ended {} ago", span(until, now));
            return RowText::new(Tone::Failing, words, source).mend(command);
        }
        let words = format!("ends in {}", span(now, until));
        // Which steps it is too short for, by the same rule as the engine's.
        let left = until.duration_since(now);
        let short: Vec<String> = self
            .subject
            .plan
            .iter()
            .flat_map(|plan| plan.steps())
            .filter(|step| step.action.is_some() && worst_case(step) > left)
            .map(|step| step.id.to_string())
            .collect();
        match short.is_empty() {
            true => RowText::new(Tone::Passing, words, source),
            false => RowText::new(
                Tone::Failing,
                format!("{words}: too soon for {}", short.join(", ")),
                source,
            )
            .expecting("longer than each step and its way back may take")
            .mend(command),
        }
    }
}
