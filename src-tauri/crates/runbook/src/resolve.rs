//! From two files to a report and a plan.

use switchback_model::Plan;
use switchback_model::plan::{Phase, Target};

use crate::draft::Draft;
use crate::notes::Notes;
use crate::parse::parse;
use crate::problem::{Problem, Report};
use crate::reader::{Reader, Table};
use crate::source::Source;
use crate::{graph, lints, target, values};

/// Checks a runbook, and a target where there is one: every error and lint, not only the first.
/// Without a target, what depends on its values is not judged.
#[must_use]
pub fn check(runbook: &Source, target: Option<&Source>) -> Report {
    read(runbook, target).0
}

/// Binds a runbook to a target.
///
/// # Errors
/// Every error of both files. Lints don't stand in the way; [`check`] gives them.
pub fn resolve(runbook: &Source, target: &Source) -> Result<Plan, Vec<Problem>> {
    match read(runbook, Some(target)) {
        (report, Some(plan)) if report.errors.is_empty() => Ok(plan),
        (report, _) => Err(report.errors),
    }
}

/// Reads a target alone: where it is and its pools, for a look-up without a run. Its values and
/// decisions belong to a runbook and are not judged.
///
/// # Errors
/// Every error of the file.
pub fn target(target: &Source) -> Result<Target, Vec<Problem>> {
    let mut notes = Notes::new(target);
    let parsed = parse(&mut notes);
    let mut reader = Reader::new(notes, false);
    let read = parsed.and_then(|parsed| {
        let mut root = Table::of("target", parsed.get_ref(), parsed.span().into());
        root.at.end = root.at.start;
        let (read, _) = target::read(&mut reader, &mut root);
        let _ = (root.get("values"), root.get("decisions"));
        reader.finish(root);
        read
    });
    match (reader.notes.finish(), read) {
        ((errors, _), Some(read)) if errors.is_empty() => Ok(read),
        ((errors, _), _) => Err(errors),
    }
}

fn read(runbook: &Source, target: Option<&Source>) -> (Report, Option<Plan>) {
    let mut report = Report::default();
    let mut runbook_notes = Notes::new(runbook);
    let parsed = parse(&mut runbook_notes);
    let target_notes = target.map(Notes::new).map(|mut notes| {
        let root = parse(&mut notes);
        (Reader::new(notes, false), root)
    });
    let mut reader = Reader::new(runbook_notes, true);
    let mut plan = None;
    let mut on_target = None;
    // A runbook that can't be parsed declares nothing, so its target can't be judged either.
    if let Some(parsed) = parsed {
        let mut root = Table::of("runbook", parsed.get_ref(), parsed.span().into());
        root.at.end = root.at.start;
        reader.values = values::declarations(&mut reader, &mut root);
        let mut draft = Draft::default();
        let (resolved, kind) = match target_notes {
            Some((mut on, Some(parsed))) => {
                let mut of_target = Table::of("target", parsed.get_ref(), parsed.span().into());
                of_target.at.end = of_target.at.start;
                let (resolved, kind) = target::read(&mut on, &mut of_target);
                values::bind(&mut on, &mut of_target, &mut reader.values);
                // The target decides by the questions, and a question may hold its values.
                draft.decisions = reader.decisions(&mut root);
                target::decide(&mut on, &mut of_target, &mut draft.decisions);
                on.finish(of_target);
                on_target = Some(on.notes);
                (resolved, kind)
            }
            without => {
                draft.decisions = reader.decisions(&mut root);
                if let Some((on, _)) = without {
                    take(&mut report, on.notes);
                }
                (None, None)
            }
        };
        fill(&mut reader, root, &mut draft);
        graph::link(&mut reader.notes, &mut draft, kind);
        lints::lint(&mut reader, &draft, kind);
        if let Some(mut notes) = on_target {
            for aside in std::mem::take(&mut reader.asides) {
                let note = if aside.lint { Notes::lint } else { Notes::error };
                note(&mut notes, aside.code, aside.at, aside.message, aside.fix);
            }
            take(&mut report, notes);
        }
        plan = resolved.map(|target| assemble(draft, target));
    } else if let Some((on, _)) = target_notes {
        take(&mut report, on.notes);
    }
    let (errors, lints) = reader.notes.finish();
    report.errors.splice(0..0, errors);
    report.lints.splice(0..0, lints);
    (report, plan)
}

fn take(report: &mut Report, notes: Notes<'_>) {
    let (errors, lints) = notes.finish();
    report.errors.extend(errors);
    report.lints.extend(lints);
}

fn fill(reader: &mut Reader<'_>, mut root: Table<'_>, draft: &mut Draft) {
    let id = reader.must(&mut root, "id", Reader::id::<switchback_model::RuleId>);
    draft.id = id.map(|id| id.value.to_string()).unwrap_or_default();
    draft.title = reader.must(&mut root, "title", Reader::text).unwrap_or_default();
    draft.version = reader
        .must(&mut root, "version", Reader::text)
        .unwrap_or_default();
    draft.phases = reader.phases(&mut root);
    draft.monitors = reader.monitors(&mut root);
    draft.rules = reader.rollbacks(&mut root);
    draft.coherence = reader.coherences(&mut root);
    reader.finish(root);
}

fn assemble(draft: Draft, target: Target) -> Plan {
    Plan {
        runbook: draft.id,
        title: draft.title,
        version: draft.version,
        target,
        phases: draft
            .phases
            .into_iter()
            .map(|phase| Phase {
                id: phase.id.value,
                title: phase.title,
                t0: phase.t0,
                gate: phase.gate,
                steps: phase.steps.into_iter().map(|step| step.step).collect(),
            })
            .collect(),
        monitors: draft
            .monitors
            .into_iter()
            .map(|monitor| monitor.monitor)
            .collect(),
        rules: draft.rules.into_iter().map(|rule| rule.rule).collect(),
        coherence: draft.coherence.into_iter().map(|entry| entry.coherence).collect(),
        decisions: draft
            .decisions
            .into_iter()
            .map(|decision| decision.decision)
            .collect(),
    }
}

/// The keys that reading a runbook and a target asks for, by table.
#[cfg(test)]
pub(crate) type Known = std::collections::BTreeMap<&'static str, std::collections::BTreeSet<&'static str>>;

#[cfg(test)]
pub(crate) fn known_keys(runbook: &Source, target: &Source) -> Known {
    let mut notes = Notes::new(runbook);
    let parsed = parse(&mut notes).expect("a sound runbook");
    let mut reader = Reader::new(notes, true);
    let mut root = Table::of("runbook", parsed.get_ref(), parsed.span().into());
    reader.values = values::declarations(&mut reader, &mut root);
    let mut draft = Draft {
        decisions: reader.decisions(&mut root),
        ..Draft::default()
    };
    fill(&mut reader, root, &mut draft);
    let mut notes = Notes::new(target);
    let parsed = parse(&mut notes).expect("a sound target");
    let mut on = Reader::new(notes, false);
    let mut root = Table::of("target", parsed.get_ref(), parsed.span().into());
    target::read(&mut on, &mut root);
    values::bind(&mut on, &mut root, &mut values::Values::default());
    target::decide(&mut on, &mut root, &mut draft.decisions);
    on.finish(root);
    for (table, keys) in on.known {
        reader.known.entry(table).or_default().extend(keys);
    }
    reader.known
}
