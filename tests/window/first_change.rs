//! From the start screen to the first change of the whole plan, as a person goes it: every click and key counted.
//! A campaign: `cargo xtask prove --only window`.

use std::time::Instant;

use fantoccini::key::Key;

use crate::app::{App, Outcome, with_console};
use crate::cli::Cli;
use crate::counted::{By, Counted, list};
use crate::journey::WORLD;

/// No more clicks than that, the confirm counted in.
const CLICKS: usize = 8;
/// No more keys than that: a name is offered, and taken.
const KEYS: usize = 2;

#[tokio::test]
async fn the_first_change_of_the_whole_plan_takes_few_clicks() -> Outcome {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return Ok(());
    }
    let home = tempfile::tempdir()?;
    with_console("first-change", home.path(), &[], async |app| {
        let presses = first_change(app).await?;
        let clicks: Vec<&Counted> = presses.iter().filter(|press| press.by == By::Click).collect();
        assert!(clicks.len() <= CLICKS, "{} clicks: {presses:#?}", clicks.len());
        let keys = presses.len() - clicks.len();
        assert!(keys <= KEYS, "{keys} keys: {presses:#?}");
        apart(&Cli::of(home.path())?, &clicks)
    })
    .await
}

async fn first_change(app: &App) -> Outcome<Vec<Counted>> {
    app.see("start-rehearse").await?;
    app.count().await?;
    let begun = Instant::now();
    app.hand("start-rehearse").await?;
    app.see("[data-route=run]").await?;
    // The page of the run opens on what it waits for: its first gate.
    app.hand_until("gate-check", "check-pre-zone", &["Passing"], WORLD)
        .await?;
    // The field of whoever must say it has the focus then; the name of the person at the keyboard is the first offered.
    let focused = "return document.activeElement?.dataset.testid === 'person-0';";
    app.until_true("the focus on the first name", focused, WORLD)
        .await?;
    app.press(&format!("{}{}", Key::Down, Key::Enter)).await?;
    let named = "return document.querySelector('[data-testid=person-0]')?.value.trim() !== '';";
    app.until_true("a name", named, WORLD).await?;
    app.hand_until("action-primary", "gate-state", &["Go"], WORLD)
        .await?;
    app.hand("action-primary").await?;
    app.see("[data-route=step]").await?;
    app.hand_until("record-checks", "together-recorded", &["All 4 were read"], WORLD)
        .await?;
    app.hand("to-current").await?;
    app.headed("canary").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.hand("action-primary").await?;
    app.see("confirm-primary").await?;
    app.shot("first-change-confirm").await?;
    app.hand("confirm-primary").await?;
    app.until(
        "step-state",
        &["Checking", "Applying", "Running", "Verifying", "Done"],
        WORLD,
    )
    .await?;
    let presses = app.counted().await?;
    println!(
        "{}",
        list("To the first change of the whole plan", &presses, begun)
    );
    app.until("step-state", &["Done"], WORLD).await?;
    Ok(presses)
}

/// What people decided stands in the journal once each, and nothing stands there that nobody clicked.
fn apart(cli: &Cli, clicks: &[&Counted]) -> Outcome {
    let decided = cli.events(&["gate_decided", "approved", "attested", "skipped", "accepted"])?;
    assert_eq!(decided.len(), 2, "go, and the change: {decided:?}");
    let of = |words: &str| clicks.iter().filter(|press| press.on.contains(words)).count();
    assert_eq!(of("Say go on"), 1, "{clicks:#?}");
    assert_eq!(of("Prove the user pool with a canary user on"), 1, "{clicks:#?}");
    Ok(())
}
