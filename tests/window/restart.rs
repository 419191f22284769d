//! A console that was killed in the middle: the next one finds the run in its true state.

use crate::app::{App, LINE, Outcome, SOON, with_console};
use crate::driver::{gone, kill};
use crate::journey::do_step;

#[tokio::test]
async fn a_killed_console_finds_its_run_again() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("killed", home.path(), &LINE, async |app| {
        app.until("banner", &["REHEARSAL"], SOON).await?;
        do_step(app, "lower-ttl", "30-before-kill").await?;
        let console = app.pid()?;
        kill(console);
        if gone(console) {
            Ok(())
        } else {
            Err("the console outlived its kill".into())
        }
    })
    .await?;
    with_console("found-again", home.path(), &[], found_again).await
}

async fn found_again(app: &App) -> Outcome {
    app.see("start-rehearse").await?;
    app.shot("31-runs").await?;
    let run = app
        .script(
            "return document.querySelector('[data-testid^=\"open-run-\"]').dataset.testid;",
            Vec::new(),
        )
        .await?;
    app.click(run.as_str().unwrap_or_default(), SOON).await?;
    app.see("[data-route=run]").await?;
    app.go("#/run/lower-ttl").await?;
    app.see("[data-route=step]").await?;
    app.until("step-state", &["Done"], SOON).await?;
    // The way back was not lost with the process, and the monitors are looked at again.
    app.until("answer-way-back", &["Every condition proven"], SOON)
        .await?;
    app.until("answer-users", &["Users all right"], SOON).await?;
    app.shot("32-after-kill").await
}
