//! The run in a few lines of plain text, for the team's chat: where it is, whether users are all right, whether
//! we can go back and at what price, what is waited for, and as of when.
//!
//! It is made of the snapshot alone, so it says nothing that the window does not show; it names no person, no
//! account and nothing that was observed.

use jiff::Timestamp;
use switchback_model::text::line;

use super::price::about;
use super::spread::zoned_clock;
use crate::wire::{
    Deadline, DriverLife, GateState, PhaseView, RollbackProgress, RunSnapshot, StepView, Tone,
};

/// How a loss begins that was read of the world.
const OUTSIDE: &str = "What was written outside Switchback";

/// Three lines, without a line end behind the last.
pub(super) fn status(snapshot: &RunSnapshot) -> String {
    let lines = [where_it_is(snapshot), answers(snapshot), times(snapshot)];
    lines.join("\n")
}

/// What somebody wrote in a runbook, as a chat shows it: in one line, and with nothing that it would obey as markup,
/// as a mention, as a link or as a picture.
fn plain(text: &str) -> String {
    let text = line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let letters: Vec<char> = text.chars().collect();
    let inside = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(|c| c.is_alphanumeric())
    };
    let kept = letters.iter().enumerate().filter(|(at, c)| {
        let (before, after) = (inside(at.checked_sub(1)), inside(at.checked_add(1)));
        match c {
            '*' | '`' | '~' | '<' | '>' | '|' | '[' | ']' => false,
            '_' => before && after,
            '@' | '#' => before,
            ':' => before || !after,
            _ => true,
        }
    });
    let kept: String = kept.map(|(_, c)| c).collect();
    kept.split(' ').map(inert).collect::<Vec<_>>().join(" ")
}

/// A word that a chat would make a link or a mention of, written so that it makes none. Only now: what was left out above
/// may have stood in the middle of it. A plain name of a host stays as people know it.
fn inert(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let is_link = lower.contains("://") || lower.contains("www.");
    let word = word.replace('@', "[@]");
    match is_link {
        true => word.replace("://", "[:]//").replace('.', "[.]"),
        false => word,
    }
}

fn where_it_is(snapshot: &RunSnapshot) -> String {
    let banner = &snapshot.banner;
    let endpoint = if banner.test_endpoint {
        ", TEST ENDPOINT"
    } else {
        ""
    };
    let overlay = match snapshot.state.as_str() {
        "held" => " The run is on hold.",
        "stopping" => " The run is stopping.",
        "stopped" => " The run is stopped.",
        _ => "",
    };
    let ended = match snapshot.stopped_by {
        Some(_) => " This console can't go on with it.",
        None => "",
    };
    // "Under way" is what the journal says; whoever did it may be gone.
    let alone = match &snapshot.driver {
        Some(driver) if driver.life == DriverLife::Ended => {
            " The program that drove it has ended: nothing goes on until somebody takes the run over."
        }
        None if goes_on(snapshot) => " Nobody drives it: nothing goes on until somebody does.",
        Some(_) | None => "",
    };
    format!(
        "{} {}{endpoint}, {}: {}.{overlay}{ended}{alone}",
        banner.word,
        plain(&banner.target),
        plain(&snapshot.title),
        place(snapshot)
    )
}

/// Whether something is under way that needs somebody who drives.
fn goes_on(snapshot: &RunSnapshot) -> bool {
    let mut steps = snapshot.phases.iter().flat_map(|phase| &phase.steps);
    let rollback = snapshot.rollback.as_ref();
    rollback.is_some_and(|rollback| rollback.state == "running") || steps.any(|step| in_flight(&step.state))
}

fn in_flight(state: &str) -> bool {
    matches!(
        state,
        "applying" | "verifying" | "undoing" | "undo_verifying" | "in_doubt" | "undo_in_doubt"
    )
}

