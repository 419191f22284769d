//! What was seen of the TTLs of names: a version that somebody else replaced was served as well, and
//! caches keep it for as long as it said.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use switchback_model::dns::{DnsName, RecordSet};
use switchback_model::{ActionSpec, Event, EventKind, Finding, Image, Plan, StepId, TargetKind};

use crate::run::Run;
use crate::ttl::ServedVersion;

/// A change by another hand that is listed may not be on every server yet: users of other tools
/// reported up to 120 s (libdns/route53#14).
const SYNC: SignedDuration = SignedDuration::from_secs(120);

/// The names of a run as they were seen.
#[derive(Debug, Clone, Default)]
pub struct Sightings {
    /// The longest TTL, in seconds, that each name had when it was last seen; before it was seen at all, the
    /// longest that the plan knows it with.
    last: BTreeMap<DnsName, u32>,
    /// Longer versions that were gone without an attempt of ours.
    gone: Vec<ServedVersion>,
}

impl Sightings {
    /// What the plan knows before anybody has looked. A name that is found with a short TTL at the first
    /// look may have been lowered a moment ago, by hand or by another run, and caches then still hold the
    /// long one. An emulator (a target of kind `test`) has no caches before it.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut last = BTreeMap::new();
        if plan.target.kind != TargetKind::Test {
            for step in plan.steps() {
                let Some((name, ttl)) = step.action.as_ref().and_then(ActionSpec::answers) else {
                    continue;
                };
                let longest = last.entry(name.clone()).or_insert(0);
                *longest = ttl.unwrap_or(0).max(*longest);
            }
        }
        Self {
            last,
            gone: Vec::new(),
        }
    }

    /// Versions that somebody else replaced; each counts as replaced when that was noticed, which is
    /// later than it was done.
    #[must_use]
    pub fn gone(&self) -> &[ServedVersion] {
        &self.gone
    }

    /// What a look at a name adds: the version that is served now, and a longer one that was there at
    /// the last look.
    #[must_use]
    pub fn with(&self, image: &Image, at: Timestamp) -> Vec<ServedVersion> {
        let mut after = self.clone();
        after.seen(image, at);
        let mut more = after.gone.split_off(self.gone.len());
        more.extend(served(image).map(|(name, ttl)| ServedVersion {
            name: name.clone(),
            ttl,
            replaced_at: None,
        }));
        more
    }

    fn seen(&mut self, image: &Image, at: Timestamp) {
        let Some((name, ttl)) = served(image) else { return };
        let last = self.last.insert(name.clone(), ttl);
        if let Some(longer) = last.filter(|last| *last > ttl) {
            self.gone.push(ServedVersion {
                name: name.clone(),
                ttl: longer,
                replaced_at: at.checked_add(SYNC).ok(),
            });
        }
    }

    /// Ours: its attempt tells when the version before it was replaced.
    fn left(&mut self, image: &Image) {
        if let Some((name, ttl)) = served(image) {
            self.last.insert(name.clone(), ttl);
        }
    }
}

/// The name of an image and the longest TTL among its record sets, in seconds; none without records.
fn served(image: &Image) -> Option<(&DnsName, u32)> {
    let (name, sets) = image.record_sets()?;
    let ttl = sets.iter().map(RecordSet::believed_ttl).max()?;
    Some((name, ttl))
}

/// Keeps what an event shows of the names; called once the event is folded.
pub(crate) fn note(run: &mut Run, event: &Event) {
    let at = event.at;
    match &event.kind {
        EventKind::ChecksFinished {
            preview: Some(preview),
            ..
        }
        | EventKind::ApprovalVoided {
            preview: Some(preview),
            ..
        } => run.sightings.seen(&preview.from, at),
        EventKind::Drifted {
            finding: Finding::Other { found, .. },
            ..
        } => run.sightings.seen(found, at),
        EventKind::DriftCleared { step } => {
            let object = run.steps.get(step).and_then(|step| step.effect.as_ref());
            let object = object
                .and_then(|effect| effect.after.readable())
                .map(Image::object);
            if let Some(left) = object.and_then(|object| run.last_left(&object).cloned()) {
                run.sightings.seen(&left, at);
            }
        }
        EventKind::Answered { attempt, .. } | EventKind::Inspected { attempt, .. } => {
            landed(run, &attempt.step);
        }
        EventKind::Resolved { step, .. } | EventKind::AdoptedByHand { step, .. } => landed(run, step),
        _ => {}
    }
}

fn landed(run: &mut Run, step: &StepId) {
    let attempt = run.steps.get(step).and_then(|step| step.current());
    let landed = attempt.filter(|attempt| attempt.applied_at.is_some());
    if let Some(image) = landed.and_then(|attempt| attempt.after.readable()).cloned() {
        run.sightings.left(&image);
    }
}
