//! The check of the connection, from this computer to AWS: profile, session, names, proxy, who
//! vouches for the server, clock, identity, services and permissions. It reads and nothing else.

mod keychain;
mod network;
mod permissions;
mod profiles;
mod rows;

use std::sync::Arc;

use jiff::Timestamp;
use switchback_aws::{Aws, AwsOptions, Elsewhere};
use switchback_engine::ports::Clock;
use switchback_engine::run::Run;
use switchback_model::{Plan, RunId, Target, TargetKind};
use switchback_rehearsal as rehearsal;

use crate::clock::{SystemClock, WorldClock};
use crate::core::Core;
use crate::wire::{ApiError, ConnectionAsk, ConnectionView, ProfilesView, SCHEMA_VERSION, Tone};

use rows::Look;

/// Where a person is who has chosen no region: the team's.
const REGION: &str = "eu-west-2";

/// What is checked.
#[derive(Default)]
pub struct Subject {
    /// The plan, where there is one: its target, and what it needs.
    pub plan: Option<Arc<Plan>>,
    /// The run, where there is one: what it has exercised.
    pub run: Option<Run>,
    /// The profile, where there is no plan.
    pub profile: Option<String>,
    /// The region, where there is no plan.
    pub region: Option<String>,
    /// A custom endpoint.
    pub endpoint: Option<String>,
}

impl Subject {
    pub(crate) fn target(&self) -> Option<&Target> {
        self.plan.as_deref().map(|plan| &plan.target)
    }
}

impl Core {
    /// The profiles of this computer; of a run, with its target's profile as the selected one.
    pub async fn profiles(&self, named: Option<&str>) -> ProfilesView {
        let now = SystemClock::default().now();
        profiles::view(switchback_aws::profiles(named, now).await, now)
    }

    /// Checks the connection for what a window or a person names.
    pub async fn connection_check(&self, ask: &ConnectionAsk) -> Result<ConnectionView, ApiError> {
        let subject = match &ask.run {
            Some(run) => {
                let run = self.load(&RunId::new(run.clone())?).await?;
                Subject {
                    plan: Some(run.plan.clone()),
                    endpoint: run
                        .endpoint
                        .as_deref()
                        .and_then(switchback_aws::endpoint_of_mark)
                        .map(str::to_owned),
                    run: Some(run),
                    ..Subject::default()
                }
            }
            None => Subject {
                profile: ask.profile.clone().filter(|name| !name.is_empty()),
                region: ask.region.clone().filter(|name| !name.is_empty()),
                endpoint: self.options.endpoint.clone(),
                ..Subject::default()
            },
        };
        self.check_connection(subject).await
    }

    /// The same for a plan that is not open yet.
    ///
    /// # Errors
    /// Where a custom endpoint is set and the target is production: nothing is sent there, not even a read.
    pub async fn check_connection(&self, subject: Subject) -> Result<ConnectionView, ApiError> {
        if let Some(target) = subject.target()
            && target.kind == TargetKind::Production
        {
            self.endpoint_for(target)?;
        }
        let closed = match subject.target().map(|target| target.kind) {
            Some(TargetKind::Rehearsal) => Some(self.closed_world().await?),
            _ => None,
        };
        let system = SystemClock::default().now();
        let profile = match subject.target() {
            Some(target) => target.profile.clone(),
            None => subject.profile.clone(),
        };
        let known = switchback_aws::profiles(profile.as_deref(), system).await;
        let region = region(&subject, &known);
        let clock: Arc<dyn Clock> = match &closed {
            Some(handle) => Arc::new(WorldClock::new(handle.clock)),
            None => Arc::new(SystemClock::default()),
        };
        let aws = Aws::connect(&AwsOptions {
            endpoint: match &closed {
                Some(handle) => Some(handle.endpoint.clone()),
                None => subject.endpoint.clone(),
            },
            only_aws: subject
                .target()
                .is_some_and(|target| target.kind == TargetKind::Production),
            profile: profile.clone(),
            region: region.clone(),
            rehearsal_credentials: closed
                .is_some()
                .then(|| (rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
            clock: Some(clock.clone()),
        });
        let elsewhere = match &closed {
            Some(_) => Elsewhere::default(),
            None => Elsewhere::of(profile.as_deref()),
        };
        let look = Look {
            elsewhere: &elsewhere,
            subject: &subject,
            closed: closed.is_some(),
            profile: profile.as_deref(),
            region: &region,
            known: &known,
            clock: &*clock,
        };
        let keychain = async {
            match closed.is_some() {
                true => Ok(None),
                false => keychain::look(self.store.clone()).await.map(Some),
            }
        };
        let here = async {
            match &aws {
                Ok(aws) => {
                    // Apart from each other, so that one that hangs holds nobody up.
                    let (near, far) = tokio::join!(look.near(), look.far(aws));
                    let permissions = permissions::rows(&look, aws, far.signed_in).await;
                    ([near, far.rows].concat(), permissions, far.sign_in_needed)
                }
                Err(error) => (look.blind(error).await, Vec::new(), false),
            }
        };
        let ((rows, permissions, sign_in_needed), keychain) = tokio::join!(here, keychain);
        let tones = || rows.iter().chain(&permissions).map(|row| row.tone);
        // What does not apply says nothing of the rest.
        let worst = tones().filter(|tone| *tone != Tone::NotApplicable).max();
        let tone = worst.or(tones().max());
        let environment = profiles::settings(&known.environment);
        Ok(ConnectionView {
            schema_version: SCHEMA_VERSION,
            about: about(&subject, profile.as_deref(), &region),
            target: subject.target().map(|target| target.name.to_string()),
            profile,
            region,
            checked_at: clock.now(),
            tone: tone.unwrap_or(Tone::Unknown),
            sign_in_needed,
            rows,
            permissions,
            keychain: keychain?,
            environment: if closed.is_some() { Vec::new() } else { environment },
        })
    }
}

fn region(subject: &Subject, known: &switchback_aws::Profiles) -> String {
    if let Some(target) = subject.target() {
        return target.region.clone();
    }
    let of_profile = || {
        let name = known.selected.as_deref()?;
        known
            .list
            .iter()
            .find(|profile| profile.name == name)?
            .region
            .clone()
    };
    subject
        .region
        .clone()
        .or_else(of_profile)
        .filter(|region| is_region(region))
        .unwrap_or_else(|| REGION.to_owned())
}

/// A region becomes part of host names.
fn is_region(text: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 32 && text.split('-').count() >= 3 && text.split('-').all(part)
}

fn about(subject: &Subject, profile: Option<&str>, region: &str) -> String {
    match (subject.target(), profile) {
        (Some(target), _) => format!("target {} ({}) in {region}", target.name, target.kind.banner()),
        (None, Some(profile)) => format!("profile {profile} in {region}"),
        (None, None) => format!("the environment's credentials in {region}"),
    }
}

/// A span in words: `2 h 5 min`, `4 min`, `12 s`.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    let s = to.duration_since(from).as_secs().abs();
    match (s / 3600, s / 60 % 60) {
        (0, 0) => format!("{s} s"),
        (0, min) => format!("{min} min"),
        (h, 0) => format!("{h} h"),
        (h, min) => format!("{h} h {min} min"),
    }
}

#[cfg(test)]
pub(crate) mod tests;
