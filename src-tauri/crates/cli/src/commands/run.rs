//! `run`: open, list, show, and the commands about a whole run.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use switchback_api::host::{Claim, Host};
use switchback_api::view::{run_state, snapshot};
use switchback_api::wire::{ApiError, Deadline, DriverLife, DriverView, RunSnapshot, TimesView, Tone};
use switchback_engine::run::Run as Folded;
use switchback_model::Command;
use switchback_model::text::line;

use super::look::{RuleReadiness, look};
use crate::args::{Run, Writing};
use crate::exit;
use crate::host::{Cx, run_id, step_id};
use crate::print::{moment, table, tone, tone_name};
use crate::session::driven;

/// Seconds that a decision may take to be carried out; it is journalled at once.
const SOON: u64 = 60;

pub async fn run(cx: &Cx<'_>, command: Run) -> Result<u8, ApiError> {
    match command {
        Run::New { runbook, target } => super::open::run(cx, &runbook, &target),
        Run::List => list(cx).await,
        Run::Show { run, offline } => show(cx, &run, offline).await,
        Run::Status { run, offline } => status(cx, &run, offline).await,
        Run::Hold { run, reason } => submit(cx, &run, Command::Hold, Some(reason.reason), SOON).await,
        Run::Stop {
            run,
            reason,
            patience,
        } => submit(cx, &run, Command::Stop, reason, patience.timeout).await,
        Run::Resume {
            run,
            reason,
            patience,
        } => submit(cx, &run, Command::Resume, Some(reason.reason), patience.timeout).await,
        Run::Take {
            run,
            reason,
            patience,
        } => take(cx, &run, reason, patience.timeout).await,
        Run::Amend(ask) => super::amend::run(cx, &ask).await,
        Run::Adopt {
            run,
            step,
            reason,
            patience,
        } => adopt(cx, &run, &step, reason.reason, patience.timeout).await,
        Run::Sheet { run, out, writing } => sheet(cx, &run, out.as_deref(), writing).await,
    }
}

async fn list(cx: &Cx<'_>) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let runs = host.run_list()?;
    let mut documents = Vec::new();
    let mut states = Vec::new();
    for row in &runs {
        // A journal that can't be read is no reason to list nothing.
        let state = match host.load(&run_id(&row.run)?).await {
            Ok(run) => run_state(run.state),
            Err(_) => "unreadable",
        };
        let mut document = json!(row);
        document["state"] = json!(state);
        documents.push(document);
        states.push(state);
    }
    cx.out.answer(json!({ "runs": documents }), || {
        let rows = std::iter::zip(&runs, states)
            .map(|(row, state)| {
                vec![
                    row.run.clone(),
                    state.to_owned(),
                    moment(row.opened_at),
                    row.kind.clone(),
                    row.target.clone(),
                    row.title.clone(),
                ]
            })
            .collect();
        table(&["run", "state", "opened", "kind", "target", "title"], rows)
    });
    Ok(exit::OK)
}

async fn show(cx: &Cx<'_>, run: &str, offline: bool) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let run = host.load(&run_id(run)?).await?;
    let looked = look(&host, &run, &mut BTreeMap::new(), offline).await?;
    let run = &looked.run;
    let mut snapshot = snapshot(run, &looked.live, looked.now);
    snapshot.driver = driver(&host, run)?;
    if let Some(problem) = &looked.problem {
        cx.out.say(&format!(
            "Not looked at: {} {}",
            line(&problem.message),
            line(&problem.hint)
        ));
    }
    cx.out.answer(
        document(run, &snapshot, &looked.rules, looked.problem.as_ref()),
        || text(&snapshot, &looked.rules),
    );
    host.stop_closed_world().await;
    Ok(exit::OK)
}

/// The same text that the window copies.
async fn status(cx: &Cx<'_>, run: &str, offline: bool) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let run = host.load(&run_id(run)?).await?;
    let looked = look(&host, &run, &mut BTreeMap::new(), offline).await?;
    let snapshot = snapshot(&looked.run, &looked.live, looked.now);
    // What could not be looked at, the text says itself: as what can't be told.
    let document = json!({ "run": snapshot.run, "status": snapshot.status, "as_of": snapshot.now });
    cx.out.answer(document, || snapshot.status.clone());
    host.stop_closed_world().await;
    Ok(exit::OK)
}

