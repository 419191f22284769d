//! Lints about the time that caches keep an answer.

use switchback_model::dns::{DnsName, RecordData};
use switchback_model::plan::{Reversibility, StepKind};
use switchback_model::{ActionSpec, ActionWord, CheckKind, CheckWord};

use super::{Course, title, words};
use crate::draft::DraftStep;
use crate::notes::Notes;

pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>) {
    for (place, step) in plan.steps.iter().enumerate() {
        waits(notes, plan, place, step);
        restored(notes, plan, place, step);
    }
}

/// A switch waits until the answers with the old TTL have run out.
fn waits(notes: &mut Notes<'_>, plan: &Course<'_>, place: usize, step: &DraftStep) {
    let by_action = step.action == Some(ActionWord::SwitchRecord);
    let by_words = step.action.is_none() && super::changes(step) && words::switches_dns(title(step));
    if !by_action && !by_words {
        return;
    }
    let id = &step.step.id;
    let fix = "Add a `dns.ttl_wait` check under [[phase.step.before]].";
    let waited_before = || {
        plan.steps[..place]
            .iter()
            .any(|earlier| waits_itself(earlier, step))
    };
    if !step.before.contains(&CheckWord::TtlWait) {
        if waited_before() {
            return;
        }
        let message = format!("`{id}` switches a record without waiting for the old TTL to run out.");
        notes.lint("no-ttl-wait", step.id_at, message, fix);
        return;
    }
    // What it waits for is known once a target has filled its values.
    let waits: Vec<(&DnsName, u32)> = step
        .step
        .before
        .iter()
        .filter_map(|check| match &check.kind {
            CheckKind::TtlWait { name, lowered } => Some((name, *lowered)),
            _ => None,
        })
        .collect();
    let Some(ActionSpec::SwitchRecord(switch)) = &step.step.action else {
        return;
    };
    if waits.is_empty() {
        return;
    }
    let Some((_, waited)) = waits.iter().find(|(name, _)| **name == switch.name) else {
        let message = format!(
            "`{id}` switches {}, but waits for another name.",
            switch.name.host()
        );
        notes.lint("no-ttl-wait", step.id_at, message, fix);
        return;
    };
    let lowered = plan.steps[..place]
        .iter()
        .filter_map(|earlier| match &earlier.step.action {
            Some(ActionSpec::SetTtl(set)) if set.name == switch.name => Some(set.ttl),
            _ => None,
        });
    if let Some(lowest) = lowered.min().filter(|lowest| lowest < waited) {
        let message = format!(
            "`{id}` waits only for answers with a TTL above {waited} s, but the TTL is lowered to {lowest} s."
        );
        notes.lint(
            "no-ttl-wait",
            step.id_at,
            message,
            "Give `lowered` of the check the TTL to which the earlier step lowers it.",
        );
    }
}

/// Whether a step is itself the wait before a switch: it looks at the clock of the same name, or a person
/// says that the wait is over. A step that changes something and waits first is no wait for what comes later.
fn waits_itself(step: &DraftStep, switch: &DraftStep) -> bool {
    let switched = match &switch.step.action {
        Some(ActionSpec::SwitchRecord(switch)) => Some(&switch.name),
        _ => None,
    };
    let same_name = || {
        let mut names = step.step.before.iter().filter_map(|check| match &check.kind {
            CheckKind::TtlWait { name, .. } => Some(name),
            _ => None,
        });
        // Without a target the names are not known.
        switched.is_none_or(|switched| names.clone().next().is_none() || names.any(|name| name == switched))
    };
    let looks = step.action.is_none() && step.before.contains(&CheckWord::TtlWait) && same_name();
    let title = title(step);
    let attests =
        step.step.kind == StepKind::Attest && !words::lowers_ttl(title) && words::waits_for_ttl(title);
    looks || attests
}

/// What a step does to the TTL of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// This TTL, in seconds.
    Ttl(u32),
    /// The lowered record exists no longer, or what is left depends on a target.
    Anything,
}

/// A TTL that is lowered is raised again, when all goes well and when all is taken back. An ending in
/// which the lowered record exists no longer counts as restored.
fn restored(notes: &mut Notes<'_>, plan: &Course<'_>, place: usize, step: &DraftStep) {
    let (earlier, later) = (&plan.steps[..place], &plan.steps[place + 1..]);
    let name = match &step.step.action {
        Some(ActionSpec::SetTtl(set)) => Some(&set.name),
        _ => None,
    };
    let stays_low = match (step.action, &step.step.action) {
        (Some(ActionWord::SetTtl), Some(ActionSpec::SetTtl(set))) => {
            let before = earlier.iter().filter_map(|step| leaves(step, name)).next_back();
            let lowers = match before {
                Some(Leaves::Ttl(before)) => before > set.ttl,
                Some(Leaves::Anything) => false,
                None => !words::raises_ttl(title(step)),
            };
            if !lowers {
                return;
            }
            match later.iter().filter_map(|step| leaves(step, name)).next_back() {
                Some(Leaves::Ttl(after)) => after <= set.ttl,
                Some(Leaves::Anything) => false,
                None => true,
            }
        }
        (Some(ActionWord::SetTtl), _) => {
            // Without a target neither the names nor the numbers are known.
            if earlier.iter().any(|step| leaves(step, None).is_some()) {
                return;
            }
            !later.iter().any(|step| leaves(step, None).is_some())
        }
        (None, _) if words::lowers_ttl(title(step)) => !later.iter().any(|step| leaves(step, None).is_some()),
        _ => return,
    };
    let comes_back = step.says_way_back
        && matches!(
            step.step.reversibility,
            Reversibility::Undo | Reversibility::Manual { .. }
        );
    let id = &step.step.id;
    let message = match (stays_low, comes_back) {
        (false, true) => return,
        (true, true) => {
            format!("`{id}` lowers a TTL, and no later step raises it: it stays low when all goes well.")
        }
        (false, false) => format!("`{id}` lowers a TTL, and a rollback leaves it low."),
        (true, false) => {
            format!("`{id}` lowers a TTL, and nothing raises it: neither a later step nor a rollback.")
        }
    };
    notes.lint(
        "ttl-not-restored",
        step.id_at,
        message,
        "Add a step that restores the TTL afterwards, and give this one a way back.",
    );
}

/// What a step leaves at a name; at any name where none is given.
fn leaves(step: &DraftStep, name: Option<&DnsName>) -> Option<Leaves> {
    match &step.step.action {
        Some(ActionSpec::SetTtl(set)) if name.is_none_or(|name| set.name == *name) => {
            Some(Leaves::Ttl(set.ttl))
        }
        Some(ActionSpec::SwitchRecord(switch)) if name.is_none_or(|name| switch.name == *name) => {
            let ttls = switch.to.iter().filter_map(|set| match &set.data {
                RecordData::Values { ttl, .. } => Some(*ttl),
                RecordData::Alias(_) => None,
            });
            Some(ttls.max().map_or(Leaves::Anything, Leaves::Ttl))
        }
        // Another name, or an action on something else.
        Some(_) => None,
        // Without a target an action is known by its word alone.
        None => {
            let by_action = matches!(step.action, Some(ActionWord::SetTtl | ActionWord::SwitchRecord));
            let by_words = step.action.is_none() && words::raises_ttl(title(step));
            (by_action || by_words).then_some(Leaves::Anything)
        }
    }
}
