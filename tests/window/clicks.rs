//! A click counts for what was seen: whatever a hand does too soon, twice or for too long, the journal has one event of it
//! and none of what came up under the hand.

use std::path::Path;

use fantoccini::key::Key;
use serde_json::json;

use crate::app::{App, Outcome, SOON, with_console};
use crate::cli::Cli;
use crate::gated;
use crate::hand::Spot;
use crate::journey::WORLD;

/// What a person's hand can add to a journal in this story.
const BY_HAND: [&str; 12] = [
    "done_without_effect",
    "approved",
    "attested",
    "skipped",
    "accepted",
    "gate_check_started",
    "gate_decided",
    "held",
    "stop_requested",
    "rollback_confirmed",
    "rollback_item_done",
    "rollback_abandoned",
];

/// For how many milliseconds a main button is dead.
const DEAD_MS: f64 = 600.0;

/// Steps that change nothing: one press records that their checks pass. They stand before the built-in ones.
fn with_looks(text: &str) -> String {
    let first = "[[phase.step]]\nid = \"lower-ttl\"";
    let looks: String = (1..=LOOKS).map(look).collect();
    assert!(text.contains(first), "the built-in runbook begins otherwise now");
    text.replacen(first, &format!("{looks}{first}"), 1)
}

const LOOKS: usize = 6;

fn look(number: usize) -> String {
    format!(
        r#"[[phase.step]]
id = "look-{number}"
title = "Look {number} at the old side"
plan_ref = "pre.1"
kind = "check"
why = "It is what we come back to."
owner = "Platform team"
expected = "1 min"
reversibility = {{ kind = "none_needed" }}

[[phase.step.before]]
id = "old-side-{number}"
title = "The old side answers"
kind = "http.build"
url = "https://${{name}}/version.json"
address = "${{old_address}}"
build = "${{old_build}}"
believable = "15 min"
mend = "Repair the old side first."

"#
    )
}

#[tokio::test]
async fn a_second_click_never_acts_on_what_was_not_seen() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = gated::write(files.path(), "clicks", |text| with_looks(&text))?;
    with_console("clicks", home.path(), &[], async |app| {
        gated::open(app, &runbook).await?;
        clicks(app, home.path()).await
    })
    .await
}

async fn clicks(app: &App, home: &Path) -> Outcome {
    let cli = Cli::of(home)?;
    app.watch_presses().await?;
    let mut expected: Vec<String> = Vec::new();

    // "Record that the checks pass": with the mouse, and the next button comes up under it.
    for (number, pause) in [(1, 500), (2, 200), (3, 0)] {
        let step = format!("look-{number}");
        ready(app, &step).await?;
        twice(app, "action-primary", pause).await?;
        still(app, &step, "Done").await?;
        expected.push(format!("done_without_effect {step}"));
        assert_eq!(cli.events(&BY_HAND)?, expected, "two clicks {pause} ms apart");
    }
    // With Enter: twice, 500 ms apart, and held down.
    for (number, pause) in [(4, Some(0)), (5, Some(500)), (6, None)] {
        let step = format!("look-{number}");
        ready(app, &step).await?;
        focus(app, "action-primary").await?;
        match pause {
            Some(pause) => app.again(Key::Enter.into(), pause).await?,
            None => app.held(&[], Key::Enter.into(), 12, 100).await?,
        }
        let presses = app.presses().await?;
        assert!(presses.len() > 1, "it came once only: {presses:?}");
        still(app, &step, "Done").await?;
        expected.push(format!("done_without_effect {step}"));
        assert_eq!(cli.events(&BY_HAND)?, expected, "Enter, {pause:?}");
    }
    apply(app, &cli, &mut expected).await?;
    gate(app, &cli, &mut expected).await?;
    back(app, &cli, &mut expected).await
}

/// The way to a change, and the change.
async fn apply(app: &App, cli: &Cli, expected: &mut Vec<String>) -> Outcome {
    ready(app, "lower-ttl").await?;
    let apply = app.spot("action-primary").await?;
    // The second of two clicks on "Apply…" confirms nothing.
    twice(app, "action-primary", 500).await?;
    app.see("confirm-primary").await?;
    let confirm = app.spot("confirm-primary").await?;
    assert_eq!(
        cli.events(&BY_HAND)?,
        *expected,
        "two clicks on the way to the confirm"
    );
    // Nor does Enter that is held, nor a hand that was on its way to where the confirm comes up.
    ready(app, "lower-ttl").await?;
    focus(app, "action-primary").await?;
    app.held(&[], Key::Enter.into(), 10, 100).await?;
    assert_eq!(app.presses().await?.len(), 10);
    app.see("confirm-primary").await?;
    assert_eq!(
        cli.events(&BY_HAND)?,
        *expected,
        "Enter held on the way to the confirm"
    );
    for pause in [0, 200] {
        ready(app, "lower-ttl").await?;
        app.spot("action-primary").await?;
        app.presses().await?;
        app.clicks(&[(0, apply), (pause, confirm)]).await?;
        let presses = app.presses().await?;
        let soon = presses
            .last()
            .is_some_and(|press| press.seen_ms.is_none_or(|ms| ms < DEAD_MS));
        assert!(
            soon,
            "this machine is too busy for a hand that is too quick: {presses:?}"
        );
        app.see("confirm-primary").await?;
        assert_eq!(cli.events(&BY_HAND)?, *expected, "the confirm, after {pause} ms");
    }
    // Seen for long enough, it acts; the second click finds no other change to begin.
    twice(app, "confirm-primary", 700).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    expected.push("approved lower-ttl".to_owned());
    assert_eq!(cli.events(&BY_HAND)?, *expected, "two clicks on the confirm");
    Ok(())
}

