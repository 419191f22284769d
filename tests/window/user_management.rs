//! UserManagement moved to Cognito and back: a list that its tasks read when they start, and the roll that makes them
//! read it. There and back; a roll that ECS takes back; a change that nobody has published yet. Each page by axe's
//! rules. Pictures `roll-STAGE-MODE-WIDTH`.

use std::{collections::BTreeSet, path::Path};

use switchback_rehearsal::{Client, Handle, Snapshot};

use crate::accessible::{EVERY, looked};
use crate::app::{App, Outcome, SOON, with_console};
use crate::film::red;
use crate::gated;
use crate::journey::WORLD;
use crate::night::flip;

const RUNBOOK: &str = include_str!("user_management.toml");
/// The widest and the narrowest window.
const BOTH: [u32; 2] = [1280, 480];

/// What the rehearsal's tasks read when it begins, and what they read on Cognito.
const BEFORE: &str = "prod";
const COGNITO: &str = "prod,cognito";

#[tokio::test]
async fn user_management_is_moved_seen_and_taken_back() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = gated::runbook(files.path(), "user-management", RUNBOOK)?;
    with_console("user-management", home.path(), &[], async |app| {
        let world = home.path().join("rehearsal");
        let mut broken = BTreeSet::new();
        gated::open(app, &runbook).await?;
        let start = shown(&world).await?;
        assert_eq!(read(&start), [BEFORE, BEFORE]);
        there(app, &world, &mut broken).await?;
        back(app, &world, &start, &mut broken).await?;
        dark(app).await?;
        drill(app, &world, &start, &mut broken).await?;
        due(app, &mut broken).await?;
        if broken.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = broken.into_iter().collect();
        Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
    })
    .await
}

/// The list is appended to, and its readers start anew.
async fn there(app: &App, world: &Path, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/profiles").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until(".diff-side.plus", &[COGNITO], SOON).await?;
    looked(app, "roll-01-append-ready", &[1280], broken).await?;
    confirm(app).await?;
    assert_eq!(
        read(&shown(world).await?),
        [BEFORE, BEFORE],
        "nobody reads it yet"
    );

    app.go("#/run/roll").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    // What happens is that tasks start; nothing of what they are changes, and the page says so.
    for (what, words) in [
        (".diff-side.plus", "new tasks"),
        ("#middle", "1 API call"),
        ("#middle", "nothing by itself: it is done once more"),
        ("#middle", "Append cognito"),
    ] {
        app.until(what, &[words], SOON).await?;
    }
    looked(app, "roll-02-ready", &EVERY, broken).await?;
    flip(app, "inject", "roll-stuck").await?;
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    looked(app, "roll-03-confirm", &BOTH, broken).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    // Of two tasks one is new; nothing is wrong, so nothing is red.
    app.until("check-settled", &["1 of 2 new tasks runs"], WORLD)
        .await?;
    let state = app.text("step-state").await?;
    assert_eq!(state.trim(), "Verifying");
    assert_eq!(
        red(app).await?,
        Vec::<String>::new(),
        "a roll that goes on is red"
    );
    looked(app, "roll-04-running", &BOTH, broken).await?;
    flip(app, "lift", "roll-stuck").await?;
    app.until("step-state", &["Done"], WORLD).await?;
    assert_eq!(read(&shown(world).await?), [COGNITO, COGNITO]);
    looked(app, "roll-05-done", &[1280], broken).await
}

/// The list first, and then its readers; what is lost is accepted by name.
async fn back(app: &App, world: &Path, start: &Snapshot, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/rollback?scope=rule:R5").await?;
    app.until("rollback-item-profiles", &["Done by the console"], WORLD)
        .await?;
    let order = app.text(".order").await?;
    let at = |words: &str| {
        order
            .find(words)
            .ok_or_else(|| format!("{words} is not in {order}"))
    };
    assert!(
        at("Append cognito")? < at("Start UserManagement anew")?,
        "{order}"
    );
    app.until("why-not", &["by name"], SOON).await?;
    looked(app, "roll-06-plan", &EVERY, broken).await?;
    flip(app, "inject", "roll-stuck").await?;
    accept_and_go(app).await?;
    app.until("rollback-item-roll", &["Running"], WORLD).await?;
    app.until("check-settled-back", &["1 of 2 new tasks runs"], WORLD)
        .await?;
    looked(app, "roll-07-going-back", &[480], broken).await?;
    flip(app, "lift", "roll-stuck").await?;
    app.until("rollback-state", &["Complete"], WORLD).await?;
    looked(app, "roll-08-back", &[1280], broken).await?;
    assert_eq!(shown(world).await?.objects(), start.objects());
    app.go("#/run/roll").await?;
    app.until("step-state", &["Undone"], SOON).await?;
    looked(app, "roll-09-undone", &[480], broken).await
}

