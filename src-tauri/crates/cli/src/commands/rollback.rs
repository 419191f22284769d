//! `rollback`: shows the way back, or goes it.

use switchback_api::host::Host;
use switchback_api::view::{rollback_plan_view, scope_view};
use switchback_api::wire::{ApiError, RollbackPlanView, RollbackProgress};
use switchback_engine::RejectionCode;
use switchback_engine::next::is_not_proven;
use switchback_engine::run::RollbackState;
use switchback_model::text::{lasting, line};
use switchback_model::{CheckId, Command, Digest, RollbackScope, RuleId, RunId};

use super::step::digest;
use crate::args::Rollback;
use crate::exit;
use crate::host::{Cx, confirmed, run_id, step_id};
use crate::print::{self, table};
use crate::session::{Session, driven};

pub async fn run(cx: &Cx<'_>, ask: Rollback) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(&ask.run)?;
    let run = host.load(&id).await?;
    let scope = match (&ask.step, &ask.rule, ask.all) {
        (Some(step), _, _) => Some(RollbackScope::Step(step_id(&run, step)?)),
        (_, Some(rule), _) => Some(RollbackScope::Rule(RuleId::new(rule)?)),
        (_, _, true) => Some(RollbackScope::All),
        _ => None,
    };
    if ask.confirm.is_some() {
        confirmed(&run, ask.confirm.as_deref())?;
    }
    let outcome = match scope {
        Some(scope) if ask.confirm.is_none() => show(cx, &host, &id, &scope).await,
        Some(scope) => go(cx, &host, &id, ask, scope).await,
        None => go_on(cx, &host, &id, ask).await,
    };
    host.stop_closed_world().await;
    outcome
}

/// Shows the plan from a fresh look; needs no lease and changes nothing.
pub async fn show(cx: &Cx<'_>, host: &Host, id: &RunId, scope: &RollbackScope) -> Result<u8, ApiError> {
    let plan = host.rollback_plan(id, &scope_view(scope)).await?;
    cx.out.answer(&plan, || text(&plan));
    Ok(exit::OK)
}

async fn go(
    cx: &Cx<'_>,
    host: &Host,
    id: &RunId,
    ask: Rollback,
    scope: RollbackScope,
) -> Result<u8, ApiError> {
    let seen = ask.plan.as_deref().map(digest).transpose()?;
    let overrides = ask
        .overrides
        .iter()
        .map(CheckId::new)
        .collect::<Result<Vec<_>, _>>()?;
    driven(cx, host, id, false, ask.patience.timeout, async |session| {
        if session.run().rollback_active() {
            return same_again(cx, session, &scope, seen, &overrides, &ask.accept_breach).await;
        }
        let planned = session.driver().plan_rollback(&scope).await;
        let (plan, preconditions) = match planned {
            // By the journal alone: a copy may be older than what was done, and events may be missing.
            Err(nothing) if nothing.code == RejectionCode::NothingToUndo => {
                if !session.look_at_the_rest().await? {
                    return Err(nothing.into());
                }
                session.driver().plan_rollback(&scope).await?
            }
            planned => planned?,
        };
        let known = host.known(id).await;
        let view = rollback_plan_view(session.run(), &plan, &preconditions, &known, session.now());
        if seen.is_some_and(|seen| seen != session.run().basis_of_rollback(&plan)) {
            return Err(ApiError::new(
                "stale_screen",
                "The rollback plan is not the one that you saw.",
                "Look at it again without --confirm, then give the new digest.",
                format!("run {id}"),
            ));
        }
        cx.out.say(&text(&view));
        let command = Command::Rollback {
            scope,
            overrides,
            accept_breaches: ask.accept_breach.clone(),
        };
        let basis = session.run().basis_of_rollback(&plan);
        let submitted = session.submit(command, Some(basis), ask.reason.clone()).await;
        if let Err(error) = submitted {
            return Err(signed_in(session, error).await);
        }
        session.settle().await?;
        match ended(cx, session) {
            Err(error) => Err(signed_in(session, error).await),
            done => done,
        }
    })
    .await
}

