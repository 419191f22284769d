//! A parameter that a service reads at its start, set and taken back: what AWS does not guard is said before the
//! click. Each page in light and dark and in every width, by axe's rules. Pictures `parameter-STAGE-MODE-WIDTH`.

use std::{collections::BTreeSet, path::Path};

use crate::accessible::{EVERY, looked};
use crate::app::{App, Outcome, SOON, with_console};
use crate::gated;
use crate::journey::WORLD;

const RUNBOOK: &str = include_str!("../../src-tauri/crates/cli/tests/emulators/profiles.toml");
/// Dark differs in colours: the widest and the narrowest tell all.
const DARK: [u32; 2] = [1280, 480];

#[tokio::test]
async fn a_parameter_is_set_proven_and_taken_back() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = gated::runbook(files.path(), "profiles", RUNBOOK)?;
    with_console("parameter", home.path(), &[], async |app| {
        parameter(app, &runbook).await
    })
    .await
}

async fn parameter(app: &App, runbook: &Path) -> Outcome {
    let mut broken = BTreeSet::new();
    gated::open(app, runbook).await?;
    app.go("#/run/profiles").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.come_back("profiles").await?;
    app.click("show-checks", SOON).await?;
    // What is there beside what will be, what AWS does not guard, and the very request.
    for (what, words) in [
        (".diff-side.minus", "prod"),
        (".diff-side.plus", "prod,cognito"),
        (".diff-caution", "AWS has no guard here"),
        ("check-was", "Passing"),
        ("#block-way-back", "Way back"),
    ] {
        app.until(what, &[words], SOON).await?;
    }
    app.click(".calls summary", SOON).await?;
    let request = app.until(".calls", &["PutParameter"], SOON).await?;
    for words in [
        "aws ssm put-parameter",
        "\"Overwrite\": true",
        "\"Value\": \"prod,cognito\"",
        "/tis/usermanagement/profiles",
    ] {
        assert!(
            request.contains(words),
            "{words} is not in the request: {request}"
        );
    }
    looked(app, "parameter-1-ready", &EVERY, &mut broken).await?;

    app.lead("action-primary", "confirm-primary", WORLD).await?;
    looked(app, "parameter-2-confirm", &EVERY, &mut broken).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    app.until("check-is", &["Passing"], SOON).await?;
    looked(app, "parameter-3-done", &EVERY, &mut broken).await?;

    app.click("rollback-step", SOON).await?;
    app.until("rollback-proof", &["Proven"], WORLD).await?;
    app.until("rollback-item-profiles", &["prod,cognito"], SOON)
        .await?;
    looked(app, "parameter-4-plan", &EVERY, &mut broken).await?;
    app.lead("rollback-confirm", "rollback-state", SOON).await?;
    app.until("rollback-state", &["Complete"], WORLD).await?;
    looked(app, "parameter-5-undone", &EVERY, &mut broken).await?;
    app.go("#/run/profiles").await?;
    app.until("step-state", &["Undone"], SOON).await?;
    app.until("answer-way-back", &["Nothing to undo"], WORLD).await?;

    dark(app, &mut broken).await?;
    if broken.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = broken.into_iter().collect();
    Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
}

/// The end of it in the dark, and the change once more.
async fn dark(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.load("?mode=dark").await?;
    app.until_true(
        "the dark mode",
        "return document.documentElement.dataset.mode === 'dark' \
         && document.querySelector('[data-testid=banner]') !== null;",
        SOON,
    )
    .await?;
    app.go("#/rollback").await?;
    app.until("taken-back", &["Set the profiles"], SOON).await?;
    looked(app, "parameter-6-nothing", &DARK, broken).await?;
    app.go("#/run/profiles").await?;
    app.click("offer-reopen", SOON).await?;
    app.write("reason-input", "once more").await?;
    app.click("reason-submit", SOON).await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    looked(app, "parameter-7-again", &DARK, broken).await?;
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    looked(app, "parameter-8-confirm", &DARK, broken).await
}