/// No task of the roll starts, and ECS takes it back: that is never done, and there is a way back.
async fn drill(app: &App, world: &Path, start: &Snapshot, broken: &mut BTreeSet<String>) -> Outcome {
    again(app, "profiles").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    confirm(app).await?;
    // Changed anew, and not published since: said where it is published.
    app.go("#/run/roll").await?;
    app.until("step-unseen", &["Not seen yet", "Append cognito"], SOON)
        .await?;
    looked(app, "roll-10-not-seen", &[1280], broken).await?;
    again(app, "roll").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    flip(app, "inject", "roll-fails").await?;
    confirm_only(app).await?;
    app.until("step-state", &["Changed by somebody else", "Taken back"], WORLD)
        .await?;
    looked(app, "roll-11-taken-back", &BOTH, broken).await?;

    app.go("#/rollback?scope=rule:R5").await?;
    app.until("rollback-item-roll", &["Start UserManagement"], WORLD)
        .await?;
    looked(app, "roll-12-plan", &[480], broken).await?;
    accept_and_go(app).await?;
    app.until("rollback-state", &["Complete"], WORLD).await?;
    assert_eq!(shown(world).await?.objects(), start.objects());
    Ok(())
}

/// A publication that is due is left out only by the name of what nobody sees then.
async fn due(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    again(app, "profiles").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    confirm(app).await?;
    again(app, "roll").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.click("offer-skip", SOON).await?;
    app.write("reason-input", "the roll of tomorrow shows it").await?;
    app.until("[role=region]", &["Tick what stays unseen"], SOON)
        .await?;
    looked(app, "roll-13-skip", &BOTH, broken).await?;
    app.click("unseen-profiles", SOON).await?;
    app.click("reason-submit", SOON).await?;
    app.until("step-state", &["Skipped"], SOON).await?;
    app.until("step-unseen", &["Not seen yet"], SOON).await?;
    looked(app, "roll-14-skipped", &[1280], broken).await
}

/// Confirms the step that is shown, until it is done.
async fn confirm(app: &App) -> Outcome {
    confirm_only(app).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    Ok(())
}

async fn confirm_only(app: &App) -> Outcome {
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    app.click("confirm-primary", WORLD).await?;
    app.see("[data-route=step]").await
}

/// Begins a step anew that was taken back.
async fn again(app: &App, step: &str) -> Outcome {
    app.go(&format!("#/run/{step}")).await?;
    app.click("offer-reopen", SOON).await?;
    app.write("reason-input", "once more").await?;
    app.click("reason-submit", SOON).await
}

/// Accepts by name what is lost, and confirms.
async fn accept_and_go(app: &App) -> Outcome {
    app.click("breach-loses-profiles", SOON).await?;
    app.write("rollback-reason", "it can't be mended tonight").await?;
    app.click("rollback-confirm", SOON).await
}

async fn dark(app: &App) -> Outcome {
    app.load("?mode=dark").await?;
    app.until_true(
        "the dark mode",
        "return document.documentElement.dataset.mode === 'dark' \
         && document.querySelector('[data-testid=banner]') !== null;",
        SOON,
    )
    .await
}

/// The rehearsal as it says itself.
async fn shown(world: &Path) -> Outcome<Snapshot> {
    let handle = Handle::read(world)?;
    Ok(Client::new(&handle).state().await?)
}

/// The profiles that the running tasks have read.
fn read(world: &Snapshot) -> Vec<&str> {
    let tasks = world.services.iter().flat_map(|service| &service.tasks);
    tasks.filter_map(|task| task.profiles.as_deref()).collect()
}
