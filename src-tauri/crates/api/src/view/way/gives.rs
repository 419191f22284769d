//! Which answers are the old side's and which the new side's: as the plan's own DNS checks judge them, and where it has
//! none, by the record sets of the step itself.

use switchback_engine::ports::Said;
use switchback_engine::run::Run;
use switchback_engine::servers::right_answers;
use switchback_model::dns::{RecordData, RecordSet, RecordType, normal_values};
use switchback_model::{ActionSpec, CheckKind, CheckSpec, Step};

use super::Switch;
use crate::wire::WayGives;

/// The answers that are right for each side; empty = not known.
pub(super) struct Right {
    pub old: Vec<Vec<String>>,
    pub new: Vec<Vec<String>>,
}

impl Right {
    /// Which side an answer is of.
    pub(super) fn gives(&self, said: &Result<Said, String>) -> WayGives {
        let Ok(said) = said else {
            return WayGives::Unknown;
        };
        let among = |answers: &[Vec<String>]| answers.contains(&said.values);
        let known = !self.old.is_empty() && !self.new.is_empty();
        match (among(&self.old), among(&self.new)) {
            (true, true) => WayGives::Both,
            (true, false) => WayGives::Old,
            (false, true) => WayGives::New,
            (false, false) if known => WayGives::Neither,
            // It may be the side of which the plan says nothing.
            (false, false) => WayGives::Unknown,
        }
    }
}

/// What a server gives that gives this for one record type and that for another.
pub(super) fn together(one: WayGives, other: WayGives) -> WayGives {
    match (one, other) {
        (WayGives::Unknown, _) | (_, WayGives::Unknown) => WayGives::Unknown,
        (WayGives::Neither, _) | (_, WayGives::Neither) => WayGives::Neither,
        // What is the same on both sides tells nothing beside what is not.
        (WayGives::Both, side @ (WayGives::Old | WayGives::New | WayGives::Both))
        | (side @ (WayGives::Old | WayGives::New), WayGives::Both) => side,
        (WayGives::Old, WayGives::Old) => WayGives::Old,
        (WayGives::New, WayGives::New) => WayGives::New,
        (WayGives::Old, WayGives::New) | (WayGives::New, WayGives::Old) => WayGives::Both,
    }
}

/// What a server said, for people.
pub(super) fn words(said: &Result<Said, String>) -> String {
    match said {
        Ok(said) if said.values.is_empty() => "no such record".to_owned(),
        Ok(said) => said.values.join(", "),
        Err(why) => why.clone(),
    }
}

/// The answers that these checks expect of the name.
fn expected<'a>(
    specs: impl Iterator<Item = &'a CheckSpec>,
    switch: &Switch<'_>,
    record: RecordType,
) -> Vec<Vec<String>> {
    let about = |kind: &CheckKind| {
        kind.dns_question()
            .is_some_and(|asked| asked.name == switch.name && asked.record == record)
    };
    let mut answers: Vec<Vec<String>> = specs
        .filter(|spec| about(&spec.kind))
        .filter_map(|spec| right_answers(&spec.kind))
        .flatten()
        .collect();
    answers.sort();
    answers.dedup();
    answers
}

/// The answers of record sets; an alias has none of its own.
fn of_sets(sets: &[RecordSet], record: RecordType) -> Vec<Vec<String>> {
    let served = |set: &&RecordSet| set.kind == record && set.routing.weight != Some(0);
    let values = |set: &RecordSet| match &set.data {
        RecordData::Values { values, .. } => Some(normal_values(record, values.clone())),
        RecordData::Alias(_) => None,
    };
    sets.iter().filter(served).filter_map(values).collect()
}

/// What the name answered before the step, as captured: of its effect, else of its last call, else of its preview.
fn captured<'a>(run: &'a Run, step: &Step) -> Option<&'a [RecordSet]> {
    let state = run.steps.get(&step.id)?;
    let effect = state.effect.as_ref().and_then(|effect| effect.before.as_ref());
    let called = || {
        state
            .last(switchback_model::Way::Apply)
            .map(|attempt| &attempt.before)
    };
    let image = match effect.or_else(called) {
        Some(captured) => captured.readable()?,
        None => &state.checks.as_ref()?.preview.as_ref()?.from,
    };
    Some(image.record_sets()?.1)
}

/// What is right for the name before its first switch and after its last.
pub(super) fn right_of(run: &Run, switch: &Switch<'_>, record: RecordType) -> Right {
    let (first, last) = (switch.steps.first(), switch.steps.last());
    let looks = || run.plan.monitors.iter().flat_map(|monitor| &monitor.checks);
    let before = first.iter().flat_map(|step| {
        let until = looks().filter(|look| look.until_done.as_ref() == Some(&step.id));
        let until = until.map(|look| &look.check);
        step.before.iter().chain(&step.undo_verify).chain(until)
    });
    let after = last.iter().flat_map(|step| {
        let then = looks().filter(|look| look.while_done.as_ref() == Some(&step.id));
        step.verify.iter().chain(then.map(|look| &look.check))
    });
    let mut right = Right {
        old: expected(before, switch, record),
        new: expected(after, switch, record),
    };
    if right.old.is_empty() {
        let sets = first.and_then(|step| captured(run, step));
        right.old = of_sets(sets.unwrap_or_default(), record);
    }
    if right.new.is_empty()
        && let Some(Some(ActionSpec::SwitchRecord(spec))) = last.map(|step| &step.action)
    {
        right.new = of_sets(&spec.to, record);
    }
    right
}
