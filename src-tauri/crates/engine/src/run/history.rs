//! What a run knows to have been served, and what it left where: the past of its objects.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::{Finding, Image, Way};

use super::{Attempt, Outcome, Run};
use crate::canaries::named_by;
use crate::observed::History;
use crate::ttl::ServedVersion;

impl Run {
    /// What the last attempt that landed on an object, of whichever step and way, left there: found
    /// otherwise, the object was changed outside Switchback.
    #[must_use]
    pub fn last_left(&self, object: &str) -> Option<&Image> {
        self.attempts()
            .filter(|attempt| attempt.applied_at.is_some() && !attempt.effectless)
            .filter_map(|attempt| Some((attempt.seq, attempt.after.readable()?)))
            .filter(|(_, after)| after.object() == object)
            .max_by_key(|(seq, _)| *seq)
            .map(|(_, after)| after)
    }

    /// Every attempt, also those of steps that an amendment took out of the plan.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        let steps = self.steps.values().chain(self.former.values());
        steps.flat_map(|step| &step.attempts)
    }

    /// When a later change of the same object was on every server: changes of one object arrive in
    /// their order, so an earlier version is gone by then. Without it an attempt that was undone
    /// before it was in sync would be waited for without end.
    fn replaced_since(&self, attempt: &Attempt, image: &Image) -> Option<Timestamp> {
        self.attempts()
            .filter(|later| later.seq > attempt.seq)
            .filter(|later| {
                later
                    .before
                    .readable()
                    .is_some_and(|b| b.object() == image.object())
            })
            .filter_map(|later| later.in_sync)
            .min()
    }

    /// Every version of records that this run knows to have been served and replaced, by an attempt of
    /// its own or by somebody else, for the TTL wait. An attempt in doubt counts as not yet replaced.
    #[must_use]
    pub fn history(&self) -> History {
        let mut served = Vec::new();
        for attempt in self.attempts() {
            let not_applied = attempt.effectless
                || matches!(attempt.outcome, Outcome::Refused(_))
                || matches!(
                    (&attempt.finding, attempt.id.way),
                    (Some(Finding::Before), Way::Apply) | (Some(Finding::After), Way::Undo)
                );
            if not_applied {
                continue;
            }
            let Some(before) = attempt.before.readable() else {
                continue;
            };
            let Some((name, sets)) = before.record_sets() else {
                continue;
            };
            let Some(ttl) = sets
                .iter()
                .map(switchback_model::dns::RecordSet::believed_ttl)
                .max()
            else {
                continue;
            };
            served.push(ServedVersion {
                name: name.clone(),
                ttl,
                replaced_at: attempt.in_sync.or_else(|| self.replaced_since(attempt, before)),
            });
        }
        served.extend_from_slice(self.sightings.gone());
        History {
            served,
            made: self.made(),
        }
    }

    /// Whom this run made last as the canary of each pool, by the `sub`: as a sign-in answered it, or as whoever was taken
    /// away was read right before.
    fn made(&self) -> BTreeMap<String, String> {
        let mut attempts: Vec<&Attempt> = self.attempts().collect();
        attempts.sort_by_key(|attempt| attempt.seq);
        let subs = attempts
            .into_iter()
            .filter(|attempt| !attempt.effectless)
            .filter_map(|attempt| {
                let (image, sub) = match attempt.id.way {
                    Way::Apply => (&attempt.after, attempt.sent().and_then(|sent| named_by(&sent))),
                    Way::Undo => (&attempt.before, None),
                    Way::Publish => return None,
                };
                let Image::Canary { pool, content } = image.readable()? else {
                    return None;
                };
                let user = content.user.as_ref().filter(|user| user.ours)?;
                Some((pool.clone(), sub.or_else(|| user.sub.clone())?))
            });
        subs.collect()
    }
}