fn place(snapshot: &RunSnapshot) -> String {
    let active = |rollback: &&RollbackProgress| matches!(rollback.state.as_str(), "running" | "halted");
    if let Some(rollback) = snapshot.rollback.as_ref().filter(active) {
        return going_back(rollback);
    }
    let Some((phase, at, step)) = current(snapshot) else {
        return "every step is finished".to_owned();
    };
    let untouched = matches!(
        step.state.as_str(),
        "to_do" | "checking" | "blocked" | "ready" | "undone"
    );
    let gate = phase.gate.as_ref().filter(|gate| {
        // What was taken back is begun again by itself where its gate stands.
        let waits = match gate.state {
            GateState::Go => false,
            GateState::Void => true,
            GateState::Closed | GateState::Ready | GateState::Checking | GateState::NoGo => {
                step.state != "undone"
            }
        };
        untouched && waits
    });
    match gate {
        Some(gate) => format!(
            "before {}, \"{}\": {}",
            plain(&phase.title),
            plain(&gate.title),
            plain(&gate.state_words)
        ),
        None => format!(
            "{}, step {} of {}, \"{}\": {}",
            plain(&phase.title),
            at + 1,
            phase.of,
            plain(&step.title),
            plain(&step.state_words)
        ),
    }
}

fn going_back(rollback: &RollbackProgress) -> String {
    let of = rollback.items.len();
    let in_state = |word: &str| rollback.items.iter().position(|item| item.state == word);
    // What stopped it comes before what waits for a look.
    let stopped = in_state("failed").or_else(|| in_state("stopped"));
    let waits = rollback.your_turn || in_state("unproven").is_some();
    let how = match (rollback.state.as_str(), waits && stopped.is_none()) {
        ("halted", true) => "waits for a person",
        ("halted", false) => "has stopped",
        _ => "under way",
    };
    // What goes on beside it may be done already: its number is its place in the list, not how many are done.
    let next = || {
        let mut items = rollback.items.iter();
        items.position(|item| !matches!(item.state.as_str(), "done" | "kept"))
    };
    let item = stopped
        .or_else(next)
        .and_then(|at| Some((at, rollback.items.get(at)?)));
    let item = item.map_or_else(String::new, |(at, item)| {
        format!(", item {} of {of}, \"{}\"", at + 1, plain(&item.title))
    });
    format!("rolling back \"{}\"{item}: {how}", plain(&rollback.title))
}

/// The step that needs a person's eyes: one under way or in trouble, else the first to do.
fn current(snapshot: &RunSnapshot) -> Option<(&PhaseView, usize, &StepView)> {
    let steps = || {
        snapshot.phases.iter().flat_map(|phase| {
            // What people did not choose is absent, and has no number.
            let counted = phase.steps.iter().filter(|step| !step.left_out);
            counted.enumerate().map(move |(at, step)| (phase, at, step))
        })
    };
    let quiet = |state: &str| {
        matches!(
            state,
            "to_do" | "done" | "skipped" | "undone" | "blocked" | "ready"
        )
    };
    steps()
        .find(|(_, _, step)| !quiet(&step.state))
        .or_else(|| steps().find(|(_, _, step)| !matches!(step.state.as_str(), "done" | "skipped")))
}

fn answers(snapshot: &RunSnapshot) -> String {
    format!("{} {}", users(snapshot), way_back(snapshot))
}

fn users(snapshot: &RunSnapshot) -> String {
    match snapshot.users.tone {
        Tone::Unknown => "Can't tell whether users are all right.".to_owned(),
        Tone::Failing => {
            let failing = snapshot.monitors.iter().filter(|m| m.tone == Tone::Failing);
            let names: Vec<String> = failing.map(|monitor| plain(&monitor.title)).collect();
            format!("{}: {}.", snapshot.users.headline, names.join(", "))
        }
        Tone::Passing | Tone::NotApplicable | Tone::Switching | Tone::Waiting | Tone::Running => {
            format!("{}.", plain(&snapshot.users.headline))
        }
    }
}

