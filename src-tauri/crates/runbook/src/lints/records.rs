//! Lints about what an action would write, compared with what its own checks expect to find there.

use switchback_model::dns::DnsName;
use switchback_model::plan::Step;
use switchback_model::{
    ActionSpec, CheckKind, CheckSpec, ParameterExpected, ParameterWish, SetParameter, list,
};

use super::{Course, title, words};
use crate::draft::{DraftStep, Expected};
use crate::notes::{Aside, Notes, Place};

/// Adds the lints; those that belong to the target are handed back.
pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>) -> Vec<Aside> {
    let mut found = Found {
        notes,
        asides: Vec::new(),
    };
    for (place, step) in plan.steps.iter().enumerate() {
        switches(&mut found, plan, place, step);
        sets_nothing(&mut found, step);
        too_late(&mut found, step);
        lowers(&mut found, plan, place, step);
    }
    found.asides
}

struct Found<'n, 's> {
    notes: &'n mut Notes<'s>,
    asides: Vec<Aside>,
}

impl Found<'_, '_> {
    /// At what the action shall leave, in whichever file that is written.
    fn lint(&mut self, step: &DraftStep, code: &'static str, message: String, fix: &str) {
        match step.wish {
            Some(Place { in_target: true, at }) => self.asides.push(Aside {
                lint: true,
                code,
                at,
                message,
                fix: fix.to_owned(),
            }),
            wish => {
                let at = wish.map_or(step.id_at, |wish| wish.at);
                self.notes.lint(code, at, message, fix);
            }
        }
    }
}

/// What the step, or the last one before it that says so, expects at a name; what an earlier step has left
/// there is not expected by anybody yet.
fn expected<'d>(plan: &Course<'d>, place: usize, name: &DnsName) -> Option<&'d Expected> {
    let of = |step: &'d DraftStep| step.expects.iter().rev().find(|expected| expected.name == *name);
    if let Some(own) = of(plan.steps[place]) {
        return Some(own);
    }
    let earlier = plan.steps[..place].iter().rev();
    let since = earlier.take_while(|step| !switches_name(&step.step, name));
    since.copied().find_map(of)
}

fn switches_name(step: &Step, name: &DnsName) -> bool {
    matches!(&step.action, Some(ActionSpec::SwitchRecord(switch)) if switch.name == *name)
}

/// A switch to what is there already.
fn switches(found: &mut Found<'_, '_>, plan: &Course<'_>, place: usize, step: &DraftStep) {
    let Some(ActionSpec::SwitchRecord(switch)) = &step.step.action else {
        return;
    };
    let Some(expected) = expected(plan, place, &switch.name) else {
        return;
    };
    let mut to: Vec<String> = switch.to.iter().map(|set| set.check_line()).collect();
    to.sort();
    if to != expected.lines {
        return;
    }
    let message = format!(
        "`{}` switches {} to what is expected there already ({}): it does nothing.",
        step.step.id,
        switch.name.host(),
        to.join("; ")
    );
    found.lint(
        step,
        "switches-nothing",
        message,
        "Give the new side its own answer; a TTL alone is changed by route53.set_ttl.",
    );
}

/// A parameter that is given the value which is looked for before the step.
fn sets_nothing(found: &mut Found<'_, '_>, step: &DraftStep) {
    let Some(ActionSpec::SetParameter(set)) = &step.step.action else {
        return;
    };
    let same = |check: &CheckSpec| matches!(&check.kind, CheckKind::Parameter(is) if is.name == set.name && is_left(set, &is.expected));
    if !step.step.before.iter().any(same) {
        return;
    }
    let (id, name) = (&step.step.id, &set.name);
    let (message, fix) = match &set.wish {
        ParameterWish::Value(_) => (
            format!("`{id}` gives {name} the value that is expected there already: it does nothing."),
            "Name the new value in the action, and the old one in the check before it.",
        ),
        ParameterWish::Append(_) => (
            format!("`{id}` appends to {name} what is expected there already: it does nothing."),
            "Name the new items in the action, and that they are not there in the check before it: `lacks`.",
        ),
    };
    found.lint(step, "switches-nothing", message, fix);
}

