//! Runbooks, amendments, choices by fields, and the rehearsal.

use super::run::reading;
use super::step::preview;
use super::{Samples, list, maybe, text, texts};
use crate::{
    AmendmentChange, AmendmentView, DrillView, FaultView, FieldPlanView, FieldRowView, ProblemRow,
    RehearsalAnswer, RehearsalPart, RehearsalView, RunbookView, TargetRow,
};

pub(super) fn add(samples: &mut Samples) {
    samples.each([problem()]);
    samples.both(target);
    samples.both(|full| RunbookView {
        runbook: text(),
        built_in: full,
        title: text(),
        targets: list(full, || target(full)),
        problems: list(full, problem),
    });
    samples.both(change);
    samples.both(|full| AmendmentView {
        digest: text(),
        from: text(),
        to: text(),
        changes: list(full, || change(full)),
        anew: texts(full),
        not_now: maybe(full, text),
    });
    samples.both(field);
    samples.both(|full| FieldPlanView {
        step: text(),
        rows: list(full, || field(full)),
        undecided: texts(full),
        kept: texts(full),
        then: texts(full),
        ends: maybe(full, text),
        preview: maybe(full, || preview(full)),
        preconditions: list(full, || reading(full)),
        unproven: texts(full),
    });
    samples.each([part()]);
    samples.each([drill()]);
    samples.each([fault()]);
    samples.both(|full| RehearsalView {
        endpoint: text(),
        speed: 5,
        parts: list(full, part),
        drills: list(full, drill),
        faults: list(full, fault),
    });
    samples.both(|full| RehearsalAnswer {
        run: maybe(full, text),
    });
}

fn problem() -> ProblemRow {
    ProblemRow {
        stops: true,
        code: text(),
        message: text(),
        place: text(),
        fix: text(),
    }
}

fn target(full: bool) -> TargetRow {
    TargetRow {
        name: text(),
        kind: text(),
        steps: 22,
        problems: list(full, problem),
    }
}

fn change(full: bool) -> AmendmentChange {
    AmendmentChange {
        subject: text(),
        kind: text(),
        field: maybe(full, text),
        label: maybe(full, text),
        before: maybe(full, text),
        after: maybe(full, text),
        refused: maybe(full, text),
    }
}

fn field(full: bool) -> FieldRowView {
    FieldRowView {
        field: text(),
        before: text(),
        ours: text(),
        found: text(),
        differs: full,
        choice: maybe(full, text),
    }
}

fn part() -> RehearsalPart {
    RehearsalPart {
        kind: text(),
        name: text(),
        address: text(),
        state: text(),
    }
}

fn drill() -> DrillView {
    DrillView {
        id: text(),
        part: text(),
        title: text(),
        when: text(),
        sentence: text(),
        says: text(),
        then: text(),
        fault: text(),
        at_once: true,
        on: false,
    }
}

fn fault() -> FaultView {
    FaultView {
        name: text(),
        part: text(),
        sentence: text(),
        on: true,
    }
}