/// The same command again, where the first one was cut short: what it confirmed goes on from where it stopped.
/// Another one is refused, by the name of what is under way.
async fn same_again(
    cx: &Cx<'_>,
    session: &mut Session<'_>,
    scope: &RollbackScope,
    seen: Option<Digest>,
    overrides: &[CheckId],
    accepted: &[String],
) -> Result<u8, ApiError> {
    let run = session.run();
    let Some(rollback) = &run.rollback else {
        return Err(ApiError::internal("the rollback is gone"));
    };
    let id = &run.id;
    let hint = format!(
        "Go on with it: switchback rollback {id} --retry. Or give it up: --abandon --reason TEXT; then ask for this \
         one."
    );
    let refused = |message: String| {
        Err(ApiError::new(
            "rejected",
            message,
            hint.clone(),
            format!("run {id}"),
        ))
    };
    if rollback.plan.scope != *scope {
        return refused("Another rollback of this run is under way; it has stopped.".to_owned());
    }
    if seen.is_some_and(|seen| seen != run.basis_of_rollback(&rollback.plan)) {
        return refused("The rollback that is under way was confirmed by another plan.".to_owned());
    }
    if let Some(more) = overrides.iter().find(|id| !rollback.overrides.contains(id)) {
        return refused(format!(
            "The rollback that is under way was confirmed without --override {more}."
        ));
    }
    let breaches: Vec<&str> = rollback.plan.breaches.iter().map(|b| b.id.as_str()).collect();
    if let Some(more) = accepted.iter().find(|id| !breaches.contains(&id.as_str())) {
        return refused(format!(
            "The rollback that is under way was confirmed without --accept-breach {more}."
        ));
    }
    let item = rollback.item().map_or("its end", |item| item.id.as_str());
    cx.out.say(&format!(
        "This rollback was confirmed already and had stopped at {item}. It goes on from there."
    ));
    session.submit(Command::RollbackRetry, None, None).await?;
    session.settle().await?;
    match ended(cx, session) {
        Err(error) => Err(signed_in(session, error).await),
        done => done,
    }
}

/// What could not be proven, or stopped, because nobody is signed in is mended by signing in.
async fn signed_in(session: &Session<'_>, error: ApiError) -> ApiError {
    if !matches!(error.code.as_str(), "check_failed" | "unknown") {
        return error;
    }
    match session.sign_in().await {
        // It was confirmed and has begun: the same click goes on.
        Some(sign_in) if session.run().rollback_active() => ApiError {
            hint: format!("{} Then: {}", sign_in.hint, error.hint),
            code: sign_in.code,
            ..error
        },
        Some(sign_in) => {
            let run = &session.run().id;
            ApiError {
                message: format!(
                    "{}, so the way back could not be proven.",
                    sign_in.message.trim_end_matches('.')
                ),
                hint: format!(
                    "{} To go back without proof: without --confirm, this command shows which --override it takes.",
                    sign_in.hint
                ),
                place: format!("run {run}"),
                code: sign_in.code,
            }
        }
        None => error,
    }
}

/// Retry, done by hand, or give up.
async fn go_on(cx: &Cx<'_>, host: &Host, id: &RunId, ask: Rollback) -> Result<u8, ApiError> {
    let abandon = ask.abandon;
    let command = match ask.done {
        Some(item) => Command::RollbackDone { item },
        None if abandon => Command::RollbackAbandon,
        None => Command::RollbackRetry,
    };
    driven(cx, host, id, false, ask.patience.timeout, async |session| {
        session.submit(command, None, ask.reason.clone()).await?;
        session.settle().await?;
        match ended(cx, session) {
            Err(error) => Err(signed_in(session, error).await),
            done => done,
        }
    })
    .await
}

/// Says how the rollback stands and gives its exit code.
fn ended(cx: &Cx<'_>, session: &Session<'_>) -> Result<u8, ApiError> {
    let snapshot = session.snapshot();
    let Some(progress) = snapshot.rollback else {
        return Err(ApiError::internal("the rollback left no trace"));
    };
    cx.out.answer(
        serde_json::json!({
            "run": snapshot.run,
            "state": progress.state,
            "why": progress.why,
            "your_turn": progress.your_turn,
            "seen": progress.seen,
            "left": progress.left,
            "items": progress.items,
            "steps": snapshot.phases.iter().flat_map(|p| &p.steps)
                .map(|s| serde_json::json!({ "id": s.id, "state": s.state })).collect::<Vec<_>>(),
        }),
        || progress_text(&progress),
    );
    let run = session.run();
    let your_turn = progress.your_turn;
    let stopped =
        |why: String, hint: String| Err(ApiError::new("unknown", why, hint, format!("run {}", run.id)));
    match run.rollback.as_ref().map(|r| (&r.state, r.item())) {
        Some((RollbackState::Completed, _)) => Ok(exit::ROLLED_BACK),
        Some((RollbackState::Abandoned, _)) => Ok(exit::OK),
        Some((RollbackState::Halted { why, .. }, Some(item))) if your_turn => {
            let id = &item.id;
            stopped(
                format!("Your turn at {id}: {why}"),
                format!(
                    "switchback rollback {} --done {id} --reason TEXT, once it is done.",
                    run.id
                ),
            )
        }
        Some((RollbackState::Halted { why, .. }, Some(item))) if is_not_proven(why) => {
            let id = &item.id;
            stopped(
                format!("Your turn: look at {id}. {why}"),
                format!(
                    "switchback rollback {} --retry looks again; --done {id} --reason TEXT, once you have looked, and the \
                     rest goes on.",
                    run.id
                ),
            )
        }
        // It went on beside the one whose turn it is: that one alone can be said to be done.
        Some((RollbackState::Halted { item: at, why, .. }, Some(next))) if *at != next.id => stopped(
            format!("The rollback stopped at {at}: {why}"),
            format!(
                "switchback rollback {} --retry tries {at} again and looks at {} again; --done {} --reason TEXT, once you have \
                 looked there, tries {at} again as well; or --abandon --reason TEXT.",
                run.id, next.id, next.id
            ),
        ),
        Some((RollbackState::Halted { why, .. }, item)) => {
            let item = item.map(|item| item.id.clone()).unwrap_or_default();
            stopped(
                format!("The rollback stopped at {item}: {why}"),
                format!(
                    "switchback rollback {} --retry, or --done {item} --reason TEXT, or --abandon --reason TEXT.",
                    run.id
                ),
            )
        }
        _ => stopped(
            "The rollback is not settled.".to_owned(),
            "`switchback run show` tells what is known.".to_owned(),
        ),
    }
}

