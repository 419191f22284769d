//! A run in words, for people at a terminal.

use switchback_api::wire::{Deadline, DriverLife, RunSnapshot, TimesView, Tone};
use switchback_model::text::line;

use crate::commands::look::RuleReadiness;
use crate::print::{moment, table, tone};

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
    if let Some(barred) = &snapshot.barred {
        text.push_str(&format!(
            "{} since {} by {}: {}\n",
            snapshot.state,
            moment(barred.at),
            line(&barred.by),
            line(&barred.reason)
        ));
    }
    match &snapshot.driver {
        Some(driver) => text.push_str(&format!(
            "driven by {} on {} (process {}{})\n",
            line(&driver.by),
            line(&driver.host),
            driver.pid,
            match driver.life {
                DriverLife::Ended => ", which has ended",
                DriverLife::AtWork | DriverLife::Silent | DriverLife::Unknown => "",
            }
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
                crate::commands::gate::line(gate)
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
