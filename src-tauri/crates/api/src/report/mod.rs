//! The report of a run, for those who were not there: what happened, planned against actual, who
//! decided what, and what proves it. One HTML file without a script, to be read, printed and kept.
//!
//! It is made from the journal alone. What the journal seals stays sealed: only clear images are ever
//! put into words.

mod night;
mod story;

use jiff::Timestamp;
use minijinja::{Environment, UndefinedBehavior, context};
use switchback_engine::run::Run;
use switchback_model::text::{is_obeyed, is_unseen, lasting};
use switchback_model::{Event, RunId};

use self::night::Night;
use crate::core::Core;
use crate::output::{Output, not_written};
use crate::view::because;
use crate::view::{Live, snapshot};
use crate::wire::{
    ApiError, GateView, PhaseView, ReportDeadline, ReportDecision, ReportExported, ReportPhase, ReportStep,
    ReportView, RunSnapshot, SCHEMA_VERSION, StepView, TimesView,
};

/// The name decides how it is escaped: as HTML.
const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("report.html");

impl Core {
    /// The report of a run as it is now, from the journal alone.
    pub async fn report(&self, id: &RunId) -> Result<ReportView, ApiError> {
        Ok(self.report_and_night(id).await?.0)
    }

    async fn report_and_night(&self, id: &RunId) -> Result<(ReportView, Option<Night>), ApiError> {
        let run = self.load(id).await?;
        let store = self.store.clone();
        let of = id.clone();
        let (events, chain) = tokio::task::spawn_blocking(move || {
            let events = store.read_page(&of, 0, usize::MAX)?;
            Ok::<_, ApiError>((events, store.verify(&of)?))
        })
        .await
        .map_err(|_| ApiError::internal("reading the journal was interrupted"))??;
        let now = self.now_of(&run);
        let night = night::night(&snapshot(&run, &Live::default(), now));
        Ok((view(&run, &events, &chain, now), night))
    }

    /// Writes the report to a file, whole or not at all. An earlier report of the run is replaced.
    /// Without a file it goes to the home's folder `reports`.
    pub async fn export_report(
        &self,
        id: &RunId,
        output: Option<Output<'_>>,
    ) -> Result<ReportExported, ApiError> {
        let (report, night) = self.report_and_night(id).await?;
        // A folder of our own is made; one that somebody mistyped is not.
        let file = match output {
            Some(output) => output.path(),
            None => crate::sheet::made_below(&self.home, "reports")?.join(format!("{id}.html")),
        };
        let output = Output {
            file: &file,
            ..output.unwrap_or(Output::new(&file))
        };
        let html = render(&report, night.as_ref())?;
        let own = |text: &str| is_report_of(text, id);
        switchback_files::write(&file, html.as_bytes(), output.existing(&own), output.readers())
            .map_err(|why| not_written("The report", &file, why))?;
        Ok(ReportExported {
            file: file.display().to_string(),
            to_seq: report.to_seq,
        })
    }
}

/// Whether a text is an earlier report of a run: by its first lines, and by the row that names the run.
fn is_report_of(text: &str, id: &RunId) -> bool {
    text.starts_with("<!doctype html>\n") && text.contains(&format!("<dt>Run</dt><dd><code>{id}</code></dd>"))
}

/// The report as one HTML file, with the picture of its night where something has begun.
///
/// # Errors
/// `internal`: the template and the report do not fit.
fn render(report: &ReportView, night: Option<&Night>) -> Result<String, ApiError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment
        .template_from_named_str(NAME, TEMPLATE)
        .and_then(|template| template.render(context! { r => report, night => night }))
        .map_err(|error| ApiError::internal(format!("the report can't be written: {error}")))
}

