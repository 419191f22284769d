//! `gate`: the go or no-go decision that stands before a phase.

use std::collections::BTreeMap;

use serde_json::json;
use switchback_api::host::Host;
use switchback_api::wire::{ApiError, GateState, GateView, RunSnapshot, Tone};
use switchback_model::text::line as one_line;
use switchback_model::{Command, Digest, Operator, PhaseId, RunId};

use super::step::digest;
use crate::args::Gate;
use crate::exit;
use crate::host::{Cx, run_id};
use crate::print::{moment, readings};
use crate::session::{Session, driven};

pub async fn run(cx: &Cx<'_>, ask: Gate) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(&ask.run)?;
    let phase = PhaseId::new(&ask.phase)?;
    let outcome = match ask.check || ask.go || ask.no_go {
        false => shown(&host, &id, &phase).await,
        true => decided(cx, &host, &id, &phase, &ask).await,
    };
    host.stop_closed_world().await;
    let gate = outcome?;
    let document = json!({ "run": id, "phase": phase, "gate": gate });
    cx.out.answer(document, || text(&gate));
    match ask.check {
        true => verdict(&gate, &phase),
        false => Ok(exit::OK),
    }
}

async fn shown(host: &Host, id: &RunId, phase: &PhaseId) -> Result<GateView, ApiError> {
    view(host.run_snapshot(id).await?, phase)
}

async fn decided(
    cx: &Cx<'_>,
    host: &Host,
    id: &RunId,
    phase: &PhaseId,
    ask: &Gate,
) -> Result<GateView, ApiError> {
    let people = people(&ask.people)?;
    let basis = ask.basis.as_deref().map(digest).transpose()?;
    driven(cx, host, id, false, ask.patience.timeout, async |session| {
        view(session.snapshot(), phase)?;
        if ask.check || (ask.go && !is_green(&view(session.snapshot(), phase)?)) {
            check(session, phase).await?;
        }
        if !ask.check {
            let seen: Digest = view(session.snapshot(), phase)?
                .basis
                .parse()
                .map_err(|_| ApiError::internal("the gate's basis is no digest"))?;
            let command = Command::Gate {
                phase: phase.clone(),
                go: ask.go,
                people,
            };
            session
                .submit(command, Some(basis.unwrap_or(seen)), ask.reason.clone())
                .await?;
        }
        view(session.snapshot(), phase)
    })
    .await
}

async fn check(session: &mut Session<'_>, phase: &PhaseId) -> Result<(), ApiError> {
    let command = Command::CheckGate { phase: phase.clone() };
    session.submit(command, None, None).await?;
    session.settle().await
}

fn people(given: &[(String, String)]) -> Result<BTreeMap<String, Operator>, ApiError> {
    let mut people = BTreeMap::new();
    for (role, name) in given {
        if people.insert(role.clone(), Operator::new(name)?).is_some() {
            return Err(exit::usage(
                format!("The role {role:?} is named twice."),
                "Name one person for each role.",
            ));
        }
    }
    Ok(people)
}

fn view(snapshot: RunSnapshot, id: &PhaseId) -> Result<GateView, ApiError> {
    let known: Vec<String> = snapshot.phases.iter().map(|phase| phase.id.clone()).collect();
    let not_found = |message: String, hint: String| ApiError::new("not_found", message, hint, "the run");
    let phase = snapshot.phases.into_iter().find(|phase| phase.id == id.as_str());
    let phase = phase.ok_or_else(|| {
        not_found(
            format!("The plan has no phase {id}."),
            format!("Its phases are: {}.", known.join(", ")),
        )
    })?;
    phase.gate.ok_or_else(|| {
        not_found(
            format!("Phase {id} has no gate."),
            "Its steps can be carried out as they are.".to_owned(),
        )
    })
}

fn is_green(gate: &GateView) -> bool {
    let passes = |tone| matches!(tone, Tone::Passing | Tone::NotApplicable);
    gate.checks.iter().all(|check| passes(check.tone))
}

/// What came of the checks alone, as an error where they do not all pass.
fn verdict(gate: &GateView, phase: &PhaseId) -> Result<u8, ApiError> {
    if is_green(gate) {
        return Ok(exit::OK);
    }
    let of = |tones: &[Tone]| -> Vec<String> {
        let found = gate.checks.iter().filter(|check| tones.contains(&check.tone));
        found
            .map(|check| format!("{} ({})", check.id, check.observed))
            .collect()
    };
    let failing = of(&[Tone::Failing, Tone::Waiting]);
    let place = format!("the gate of phase {phase}");
    Err(match failing.is_empty() {
        false => ApiError::new(
            "check_failed",
            format!("The gate is not green: {}.", failing.join(", ")),
            "Mend it, then check the gate again.",
            place,
        ),
        true => ApiError::new(
            "unknown",
            format!(
                "It can't be told whether the gate is green: {}.",
                of(&[Tone::Unknown]).join(", ")
            ),
            "Check the gate again.",
            place,
        ),
    })
}

/// The gate for people.
pub fn text(gate: &GateView) -> String {
    let mut text = format!("{}: {}\n", one_line(&gate.title), line(gate));
    if !gate.checks.is_empty() {
        text.push_str(&format!("{}\n", readings(&gate.checks)));
    }
    for open in &gate.open {
        text.push_str(&format!("{}\n", one_line(open)));
    }
    for person in &gate.people {
        let name = person.name.as_deref().unwrap_or("not named yet");
        text.push_str(&format!("{}: {}\n", one_line(&person.role), one_line(name)));
    }
    text.push_str(&format!("basis {}", gate.basis));
    text
}

/// Where the gate stands, in one line.
pub fn line(gate: &GateView) -> String {
    one_line(&where_it_stands(gate))
}

fn where_it_stands(gate: &GateView) -> String {
    match &gate.decision {
        Some(decision) if matches!(gate.state, GateState::Go | GateState::NoGo) => format!(
            "{} by {}, {}{}",
            gate.state_words,
            decision.by,
            moment(decision.at),
            match decision.reason.is_empty() {
                true => String::new(),
                false => format!(": {}", decision.reason),
            }
        ),
        Some(decision) => match &decision.void {
            Some(why) => format!("{}. {why}", gate.state_words),
            None => gate.state_words.clone(),
        },
        None => gate.state_words.clone(),
    }
}