/// Who holds the lease now; the journal alone tells who drove last.
pub fn driver(host: &Host, run: &Folded) -> Result<Option<DriverView>, ApiError> {
    let lease = host.store().holder(&run.id)?;
    Ok(lease.map(|lease| DriverView {
        by: lease.holder.by.to_string(),
        host: lease.holder.host,
        pid: lease.holder.pid,
        ours: false,
        since: None,
        reason: None,
        life: DriverLife::Unknown,
        silent_s: None,
    }))
}

/// The document of `run show`, which checks rely on.
pub fn document(
    run: &Folded,
    snapshot: &RunSnapshot,
    rules: &[RuleReadiness],
    problem: Option<&ApiError>,
) -> Value {
    let steps: Vec<Value> = snapshot
        .phases
        .iter()
        .flat_map(|phase| phase.steps.iter().map(move |step| (phase, step)))
        .map(|(phase, step)| {
            let findings: Vec<&str> = step
                .attempts
                .iter()
                .filter_map(|a| a.finding.as_deref())
                .collect();
            json!({
                "id": step.id,
                "phase": phase.id,
                "title": step.title,
                "plan_ref": step.plan_ref,
                "kind": step.kind,
                "state": step.state,
                "state_words": step.state_words,
                "note": step.note,
                "generation": step.generation,
                "changed_at": step.changed_at,
                "times": step.times,
                "attempts": step.attempts,
                "findings": findings,
                "drifted": step.drifted,
                "checks": step.before,
                "verify": step.verify,
            })
        })
        .collect();
    let monitors: Vec<Value> = snapshot
        .monitors
        .iter()
        .map(|monitor| {
            json!({
                "id": monitor.id,
                "title": monitor.title,
                "state": tone_name(monitor.tone),
                "value": monitor.observed_at.map(|_| &monitor.observed),
                "expected": monitor.expected,
                "source": monitor.source,
                "observed_at": monitor.observed_at,
                "age_s": monitor.age_s,
                "believable_s": monitor.believable_s,
            })
        })
        .collect();
    json!({
        "run": snapshot.run,
        "title": snapshot.title,
        "state": snapshot.state,
        "plan_digest": snapshot.plan_digest,
        "seq": snapshot.seq,
        "now": snapshot.now,
        "opened_at": snapshot.opened_at,
        "opened_by": run.opened_by,
        "target": snapshot.banner.target,
        "target_kind": snapshot.banner.kind,
        "test_endpoint": snapshot.banner.test_endpoint,
        "endpoint": run.endpoint,
        "speed": snapshot.banner.speed,
        "driver": snapshot.driver,
        "t0": snapshot.t0,
        "times": snapshot.times,
        "phases": snapshot.phases.iter().map(|phase| json!({
            "id": phase.id,
            "title": phase.title,
            "done": phase.done,
            "steps": phase.of,
            "t0": phase.t0,
            "times": phase.times,
            "gate": phase.gate,
        })).collect::<Vec<_>>(),
        "steps": steps,
        "monitors": monitors,
        "users": snapshot.users,
        "way_back": snapshot.way_back,
        "rollback": rules,
        "rollback_progress": snapshot.rollback,
        "decisions": snapshot.decisions,
        "deadlines": snapshot.deadlines,
        "breaches": snapshot.breaches,
        "not_looked_at": problem,
        "mirror": snapshot.mirror,
        "not_known": snapshot.not_known,
    })
}

