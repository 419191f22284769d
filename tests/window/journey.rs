//! The whole way: rehearse, lower the TTL, switch, see it fail, roll back, see it restored.

use std::time::Duration;

use crate::app::{App, Outcome, SOON, with_console};

/// Waits that the world's clock decides: a TTL of 300 s, caches and the INSYNC delay.
const WORLD: Duration = Duration::from_secs(60);

/// What the site monitor sees: the build that users reach.
const SITE: &str = "[data-testid=card-site] .monitor-observed";

#[tokio::test]
async fn from_the_start_screen_to_the_switch_and_back() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("journey", home.path(), &[], journey).await
}

async fn journey(app: &App) -> Outcome {
    app.see("start-rehearse").await?;
    app.shot("01-start").await?;
    app.click("start-rehearse", SOON).await?;
    app.see("[data-route=run]").await?;
    app.until("banner", &["REHEARSAL"], SOON).await?;

    do_step(app, "lower-ttl", "02-lower-ttl").await?;

    app.click("step-switch", SOON).await?;
    app.until("check-ttl-wait", &["Waiting"], WORLD).await?;
    app.shot("05-ttl-wait").await?;
    do_step(app, "switch", "06-switch").await?;
    app.go("#/live").await?;
    app.until(SITE, &["8f2c"], WORLD).await?;
    app.until("card-site", &["Passing"], WORLD).await?;
    app.shot("09-live-new-side").await?;

    app.go("#/rehearsal").await?;
    app.click("fault-site-down", SOON).await?;
    app.shot("10-fault").await?;
    app.go("#/live").await?;
    app.until("card-site", &["Failing"], WORLD).await?;
    app.shot("11-failing").await?;

    app.click("rollback-open", SOON).await?;
    app.see("rollback-confirm").await?;
    app.shot("12-rollback-plan").await?;
    app.click("rollback-confirm", SOON).await?;
    app.see("rollback-state").await?;
    app.go("#/run/switch").await?;
    app.until("step-state", &["Undone"], WORLD).await?;
    app.shot("13-undone").await?;
    app.go("#/live").await?;
    app.until(SITE, &["7d19"], WORLD).await?;
    app.until("card-site", &["Passing"], WORLD).await?;
    app.shot("14-restored").await?;
    app.go("#/timeline").await?;
    app.see("timeline").await?;
    app.shot("15-timeline").await
}

/// Opens a step's page, clicks its button, confirms, and waits until it is done.
pub async fn do_step(app: &App, step: &str, shot: &str) -> Outcome {
    app.go(&format!("#/run/{step}")).await?;
    app.click("action-primary", WORLD).await?;
    app.see("confirm-primary").await?;
    app.shot(&format!("{shot}-confirm")).await?;
    app.click("confirm-primary", WORLD).await?;
    app.see("[data-route=step]").await?;
    app.until("step-state", &["Done"], WORLD).await?;
    app.shot(&format!("{shot}-done")).await
}
