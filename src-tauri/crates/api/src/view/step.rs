//! One step with everything that its page shows.

use jiff::Timestamp;
use switchback_engine::chosen;
use switchback_engine::decide::{First, comes_first};
use switchback_engine::evolve::name;
use switchback_engine::publish::unseen;
use switchback_engine::rollback::undone_with;
use switchback_engine::run::{Attempt, Outcome, Run, StepRun};
use switchback_kinds::changes::change;
use switchback_model::{
    ActionSpec, CheckKind, FieldDifference, Finding, Image, Preview, Reversibility, RollbackScope, Step,
    StepId, StepKind, StepState, Way,
};

use super::rollback::caches_s;
use super::spread::clock;
use super::trouble::{taken_back_by_ecs, ways_back};
use super::{preview_view, reading_views};
use crate::wire::{AttemptView, Offer, ReadingView, StepView, TimesView, Tone, UndoTimeView};

pub(super) fn view(
    run: &Run,
    step: &Step,
    state: &StepRun,
    now: Timestamp,
    offers: Vec<Offer>,
    takes: UndoTimeView,
) -> StepView {
    let checks = state.checks.as_ref();
    let shown = |preview: &Preview| preview_view(run, &step.id, preview);
    // What makes others seen is taken back by doing it once more.
    let back = state.current().filter(|attempt| attempt.id.way != Way::Apply);
    let undoing = back.or_else(|| state.last(Way::Undo)).filter(|_| {
        matches!(
            state.state,
            StepState::Undoing { .. }
                | StepState::UndoVerifying { .. }
                | StepState::Undone { .. }
                | StepState::UndoFailed
                | StepState::UndoUnverified
                | StepState::UndoInDoubt { .. }
                | StepState::UndoForeign
        )
    });
    let (specs, readings) = match (undoing, state.last(Way::Apply)) {
        (Some(undo), _) => (&step.undo_verify, undo.readings.clone()),
        (None, Some(apply)) => (&step.verify, apply.readings.clone()),
        (None, None) => (&step.verify, Vec::new()),
    };
    let left_out = chosen::why(run, step);
    let before = reading_views(
        &step.before,
        checks.map(|c| c.readings.as_slice()).unwrap_or_default(),
        now,
    );
    let first = Some(step)
        .filter(|_| state.state == StepState::Ready)
        .and_then(|step| comes_first(run, step));
    let tell_again = run.told_otherwise_since(&step.id).is_some();
    StepView {
        id: step.id.to_string(),
        title: step.title.clone(),
        plan_ref: step.plan_ref.clone(),
        kind: match step.kind {
            StepKind::Check => "check",
            StepKind::Action => "action",
            StepKind::Attest => "attest",
            StepKind::Notice => "notice",
        }
        .to_owned(),
        // Nothing of it is asked, as of one that was skipped.
        state: match &left_out {
            Some(_) => name(StepState::Skipped),
            None => name(state.state),
        }
        .to_owned(),
        state_words: match &left_out {
            Some(_) => "Not chosen",
            None if taken_back_by_ecs(step, state).is_some() => "Taken back by ECS itself",
            None if tell_again => "To tell again",
            None if first == Some(First::Go) => "Waits for go",
            None if first == Some(First::Step) => "Waits for another step",
            None if state.state == StepState::Blocked && waits_only(&before) => "Waiting",
            None => state.state.words(),
        }
        .to_owned(),
        why_not_automated: step.why_not_automated.clone(),
        note: left_out
            .clone()
            .unwrap_or_else(|| match overtaken(run, &step.id) {
                Some(words) => format!("{words} {}", note(step, state)).trim_end().to_owned(),
                None => note(step, state),
            }),
        ways_back: ways_back(run, step, state.state),
        undone_with: undone_with(run, &step.id).map(|ids| ids.iter().map(ToString::to_string).collect()),
        generation: state.generation,
        why: step.why.clone(),
        notice: step.notice.clone(),
        look_at: step.look_at.clone(),
        risks: step.risks.clone(),
        owner: step.owner.clone(),
        affects: step.affects.clone(),
        expected_s: step.expected_s,
        times: TimesView::default(),
        reversibility: reversibility(step),
        needs: step.needs.iter().map(ToString::to_string).collect(),
        after: step.after.iter().map(ToString::to_string).collect(),
        publishes: step.publishes.iter().map(ToString::to_string).collect(),
        // Told by whoever knows the rest of the row.
        together: Vec::new(),
        left_out: left_out.is_some(),
        waits: first.is_some(),
        tell_again,
        unseen: unseen(run, &step.id).iter().map(ToString::to_string).collect(),
        changed_at: state.changed_at,
        before,
        preview: checks.and_then(|c| c.preview.as_ref()).map(shown),
        preview_at: checks.map(|c| c.at),
        undo: checks.and_then(|c| c.undo.as_ref()).map(shown),
        undo_before: reading_views(
            &step.undo_before,
            checks.map(|c| c.undo_readings.as_slice()).unwrap_or_default(),
            now,
        ),
        undo_loses: step.undo_loses.clone(),
        undo_takes: UndoTimeView {
            caches_s: checks.and_then(|c| c.undo.as_ref()).and_then(caches_s),
            ..takes
        },
        verify: reading_views(specs, &readings, now),
        attempts: state.attempts.iter().map(attempt_view).collect(),
        drifted: state.drift.as_ref().map(drift_sentence),
        not_known: run.beyond.by_hand(&step.id).map(|why| why.words.clone()),
        resources: Vec::new(),
        offers,
    }
}

