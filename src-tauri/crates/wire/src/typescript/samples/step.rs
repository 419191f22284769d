//! Phases, gates, steps and what stands on their pages.

use serde_json::json;

use super::run::{reading, times};
use super::{Samples, list, maybe, rollback, text, texts, time};
use crate::{
    AttemptView, CallView, ChangeView, Deadline, DeadlineKind, ExtensionView, GateDecision, GatePerson,
    GateState, GateView, Offer, PhaseView, PreviewView, ResourceView, StepView, WayBackByName,
};

pub(super) fn add(samples: &mut Samples) {
    samples.each([
        GateState::Closed,
        GateState::Ready,
        GateState::Checking,
        GateState::Go,
        GateState::NoGo,
        GateState::Void,
    ]);
    samples.each([DeadlineKind::Rule, DeadlineKind::Monitor, DeadlineKind::Step]);
    samples.both(change);
    samples.each([call()]);
    samples.both(preview);
    samples.each([resource()]);
    samples.both(offer);
    samples.both(attempt);
    samples.each([by_name()]);
    samples.both(person);
    samples.both(decision);
    samples.both(gate);
    samples.each([extension()]);
    samples.both(deadline);
    samples.both(step);
    samples.both(phase);
}

fn change(full: bool) -> ChangeView {
    ChangeView {
        object: text(),
        before: texts(full),
        after: texts(full),
        asked: texts(full),
        caution: maybe(full, text),
    }
}

fn call() -> CallView {
    CallView {
        service: text(),
        operation: text(),
        parameters: json!({"HostedZoneId": "Z0FAKEEXAMPLE"}),
        cli: text(),
    }
}

pub(super) fn preview(full: bool) -> PreviewView {
    PreviewView {
        digest: text(),
        changes: list(full, || change(full)),
        calls: list(full, call),
    }
}

fn resource() -> ResourceView {
    ResourceView {
        id: text(),
        title: text(),
        cli: text(),
        in_console: true,
    }
}

fn offer(full: bool) -> Offer {
    Offer {
        command: text(),
        label: text(),
        primary: full,
        needs_reason: full,
        refused: maybe(full, text),
    }
}

fn attempt(full: bool) -> AttemptView {
    AttemptView {
        id: text(),
        way: text(),
        started_at: time(),
        outcome: text(),
        request_id: maybe(full, text),
        finding: maybe(full, text),
        problem: maybe(full, text),
        proven: texts(full),
    }
}

pub(super) fn by_name() -> WayBackByName {
    WayBackByName {
        rule: text(),
        title: text(),
    }
}

fn person(full: bool) -> GatePerson {
    GatePerson {
        role: text(),
        name: maybe(full, text),
    }
}

fn decision(full: bool) -> GateDecision {
    GateDecision {
        go: full,
        by: text(),
        reason: text(),
        at: time(),
        void: maybe(full, text),
    }
}

fn gate(full: bool) -> GateView {
    GateView {
        title: text(),
        again: maybe(full, text),
        state: GateState::NoGo,
        state_words: text(),
        fresh_s: 600,
        checks: list(full, || reading(full)),
        open: texts(full),
        people: list(full, || person(full)),
        decision: maybe(full, || decision(full)),
        earlier: list(full, || decision(full)),
        basis: text(),
        offers: list(full, || offer(full)),
    }
}

fn extension() -> ExtensionView {
    ExtensionView {
        minutes: 10,
        by: text(),
        reason: text(),
        at: time(),
    }
}

pub(super) fn deadline(full: bool) -> Deadline {
    Deadline {
        id: text(),
        kind: DeadlineKind::Rule,
        rule: maybe(full, text),
        title: text(),
        monitor: maybe(full, text),
        since: maybe(full, time),
        at: maybe(full, time),
        due: full,
        open_decision: maybe(full, text),
        note: text(),
        extended: list(full, extension),
        extendable: full,
    }
}

fn step(full: bool) -> StepView {
    StepView {
        id: text(),
        title: text(),
        plan_ref: text(),
        kind: text(),
        why_not_automated: maybe(full, text),
        state: text(),
        state_words: text(),
        note: text(),
        ways_back: list(full, by_name),
        undone_with: maybe(full, || texts(full)),
        generation: 1,
        why: text(),
        notice: maybe(full, text),
        look_at: texts(full),
        risks: texts(full),
        owner: maybe(full, text),
        affects: maybe(full, text),
        expected_s: maybe(full, || 240),
        times: times(full),
        reversibility: text(),
        needs: texts(full),
        after: texts(full),
        publishes: texts(full),
        unseen: texts(full),
        together: texts(full),
        left_out: full,
        waits: full,
        tell_again: full,
        changed_at: maybe(full, time),
        before: list(full, || reading(full)),
        preview: maybe(full, || preview(full)),
        preview_at: maybe(full, time),
        undo: maybe(full, || preview(full)),
        undo_before: list(full, || reading(full)),
        undo_loses: texts(full),
        undo_takes: rollback::takes(full),
        verify: list(full, || reading(full)),
        attempts: list(full, || attempt(full)),
        drifted: maybe(full, text),
        not_known: maybe(full, text),
        resources: list(full, resource),
        offers: list(full, || offer(full)),
    }
}

pub(super) fn phase(full: bool) -> PhaseView {
    PhaseView {
        id: text(),
        title: text(),
        t0: full,
        gate: maybe(full, || gate(full)),
        times: times(full),
        done: 3,
        of: 5,
        steps: list(full, || step(full)),
    }
}
