//! The report of a run.

use super::{Samples, list, maybe, text, texts, time};
use crate::{
    ReportDeadline, ReportDecision, ReportExported, ReportLine, ReportPhase, ReportRollback, ReportStep,
    ReportView, SCHEMA_VERSION,
};

pub(super) fn add(samples: &mut Samples) {
    samples.both(line);
    samples.both(step);
    samples.both(phase);
    samples.both(decision);
    samples.each([deadline()]);
    samples.both(rollback);
    samples.both(report);
    samples.each([ReportExported {
        file: text(),
        to_seq: 7,
    }]);
}

fn line(full: bool) -> ReportLine {
    ReportLine {
        seq: 7,
        at: text(),
        step: maybe(full, text),
        who: maybe(full, text),
        what: text(),
    }
}

fn step(full: bool) -> ReportStep {
    ReportStep {
        id: text(),
        title: text(),
        plan_ref: text(),
        owner: maybe(full, text),
        state: text(),
        planned: text(),
        actual: text(),
        ended: text(),
    }
}

fn phase(full: bool) -> ReportPhase {
    ReportPhase {
        title: text(),
        planned: text(),
        actual: text(),
        gate: maybe(full, text),
        steps: list(full, || step(full)),
    }
}

fn decision(full: bool) -> ReportDecision {
    ReportDecision {
        question: text(),
        value: maybe(full, text),
        who: maybe(full, text),
    }
}

fn deadline() -> ReportDeadline {
    ReportDeadline {
        title: text(),
        note: text(),
    }
}

fn rollback(full: bool) -> ReportRollback {
    ReportRollback {
        at: text(),
        who: text(),
        why: maybe(full, text),
        items: texts(full),
        overridden: texts(full),
        outcome: text(),
        took: text(),
    }
}

fn report(full: bool) -> ReportView {
    ReportView {
        schema_version: SCHEMA_VERSION,
        run: text(),
        title: text(),
        target: text(),
        word: text(),
        place: text(),
        summary: text(),
        opened: text(),
        made: text(),
        made_at: time(),
        plan_digest: text(),
        t0: maybe(full, text),
        to_seq: 7,
        journal_digest: text(),
        journal_sentence: text(),
        planned: text(),
        actual: text(),
        story: list(full, || line(full)),
        phases: list(full, || phase(full)),
        decisions: list(full, || decision(full)),
        people: list(full, || line(full)),
        deadlines: list(full, deadline),
        rollbacks: list(full, || rollback(full)),
        timeline: list(full, || line(full)),
    }
}