/// Whether all that the step leaves is there, where this is: as much as can be told without looking.
fn is_left(set: &SetParameter, there: &ParameterExpected) -> bool {
    match (&set.wish, there) {
        (ParameterWish::Value(wish), ParameterExpected::Value(value)) => wish == value,
        (ParameterWish::Append(items), ParameterExpected::Value(value)) => {
            list::missing(value, items).is_empty()
        }
        (ParameterWish::Append(items), ParameterExpected::Contains(there)) => {
            items.iter().all(|item| there.contains(item))
        }
        (ParameterWish::Value(_), ParameterExpected::Contains(_)) | (_, ParameterExpected::Lacks(_)) => false,
    }
}

/// Whether this can be so only once the step is done: an item of it is looked for that the step brings.
fn needs(set: &SetParameter, there: &ParameterExpected) -> bool {
    match (&set.wish, there) {
        (ParameterWish::Append(items), ParameterExpected::Contains(there)) => {
            items.iter().any(|item| there.contains(item))
        }
        _ => is_left(set, there),
    }
}

/// A check before the undo that holds only once the step is done: the way back is proven before, so the step would
/// never be ready.
fn too_late(found: &mut Found<'_, '_>, step: &DraftStep) {
    let own = |check: &&CheckSpec| match (&step.step.action, &check.kind) {
        (Some(ActionSpec::SetParameter(set)), CheckKind::Parameter(is)) => {
            is.name == set.name && needs(set, &is.expected)
        }
        (Some(ActionSpec::SwitchRecord(switch)), CheckKind::Record { name, values, .. }) => {
            let mut to: Vec<String> = switch.to.iter().map(|set| set.check_line()).collect();
            to.sort();
            *name == switch.name && *values == to
        }
        _ => false,
    };
    let Some(check) = step.step.undo_before.iter().find(own) else {
        return;
    };
    let message = format!(
        "`{}` before the undo of `{}` holds only once the step is done, but it must hold before the step already.",
        check.id, step.step.id
    );
    found.notes.lint(
        "undo-before-too-late",
        step.id_at,
        message,
        "Check what the undo rests on, such as aws.identity. That somebody changed the object meanwhile is noticed without it.",
    );
}

/// A TTL that is meant to be lowered, and is not.
fn lowers(found: &mut Found<'_, '_>, plan: &Course<'_>, place: usize, step: &DraftStep) {
    let Some(ActionSpec::SetTtl(set)) = &step.step.action else {
        return;
    };
    let title = title(step);
    let later = &plan.steps[place + 1..];
    let waited_for = later.iter().any(|later| {
        switches_name(&later.step, &set.name)
            && later.step.before.iter().any(|check| {
                matches!(&check.kind, CheckKind::TtlWait { name, lowered } if *name == set.name && *lowered == set.ttl)
            })
    });
    if !words::lowers_ttl(title) && !waited_for {
        return;
    }
    let Some(ttls) = expected(plan, place, &set.name).and_then(|expected| expected.ttls.as_ref()) else {
        return;
    };
    let (Some(lowest), Some(highest)) = (ttls.iter().min(), ttls.iter().max()) else {
        return;
    };
    let what = match (*lowest < set.ttl, *highest > set.ttl) {
        (true, _) => format!("raises it from {lowest} s"),
        (false, false) => "does nothing".to_owned(),
        (false, true) => return,
    };
    let message = format!(
        "`{}` is to lower the TTL of {} to {} s, but {what}: the record has {}.",
        step.step.id,
        set.name.host(),
        set.ttl,
        match lowest == highest {
            true => format!("{lowest} s"),
            false => format!("{lowest} s to {highest} s"),
        }
    );
    found.lint(
        step,
        "ttl-not-lowered",
        message,
        "Give a TTL below the one that is served, or leave the step out if the TTL is short enough.",
    );
}
