//! Every screen of the window, and each kind of step, on contact sheets: one a size and mode, for people to look at.
//! It goes through the whole plan, so it is a campaign: `cargo xtask prove --only window`.

use crate::album::{Album, cut};
use crate::app::{App, Outcome, SOON, with_console};
use crate::journey::WORLD;
use crate::night::flip;
use crate::whole_night::Night;

/// The pages of steps that are taken before their button is pressed: one of each kind; and some of what is confirmed.
const KINDS: [&str; 20] = [
    "pool-settings",
    "pool-canary",
    "amplify-noted",
    "notice-in-advance",
    "lower-ttl",
    "restrict-writes",
    "restrict-writes-confirm",
    "maintenance-flag",
    "maintenance-roll",
    "maintenance-roll-confirm",
    "switch-dns",
    "switch-dns-confirm",
    "reval-authorizer",
    "reval-snapshot",
    "reval-stage",
    "reval-stage-confirm",
    "reval-flush",
    "reval-ui",
    "reval-invalidate",
    "user-management-profiles",
];

/// At the end, with what was seen of them: each page, its name, and the name of its route.
const DONE: [(&str, &str, &str); 18] = [
    ("done-check", "#/run/pool-settings", "step"),
    ("done-notice", "#/run/notice-start", "step"),
    ("done-freeze", "#/run/maintenance-roll", "step"),
    ("done-switch", "#/run/switch-dns", "step"),
    ("done-stage", "#/run/reval-stage", "step"),
    ("done-invalidate", "#/run/reval-invalidate", "step"),
    ("done-roll", "#/run/switch-user-management", "step"),
    ("not-chosen", "#/run/restrict-methods", "step"),
    ("gate-gone", "#/gate/mid", "gate"),
    ("run-end", "#/run", "run"),
    ("live-end", "#/live", "live"),
    ("report", "#/report", "report"),
    ("timeline", "#/timeline", "timeline"),
    ("decisions", "#/decisions", "decisions"),
    ("war-room", "#/war-room", "war-room"),
    ("rehearsal", "#/rehearsal", "rehearsal"),
    ("amend", "#/amend", "amend"),
    ("connection", "#/connection", "connection"),
];

#[tokio::test]
async fn every_screen_on_contact_sheets() -> Outcome {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return Ok(());
    }
    let mut album = Album::default();
    support(&mut album).await?;
    let home = tempfile::tempdir()?;
    with_console("sheets", home.path(), &[], async |app| {
        console(app, &mut album).await
    })
    .await?;
    let screens = album.sheets()?;
    assert!(screens > 50, "only {screens} screens were taken");
    Ok(())
}

/// The support window, with an answer.
async fn support(album: &mut Album) -> Outcome {
    let home = tempfile::tempdir()?;
    let arguments = ["--support", "--rehearse"];
    with_console("sheets-support", home.path(), &arguments, async |app| {
        app.until("banner", &["REHEARSAL"], SOON).await?;
        app.see("lookup-query").await?;
        album.take(app, "support").await?;
        look_up(app).await?;
        album.take(app, "support-answer").await
    })
    .await
}

async fn look_up(app: &App) -> Outcome {
    app.write("lookup-query", "grace.hill@example.nhs.test\u{e007}")
        .await?;
    app.until("lookup-answer", &["Next:"], SOON).await.map(drop)
}

async fn console(app: &App, album: &mut Album) -> Outcome {
    app.see("start-rehearse").await?;
    album.visit(app, "start", "#/start", "start").await?;
    album.visit(app, "runbook", "#/runbook", "runbook").await?;
    album
        .visit(app, "connection-none", "#/connection", "connection")
        .await?;
    app.go("#/start").await?;
    app.click("start-rehearse", SOON).await?;
    app.see("[data-route=run]").await?;
    app.until("banner", &["REHEARSAL"], SOON).await?;
    app.until("answer-users", &["Users all right"], WORLD).await?;
    album.take(app, "run-first").await?;
    album.visit(app, "gate-unread", "#/gate/pre", "gate").await?;

    let mut night = Night::new(app);
    night.album(std::mem::take(album), &KINDS);
    let walked = walk(&mut night, app).await;
    *album = night.into_album();
    walked
}

/// The whole plan once, with an outage that is brought back in the middle.
async fn walk(night: &mut Night<'_>, app: &App) -> Outcome {
    night.go("pre", 1).await?;
    night.steps("pre", None).await?;
    night.picture("run-prepared", "#/run").await?;
    night.go("mid", 3).await?;
    night.steps("mid", Some("switch-dns")).await?;
    // The picture of the README: past the switch, with the rope back.
    app.go("#/run").await?;
    app.see("night-price").await?;
    cut(app, "night", &["#block-night", "night", "night-price"]).await?;
    flip(app, "inject", "site-down").await?;
    app.until("answer-users", &["Users affected"], WORLD).await?;
    for (name, page) in [
        ("down-live", "#/live"),
        ("down-run", "#/run"),
        ("down-war-room", "#/war-room"),
    ] {
        night.picture(name, page).await?;
    }
    night.picture("down-rollback", "#/rollback").await?;
    night.back("rule:R3", "r3").await?;
    flip(app, "lift", "site-down").await?;
    night.picture("run-again", "#/run").await?;
    night.go("mid", 3).await?;
    night.steps("mid", None).await?;
    night.go("post", 2).await?;
    night.steps("post", None).await?;
    for (name, page, route) in DONE {
        app.go(page).await?;
        app.see(&format!("[data-route={route}]")).await?;
        night.picture(name, "").await?;
    }
    app.go("#/users").await?;
    look_up(app).await?;
    night.picture("users", "").await?;
    night.picture("everything-plan", "#/rollback?scope=all").await
}
