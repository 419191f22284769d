//! Views: what a screen or a script sees of a run, computed from the fold and the live readings.

mod again;
mod amendment;
mod answers;
mod deadlines;
mod event;
mod extent;
mod fields;
mod gate;
pub(crate) mod interrupted;
mod offers;
mod price;
mod rollback;
mod run;
mod spread;
mod status;
mod step;
mod trouble;
mod way;

#[cfg(test)]
mod tests;

pub use amendment::amendment_view;
pub(crate) use event::because;
pub use event::event_view;
pub use fields::field_plan_view;
pub use rollback::{rollback_plan_view, scope_model, scope_view};
pub use run::{Live, Readiness, Watch, run_state, snapshot};
pub(crate) use way::on_its_way;

use jiff::Timestamp;
use serde_json::Value;
use switchback_engine::run::Run;
use switchback_model::{ApiCall, CheckReading, CheckSpec, Preview, StepId, Verdict};

use crate::wire::{CallView, ChangeView, PreviewView, ReadingView, Tone};

/// What a reading means at `now`: stale is Unknown, and Unknown is never green.
#[must_use]
pub fn tone(reading: Option<&CheckReading>, now: Timestamp) -> Tone {
    match reading {
        None => Tone::Unknown,
        Some(r) if r.is_stale(now) => Tone::Unknown,
        Some(r) => match r.verdict {
            Verdict::Pass => Tone::Passing,
            Verdict::Fail => Tone::Failing,
            Verdict::Waiting { .. } => Tone::Waiting,
            Verdict::Error => Tone::Unknown,
            Verdict::NotApplicable => Tone::NotApplicable,
        },
    }
}

/// One check's row.
#[must_use]
pub fn reading_view(spec: &CheckSpec, reading: Option<&CheckReading>, now: Timestamp) -> ReadingView {
    ReadingView {
        id: spec.id.to_string(),
        title: spec.title.clone(),
        tone: tone(reading, now),
        observed: reading.map_or_else(|| "not read yet".to_owned(), |r| r.observed.clone()),
        expected: reading.map(|r| r.expected.clone()).unwrap_or_default(),
        source: reading.map(|r| r.source.clone()).unwrap_or_default(),
        observed_at: reading.map(|r| r.observed_at),
        age_s: reading.map(|r| r.age_s(now)),
        // A round of many questions is believed for as long as it says itself.
        believable_s: reading.map_or(spec.believable_s, |r| r.believable_s),
        until: reading.and_then(|r| match r.verdict {
            Verdict::Waiting { until } => Some(until),
            _ => None,
        }),
        mend: reading
            .filter(|r| !r.verdict.lets_through())
            .and_then(|r| r.mend.clone())
            .or_else(|| {
                reading
                    .filter(|r| !r.verdict.lets_through())
                    .and_then(|_| spec.mend.clone())
            }),
        last_failing: reading
            .filter(|r| r.is_stale(now) && r.verdict == Verdict::Fail)
            .map(|r| r.observed_at),
        before_opening: false,
    }
}

/// A row for each of a step's checks, in the plan's order.
#[must_use]
pub fn reading_views(specs: &[CheckSpec], readings: &[CheckReading], now: Timestamp) -> Vec<ReadingView> {
    specs
        .iter()
        .map(|spec| reading_view(spec, readings.iter().find(|r| r.check == spec.id), now))
        .collect()
}

/// A preview for people and for approval: its digest is good for this run, step and generation alone.
#[must_use]
pub fn preview_view(run: &Run, step: &StepId, preview: &Preview) -> PreviewView {
    PreviewView {
        digest: run.basis_of_preview(step, preview).to_string(),
        changes: preview
            .changes
            .iter()
            .map(|change| ChangeView {
                object: change.object.clone(),
                before: change.before.clone(),
                after: change.after.clone(),
                asked: change.asked.clone(),
                caution: change.caution.clone(),
            })
            .collect(),
        calls: preview.calls.iter().map(call_view).collect(),
    }
}

fn call_view(call: &ApiCall) -> CallView {
    CallView {
        service: call.service.clone(),
        operation: call.operation.clone(),
        parameters: Value::clone(&call.parameters),
        cli: call.as_cli(),
    }
}