/// Of a notice that people were told the contrary of since: that, and what to do.
pub(super) fn overtaken(run: &Run, id: &StepId) -> Option<String> {
    let back = run.told_otherwise_since(id)?;
    let which = match &back.plan.scope {
        RollbackScope::Rule(rule) => format!(" ({rule}, confirmed at {})", clock(back.confirmed_at)),
        RollbackScope::Step(_) | RollbackScope::All => {
            format!(" (confirmed at {})", clock(back.confirmed_at))
        }
    };
    Some(format!(
        "Since then people were told that we went back{which}. Do this step again before you go on: they have not heard that \
         it begins anew."
    ))
}

/// Whether time alone is missing: what does not pass yet is a wait, each of it. Such a step is said to wait, not to be
/// blocked, and the window draws it as an hourglass.
fn waits_only(before: &[ReadingView]) -> bool {
    let mut open = before
        .iter()
        .filter(|reading| !matches!(reading.tone, Tone::Passing | Tone::NotApplicable))
        .peekable();
    open.peek().is_some() && open.all(|reading| reading.tone == Tone::Waiting)
}

fn reversibility(step: &Step) -> String {
    match &step.reversibility {
        Reversibility::Undo if step.is_publisher() => {
            "Done once more by the console, after what it publishes was taken back".to_owned()
        }
        Reversibility::Undo => "Reversible by the console".to_owned(),
        Reversibility::Manual { words } => format!("Reversible by hand: {words}"),
        Reversibility::Correct { .. } => "Corrected by a notice".to_owned(),
        Reversibility::NoneNeeded => "Nothing to undo".to_owned(),
        Reversibility::PointOfNoReturn => "Point of no return".to_owned(),
        Reversibility::Unknown(unknown) => format!(
            "Reversible in a way that this program does not know ({})",
            unknown.kind()
        ),
    }
}

/// Whether a change of the step takes time to be everywhere.
fn spreads(step: &Step) -> bool {
    let change = step.action.as_ref().map(change);
    change.is_none_or(|change| change.is_ok_and(|change| change.spreads()))
}

/// How far a service is that does not stand still yet, in the words of the check that looks at it.
fn service_so_far<'a>(step: &Step, attempt: &'a Attempt) -> Option<&'a str> {
    let specs = step.verify.iter().chain(&step.undo_verify);
    let mut services = specs.filter(|spec| matches!(spec.kind, CheckKind::Service(_)));
    let of = |id| {
        attempt
            .readings
            .iter()
            .find(|reading| reading.check == id && !reading.verdict.lets_through())
    };
    let reading = services.find_map(|spec| of(spec.id.clone()))?;
    reading.observed.split("; ").next()
}

fn is_flush(step: &Step) -> bool {
    matches!(step.action, Some(ActionSpec::FlushStage(_)))
}

