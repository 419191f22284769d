//! The new site is down after the switch: how many clicks, and how long, until every name server gives the old side, that
//! answers, and the window says so.
//! A campaign: `cargo xtask prove --only window`.

use std::path::Path;
use std::time::{Duration, Instant};

use switchback_rehearsal::{Client, Handle, Serving, Snapshot};

use crate::app::{App, LINE, Outcome, SOON, SPEED, with_console};
use crate::counted::{By, list};
use crate::journey::{WORLD, do_step};
use crate::night::fault;

/// "Roll back…", and the plan's own button.
const CLICKS: usize = 2;
/// What the name answers before the switch.
const OLD: &str = "192.0.2.10";

#[tokio::test]
async fn a_site_that_is_down_is_two_clicks_from_users_that_are_back() -> Outcome {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return Ok(());
    }
    let home = tempfile::tempdir()?;
    with_console("outage", home.path(), &LINE, async |app| {
        outage(app, &home.path().join("rehearsal")).await
    })
    .await
}

async fn outage(app: &App, world: &Path) -> Outcome {
    do_step(app, "lower-ttl", "80-outage-lower").await?;
    do_step(app, "switch", "80-outage-switch").await?;
    assert!(!everywhere(&shown(world).await?, OLD), "it was not switched");
    app.count().await?;
    fault(app, "inject").await?;
    let broken = Instant::now();
    app.until("answer-users", &["Users affected"], WORLD).await?;

    // From here on the person's time runs.
    let seen = Instant::now();
    let began = shown(world).await?.world_time;
    app.hand("rollback-open").await?;
    app.see("rollback-item-switch").await?;
    app.hand("rollback-confirm").await?;
    let confirmed = seen.elapsed();
    let ended = loop {
        let now = shown(world).await?;
        if everywhere(&now, OLD) {
            break now.world_time;
        }
        if seen.elapsed() > WORLD {
            return Err(format!("the servers give {:?} still", now.serving).into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let back = seen.elapsed();
    app.until("rollback-state", &["Complete"], WORLD).await?;
    app.until("rollback-seen", &["4 of 4 servers", "old site answers"], SOON)
        .await?;
    app.until("answer-users", &["Users all right"], WORLD).await?;
    let said = seen.elapsed();
    let presses = app.counted().await?;
    println!(
        "{}",
        list("From the red answer until users are back", &presses, seen)
    );
    println!(
        "     the site failed {:.1} s before the window was red (speed {SPEED}: {:.0} s of the world)\n     \
         two clicks, read with {:.1} s each: {:.1} s; every server gives the old side after {:.1} s ({} s of the world); \
         the window is green again after {:.1} s ({:.0} s of the world)",
        (seen - broken).as_secs_f64(),
        (seen - broken).as_secs_f64() * f64::from(SPEED),
        crate::counted::READ.as_secs_f64(),
        confirmed.as_secs_f64(),
        back.as_secs_f64(),
        ended.duration_since(began).as_secs(),
        said.as_secs_f64(),
        said.as_secs_f64() * f64::from(SPEED),
    );
    let clicks = presses.iter().filter(|press| press.by == By::Click).count();
    assert_eq!(presses.len(), clicks, "no key is needed: {presses:#?}");
    assert_eq!(clicks, CLICKS, "{presses:#?}");
    assert_eq!(presses[0].on, "Roll back…", "{presses:#?}");
    app.shot("81-outage-back").await
}

/// Whether every name server gives that address, and nothing else.
fn everywhere(world: &Snapshot, address: &str) -> bool {
    let gives = |server: &Serving| server.apps.len() == 1 && server.apps[0].values == [address];
    world.serving.len() == 4 && world.serving.iter().all(gives)
}

/// The rehearsal as it says itself.
pub async fn shown(world: &Path) -> Outcome<Snapshot> {
    let handle = Handle::read(world)?;
    Ok(Client::new(&handle).state().await?)
}
