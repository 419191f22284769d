//! Reval moved from one user pool to another and back: its authoriser, a deployment that nobody is served yet, the stage
//! that is pointed to it, the verdicts that are dropped, the release by a person, and what browsers are served. Each
//! page by axe's rules. Pictures `reval-STAGE-MODE-WIDTH`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use switchback_rehearsal::{Client, Handle, Snapshot};

use crate::accessible::{EVERY, looked};
use crate::app::{App, Outcome, SOON, with_console};
use crate::film::red;
use crate::gated;
use crate::journey::WORLD;
use crate::night::flip;

/// The widest and the narrowest window.
const BOTH: [u32; 2] = [1280, 480];

#[tokio::test]
async fn reval_is_moved_seen_and_taken_back() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = written(files.path())?;
    with_console("reval", home.path(), &[], async |app| {
        let world = home.path().join("rehearsal");
        let mut broken = BTreeSet::new();
        gated::open(app, &runbook).await?;
        // The step that makes it is not part of this.
        let pool = switchback_rehearsal::ADMINS_POOL;
        Client::new(&Handle::read(&world)?).canary_stands(pool).await?;
        stands(app, &mut broken).await?;
        // Somebody leaves work undeployed: the deployment holds it, and who points the stage to it is told.
        flip(app, "inject", "unfinished-work").await?;
        let start = shown(&world).await?;
        api(app, &mut broken).await?;
        ui(app, &mut broken).await?;
        back(app, &mut broken).await?;
        assert_eq!(shown(&world).await?.objects(), start.objects());
        if broken.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = broken.into_iter().collect();
        Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
    })
    .await
}

/// The bundled steps by themselves, with the bundled values.
fn written(folder: &Path) -> Outcome<PathBuf> {
    let (runbook, values) = switchback_testkit::bundled::reval();
    let place = gated::runbook(folder, "reval", &runbook)?;
    let target = place.join("targets/rehearsal.toml");
    let head = fs::read_to_string(&target)?;
    fs::write(&target, format!("{head}\n{values}"))?;
    Ok(place)
}

/// Before the night all is as it needs to be; that only looks, and asks for no confirm.
async fn stands(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/reval-stands").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    looked(app, "reval-00-stands", &BOTH, broken).await?;
    app.click("action-primary", WORLD).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    Ok(())
}

/// The API accepts both pools, and says so from outside.
async fn api(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/reval-authorizer").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until(".diff-side.plus", &["REHEARSAL1"], SOON).await?;
    app.until(".diff-caution", &["AWS has no guard here"], SOON)
        .await?;
    assert_eq!(red(app).await?, Vec::<String>::new(), "nothing is wrong yet");
    looked(app, "reval-01-authoriser", &EVERY, broken).await?;
    done(app).await?;

    app.go("#/run/reval-snapshot").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    looked(app, "reval-02-snapshot", &[1280], broken).await?;
    done(app).await?;

    app.go("#/run/reval-stage").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until("#middle", &["POST /api/doctors"], SOON).await?;
    looked(app, "reval-03-stage", &BOTH, broken).await?;
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    app.until("[data-route=confirm]", &["POST /api/doctors"], SOON)
        .await?;
    looked(app, "reval-04-confirm", &BOTH, broken).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    app.until("check-old-tokens-still-answered", &["200"], SOON)
        .await?;

    app.go("#/run/reval-flush").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until("#middle", &["nothing by itself: it is done once more"], SOON)
        .await?;
    looked(app, "reval-05-flush", &BOTH, broken).await?;
    done(app).await?;
    app.until("check-both-tokens-answered", &["REHEARSAL1"], SOON)
        .await?;
    assert_eq!(red(app).await?, Vec::<String>::new(), "all is well");
    looked(app, "reval-06-flushed", &BOTH, broken).await
}

/// A person releases the UI; what browsers are served proves it, also where an edge keeps what it had.
async fn ui(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/reval-ui").await?;
    looked(app, "reval-10-release", &BOTH, broken).await?;
    app.click("action-primary", WORLD).await?;
    app.write("reason-input", "released by the pipeline").await?;
    app.click("reason-submit", SOON).await?;
    app.until("step-state", &["Done"], SOON).await?;

    app.go("#/run/reval-invalidate").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until("#middle", &["Makes seen"], SOON).await?;
    looked(app, "reval-11-invalidate", &BOTH, broken).await?;
    flip(app, "inject", "edge-stale").await?;
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("step-state", &["Verifying"], WORLD).await?;
    app.until("step-state", &["Not verified"], WORLD).await?;
    looked(app, "reval-12-stale", &BOTH, broken).await?;
    flip(app, "lift", "edge-stale").await?;
    again(app).await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    done(app).await?;
    app.until("check-new-bundle", &["manifest of the same build"], SOON)
        .await?;
    looked(app, "reval-13-done", &BOTH, broken).await?;
    app.go("#/live").await?;
    app.until("card-reval-api", &["Passing"], WORLD).await?;
    looked(app, "reval-14-live", &BOTH, broken).await
}

/// R4: one confirm, and one item that a person does.
async fn back(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/rollback?scope=rule:R4").await?;
    app.until("rollback-item-reval-stage", &["Done by the console"], WORLD)
        .await?;
    looked(app, "reval-20-plan", &EVERY, broken).await?;
    app.click("rollback-confirm", WORLD).await?;
    app.see("your-turn").await?;
    looked(app, "reval-21-your-turn", &BOTH, broken).await?;
    app.click("rollback-done", WORLD).await?;
    app.write("reason-input", "the old build is released").await?;
    app.click("reason-submit", SOON).await?;
    app.until("rollback-state", &["Complete"], WORLD).await?;
    assert_eq!(red(app).await?, Vec::<String>::new(), "it was taken back");
    looked(app, "reval-22-back", &BOTH, broken).await
}

/// Begins the step that is shown anew.
async fn again(app: &App) -> Outcome {
    app.lead("action-more", "menu-offer-reopen", SOON).await?;
    app.click("menu-offer-reopen", SOON).await?;
    app.write("reason-input", "once more").await?;
    app.click("reason-submit", SOON).await
}

/// Confirms the step that is shown, until it is done.
async fn done(app: &App) -> Outcome {
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    Ok(())
}

/// The rehearsal as it says itself.
async fn shown(world: &Path) -> Outcome<Snapshot> {
    let handle = Handle::read(world)?;
    Ok(Client::new(&handle).state().await?)
}