/// A gate: its checks are read, then go is said, each with one press too many.
async fn gate(app: &App, cli: &Cli, expected: &mut Vec<String>) -> Outcome {
    gated::decide(app, "12").await?;
    app.go("#/gate/mid").await?;
    // "Say go" comes up where "Read the checks" was.
    twice(app, "gate-check", 500).await?;
    app.until("check-gate-new-side", &["Passing"], SOON).await?;
    app.write("person-0", "n.lead").await?;
    app.write("person-1", "o.owner").await?;
    expected.push("gate_check_started".to_owned());
    assert_eq!(cli.events(&BY_HAND)?, *expected, "two clicks on the way to go");
    twice(app, "action-primary", 500).await?;
    app.until("gate-state", &["Go"], SOON).await?;
    expected.push("gate_decided".to_owned());
    assert_eq!(cli.events(&BY_HAND)?, *expected, "two clicks on go");
    let hash = app.script("return location.hash;", Vec::new()).await?;
    assert_eq!(hash, json!("#/gate/mid"), "the page went on by itself");
    // Ctrl+Enter that is held sends a form once, and does not begin what comes next.
    app.go("#/run/tell").await?;
    app.click("action-primary", SOON).await?;
    app.write("reason-input", "44 mails").await?;
    app.spot("reason-submit").await?;
    app.held(&[Key::Control.into()], Key::Enter.into(), 10, 100)
        .await?;
    still(app, "tell", "Done").await?;
    expected.push("attested tell".to_owned());
    assert_eq!(cli.events(&BY_HAND)?, *expected, "Ctrl+Enter held");
    Ok(())
}

/// The way back: two clicks on each of its two buttons.
async fn back(app: &App, cli: &Cli, expected: &mut Vec<String>) -> Outcome {
    for width in [1000, 1280] {
        app.size(width, 800).await?;
        app.go("#/run/lower-ttl").await?;
        twice(app, "rollback-open", 500).await?;
        app.see("rollback-confirm").await?;
        assert_eq!(
            cli.events(&BY_HAND)?,
            *expected,
            "two clicks on the way back, {width} wide"
        );
    }
    app.go("#/rollback?scope=step:lower-ttl").await?;
    twice(app, "rollback-confirm", 500).await?;
    app.until("rollback-state", &["Complete"], WORLD).await?;
    // Said by the console, once the record is back.
    expected.extend(["rollback_confirmed", "rollback_item_done lower-ttl"].map(str::to_owned));
    assert_eq!(
        cli.events(&BY_HAND)?,
        *expected,
        "two clicks on the confirm of the way back"
    );
    Ok(())
}

/// Goes to a step that is ready.
async fn ready(app: &App, step: &str) -> Outcome {
    app.go(&format!("#/run/{step}")).await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    Ok(())
}

/// The step has come to that state, and the page is still its own.
async fn still(app: &App, step: &str, state: &str) -> Outcome {
    app.until("step-state", &[state], SOON).await?;
    let hash = app.script("return location.hash;", Vec::new()).await?;
    assert_eq!(hash, json!(format!("#/run/{step}")), "the page went on by itself");
    Ok(())
}

/// Gives a button the focus, as soon as it can be pressed.
async fn focus(app: &App, id: &str) -> Outcome {
    app.spot(id).await?;
    app.script(
        "document.querySelector(`[data-testid=${arguments[0]}]`).focus();",
        vec![json!(id)],
    )
    .await?;
    app.presses().await?;
    Ok(())
}

/// Clicks a button, and again on the same spot after so many milliseconds, whatever is there by then.
async fn twice(app: &App, id: &str, pause: u64) -> Outcome<Spot> {
    let spot = app.spot(id).await?;
    app.presses().await?;
    app.clicks(&[(0, spot), (pause, spot)]).await?;
    let presses = app.presses().await?;
    assert_eq!(presses.len(), 2, "both clicks came to the page: {presses:?}");
    assert_eq!(presses[0].on, id, "{presses:?}");
    Ok(spot)
}
