//! The way back: proposed, planned, under way.

use super::run::{answer, reading};
use super::step::preview;
use super::{Samples, list, maybe, text, texts, time};
use crate::{
    BreachView, RestrictedView, RollbackItemView, RollbackPlanView, RollbackProgress, ScopeView, SeenView,
    SheetView, UndoTimeView, WayBack,
};

pub(super) fn add(samples: &mut Samples) {
    samples.each([ScopeView::Step(text()), scope(), ScopeView::All]);
    samples.both(takes);
    samples.both(sheet);
    samples.both(way_back);
    samples.both(item);
    samples.each([breach()]);
    samples.both(restricted);
    samples.each([seen()]);
    samples.both(progress);
    samples.both(|full| RollbackPlanView {
        digest: text(),
        scope: scope(),
        title: text(),
        items: list(full, || item(full)),
        breaches: list(full, breach),
        unproven: texts(full),
        open: text(),
        open_decision: maybe(full, text),
        stays: texts(full),
        in_flight: texts(full),
        caches_s: 300,
        takes: takes(full),
        price: text(),
    });
}

fn scope() -> ScopeView {
    ScopeView::Rule(text())
}

pub(super) fn takes(full: bool) -> UndoTimeView {
    UndoTimeView {
        slowest_s: maybe(full, || 61),
        tries: 2,
        rehearsals: 1,
        caches_s: maybe(full, || 300),
        by_hand_s: maybe(full, || 600),
        planned_s: maybe(full, || 720),
    }
}

fn sheet(full: bool) -> SheetView {
    SheetView {
        exported_at: maybe(full, time),
        seq: maybe(full, || 7),
        file: maybe(full, text),
        stale: maybe(full, text),
    }
}

pub(super) fn way_back(full: bool) -> WayBack {
    WayBack {
        answer: answer(),
        missing: texts(full),
        something_to_undo: full,
        proposal: maybe(full, scope),
        rules: list(full, super::step::by_name),
        order: texts(full),
        undoes: texts(full),
        loses: texts(full),
        further_back: texts(full),
        takes: takes(full),
        price: text(),
        proof: text(),
        sheet: sheet(full),
    }
}

fn item(full: bool) -> RollbackItemView {
    RollbackItemView {
        id: text(),
        step: maybe(full, text),
        title: text(),
        kind: text(),
        restores: texts(full),
        now: texts(full),
        changed_outside: maybe(full, || texts(full)),
        loses: texts(full),
        because: text(),
        preconditions: list(full, || reading(full)),
        preview: maybe(full, || preview(full)),
        state: text(),
    }
}

pub(super) fn breach() -> BreachView {
    BreachView {
        id: text(),
        because: text(),
        repair: texts(true),
    }
}

fn restricted(full: bool) -> RestrictedView {
    RestrictedView {
        by: texts(full),
        monitor: text(),
        sentence: text(),
    }
}

fn seen() -> SeenView {
    SeenView {
        step: text(),
        title: text(),
        sentence: text(),
    }
}

pub(super) fn progress(full: bool) -> RollbackProgress {
    RollbackProgress {
        state: text(),
        asked_seq: 7,
        scope: scope(),
        title: text(),
        items: list(full, || item(full)),
        why: maybe(full, text),
        your_turn: full,
        seen: list(full, seen),
        left: texts(full),
        restricted: list(full, || restricted(full)),
        stays: texts(full),
    }
}