fn note(step: &Step, state: &StepRun) -> String {
    if let Some(why) = &state.voided {
        return format!("Nothing was changed. {why}");
    }
    if let Some(problem) = state.checks.as_ref().and_then(|c| c.problem.as_ref())
        && matches!(state.state, StepState::Blocked)
    {
        return problem.message.clone();
    }
    let attempt = state.current();
    let kept = attempt.and_then(|a| a.by_field.as_ref());
    if let Some(kept) = kept.filter(|kept| !kept.fields.is_empty())
        && matches!(state.state, StepState::Undone { .. } | StepState::Done { .. })
    {
        let whose = if kept.effect_stays {
            "Kept by a person's choice"
        } else {
            "Left as somebody else made it"
        };
        return format!("{whose}: {}.", kept.fields.join(", "));
    }
    let problem = attempt
        .and_then(|a| a.problem.as_ref())
        .map(|p| p.message.clone());
    match state.state {
        StepState::InDoubt { .. } | StepState::UndoInDoubt { .. } if attempt.is_some_and(|a| a.heard) => {
            let why = problem.unwrap_or_default();
            match attempt.and_then(|a| a.finding.as_ref()) {
                Some(finding @ Finding::Unclear { .. }) => {
                    format!(
                        "AWS refused it; not seen since. {why} {}",
                        found_sentence(finding)
                    )
                }
                _ => format!(
                    "AWS refused it, and what is there does not say so yet. {why} Looking until it is clear: the call \
                     is not repeated."
                ),
            }
        }
        StepState::InDoubt { .. } | StepState::UndoInDoubt { .. } => {
            let why =
                problem.unwrap_or_else(|| "The program stopped while the call was in flight.".to_owned());
            let found = attempt.and_then(|a| a.finding.as_ref()).map(found_sentence);
            format!(
                "{why} {}",
                found
                    .unwrap_or_else(|| "Checking what really happened: the call is not repeated.".to_owned())
            )
        }
        StepState::Applying { .. } | StepState::Undoing { .. } => match attempt.map(|a| &a.outcome) {
            Some(Outcome::Refused(Some(_))) => format!(
                "{} Not applied; it will be tried again by itself.",
                problem.unwrap_or_default()
            ),
            Some(Outcome::SaidRefused) => format!(
                "AWS refused it: looking whether that is so. {}",
                problem.unwrap_or_default()
            ),
            _ => "The call is in flight.".to_owned(),
        },
        // AWS shows nothing of a flush, so nothing can be said of it either.
        StepState::Failed if is_flush(step) && attempt.is_some_and(|a| a.heard) => format!(
            "Whether it was carried out can't be seen; doing it once more harms nobody. {}",
            problem.unwrap_or_default()
        ),
        // A proof on the way may have left somebody or something: the message names it.
        StepState::Failed if attempt.is_some_and(Attempt::may_have_left_something_aside) => {
            problem.unwrap_or_default()
        }
        StepState::Failed => format!(
            "Nothing was changed. {}",
            problem.unwrap_or_else(|| "The world is as before.".to_owned())
        ),
        StepState::UndoFailed => format!(
            "The undo was not applied. {}",
            problem.unwrap_or_else(|| "The world is as after the step.".to_owned())
        ),
        StepState::Unverified | StepState::UndoUnverified if unclear(attempt).is_some() => {
            let (what, how) = match state.state {
                StepState::Unverified => ("Applied", "accept, look again or roll back"),
                _ => ("Taken back", "accept or look again"),
            };
            let why = unclear(attempt).unwrap_or_default();
            format!("{what}, but it can't be told what is there now. {why} Decide: {how}.")
        }
        StepState::Unverified => {
            "Applied, but an after-check did not pass in time. Decide: accept, look again or roll back."
                .to_owned()
        }
        StepState::UndoUnverified => {
            "Taken back, but an after-check did not pass in time. Decide: accept or look again.".to_owned()
        }
        StepState::UndoForeign if kept.is_some() => format!(
            "What was chosen by field was not written. {}",
            problem.unwrap_or_else(|| "Somebody else's change is still there.".to_owned())
        ),
        StepState::Foreign | StepState::UndoForeign => {
            let found = attempt.and_then(|a| a.finding.as_ref());
            let found = found.map(found_sentence).unwrap_or_default();
            let found = match taken_back_by_ecs(step, state) {
                Some(stands) => format!(
                    "ECS took the new deployment back by itself, as its circuit breaker does when new tasks do not start, \
                     or a deployment alarm: {stands}."
                ),
                None => found,
            };
            match step.is_publisher() {
                // Whoever took it back, what it was made for is not sure.
                true => format!(
                    "{found} It is not known what programs have read: some may have the new value, and some the old \
                     one. Do it once more, or go back."
                ),
                false => found,
            }
        }
        StepState::Verifying { .. } | StepState::UndoVerifying { .. } => match attempt {
            Some(a) if a.effectless => {
                "Nothing to change: it was read just now and is so already. Looking from outside.".to_owned()
            }
            Some(a) if a.in_sync.is_some() => "In sync on every server. Looking from outside.".to_owned(),
            // What is waited for has no end where nobody answers: it is said why.
            Some(a) if unclear(Some(a)).is_some() => {
                format!("Accepted. {}", unclear(Some(a)).unwrap_or_default())
            }
            Some(_) if spreads(step) => "Accepted. Waiting until every server has it.".to_owned(),
            Some(a) => match service_so_far(step, a) {
                Some(so_far) => format!("Accepted. So far: {so_far}."),
                None => "Accepted. Looking whether it is so.".to_owned(),
            },
            None => String::new(),
        },
        _ => state.said.clone().unwrap_or_default(),
    }
}