/// Whether we can go back, and its price, in the words of the rail and the night: how much work it is and for whom, how long
/// it takes, what it loses, what of it is proven.
fn way_back(snapshot: &RunSnapshot) -> String {
    let way = &snapshot.way_back;
    let headline = plain(&way.answer.headline);
    if !way.something_to_undo {
        return format!("{headline}.");
    }
    // All that is open, not the first of it alone.
    let (headline, proof) = match way.missing.is_empty() {
        true => (headline, way.proof.as_str()),
        false => (format!("Can go back: {}", way.proof), ""),
    };
    if way.order.is_empty() {
        return format!("{headline}. Can't tell yet how long that takes and what it loses.");
    }
    let price = match way.price.as_str() {
        "" => about(way.takes),
        price => price.to_owned(),
    };
    let loses = match way.loses.as_slice() {
        [] => "loses nothing".to_owned(),
        [first] => format!("loses {}", loss(first)),
        [first, rest @ ..] => format!("loses {}, and {} more", loss(first), rest.len()),
    };
    let proven = match proof {
        "" => String::new(),
        proof => format!(", {proof}"),
    };
    // What is lost only by whoever goes back further is no secret either.
    let further = match way.further_back.as_slice() {
        [] => String::new(),
        [title] => format!("; further back 1 loss, \"{}\"", plain(title)),
        more => format!("; further back {} losses", more.len()),
    };
    let joint = if headline.contains(':') { ',' } else { ':' };
    format!("{headline}{joint} {price}, {loses}{proven}{further}.")
}

/// A loss as a part of a sentence. What somebody wrote meanwhile is named, and not repeated.
fn loss(words: &str) -> String {
    let words = match words.strip_prefix(OUTSIDE) {
        Some(_) => OUTSIDE.to_owned(),
        None => sentence(words),
    };
    let mut letters = words.chars();
    match (letters.next(), letters.next()) {
        // A name in capitals stays one.
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => words,
    }
}

fn sentence(words: &str) -> String {
    plain(words).trim_end_matches(['.', ';']).to_owned()
}

fn times(snapshot: &RunSnapshot) -> String {
    let own_time = match snapshot.banner.kind.as_str() {
        "rehearsal" => ", the rehearsal's time",
        _ => "",
    };
    let as_of = format!("As of {}{own_time}.", zoned_clock(snapshot.now));
    let before = [decision(&snapshot.deadlines), wait(snapshot)];
    let said = before.into_iter().flatten().chain([as_of]);
    said.collect::<Vec<_>>().join(" ")
}

/// The soonest decision, due or to come.
fn decision(deadlines: &[Deadline]) -> Option<String> {
    let soonest = deadlines
        .iter()
        .filter_map(|deadline| Some((deadline.at?, deadline)))
        .min_by_key(|(at, _)| *at);
    soonest.map(|(at, deadline)| {
        let title = match &deadline.rule {
            Some(rule) => format!("{rule}, {}", sentence(&deadline.title)),
            None => sentence(&deadline.title),
        };
        match deadline.due {
            true => format!("Decision due since {}: {title}.", zoned_clock(at)),
            false => format!("Decision by {}: {title}.", zoned_clock(at)),
        }
    })
}

/// The soonest end of a wait that time alone mends.
fn wait(snapshot: &RunSnapshot) -> Option<String> {
    let steps = snapshot.phases.iter().flat_map(|phase| &phase.steps);
    let open = steps.filter(|step| !matches!(step.state.as_str(), "done" | "skipped" | "undone"));
    let readings = open.flat_map(|step| step.before.iter().chain(&step.verify));
    let waits = readings.filter(|reading| reading.tone == Tone::Waiting);
    let ends = waits.filter_map(|reading| Some((reading.until?, reading)));
    let ahead = |at: Timestamp| at > snapshot.now;
    let soonest = ends.filter(|(at, _)| ahead(*at)).min_by_key(|(at, _)| *at);
    soonest.map(|(at, reading)| format!("Waits until {}: {}.", zoned_clock(at), sentence(&reading.title)))
}
