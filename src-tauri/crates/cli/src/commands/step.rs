//! `step`: check, preview, apply, and people's decisions about one step.

use std::io::{IsTerminal as _, Write as _};

use jiff::Timestamp;
use serde_json::{Value, json};
use switchback_api::host::Host;
use switchback_api::view::{preview_view, reading_views};
use switchback_api::wire::{ApiError, PreviewView, ReadingView};
use switchback_engine::decide::may_apply;
use switchback_engine::run::Checks;
use switchback_model::event::CallProblem;
use switchback_model::{
    Command, Digest, Preview, Resolution, Reversibility, RollbackScope, RunId, StepId, StepKind, StepState,
};

use super::rollback;
use crate::args::{As, OfRun, Step};
use crate::exit;
use crate::host::{Cx, confirmed, run_id, step_id};
use crate::print;
use crate::session::{Session, driven, verdict};

/// Seconds that checks may take.
const CHECKS: u64 = 120;

pub async fn run(cx: &Cx<'_>, command: Step) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let outcome = match command {
        Step::Check { of } => check(cx, &host, &of).await,
        Step::Preview { of } => preview(cx, &host, &of).await,
        Step::Apply {
            of,
            confirm,
            preview,
            reason,
            patience,
        } => {
            let ask = Ask {
                confirm,
                preview,
                reason,
                timeout_s: patience.timeout,
            };
            apply(cx, &host, &of, ask).await
        }
        Step::Attest { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Attest { step },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Skip { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Skip { step },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Accept { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Accept { step },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Reopen { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Reopen { step },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Inspect { of, patience } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Inspect { step },
                None,
                patience.timeout,
            )
            .await
        }
        Step::Resolve {
            of,
            how,
            reason,
            patience,
        } => resolve(cx, &host, &of, how, reason.reason, patience.timeout).await,
    };
    host.stop_closed_world().await;
    outcome
}

/// What the checks of a step say, from the driver or from a look without a lease.
struct Checked {
    run: RunId,
    step: StepId,
    state: &'static str,
    ready: bool,
    /// Why it could not be applied although its checks pass.
    refused: Option<String>,
    readings: Vec<ReadingView>,
    undo_readings: Vec<ReadingView>,
    preview: Option<PreviewView>,
    undo: Option<PreviewView>,
    problem: Option<CallProblem>,
    failing: bool,
    recorded: bool,
}

async fn checked(cx: &Cx<'_>, host: &Host, of: &OfRun) -> Result<Checked, ApiError> {
    let id = run_id(&of.run)?;
    let driven = driven(cx, host, &id, false, CHECKS, async |session| {
        let step = step_id(session.run(), &of.step)?;
        session.settle().await?;
        session.check(&step).await?;
        let state = session.step(&step)?;
        let checks = state
            .checks
            .as_ref()
            .ok_or_else(|| ApiError::internal("the checks left no reading"))?;
        let ready = state.state == StepState::Ready;
        let refused = ready
            .then(|| {
                may_apply(session.run(), &step, session.now())
                    .err()
                    .map(|r| r.to_string())
            })
            .flatten();
        checked_of(session.run(), &step, checks, ready, refused, session.now(), true)
    })
    .await;
    match driven {
        // Looking is never refused because somebody else drives.
        Err(error) if error.code == "locked" => {
            cx.out
                .say("Somebody else drives this run: this look is not recorded in the journal.");
            looked(host, &id, &of.step).await
        }
        other => other,
    }
}

/// The same look without a lease: nothing is journalled.
async fn looked(host: &Host, id: &RunId, step: &str) -> Result<Checked, ApiError> {
    let run = host.load(id).await?;
    let step = step_id(&run, step)?;
    let around = host.surroundings(&run).await?;
    let Some((spec, _)) = run.step(&step) else {
        return Err(ApiError::internal(format!("step {step} is gone")));
    };
    let history = run.history();
    let mut readings = Vec::new();
    for check in &spec.before {
        readings.push(around.world.check(check, &history).await);
    }
    let mut undo_readings = Vec::new();
    for check in &spec.undo_before {
        undo_readings.push(around.world.check(check, &history).await);
    }
    let (mut preview, mut undo, mut problem) = (None, None, None);
    if let Some(action) = &spec.action {
        let action = around.world.action(action);
        let planned = async {
            let from = action.read().await?;
            let preview = action.plan(&from, None)?;
            let undo = match spec.reversibility {
                Reversibility::Undo => Some(action.plan(&preview.to, Some(&from))?),
                _ => None,
            };
            Ok::<_, switchback_engine::ports::ProviderError>((preview, undo))
        };
        match planned.await {
            Ok((built, back)) => (preview, undo) = (Some(built), back),
            Err(error) => problem = Some(error.problem()),
        }
    }
    let ready = problem.is_none()
        && readings
            .iter()
            .chain(&undo_readings)
            .all(|reading| reading.verdict.lets_through());
    let now = around.clock.now();
    let checks = Checks {
        at: now,
        readings,
        preview,
        undo,
        undo_readings,
        problem,
    };
    checked_of(&run, &step, &checks, ready, None, now, false)
}

fn checked_of(
    run: &switchback_engine::run::Run,
    id: &StepId,
    checks: &Checks,
    ready: bool,
    refused: Option<String>,
    now: Timestamp,
    recorded: bool,
) -> Result<Checked, ApiError> {
    let (step, state) = run
        .step(id)
        .ok_or_else(|| ApiError::internal(format!("step {id} is gone")))?;
    let failing = checks
        .readings
        .iter()
        .chain(&checks.undo_readings)
        .any(|reading| {
            matches!(
                reading.verdict,
                switchback_model::Verdict::Fail | switchback_model::Verdict::Waiting { .. }
            )
        });
    Ok(Checked {
        run: run.id.clone(),
        step: id.clone(),
        state: switchback_engine::evolve::name(state.state),
        ready,
        refused,
        readings: reading_views(&step.before, &checks.readings, now),
        undo_readings: reading_views(&step.undo_before, &checks.undo_readings, now),
        preview: checks.preview.as_ref().map(preview_view),
        undo: checks.undo.as_ref().map(preview_view),
        problem: checks.problem.clone(),
        failing,
        recorded,
    })
}

impl Checked {
    /// The error of a step that is not ready: what fails is a fact and outranks what can't be told.
    fn error(&self) -> Option<ApiError> {
        if self.ready {
            return None;
        }
        let names = |readings: &[ReadingView]| {
            readings
                .iter()
                .filter(|r| r.tone > switchback_api::wire::Tone::NotApplicable)
                .map(|r| format!("{} ({})", r.id, r.observed))
                .collect::<Vec<_>>()
        };
        let mut open = names(&self.readings);
        open.extend(names(&self.undo_readings));
        let mend = self
            .readings
            .iter()
            .chain(&self.undo_readings)
            .find_map(|r| r.mend.clone())
            .unwrap_or_else(|| "Mend it, then check again.".to_owned());
        let place = format!("step {}", self.step);
        let (code, message, hint) = match &self.problem {
            _ if self.failing => ("check_failed", format!("Blocked: {}.", open.join(", ")), mend),
            Some(problem) => {
                let code = if problem.kind == "credentials" {
                    "sign_in"
                } else {
                    "unknown"
                };
                (code, problem.message.clone(), mend)
            }
            None => ("unknown", format!("It can't be told: {}.", open.join(", ")), mend),
        };
        Some(ApiError::new(code, message, hint, place))
    }
}

async fn check(cx: &Cx<'_>, host: &Host, of: &OfRun) -> Result<u8, ApiError> {
    let checked = checked(cx, host, of).await?;
    let document = json!({
        "run": checked.run,
        "step": checked.step,
        "state": checked.state,
        "ready": checked.ready,
        "refused": checked.refused,
        "checks": checked.readings,
        "undo_checks": checked.undo_readings,
        "preview_digest": checked.preview.as_ref().map(|p| &p.digest),
        "problem": checked.problem,
        "recorded": checked.recorded,
    });
    cx.out.answer(document, || {
        let mut text = print::readings(&checked.readings);
        if !checked.undo_readings.is_empty() {
            text.push_str(&format!(
                "\n\nFor the way back\n{}",
                print::readings(&checked.undo_readings)
            ));
        }
        if checked.ready {
            text.push_str("\n\nReady.");
        }
        if let Some(refused) = &checked.refused {
            text.push_str(&format!(" Not to be applied yet: {refused}"));
        }
        text
    });
    checked.error().map_or(Ok(exit::OK), Err)
}

async fn preview(cx: &Cx<'_>, host: &Host, of: &OfRun) -> Result<u8, ApiError> {
    let checked = match checked(cx, host, of).await {
        // A step that is done or under way has no checks to run; its object can be looked at.
        Err(error) if error.code == "rejected" => looked(host, &run_id(&of.run)?, &of.step).await?,
        other => other?,
    };
    let run = host.load(&checked.run).await?;
    let reversibility = run
        .plan
        .step(&checked.step)
        .map(|step| step.reversibility.clone());
    let loses = run
        .plan
        .step(&checked.step)
        .map(|step| step.undo_loses.clone())
        .unwrap_or_default();
    if let Some(problem) = &checked.problem {
        let error = checked.error();
        return Err(
            error.unwrap_or_else(|| ApiError::new("unknown", &problem.message, "Check again.", "the step"))
        );
    }
    let has_action = run
        .plan
        .step(&checked.step)
        .is_some_and(|step| step.action.is_some());
    let words = match &reversibility {
        Some(Reversibility::Manual { words }) => Some(words.clone()),
        Some(Reversibility::Correct { notice }) => Some(notice.clone()),
        _ => None,
    };
    let document = json!({
        "run": checked.run,
        "step": checked.step,
        "target": run.plan.target.name,
        "digest": checked.preview.as_ref().map(|p| &p.digest),
        "changes": checked.preview.as_ref().map(|p| json!(p.changes)).unwrap_or_else(|| json!([])),
        "calls": checked.preview.as_ref().map(|p| json!(p.calls)).unwrap_or_else(|| json!([])),
        "undo": {
            "reversibility": reversibility.as_ref().map(super::plan::reversibility),
            "words": words,
            "digest": checked.undo.as_ref().map(|p| &p.digest),
            "changes": checked.undo.as_ref().map(|p| json!(p.changes)).unwrap_or_else(|| json!([])),
            "calls": checked.undo.as_ref().map(|p| json!(p.calls)).unwrap_or_else(|| json!([])),
            "loses": loses,
        },
        "ready": checked.ready,
        "checks": checked.readings,
        "undo_checks": checked.undo_readings,
        "recorded": checked.recorded,
    });
    cx.out.answer(document, || {
        let mut text = match &checked.preview {
            Some(preview) => format!("{}digest {}\n", print::preview(preview), preview.digest),
            None if has_action => "The change could not be built.\n".to_owned(),
            None => "This step changes nothing in AWS.\n".to_owned(),
        };
        if let Some(undo) = &checked.undo {
            text.push_str(&format!("\nWay back\n{}", print::preview(undo)));
        }
        if let Some(words) = &words {
            text.push_str(&format!("\nWay back, by hand: {words}\n"));
        }
        if !checked.ready {
            text.push_str("\nNot ready: `switchback step check` tells why.\n");
        }
        text
    });
    Ok(exit::OK)
}

/// What a person gave to apply a step.
struct Ask {
    confirm: Option<String>,
    preview: Option<String>,
    reason: Option<String>,
    timeout_s: u64,
}

async fn apply(cx: &Cx<'_>, host: &Host, of: &OfRun, ask: Ask) -> Result<u8, ApiError> {
    let id = run_id(&of.run)?;
    let run = host.load(&id).await?;
    let step = step_id(&run, &of.step)?;
    confirmed(&run, ask.confirm.as_deref())?;
    let seen: Option<Digest> = ask.preview.as_deref().map(digest).transpose()?;
    let spec = run.plan.step(&step);
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
        let basis = basis(cx, session, &step, seen, must_ask).await?;
        session
            .submit(Command::Apply { step: step.clone() }, basis, ask.reason.clone())
            .await?;
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
    let document = json!({
        "run": id,
        "step": view.id,
        "state": view.state,
        "state_words": view.state_words,
        "note": view.note,
        "generation": view.generation,
        "attempts": view.attempts,
        "findings": findings,
        "verify": view.verify,
    });
    cx.out
        .answer(document, || format!("{}: {}", view.id, view.state_words));
    outcome.map(|()| exit::OK)
}

/// Brings the step to Ready with fresh readings and gives the digest that the person saw.
async fn basis(
    cx: &Cx<'_>,
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
            let seen = preview.digest();
            cx.out.say(&print::preview(&preview_view(&preview)));
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
    let now = current(session, step)?.map(|preview| preview.digest());
    if now != Some(seen) {
        return Err(ApiError::new(
            "stale_screen",
            "The preview is not the one that you saw: the record changed since.",
            format!(
                "switchback step preview {} {step}; then give the new digest.",
                session.run().id
            ),
            format!("step {step}"),
        ));
    }
    Ok(Some(seen))
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

/// A digest as typed.
pub fn digest(text: &str) -> Result<Digest, ApiError> {
    text.trim().parse().map_err(|error| {
        exit::usage(
            format!("{text:?} is no digest: {error}."),
            "Copy it whole from the preview.",
        )
    })
}

async fn decide(
    cx: &Cx<'_>,
    host: &Host,
    of: &OfRun,
    command: impl FnOnce(StepId) -> Command,
    reason: Option<String>,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let view = driven(cx, host, &run_id(&of.run)?, false, timeout_s, async |session| {
        let step = step_id(session.run(), &of.step)?;
        session.submit(command(step.clone()), None, reason).await?;
        session.settle().await?;
        session.view(&step)
    })
    .await?;
    let document: Value = json!({
        "run": of.run,
        "step": view.id,
        "state": view.state,
        "state_words": view.state_words,
        "note": view.note,
        "generation": view.generation,
        "attempts": view.attempts,
    });
    cx.out
        .answer(document, || format!("{}: {}", view.id, view.state_words));
    Ok(exit::OK)
}

async fn resolve(
    cx: &Cx<'_>,
    host: &Host,
    of: &OfRun,
    how: As,
    reason: String,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let as_ = match how {
        As::Before => Resolution::Before,
        As::After => Resolution::After,
        As::Keep => Resolution::Keep,
        As::Restore => {
            // What it restores is shown first, and runs with the target's name.
            let run = host.load(&run_id(&of.run)?).await?;
            let step = step_id(&run, &of.step)?;
            cx.out
                .say("Restoring is a rollback of this step: this is its plan. Run it with `switchback rollback --step`.");
            return rollback::show(cx, host, &run.id, &RollbackScope::Step(step)).await;
        }
    };
    decide(
        cx,
        host,
        of,
        |step| Command::Resolve { step, as_ },
        Some(reason),
        timeout_s,
    )
    .await
}