/// The report of a run whose journal holds these events.
pub(crate) fn view(
    run: &Run,
    events: &[Event],
    chain: &switchback_journal::Verification,
    now: Timestamp,
) -> ReportView {
    let seen = snapshot(run, &Live::default(), now);
    let role = seen
        .banner
        .role
        .as_deref()
        .map(|role| format!(", role {role}"))
        .unwrap_or_default();
    let endpoint = match seen.banner.test_endpoint {
        true => ", TEST ENDPOINT",
        false => "",
    };
    ReportView {
        schema_version: SCHEMA_VERSION,
        run: seen.run.clone(),
        title: plain(&seen.title),
        target: plain(&seen.banner.target),
        word: seen.banner.word.clone(),
        place: plain(&format!(
            "account …{}, {}{role}{endpoint}",
            seen.banner.account_tail, seen.banner.region
        )),
        summary: summary(&seen),
        opened: moment(seen.opened_at),
        made: moment(now),
        made_at: now,
        plan_digest: seen.plan_digest.clone(),
        t0: seen
            .t0
            .as_ref()
            .map(|t0| plain(&format!("{}, with step {}", moment(t0.at), t0.step))),
        to_seq: run.seq,
        journal_digest: chain.digest.clone(),
        journal_sentence: chain.sentence.clone(),
        planned: planned(seen.times),
        actual: actual(seen.times),
        story: story::story(events),
        phases: seen.phases.iter().map(phase).collect(),
        decisions: seen
            .decisions
            .iter()
            .map(|decision| ReportDecision {
                question: plain(&decision.question),
                value: decision.value.as_deref().map(plain),
                who: decision.by.as_deref().map(plain),
            })
            .collect(),
        people: story::people(events),
        deadlines: seen
            .deadlines
            .iter()
            .map(|deadline| ReportDeadline {
                title: plain(&deadline.title),
                note: plain(&match deadline.note.is_empty() {
                    false => deadline.note.clone(),
                    true if deadline.due => "a decision is due".to_owned(),
                    true => "not due".to_owned(),
                }),
            })
            .collect(),
        rollbacks: story::rollbacks(events),
        timeline: events.iter().map(story::line).collect(),
    }
}

fn phase(phase: &PhaseView) -> ReportPhase {
    ReportPhase {
        title: plain(&phase.title),
        planned: planned(phase.times),
        actual: actual(phase.times),
        gate: phase.gate.as_ref().and_then(gate),
        steps: phase.steps.iter().map(step).collect(),
    }
}

fn gate(gate: &GateView) -> Option<String> {
    let decision = gate.decision.as_ref()?;
    let people: Vec<String> = gate
        .people
        .iter()
        .filter_map(|person| Some(format!("{}: {}", person.role, person.name.as_deref()?)))
        .collect();
    let present = match people.is_empty() {
        true => String::new(),
        false => format!(" ({})", people.join(", ")),
    };
    let word = if decision.go { "Go" } else { "No-go" };
    Some(plain(&format!(
        "{word}, {} by {}{present}{}",
        moment(decision.at),
        decision.by,
        because(&decision.reason)
    )))
}

fn step(step: &StepView) -> ReportStep {
    ReportStep {
        id: step.id.clone(),
        title: plain(&step.title),
        plan_ref: plain(&step.plan_ref),
        owner: step.owner.as_deref().map(plain),
        state: step.state_words.clone(),
        planned: planned(step.times),
        actual: actual(step.times),
        ended: step.times.ended_at.map(moment).unwrap_or_default(),
    }
}

fn summary(seen: &RunSnapshot) -> String {
    // What people did not choose is absent.
    let steps: Vec<&StepView> = seen
        .phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .filter(|step| !step.left_out)
        .collect();
    let count = |states: &[&str]| {
        steps
            .iter()
            .filter(|step| states.contains(&step.state.as_str()))
            .count()
    };
    let mut parts = vec![format!("{} of {} steps are done", count(&["done"]), steps.len())];
    for (states, words) in [
        (&["skipped"][..], "skipped"),
        (&["undone"], "undone"),
        (
            &[
                "unverified",
                "foreign",
                "failed",
                "in_doubt",
                "undo_failed",
                "undo_in_doubt",
                "undo_foreign",
                "undo_unverified",
            ],
            "waiting for a decision",
        ),
    ] {
        match count(states) {
            0 => {}
            n => parts.push(format!("{n} {words}")),
        }
    }
    let left = |step: &&StepView| !matches!(step.state.as_str(), "done" | "skipped") || step.tell_again;
    let state = match seen.state.as_str() {
        "open" if !steps.iter().any(left) => "Nothing is left to do".to_owned(),
        "open" => "The run is open".to_owned(),
        other => format!("The run is {other}"),
    };
    format!("{}. {state}.", parts.join(", "))
}

fn planned(times: TimesView) -> String {
    times
        .planned_s
        .map(lasting)
        .unwrap_or_else(|| "not said".to_owned())
}

fn actual(times: TimesView) -> String {
    match (times.actual_s, times.ended_at) {
        (Some(s), Some(_)) => lasting(s),
        (Some(s), None) => format!("{} so far", lasting(s)),
        (None, Some(_)) => "only its end is known".to_owned(),
        (None, None) => String::new(),
    }
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// A text as it may be printed: without control characters and without those that turn the order of
/// what stands beside them. The template escapes the rest.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_control() || !(is_obeyed(*c) || is_unseen(*c)))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
