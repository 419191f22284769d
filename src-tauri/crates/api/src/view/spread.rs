//! How far a change has come as seen from outside, while it is in flight and once it was taken back: servers,
//! resolvers, by when the rest, and the site's own answer.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use switchback_engine::expect::{Flight, applicable, in_flight};
use switchback_engine::run::{Attempt, Run};
use switchback_model::{Answers, CheckKind, CheckSpec, StepState, Way};

use super::run::Live;
use crate::wire::{Answer, SeenView, Tone};

/// "12:02am", the clock of those who read it.
pub(in crate::view) fn clock(at: Timestamp) -> String {
    let (local, _) = local(at);
    let hour = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if local.hour() < 12 { "am" } else { "pm" };
    format!("{hour}:{:02}{half}", local.minute())
}

/// "12:02am BST", for those who read it elsewhere or later.
pub(super) fn zoned_clock(at: Timestamp) -> String {
    let (_, summer) = local(at);
    format!("{} {}", clock(at), if summer { "BST" } else { "GMT" })
}

/// The time in Britain, and whether it is summer time.
fn local(at: Timestamp) -> (Zoned, bool) {
    // Summer time begins and ends at 01:00 UTC on the last Sundays of March and October.
    let utc = at.to_zoned(TimeZone::UTC);
    let change = |month| {
        let last = date(utc.year(), month, 31);
        let sunday = last.checked_sub(i64::from(last.weekday().to_sunday_zero_offset()).days());
        sunday.ok()?.at(1, 0, 0, 0).to_zoned(TimeZone::UTC).ok()
    };
    let summer = match (change(3), change(10)) {
        (Some(begins), Some(ends)) => utc >= begins && utc < ends,
        _ => false,
    };
    let ahead = SignedDuration::from_hours(i64::from(summer));
    (utc.checked_add(ahead).unwrap_or(utc), summer)
}

/// The next whole minute: what is promised by then has come by then.
pub(in crate::view) fn by(at: Timestamp) -> String {
    let up = (60 - at.as_second().rem_euclid(60)) % 60;
    clock(at.checked_add(SignedDuration::from_secs(up)).unwrap_or(at))
}

fn share(answers: &Answers) -> String {
    let what = if answers.resolvers { "resolvers" } else { "servers" };
    format!("{} of {} {what}", answers.right, answers.asked())
}

/// When caches that keep to the TTL have forgotten what was replaced.
pub(in crate::view) fn caches(attempt: &Attempt) -> Option<Timestamp> {
    let (_, sets) = attempt.before.readable()?.record_sets()?;
    let ttl = sets
        .iter()
        .map(switchback_model::dns::RecordSet::believed_ttl)
        .max()?;
    let from = attempt.in_sync.or(attempt.applied_at)?;
    from.checked_add(SignedDuration::from_secs(i64::from(ttl))).ok()
}

/// "; others by 11:15pm", and once that has come "; others since 11:15pm".
fn others(at: Timestamp, now: Timestamp) -> String {
    match now < at {
        true => format!("; others by {}", by(at)),
        false => format!("; others since {}", by(at)),
    }
}

/// What the after-checks of an attempt saw, in one sentence without its full stop; none where they saw nothing. `rest`: by
/// when caches that keep to their time have forgotten what was replaced.
fn words(
    verify: &[CheckSpec],
    attempt: &Attempt,
    way: Way,
    rest: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    let read = |spec: &CheckSpec| attempt.readings.iter().find(|reading| reading.check == spec.id);
    let mut parts: Vec<String> = Vec::new();
    let mut counted: Vec<(bool, String)> = verify
        .iter()
        .filter_map(|spec| {
            let answers = read(spec)?.answers.as_ref()?;
            let counted = !answers.resolvers && answers.right > 0;
            let since = attempt.since.get(&spec.id).filter(|_| counted);
            let since = since
                .map(|at| format!(" since {}", clock(*at)))
                .unwrap_or_default();
            Some((answers.resolvers, format!("{}{since}", share(answers))))
        })
        .collect();
    counted.sort();
    parts.extend(counted.into_iter().map(|(_, words)| words));
    let site = verify
        .iter()
        .find(|spec| matches!(spec.kind, CheckKind::HttpBuild { .. }));
    if let Some(reading) = site.and_then(read) {
        let which = match way {
            Way::Apply => "the new site",
            Way::Undo | Way::Publish => "the old site",
        };
        parts.push(match reading.verdict.lets_through() {
            true => format!("{which} answers"),
            // What answers instead; how it was asked stands with the check.
            false => {
                let instead = reading.observed.split(", ").next().unwrap_or_default();
                format!("{which} is not seen yet ({instead})")
            }
        });
    }
    if parts.is_empty() {
        return None;
    }
    let rest = rest.map(|at| others(at, now));
    Some(format!("{}{}", parts.join(", "), rest.unwrap_or_default()))
}

