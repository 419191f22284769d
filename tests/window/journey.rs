//! The whole way: rehearse, lower the TTL, wait, switch, see the site change, break it, see the status
//! turn, roll back, see it restored. Each stage leaves a screenshot `stage-N-….png`.

use std::time::Duration;

use serde_json::json;

use crate::app::{App, Outcome, SOON, with_console};
use crate::film::{Frame, film, red};
use crate::night::flip;

/// Waits that the world's clock decides: a TTL of 300 s, caches and the INSYNC delay.
pub const WORLD: Duration = Duration::from_secs(60);

/// What the site monitor sees: the build that users reach.
const SITE: &str = "[data-testid=card-site] .monitor-observed";

/// The picture of the way shows both sides, each with its share.
const SPREADING: &str = "const flows = document.querySelectorAll('[data-testid=way-wide] [data-flow]');
    return new Set([...flows].map((flow) => flow.dataset.flow)).size === 2;";

/// The picture of the way shows the new site as failing, and it alone; it is brought into view.
const FAILING: &str = "const picture = document.querySelector('[data-testid=way-wide]');
    picture?.scrollIntoView();
    const failing = picture?.querySelectorAll('[data-kind=fail]') ?? [];
    return failing.length === 1 && failing[0].dataset.site === 'new';";

/// The site's chart shows something.
const DRAWN: &str = "const chart = document.querySelector('[data-testid=card-site] canvas');
    if (chart === null) return false;
    const {data} = chart.getContext('2d').getImageData(0, 0, chart.width, chart.height);
    return data.some((value, at) => at % 4 === 3 && value > 0);";

#[tokio::test]
async fn from_the_start_screen_to_the_switch_and_back() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("journey", home.path(), &[], journey).await
}

async fn journey(app: &App) -> Outcome {
    app.see("start-rehearse").await?;
    app.shot("01-start").await?;
    app.click("start-rehearse-switch", SOON).await?;
    app.see("[data-route=run]").await?;
    app.until("banner", &["REHEARSAL"], SOON).await?;

    do_step(app, "lower-ttl", "02-lower-ttl").await?;
    app.shot("stage-1-lowered").await?;

    app.click("step-switch", SOON).await?;
    app.until("check-ttl-wait", &["Waiting"], WORLD).await?;
    app.shot("stage-2-waiting").await?;
    switch(app).await?;
    app.shot("stage-3-switched").await?;
    app.go("#/live").await?;
    app.until(SITE, &["8f2c"], WORLD).await?;
    app.until("card-site", &["Passing"], WORLD).await?;
    app.until_true("a chart with something in it", DRAWN, SOON)
        .await?;
    app.shot("stage-4-site-changed").await?;

    app.go("#/rehearsal").await?;
    app.click("begin-new-site-down", SOON).await?;
    app.until("begin-new-site-down", &["End"], SOON).await?;
    // The fold of every fault has opened: one of them is on.
    app.until("fault-site-down", &["Lift"], SOON).await?;
    app.shot("stage-5-broken").await?;
    app.go("#/live").await?;
    // It turns red once, and stays so.
    let frames = film(app, "film-down", "answer-users", &["Users affected"], WORLD).await?;
    let last = frames.last().ok_or("no picture was taken")?;
    app.until("card-site", &["Failing"], SOON).await?;
    assert!(
        red(app).await?.len() > 3,
        "users are affected, and it is hardly red: {last:?}"
    );
    app.shot("stage-6-status-turned").await?;
    // Where the fault is: in the picture the new site alone is red.
    app.until_true("the site that fails", FAILING, SOON).await?;
    app.load("?mode=dark").await?;
    app.go("#/live").await?;
    app.until_true("the site that fails", FAILING, WORLD).await?;
    app.shot("way-failing-dark").await?;
    app.load("").await?;
    app.go("#/live").await?;

    back(app).await?;
    app.go("#/run/switch").await?;
    app.until("step-state", &["Undone"], WORLD).await?;
    app.shot("04-undone").await?;
    app.go("#/live").await?;
    app.until(SITE, &["7d19"], WORLD).await?;
    app.until("card-site", &["Passing"], WORLD).await?;
    app.shot("stage-10-restored").await?;

    app.go("#/timeline").await?;
    app.until("timeline", &["Rollback complete"], SOON).await?;
    app.shot("05-timeline").await?;
    // The way back was measured by going it, and the sheet of before is out of date.
    app.click("sheet-export", SOON).await?;
    app.until("sheet-region", &["Break-glass sheet exported"], SOON)
        .await?;
    app.until("net-sheet", &["as of event"], SOON).await?;
    app.shot("06-sheet").await
}

