//! `step apply`: what a person saw is what is applied, or nothing.

use std::io::{IsTerminal as _, Write as _};

use serde_json::json;
use switchback_api::host::Host;
use switchback_api::view::preview_view;
use switchback_api::wire::ApiError;
use switchback_engine::decide::may_apply;
use switchback_engine::run::Run;
use switchback_model::{CheckId, Command, Digest, EventKind, Preview, StepId, StepKind, StepState};

use super::checked::checked_of;
use super::{digest, document};
use crate::args::OfRun;
use crate::exit;
use crate::host::{Cx, confirmed, run_id, step_id};
use crate::print;
use crate::session::{Session, driven, verdict};

/// How often readings that are stale at once are taken anew; that happens where time runs fast.
const STALE_TRIES: u32 = 5;

/// Events that are looked through at once.
const PAGE: usize = 500;

/// What a person gave to apply a step.
pub(super) struct Ask {
    pub(super) confirm: Option<String>,
    pub(super) preview: Option<String>,
    pub(super) overrides: Vec<CheckId>,
    pub(super) reason: Option<String>,
    pub(super) timeout_s: u64,
}

pub(super) async fn apply(cx: &Cx<'_>, host: &Host, of: &OfRun, ask: Ask) -> Result<u8, ApiError> {
    let id = run_id(&of.run)?;
    let run = host.load(&id).await?;
    let step = step_id(&run, &of.step)?;
    confirmed(&run, ask.confirm.as_deref())?;
    let seen: Option<Digest> = ask.preview.as_deref().map(digest).transpose()?;
    let spec = run.plan.step(&step);
    if let Some(notice) = spec.filter(|s| s.kind == StepKind::Notice) {
        return Err(exit::usage(
            format!("Step {step} is told to people, and nothing is sent from here."),
            format!(
                "Tell them{}, then: switchback step attest {id} {step} --evidence \"where, to how many, when\"",
                notice
                    .notice
                    .as_ref()
                    .map_or("", |_| " (`step preview` shows the words)")
            ),
        ));
    }
    if spec.is_some_and(|s| s.kind == StepKind::Attest) {
        return Err(exit::usage(
            format!("Step {step} is carried out by a person."),
            format!("switchback step attest {id} {step} --reason TEXT"),
        ));
    }
    let must_ask = seen.is_none() && spec.is_some_and(|s| s.action.is_some());
    if must_ask && (cx.global.no_input || !std::io::stdin().is_terminal()) {
        return Err(exit::usage(
            "Nothing says which preview you saw, and nobody can be asked.",
            format!("switchback step preview {id} {step}; then give --preview DIGEST."),
        ));
    }
    let (view, outcome) = driven(cx, host, &id, false, ask.timeout_s, async |session| {
        session.settle().await?;
        let basis = basis(cx, host, session, &step, seen, must_ask).await?;
        approve(session, &step, basis, &ask).await?;
        session.settle().await?;
        let view = session.view(&step)?;
        let outcome = verdict(session.run(), &view, session.step(&step)?.state);
        Ok((view, outcome))
    })
    .await?;
    let findings: Vec<&str> = view
        .attempts
        .iter()
        .filter_map(|a| a.finding.as_deref())
        .collect();
    let mut document = document(id.as_str(), &view);
    document["findings"] = json!(findings);
    document["verify"] = json!(view.verify);
    cx.out
        .answer(document, || format!("{}: {}", view.id, view.state_words));
    outcome.map(|()| exit::OK)
}