/// Whether the change is on its way: not late, and not somebody else's.
fn spreads(run: &Run, flight: &Flight<'_>) -> bool {
    run.steps
        .get(&flight.step.id)
        .is_some_and(|step| match step.state {
            StepState::Applying { .. }
            | StepState::Verifying { .. }
            | StepState::Undoing { .. }
            | StepState::UndoVerifying { .. } => true,
            StepState::ToDo
            | StepState::Checking
            | StepState::Blocked
            | StepState::Ready
            | StepState::Done { .. }
            | StepState::Unverified
            | StepState::Failed
            | StepState::InDoubt { .. }
            | StepState::Foreign
            | StepState::Adopted
            | StepState::Undone { .. }
            | StepState::UndoFailed
            | StepState::UndoUnverified
            | StepState::UndoInDoubt { .. }
            | StepState::UndoForeign
            | StepState::Skipped => false,
        })
}

/// The answer while a change spreads that users may see; none where none does.
pub(super) fn switching(run: &Run, live: &Live, now: Timestamp) -> Option<Answer> {
    let flights = in_flight(run);
    let flight = flights.iter().find(|flight| spreads(run, flight))?;
    let verb = match flight.way {
        Way::Apply => "Switching",
        Way::Undo => "Switching back",
        Way::Publish => "Going back",
    };
    let of_check = |spec: &CheckSpec| {
        let reading = flight
            .attempt
            .readings
            .iter()
            .find(|reading| reading.check == spec.id)?;
        reading.answers.as_ref().filter(|answers| !answers.resolvers)
    };
    // Until the first after-check is read, a monitor tells it: one that has looked for the coming side since. Before,
    // it counted those that answer the side that is left.
    let of_monitor = || {
        run.plan.monitors.iter().find_map(|monitor| {
            let reading = live.monitors.get(&monitor.id)?.reading.as_ref()?;
            let coming = applicable(run, monitor)?;
            let since = reading.check == coming.id && reading.observed_at >= flight.attempt.intended_at;
            reading
                .answers
                .as_ref()
                .filter(|answers| since && !answers.resolvers)
        })
    };
    let servers = flight.verify().iter().find_map(of_check).or_else(of_monitor);
    Some(Answer {
        tone: Tone::Switching,
        headline: match servers {
            Some(servers) => format!("{verb}: {}", share(servers)),
            None => verb.to_owned(),
        },
        // By what the picture of the way says, too.
        note: words(
            flight.verify(),
            flight.attempt,
            flight.way,
            super::way::rest_by(run, live, flight.step).or_else(|| caches(flight.attempt)),
            now,
        )
        .unwrap_or_else(|| format!("{}: old and new are both right", flight.step.title)),
    })
}

/// What was seen from outside of a step that was taken back.
pub(super) fn seen(run: &Run, step: &switchback_model::StepId, now: Timestamp) -> Option<SeenView> {
    let (step, state) = run.step(step)?;
    let attempt = state.last(Way::Undo)?;
    Some(SeenView {
        step: step.id.to_string(),
        title: step.title.clone(),
        sentence: format!(
            "{}.",
            words(&step.undo_verify, attempt, Way::Undo, caches(attempt), now)?
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{by, clock, others};

    #[test]
    fn times_are_those_of_the_people_who_read_them() {
        let at = |text: &str| text.parse().expect("a time");
        for (utc, local) in [
            ("2026-11-29T00:02:10Z", "12:02am"),
            ("2026-08-06T16:30:00Z", "5:30pm"),
            ("2026-03-29T00:59:59Z", "12:59am"),
            ("2026-03-29T01:00:00Z", "2:00am"),
            ("2026-10-25T00:59:59Z", "1:59am"),
            ("2026-10-25T01:00:00Z", "1:00am"),
            ("2026-12-06T12:05:00Z", "12:05pm"),
        ] {
            assert_eq!(clock(at(utc)), local, "{utc}");
        }
        assert_eq!(by(at("2026-11-29T00:02:10Z")), "12:03am");
        assert_eq!(by(at("2026-11-29T00:02:00Z")), "12:02am");
        let gone = at("2026-11-29T00:02:10Z");
        assert_eq!(others(gone, at("2026-11-29T00:02:09Z")), "; others by 12:03am");
        assert_eq!(others(gone, at("2026-11-29T00:02:10Z")), "; others since 12:03am");
    }
}