/// A switch that goes well, slow enough to be watched: nothing on the screen is ever red, and the rail says how far it is.
async fn switch(app: &App) -> Outcome {
    app.until("step-state", &["Ready"], WORLD).await?;
    flip(app, "inject", "insync-slow:100").await?;
    app.click("action-primary", WORLD).await?;
    app.shot("03-switch-confirm").await?;
    app.click("confirm-primary", WORLD).await?;
    app.see("[data-route=step]").await?;
    app.until_true("a share that is on its way", SPREADING, WORLD)
        .await?;
    app.shot("way-switching").await?;
    app.size(520, 800).await?;
    app.shot("way-switching-520").await?;
    app.size(1280, 800).await?;
    let frames = film(app, "film-switch", "step-state", &["Done"], WORLD).await?;
    flip(app, "lift", "insync-slow").await?;
    let mut spread: Vec<&str> = Vec::new();
    for frame in &frames {
        assert!(frame.red.is_empty(), "a healthy switch is red: {frame:?}");
        match frame.users.as_str() {
            "Users all right" | "Switching" => {}
            of => {
                assert!(
                    of.starts_with("Switching: ") && of.ends_with(" of 4 servers"),
                    "{frame:?}"
                );
                spread.push(of);
            }
        }
    }
    // It says more and more servers, and is seen to do so.
    let seen = spread.len();
    assert!(seen > 1 && spread.is_sorted(), "{spread:?}");
    Ok(())
}

/// From a site that is down to users that are back: two clicks, and an end that is not red.
async fn back(app: &App) -> Outcome {
    app.count().await?;
    app.hand("rollback-open").await?;
    app.see("rollback-item-switch").await?;
    // Rule R3 is proposed, by its own name.
    app.until(
        "#middle h1",
        &["Switch apps.example.nhs.test back to the old side"],
        SOON,
    )
    .await?;
    app.until("rollback-proof", &["Proven"], SOON).await?;
    app.shot("stage-7-rollback-plan").await?;
    app.hand("rollback-confirm").await?;
    app.until("rollback-state", &["Running"], SOON).await?;
    let presses = app.counted().await?;
    assert_eq!(presses.len(), 2, "more than two clicks: {presses:#?}");
    app.shot("stage-8-rolling-back").await?;
    let frames = film(app, "film-back", "rollback-state", &["Complete"], WORLD).await?;
    // The page is never red: what fails is the site, in the rail and in its picture, until users are back, and not once more.
    let page = |frame: &Frame| frame.red.iter().any(|what| what.starts_with("page: "));
    assert!(
        !frames.iter().any(page),
        "a rollback that works is red: {frames:?}"
    );
    // In the picture of the way only the site that is down may be.
    let old = |frame: &Frame| frame.red.iter().any(|what| what.starts_with("old site: "));
    assert!(
        !frames.iter().any(old),
        "the side that takes over is red: {frames:?}"
    );
    let affected = |frame: &&Frame| frame.users == "Users affected";
    let failing = frames.iter().take_while(affected).count();
    assert_eq!(frames.iter().filter(affected).count(), failing, "{frames:?}");
    app.until("answer-users", &["Users all right"], WORLD).await?;
    app.until_true(
        "an end that is green",
        "return document.querySelector('[data-testid=rollback-state]')?.dataset.kind === 'pass';",
        SOON,
    )
    .await?;
    app.shot("stage-9-rolled-back").await?;
    let red = red(app).await?;
    assert!(red.is_empty(), "users are back, and this is red: {red:?}");
    Ok(())
}

/// From the highest to the lowest of some elements.
const PLACES: &str =
    "const boxes = [...document.querySelectorAll(arguments[0])].map((e) => e.getBoundingClientRect());
    return {top: Math.min(...boxes.map((b) => b.top)), bottom: Math.max(...boxes.map((b) => b.bottom))};";

/// Opens a step's page, clicks its button, confirms, and waits until it is done.
pub async fn do_step(app: &App, step: &str, shot: &str) -> Outcome {
    app.go(&format!("#/run/{step}")).await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.shot(&format!("{shot}-ready")).await?;
    let buttons = app
        .script(PLACES, vec![json!(".action-row button, .action-row a")])
        .await?;
    app.click("action-primary", WORLD).await?;
    app.see("confirm-primary").await?;
    // A double click must not fall on the confirm: it stands above where the buttons stood.
    let confirm = app
        .script(PLACES, vec![json!("[data-testid=confirm-primary]")])
        .await?;
    let (lowest, highest) = (confirm["bottom"].as_f64(), buttons["top"].as_f64());
    assert!(
        lowest.is_some() && lowest <= highest,
        "the confirm {confirm} overlaps {buttons}"
    );
    app.shot(&format!("{shot}-confirm")).await?;
    app.click("confirm-primary", WORLD).await?;
    app.see("[data-route=step]").await?;
    app.until("step-state", &["Done"], WORLD).await?;
    app.shot(&format!("{shot}-done")).await
}
