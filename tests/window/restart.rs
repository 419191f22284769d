//! A console that was killed in the middle: the next one opens on its run and says what was found.

use crate::app::{App, LINE, Outcome, SOON, with_console};
use crate::driver::{gone, kill};
use crate::journey::{WORLD, do_step};

/// Ends the console as a power cut would.
fn power_cut(app: &App) -> Outcome {
    let console = app.pid()?;
    kill(console);
    match gone(console) {
        true => Ok(()),
        false => Err("the console outlived its kill".into()),
    }
}

#[tokio::test]
async fn a_killed_console_finds_its_run_again() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("killed", home.path(), &LINE, async |app| {
        app.until("banner", &["REHEARSAL"], SOON).await?;
        do_step(app, "lower-ttl", "30-before-kill").await?;
        power_cut(app)
    })
    .await?;
    with_console("found-again", home.path(), &[], found_again).await
}

async fn found_again(app: &App) -> Outcome {
    // It opens on the run by itself, and says why.
    app.see("[data-route=run]").await?;
    app.until("interrupted", &["The last console ended without closing"], SOON)
        .await?;
    app.shot("31-opened-on-it").await?;
    app.go("#/run/lower-ttl").await?;
    app.see("[data-route=step]").await?;
    app.until("step-state", &["Done"], SOON).await?;
    // The way back was not lost with the process, and the monitors are looked at again.
    app.until("answer-way-back", &["Every condition proven"], SOON)
        .await?;
    app.until("answer-users", &["Users all right"], SOON).await?;
    app.shot("32-after-kill").await?;
    app.go("#/start").await?;
    app.until("[data-standing=open]", &["Open"], SOON).await?;
    app.shot("31-runs").await
}

#[tokio::test]
async fn a_console_that_was_killed_during_a_call_opens_on_it_and_says_what_happened() -> Outcome {
    let home = tempfile::tempdir()?;
    let faulty = [&LINE[..], &["--fault", "lost-response"]].concat();
    with_console("killed-in-flight", home.path(), &faulty, async |app| {
        app.until("banner", &["REHEARSAL"], SOON).await?;
        app.go("#/run/lower-ttl").await?;
        app.until("step-state", &["Ready"], WORLD).await?;
        app.click("action-primary", WORLD).await?;
        app.click("confirm-primary", WORLD).await?;
        app.until("step-state", &["Running", "In doubt"], SOON).await?;
        power_cut(app)
    })
    .await?;
    with_console("found-in-flight", home.path(), &[], async |app| {
        app.see("[data-route=step]").await?;
        app.until("interrupted", &["Interrupted during step 1 of"], SOON)
            .await?;
        app.shot("34-interrupted").await?;
        app.until(
            "interrupted",
            &["The change took effect. Nothing was sent again."],
            WORLD,
        )
        .await?;
        app.until("step-state", &["Done"], WORLD).await?;
        app.shot("35-what-happened").await?;
        // The run's page is one click away.
        app.lead("#middle .notices a[href='#/run']", "[data-route=run]", SOON)
            .await
    })
    .await
}
