//! Nothing jumps when a status changes: what a hand may be on its way to stays where it is.

use serde_json::{Map, Value};

use crate::app::{App, LINE, Outcome, SOON, with_console};
use crate::journey::{WORLD, do_step};
use crate::night::fault;

/// Where everything is that can be pressed or that guides the eye: left and upper edge, in whole pixels.
const PLACES: &str = "const out = {};
    const all = document.querySelectorAll('h1, h2, .left a, .left button, .rail-end a, .rail-end button, \
      .action-row button, .action-row a, .clock, .answer, .banner-word');
    for (const [i, e] of [...all].entries()) {
      const box = e.getBoundingClientRect();
      const name = e.dataset.testid ?? e.id ?? '';
      out[name === '' ? `${i} ${e.tagName} ${e.textContent.slice(0, 24)}` : name] = `${Math.round(box.left)},${Math.round(box.top)}`;
    }
    return out;";

#[tokio::test]
async fn nothing_moves_when_a_status_changes() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("steady", home.path(), &LINE, steady).await
}

async fn steady(app: &App) -> Outcome {
    do_step(app, "lower-ttl", "70-steady").await?;
    app.go("#/run/switch").await?;
    app.until("check-ttl-wait", &["Waiting"], WORLD).await?;
    app.until("answer-users", &["Users all right"], WORLD).await?;
    let waiting = places(app).await?;
    app.shot("71-steady-waiting").await?;
    // The wait ends: the check passes, the step becomes ready, the clock of the wait stops.
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until("wait-left", &["none"], SOON).await?;
    app.shot("72-steady-ready").await?;
    same("the end of the wait", &waiting, &places(app).await?)?;
    do_step(app, "switch", "73-steady").await?;
    app.go("#/run/switch").await?;
    app.until("step-state", &["Done"], SOON).await?;
    app.until("answer-users", &["Users all right"], WORLD).await?;
    app.until("answer-way-back", &["Every condition proven"], WORLD)
        .await?;
    let done = places(app).await?;
    // The site fails, and users are affected.
    fault(app, "inject").await?;
    app.until("answer-users", &["Users affected"], WORLD).await?;
    app.shot("74-steady-failing").await?;
    same("a failing site", &done, &places(app).await?)?;
    fault(app, "lift").await?;
    app.until("answer-users", &["Users all right"], WORLD).await?;
    same("a site that came back", &done, &places(app).await?)
}

async fn places(app: &App) -> Outcome<Map<String, Value>> {
    match app.script(PLACES, Vec::new()).await? {
        Value::Object(places) if places.len() > 20 => Ok(places),
        other => Err(format!("next to nothing was measured: {other}").into()),
    }
}

/// What is on both has not moved.
fn same(what: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Outcome {
    let moved: Vec<String> = before
        .iter()
        .filter_map(|(name, place)| {
            let now = after.get(name)?;
            (now != place).then(|| format!("{name}: {place} is now {now}"))
        })
        .collect();
    if moved.is_empty() {
        Ok(())
    } else {
        Err(format!("{what} moved {} things\n{}", moved.len(), moved.join("\n")).into())
    }
}