/// Brings the step to Ready with fresh readings and gives the digest that the person saw.
async fn basis(
    cx: &Cx<'_>,
    host: &Host,
    session: &mut Session<'_>,
    step: &StepId,
    seen: Option<Digest>,
    ask: bool,
) -> Result<Option<Digest>, ApiError> {
    fresh(session, step).await?;
    let Some(preview) = current(session, step)? else {
        return Ok(None);
    };
    let seen = match seen {
        Some(seen) => seen,
        None if ask => {
            let target = session.run().plan.target.name.to_string();
            let seen = session.run().basis_of_preview(step, &preview);
            cx.out
                .say(&print::preview(&preview_view(session.run(), step, &preview)));
            let yes = question(
                session,
                &format!("Apply step {step} to {target}? Type y to go on: "),
            )
            .await?;
            if !yes {
                return Err(ApiError::new(
                    "guard",
                    "You said no: nothing was changed.",
                    "",
                    format!("step {step}"),
                ));
            }
            // The answer took its time.
            fresh(session, step).await?;
            seen
        }
        None => return Ok(None),
    };
    let preview = current(session, step)?;
    let now = preview.map(|preview| session.run().basis_of_preview(step, &preview));
    if now == Some(seen) {
        return Ok(Some(seen));
    }
    let run = session.run();
    let again = "Look at the preview again, then apply it with its new digest.";
    let (why, hint) = match shown_at(host, run, seen)? {
        None => (
            "This is not the digest of a preview of this step in this run.".to_owned(),
            format!(
                "`switchback step preview {} {step}` shows it; copy its digest whole.",
                run.id
            ),
        ),
        Some((of, _)) if of != *step => (
            format!("This is the digest of a preview of step {of}, not of step {step}."),
            format!("`switchback step preview {} {step}` shows the right one.", run.id),
        ),
        Some((_, generation)) if generation != session.step(step)?.generation => (
            "This digest is of a preview from before the step was reopened.".to_owned(),
            again.to_owned(),
        ),
        Some(_) => (
            "The record changed since you saw the preview.".to_owned(),
            again.to_owned(),
        ),
    };
    Err(ApiError::new(
        "stale_screen",
        format!("Nothing was changed. {why}"),
        hint,
        format!("step {step}"),
    ))
}

/// The step and the generation of it whose preview had this digest, by the journal.
fn shown_at(host: &Host, run: &Run, seen: Digest) -> Result<Option<(StepId, u32)>, ApiError> {
    let mut after = 0;
    loop {
        let events = host.store().read_page(&run.id, after, PAGE)?;
        let Some(last) = events.last() else {
            return Ok(None);
        };
        after = last.seq;
        let shown = |kind: &EventKind| match kind {
            EventKind::ChecksFinished {
                step: of,
                preview: Some(preview),
                ..
            }
            | EventKind::ApprovalVoided {
                step: of,
                preview: Some(preview),
                ..
            } => {
                let last = run.steps.get(of).map_or(1, |state| state.generation);
                let generation = (1..=last).find(|at| run.basis_in(of, *at, preview) == seen)?;
                Some((of.clone(), generation))
            }
            _ => None,
        };
        if let Some(found) = events.iter().find_map(|event| shown(&event.kind)) {
            return Ok(Some(found));
        }
    }
}

/// Approves what the person saw. Readings that went stale on the way are taken anew; the digest
/// stays the person's, so a change in the meantime is refused all the same.
async fn approve(
    session: &mut Session<'_>,
    id: &StepId,
    basis: Option<Digest>,
    ask: &Ask,
) -> Result<(), ApiError> {
    let mut tries = 1;
    loop {
        let step = id.clone();
        let command = match ask.overrides.is_empty() {
            true => Command::Apply { step },
            false => Command::ApplyOverriding {
                step,
                overrides: ask.overrides.clone(),
            },
        };
        match session.submit(command, basis, ask.reason.clone()).await {
            Err(error) if error.code == "unknown" && tries < STALE_TRIES => {
                tries += 1;
                fresh(session, id).await?;
            }
            outcome => return outcome,
        }
    }
}

/// Runs the before-checks unless they are passed and fresh.
async fn fresh(session: &mut Session<'_>, step: &StepId) -> Result<(), ApiError> {
    let state = session.step(step)?.state;
    let checkable = matches!(
        state,
        StepState::ToDo | StepState::Blocked | StepState::Ready | StepState::Failed
    );
    if checkable && may_apply(session.run(), step, session.now()).is_err() {
        session.check(step).await?;
        let checks = session.step(step)?.checks.clone();
        let ready = session.step(step)?.state == StepState::Ready;
        if let Some(checks) = checks {
            let checked = checked_of(session.run(), step, &checks, ready, None, session.now(), true)?;
            if let Some(error) = checked.error() {
                return Err(error);
            }
        }
    }
    Ok(())
}

fn current(session: &Session<'_>, step: &StepId) -> Result<Option<Preview>, ApiError> {
    Ok(session
        .step(step)?
        .checks
        .as_ref()
        .and_then(|checks| checks.preview.clone()))
}

async fn question(session: &mut Session<'_>, words: &str) -> Result<bool, ApiError> {
    let words = words.to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{words}").and_then(|()| stderr.flush());
        drop(stderr);
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        answer = answer => Ok(matches!(answer, Ok(Ok(line)) if matches!(line.trim(), "y" | "Y" | "yes"))),
        () = session.signals.next() => Ok(false),
    }
}