fn text(plan: &RollbackPlanView) -> String {
    let rows = plan
        .items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            vec![
                (at + 1).to_string(),
                item.id.clone(),
                item.kind.clone(),
                item.now.join("; "),
                item.restores.join("; "),
                if item.loses.is_empty() {
                    "nothing".to_owned()
                } else {
                    item.loses.join("; ")
                },
                item.because.clone(),
            ]
        })
        .collect();
    let mut text = table(&["", "item", "kind", "now", "restores", "loses", "because"], rows);
    text.push('\n');
    for item in plan.items.iter().filter(|item| !item.preconditions.is_empty()) {
        text.push_str(&format!(
            "\nBefore {}\n{}\n",
            item.id,
            print::readings(&item.preconditions)
        ));
    }
    for item in &plan.items {
        if let Some(left) = &item.changed_outside {
            text.push_str(&format!(
                "\nChanged outside Switchback: {}. This step left: {}. Going back replaces what is there now.\n",
                item.id,
                line(&left.join("; "))
            ));
        }
    }
    let changes = plan.items.iter().filter_map(|item| item.preview.as_ref());
    let mut cautions: Vec<&str> = changes
        .flat_map(|preview| &preview.changes)
        .filter_map(|change| change.caution.as_deref())
        .collect();
    cautions.dedup();
    for caution in cautions {
        text.push_str(&format!("\n{}\n", line(caution)));
    }
    if let Some(decision) = &plan.open_decision {
        text.push_str(&format!(
            "\nThe decision {decision} is open: by this rule it says when to go back. You can go back all the same.\n"
        ));
    }
    for breach in &plan.breaches {
        let mend = match breach.repair.is_empty() {
            true => "To go back all the same, give".to_owned(),
            false => format!("Roll back {} as well, or give", breach.repair.join(", ")),
        };
        text.push_str(&format!(
            "\nBreach {}: {}\n  {mend} --accept-breach {} --reason TEXT.\n",
            breach.id,
            line(&breach.because),
            breach.id
        ));
    }
    if !plan.unproven.is_empty() {
        let flags: Vec<String> = plan
            .unproven
            .iter()
            .map(|check| format!("--override {check}"))
            .collect();
        text.push_str(&format!(
            "\nNot proven: {}. To go back all the same: {} --reason TEXT.\n",
            plan.unproven.join(", "),
            flags.join(" ")
        ));
    }
    if !plan.stays.is_empty() {
        text.push_str(&format!("\nStays as it is: {}\n", line(&plan.stays.join("; "))));
    }
    if !plan.in_flight.is_empty() {
        text.push_str(&format!(
            "\nIn flight, resolved first: {}\n",
            line(&plan.in_flight.join(", "))
        ));
    }
    text.push_str(&format!(
        "\nCaches follow within {}\ndigest {}\n",
        lasting(plan.caches_s),
        plan.digest
    ));
    text
}

fn progress_text(progress: &RollbackProgress) -> String {
    let rows = progress
        .items
        .iter()
        .map(|item| vec![item.id.clone(), item.state.clone(), item.title.clone()])
        .collect();
    let mut text = format!(
        "{}\n{}",
        print::rollback_line(progress),
        table(&["item", "state", "title"], rows)
    );
    for seen in &progress.seen {
        text.push_str(&format!("\n{}: {}", seen.title, seen.sentence));
    }
    text
}