/// The same for people.
pub fn text(snapshot: &RunSnapshot, rules: &[RuleReadiness]) -> String {
    let banner = &snapshot.banner;
    let endpoint = if banner.test_endpoint {
        " · TEST ENDPOINT"
    } else {
        ""
    };
    let mut text = format!(
        "{}{endpoint} · account …{} · {} · {} · {}\n{} · run {} · plan {:.12}\n",
        banner.word,
        banner.account_tail,
        line(&banner.region),
        line(banner.role.as_deref().unwrap_or("any role")),
        snapshot.state,
        line(&snapshot.title),
        snapshot.run,
        snapshot.plan_digest,
    );
    match &snapshot.driver {
        Some(driver) => text.push_str(&format!(
            "driven by {} on {} (process {})\n",
            line(&driver.by),
            line(&driver.host),
            driver.pid
        )),
        None => text.push_str("driven by nobody\n"),
    }
    if let Some(not_known) = &snapshot.not_known {
        text.push_str(&format!(
            "! A newer Switchback wrote this run. This program does not know {}. What is known can be looked at and \
             taken back from here; go on with the newer program.\n",
            not_known.join("; ")
        ));
    }
    if let Some(mirror) = &snapshot.mirror {
        let state = match (mirror.missing(), mirror.age_s) {
            (Some(missing), _) => format!("? {missing}"),
            (None, Some(age)) => format!("✓ to event {}, {age} s old", mirror.seq),
            (None, None) => format!("✓ to event {}", mirror.seq),
        };
        text.push_str(&format!("mirror {}: {}\n", line(&mirror.dir), line(&state)));
    }
    if let Some(t0) = &snapshot.t0 {
        text.push_str(&format!("T0 {} (step {})\n", moment(t0.at), t0.step));
    }
    for answer in [&snapshot.users, &snapshot.way_back.answer] {
        text.push_str(&format!(
            "{}: {} ({})\n",
            tone(answer.tone),
            line(&answer.headline),
            line(&answer.note)
        ));
    }
    for phase in &snapshot.phases {
        let rows = phase
            .steps
            .iter()
            .map(|step| {
                let said = step.not_known.as_ref().or(step.drifted.as_ref());
                // What stands in the way, where nothing graver is to be said.
                let in_the_way = step
                    .before
                    .iter()
                    .filter(|row| step.state == "blocked" && row.tone > Tone::Switching)
                    .max_by_key(|row| row.tone)
                    .map(|row| format!("{}: {}", row.title, row.observed));
                let note = said.unwrap_or(&step.note);
                let note = match in_the_way {
                    Some(why) if note.is_empty() => why,
                    _ => note.clone(),
                };
                vec![
                    step.id.clone(),
                    step.state_words.clone(),
                    step.title.clone(),
                    times_words(&step.times),
                    note,
                ]
            })
            .collect();
        let times = times_words(&phase.times);
        text.push_str(&format!(
            "\n{} ({} of {}){}\n",
            line(&phase.title),
            phase.done,
            phase.of,
            if times.is_empty() {
                times
            } else {
                format!(", {times}")
            },
        ));
        if let Some(gate) = &phase.gate {
            text.push_str(&format!(
                "Gate \"{}\": {}\n",
                line(&gate.title),
                super::gate::line(gate)
            ));
        }
        text.push_str(&table(&["step", "state", "title", "time", "note"], rows));
        text.push('\n');
    }
    if !snapshot.monitors.is_empty() {
        text.push_str(&format!(
            "\nMonitors\n{}\n",
            crate::print::readings(&snapshot.monitors)
        ));
    }
    if !rules.is_empty() {
        let rows = rules
            .iter()
            .map(|rule| {
                let ready = match (rule.ready, rule.missing.len()) {
                    (true, _) => "✓ ready".to_owned(),
                    (false, _) if !rule.something_to_undo => "○ not needed".to_owned(),
                    (false, 1) => "✗ 1 thing missing".to_owned(),
                    (false, n) => format!("✗ {n} things missing"),
                };
                vec![
                    rule.rule.clone(),
                    ready,
                    rule.missing.join("; "),
                    rule.order.join(", "),
                ]
            })
            .collect();
        text.push_str(&format!(
            "\nWay back\n{}\n",
            table(&["rule", "ready", "missing", "undoes"], rows)
        ));
    }
    if let Some(rollback) = &snapshot.rollback {
        text.push_str(&format!("\n{}\n", crate::print::rollback_line(rollback)));
        for seen in &rollback.seen {
            text.push_str(&format!("{}: {}\n", line(&seen.title), line(&seen.sentence)));
        }
    }
    for breach in &snapshot.breaches {
        let mend = match breach.repair.is_empty() {
            true => String::new(),
            false => format!("; taking back {} mends it", breach.repair.join(", ")),
        };
        text.push_str(&format!(
            "✗ forbidden: {} (rule {}{mend})\n",
            line(&breach.because),
            breach.id
        ));
    }
    for deadline in &snapshot.deadlines {
        text.push_str(&format!("{}\n", deadline_line(deadline)));
    }
    text
}