/// Why the last look told nothing, if it did not.
fn unclear(attempt: Option<&Attempt>) -> Option<&str> {
    match attempt?.finding.as_ref()? {
        Finding::Unclear { why } => Some(why),
        Finding::Before | Finding::After | Finding::Partial { .. } | Finding::Other { .. } => None,
    }
}

fn found_sentence(finding: &Finding) -> String {
    match finding {
        Finding::Before => "Found: as before the change.".to_owned(),
        Finding::After => "Found: as after the change.".to_owned(),
        Finding::Partial { differences } => match neither(differences) {
            words if words.is_empty() => "Found: some fields as before, some as after.".to_owned(),
            words => format!("Found otherwise. {}.", words.join(". ")),
        },
        Finding::Other { found, differences } => {
            let lost = differences
                .iter()
                .find(|one| one.field == FieldDifference::OVERWRITTEN);
            match lost {
                Some(lost) => format!(
                    "Found as it was written from here, but somebody else had written “{}” in between, and that was \
                     overwritten.",
                    lost.found
                ),
                // Most of it is as it was; what is not stands in the differences.
                None if matches!(found, Image::Service { .. } | Image::MethodSettings { .. }) => {
                    format!("Found something else: {}.", told(differences.iter()))
                }
                None => format!("Found something else: {}.", found.lines().join("; ")),
            }
        }
        Finding::Unclear { why } => format!("It can't be told yet: {why}"),
    }
}

/// Fields and what was found in them.
fn told<'a>(differences: impl Iterator<Item = &'a FieldDifference>) -> String {
    let told: Vec<String> = differences
        .map(|one| format!("{}: {}", one.field, one.found))
        .collect();
    told.join("; ")
}

/// What is neither as before nor as after, as what became of a roll: its own words say it.
fn neither(differences: &[FieldDifference]) -> Vec<String> {
    let other = |one: &&FieldDifference| one.found != one.before && one.found != one.after;
    let words = |one: &FieldDifference| format!("The {}: {}", one.field, one.found);
    differences.iter().filter(other).map(words).collect()
}

fn drift_sentence(finding: &Finding) -> String {
    match finding {
        Finding::Before => "Changed outside the console: it is as before this step again.".to_owned(),
        Finding::After => "Found done by hand: take it over, or undo it by hand.".to_owned(),
        Finding::Unclear { why } => format!("Not looked at since the takeover: {why}"),
        other => format!("Changed outside the console. {}", found_sentence(other)),
    }
}

/// What became of a try. Of one that takes back, "Applied" alone would read as if the change were there.
fn outcome(attempt: &Attempt) -> &'static str {
    let undo = attempt.id.way == Way::Undo;
    match &attempt.outcome {
        Outcome::InFlight => "In flight",
        Outcome::SaidRefused => "Refused by AWS: being looked at",
        Outcome::Refused(Some(_)) => "Not applied, will be tried again",
        Outcome::Refused(None) => "Not applied",
        Outcome::Lost if attempt.heard => "Refused by AWS: being inspected",
        Outcome::Lost => "No answer: being inspected",
        Outcome::Answered if attempt.in_sync.is_some() && undo => "Undo applied, in sync",
        Outcome::Answered if attempt.in_sync.is_some() => "Applied, in sync",
        Outcome::Answered if undo => "Undo applied",
        Outcome::Answered => "Applied",
        Outcome::Settled if attempt.effectless => "Nothing to change",
        Outcome::Settled if attempt.applied_at.is_some() && undo => "Undo found applied",
        Outcome::Settled if attempt.applied_at.is_some() => "Found applied",
        Outcome::Settled => "Found not applied",
    }
}

fn attempt_view(attempt: &Attempt) -> AttemptView {
    AttemptView {
        id: attempt.id.to_string(),
        way: match attempt.id.way {
            Way::Apply => "apply",
            Way::Undo => "undo",
            Way::Publish => "publish",
        }
        .to_owned(),
        started_at: attempt.intended_at,
        outcome: outcome(attempt).to_owned(),
        request_id: attempt
            .receipt
            .as_ref()
            .and_then(|r| r.request_id.clone())
            .or_else(|| attempt.problem.as_ref().and_then(|p| p.request_id.clone())),
        finding: attempt.finding.as_ref().map(|f| f.word().to_owned()),
        problem: attempt.problem.as_ref().map(|p| p.message.clone()),
        proven: attempt.proven(),
    }
}

#[cfg(test)]
mod tests;
