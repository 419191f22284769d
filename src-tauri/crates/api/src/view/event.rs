//! The journal as a story: one sentence an event.

use switchback_engine::next::{is_not_proven, is_your_turn};
use switchback_model::event::MonitorState;
use switchback_model::text::lasting;
use switchback_model::{Event, EventKind, Finding, Verdict, Way};

use crate::wire::EventView;

/// One event for the timeline.
#[must_use]
pub fn event_view(event: &Event) -> EventView {
    let (step, actor, sentence) = tell(&event.kind);
    let kind = serde_json::to_value(&event.kind)
        .ok()
        .and_then(|v| v.get("event").and_then(|e| e.as_str()).map(str::to_owned))
        .unwrap_or_default();
    EventView {
        seq: event.seq,
        at: event.at,
        kind,
        step,
        actor,
        sentence,
    }
}

/// The step of a rollback's item; a notice has none.
fn of_item(item: &str) -> Option<String> {
    (!item.starts_with("notice-")).then(|| item.to_owned())
}

type EventWords = (Option<String>, Option<String>, String);

/// A reason after what it is for; nothing where none was given.
pub(crate) fn because(reason: &str) -> String {
    match reason.is_empty() {
        true => String::new(),
        false => format!(": {reason}"),
    }
}

#[expect(clippy::too_many_lines, reason = "one arm an event; each is a sentence")]
fn tell(kind: &EventKind) -> EventWords {
    let about = |step: &switchback_model::StepId, text: String| (Some(step.to_string()), None, text);
    let said = |step: &switchback_model::StepId, by: &switchback_model::Operator, text: String| {
        (Some(step.to_string()), Some(by.to_string()), text)
    };
    let way = |a: &switchback_model::AttemptId| match a.way {
        Way::Apply => "Apply",
        Way::Undo => "Undo",
        Way::Publish => "Publish",
    };
    match kind {
        EventKind::Unknown(unknown) => (
            None,
            None,
            format!(
                "Something that this program does not know ({}): a newer Switchback wrote it",
                unknown.kind()
            ),
        ),
        EventKind::RunOpened { plan, by, .. } => (
            None,
            Some(by.to_string()),
            format!("Run opened on {}: {}", plan.target.name, plan.title),
        ),
        EventKind::DriverStarted {
            holder,
            taken,
            reason,
            ..
        } => (
            None,
            Some(holder.by.to_string()),
            format!(
                "{} on {}{}",
                if *taken {
                    "Took the run over"
                } else {
                    "Began to drive"
                },
                holder.host,
                reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default()
            ),
        ),
        EventKind::Resumed { gap_ms } => (
            None,
            None,
            format!(
                "The machine slept or its clock jumped: {}",
                lasting(gap_ms.unsigned_abs() / 1000)
            ),
        ),
        EventKind::TakenOver { by, reason, .. } => (
            None,
            Some(by.to_string()),
            format!("Continues here from a copy: {reason}"),
        ),
        EventKind::JournalDoubted { why, .. } => (
            None,
            None,
            format!("The journal is not what was acknowledged: {why}. Every step is looked at again"),
        ),
        EventKind::ChecksStarted { step } => about(step, "Checks started".to_owned()),
        EventKind::ChecksFinished {
            step,
            readings,
            undo_readings,
            problem,
            ..
        } => {
            let all = readings.len() + undo_readings.len();
            let passing = readings
                .iter()
                .chain(undo_readings)
                .filter(|r| r.verdict.lets_through())
                .count();
            let problem = problem
                .as_ref()
                .map(|p| format!(". {}", p.message))
                .unwrap_or_default();
            about(step, format!("Checks ended: {passing} of {all} pass{problem}"))
        }
        EventKind::Approved {
            step,
            by,
            preview,
            reason,
            overrides,
        } => said(
            step,
            by,
            match &overrides[..] {
                [] => format!("Approved preview {}", preview.short()),
                names => {
                    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
                    let why = reason.as_deref().unwrap_or_default();
                    format!(
                        "Approved preview {}, {} overridden: {why}",
                        preview.short(),
                        names.join(", ")
                    )
                }
            },
        ),
        EventKind::FieldsChosen {
            step,
            fields,
            by,
            reason,
            ..
        } => {
            let word = |choice: &switchback_model::FieldChoice| match choice {
                switchback_model::FieldChoice::Keep => "kept",
                switchback_model::FieldChoice::Restore => "restored",
            };
            let chosen: Vec<String> = fields
                .iter()
                .map(|(field, choice)| format!("{field} {}", word(choice)))
                .collect();
            said(
                step,
                by,
                format!("Resolved by field, {}: {reason}", chosen.join(", ")),
            )
        }
        EventKind::ApprovalVoided { step, why, .. } => {
            about(step, format!("Approval void, nothing was changed: {why}"))
        }
        EventKind::Intended { attempt, after, .. } => {
            let to = after.clear().map(|i| i.lines().join("; ")).unwrap_or_default();
            about(
                &attempt.step,
                format!("{} {} begins: {to}", way(attempt), attempt.n),
            )
        }
        EventKind::Marked { attempt, mark } => about(
            &attempt.step,
            match mark.proven.is_empty() {
                true => format!("{}: the request leaves now", way(attempt)),
                false => format!("{}: proven, the request leaves now", way(attempt)),
            },
        ),
        EventKind::Answered { attempt, receipt } => about(
            &attempt.step,
            format!(
                "{} accepted by AWS, request {}",
                way(attempt),
                receipt.request_id.as_deref().unwrap_or("without id")
            ),
        ),
        EventKind::Refused {
            attempt,
            problem,
            retry_at,
        } => about(
            &attempt.step,
            format!(
                "{} not applied: {}{}",
                way(attempt),
                problem.message,
                if retry_at.is_some() {
                    " It will be tried again."
                } else {
                    ""
                }
            ),
        ),
        EventKind::RefusalHeard { attempt, problem } => about(
            &attempt.step,
            format!(
                "{} refused by AWS, looking whether that is so: {}",
                way(attempt),
                problem.message
            ),
        ),
        EventKind::LookedLate { attempt, finding } => about(
            &attempt.step,
            format!(
                "{}, refused by AWS, looked at once more: {}",
                way(attempt),
                finding.word()
            ),
        ),
        EventKind::NothingToChange { attempt, by, .. } => said(
            &attempt.step,
            by,
            "Nothing to change: it was read just now and is so already".to_owned(),
        ),
        EventKind::Lost { attempt, problem } => about(
            &attempt.step,
            format!("{} in doubt: {}", way(attempt), problem.message),
        ),
        EventKind::Inspected { attempt, finding } => {
            let why = match finding {
                Finding::Unclear { why } => format!(". {}", why.trim_end_matches('.')),
                Finding::Before | Finding::After | Finding::Partial { .. } | Finding::Other { .. } => {
                    String::new()
                }
            };
            about(
                &attempt.step,
                format!("Looked at the world: {}{why}", finding.word()),
            )
        }
        EventKind::InSync { attempt, .. } => about(&attempt.step, "In sync on every server".to_owned()),
        EventKind::VerifyProgress { attempt, readings } => {
            let passing = readings.iter().filter(|r| r.verdict.lets_through()).count();
            about(
                &attempt.step,
                format!("Seen from outside: {passing} of {} pass", readings.len()),
            )
        }
        EventKind::Verified { attempt, readings } => about(
            &attempt.step,
            match readings.len() {
                0 => format!("{} in place; the runbook has no check from outside", way(attempt)),
                1 => format!("{} verified from outside by 1 check", way(attempt)),
                n => format!("{} verified from outside by {n} checks", way(attempt)),
            },
        ),
        EventKind::VerificationExpired { attempt, .. } => about(
            &attempt.step,
            format!("{} not verified in time: a decision is due", way(attempt)),
        ),
        EventKind::VerifyAgain { attempt } => about(&attempt.step, "Looking again".to_owned()),
        EventKind::UndoNotNeeded {
            step, by_word: true, ..
        } => about(
            step,
            "Taken back by a person's word: it was not seen to be as before".to_owned(),
        ),
        EventKind::UndoNotNeeded { step, .. } => about(step, "Nothing is left to undo".to_owned()),
        EventKind::Reinspected { step, finding } => about(
            step,
            format!("Looked at the world after the takeover: {}", finding.word()),
        ),
        EventKind::DoneWithoutEffect { step, by } => said(step, by, "Done: nothing was sent".to_owned()),
        EventKind::Attested { step, by, reason } => said(step, by, format!("Done by a person: {reason}")),
        EventKind::Skipped { step, by, reason } => said(step, by, format!("Skipped: {reason}")),
        EventKind::Accepted { step, by, reason } => said(step, by, format!("Accepted: {reason}")),
        EventKind::Resolved {
            step,
            by,
            reason,
            resolution,
        } => {
            let word = format!("{resolution:?}").to_lowercase();
            said(step, by, format!("Resolved as {word}: {reason}"))
        }
        EventKind::AdoptedByHand { step, by, reason, .. } => said(step, by, format!("Taken over: {reason}")),
        EventKind::Reopened { step, by, reason } => said(step, by, format!("Starts anew: {reason}")),
        EventKind::Drifted { step, finding } => {
            about(step, format!("Changed outside the console: {}", finding.word()))
        }
        EventKind::DriftCleared { step } => about(step, "As the step left it again".to_owned()),
        EventKind::Decided {
            decision,
            value,
            by,
            reason,
        } => (
            None,
            Some(by.to_string()),
            format!("Decided {decision} = {value}: {reason}"),
        ),
        EventKind::Amended { diff, by, reason, .. } => (
            None,
            Some(by.to_string()),
            format!(
                "Plan amended, {}: {reason}",
                match diff.changes.len() {
                    1 => "1 change".to_owned(),
                    n => format!("{n} changes"),
                }
            ),
        ),
        EventKind::GateCheckStarted { phase } => {
            (None, None, format!("Gate of phase {phase}: checks started"))
        }
        EventKind::GateChecked { phase, readings } => {
            let open = readings.iter().filter(|r| !r.verdict.lets_through()).count();
            let said = match open {
                0 => format!("{} of {0} checks pass", readings.len()),
                open => format!("{} of {} checks pass", readings.len() - open, readings.len()),
            };
            (None, None, format!("Gate of phase {phase}: {said}"))
        }
        EventKind::GateDecided {
            phase,
            go,
            people,
            by,
            reason,
            ..
        } => {
            let word = if *go { "Go" } else { "No-go" };
            let people: Vec<String> = people
                .iter()
                .map(|(role, name)| format!("{role} {name}"))
                .collect();
            let people = match people.is_empty() {
                true => String::new(),
                false => format!(" ({})", people.join(", ")),
            };
            let sentence = format!("{word} at the gate of phase {phase}{people}{}", because(reason));
            (None, Some(by.to_string()), sentence)
        }
        EventKind::DecisionDue {
            rule, monitor, since, ..
        } => {
            let of = match (rule, monitor) {
                (Some(rule), _) => format!("rule {rule}"),
                (None, Some(monitor)) => format!("monitor {monitor}"),
                (None, None) => "a deadline".to_owned(),
            };
            let since = since.strftime("%H:%M:%S UTC");
            (None, None, format!("Decision due: {of}, failing since {since}"))
        }
        EventKind::DeadlineExtended {
            rule,
            minutes,
            by,
            reason,
        } => (
            None,
            Some(by.to_string()),
            format!("Deadline of rule {rule} moved by {minutes} min: {reason}"),
        ),
        EventKind::Held { by, reason } => (None, Some(by.to_string()), format!("On hold: {reason}")),
        EventKind::StopRequested { by, reason } => {
            (None, Some(by.to_string()), format!("Stopping{}", because(reason)))
        }
        EventKind::Stopped => (None, None, "Stopped: nothing more is sent".to_owned()),
        EventKind::Released { by, reason } => (None, Some(by.to_string()), format!("Goes on: {reason}")),
        EventKind::RollbackConfirmed { plan, by, reason, .. } => (
            None,
            Some(by.to_string()),
            format!(
                "Rollback confirmed, {}{}",
                match plan.items.len() {
                    1 => "1 item".to_owned(),
                    n => format!("{n} items"),
                },
                reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default()
            ),
        ),
        EventKind::RollbackItemDone { item, by_hand } => match by_hand {
            Some((by, reason)) => (
                of_item(item),
                Some(by.to_string()),
                format!("Its part of the rollback was done by hand: {reason}"),
            ),
            None => (of_item(item), None, "Its part of the rollback is done".to_owned()),
        },
        EventKind::RollbackHalted { item, why, .. } => {
            let words = match is_your_turn(why) {
                true => format!("A person's turn in the rollback: {why}"),
                false if is_not_proven(why) => format!("A person looks at this part of the rollback: {why}"),
                false => format!("The rollback stopped here: {why}"),
            };
            (of_item(item), None, words)
        }
        EventKind::RollbackRetried { by } => (None, Some(by.to_string()), "Rollback tries again".to_owned()),
        EventKind::RollbackAbandoned { by, reason } => {
            (None, Some(by.to_string()), format!("Rollback given up: {reason}"))
        }
        EventKind::RollbackCompleted => (None, None, "Rollback complete".to_owned()),
        EventKind::MonitorRead {
            monitor,
            reading,
            state,
        } => {
            let word = match (state, &reading.verdict) {
                (Some(MonitorState::Passing), _) | (None, Verdict::Pass) => "passing",
                (Some(MonitorState::Failing), _) | (None, Verdict::Fail) => "failing",
                // It passes, and has not done so for long: after a gap of readings, or after failures in between.
                (Some(MonitorState::Unknown), Verdict::Pass) => "can't be told, not steadily passing yet",
                (Some(MonitorState::Unknown), Verdict::Fail) => "changes back and forth",
                (Some(MonitorState::Unknown), _) => "can't be told",
                (None, _) => "read",
            };
            (
                None,
                None,
                format!("Monitor {monitor}: {word}, {}", reading.observed),
            )
        }
    }
}