/// One deadline in one line.
pub fn deadline_line(deadline: &Deadline) -> String {
    let note = match deadline.note.is_empty() {
        true => String::new(),
        false => format!(". {}", line(&deadline.note)),
    };
    let title = match &deadline.rule {
        Some(rule) => format!("{rule}, {}", line(&deadline.title)),
        None => line(&deadline.title),
    };
    match (deadline.at, deadline.due) {
        (Some(at), true) => format!("Decision due: {title} ({}){note}", moment(at)),
        (Some(at), false) => format!("Decision by: {title} ({}){note}", moment(at)),
        (None, _) => format!("Deadline: {title}{note}"),
    }
}

/// Planned against actual, in a few words.
fn times_words(times: &TimesView) -> String {
    let minutes = |seconds: u64| match seconds {
        0..=119 => format!("{seconds} s"),
        more => format!("{} min", more / 60),
    };
    match (times.actual_s, times.planned_s) {
        (Some(actual), Some(planned)) => format!("{} of {} planned", minutes(actual), minutes(planned)),
        (Some(actual), None) => minutes(actual),
        (None, Some(planned)) => format!("{} planned", minutes(planned)),
        (None, None) => String::new(),
    }
}

async fn submit(
    cx: &Cx<'_>,
    run: &str,
    command: Command,
    reason: Option<String>,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let snapshot = driven(cx, &host, &run_id(run)?, false, timeout_s, async |session| {
        session.submit(command, None, reason).await?;
        session.settle().await?;
        Ok(session.snapshot())
    })
    .await?;
    say_state(cx, &snapshot);
    host.stop_closed_world().await;
    Ok(exit::OK)
}

async fn take(cx: &Cx<'_>, run: &str, reason: Option<String>, timeout_s: u64) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(run)?;
    let claim = Claim::Person {
        by: cx.operator()?,
        reason,
    };
    let snapshot = driven(cx, &host, &id, claim, timeout_s, async |session| {
        session.settle().await?;
        Ok(session.snapshot())
    })
    .await?;
    say_state(cx, &snapshot);
    host.stop_closed_world().await;
    Ok(exit::OK)
}

async fn adopt(cx: &Cx<'_>, run: &str, step: &str, reason: String, timeout_s: u64) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let step = driven(cx, &host, &run_id(run)?, false, timeout_s, async |session| {
        let step = step_id(session.run(), step)?;
        session
            .submit(Command::Adopt { step: step.clone() }, None, Some(reason))
            .await?;
        session.settle().await?;
        session.view(&step)
    })
    .await?;
    cx.out
        .answer(&step, || format!("{}: {}", step.id, step.state_words));
    host.stop_closed_world().await;
    Ok(exit::OK)
}

async fn sheet(cx: &Cx<'_>, run: &str, out: Option<&Path>, writing: Writing) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(run)?;
    let sheet = host.sheet(&id).await?;
    if let Some(error) = &sheet.blind {
        cx.out.say(&format!(
            "Not looked at: {} {}",
            line(&error.message),
            line(&error.hint)
        ));
    }
    let document = json!({
        "run": id,
        "made_at": sheet.made_at,
        "to_seq": sheet.to_seq,
        "file": out,
        "commands": sheet.commands,
        "sheet": sheet.text,
    });
    match out {
        None => cx.out.answer(document, || sheet.text.clone()),
        Some(file) => {
            host.keep_sheet(&id, &sheet, Some(writing.to(file))).await?;
            cx.out.answer(document, || file.display().to_string());
        }
    }
    host.stop_closed_world().await;
    Ok(exit::OK)
}

fn say_state(cx: &Cx<'_>, snapshot: &RunSnapshot) {
    let document = json!({
        "run": snapshot.run,
        "state": snapshot.state,
        "seq": snapshot.seq,
        "rollback_progress": snapshot.rollback,
        "steps": snapshot.phases.iter().flat_map(|p| &p.steps)
            .map(|s| json!({ "id": s.id, "state": s.state, "generation": s.generation })).collect::<Vec<_>>(),
    });
    cx.out
        .answer(document, || format!("run {}: {}", snapshot.run, snapshot.state));
}
