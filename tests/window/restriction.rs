//! UserManagement restricted to reads and opened again: the firewall's rule, the proof on every route, and the monitor
//! that goes on asking. A leak is named, and so is what somebody else did to the rule. Each page by axe's rules, and
//! walked without a mouse. Pictures `freeze-STAGE-MODE-WIDTH`.

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
use crate::keyboard::round;
use crate::night::flip;

const RUNBOOK: &str = include_str!("restriction.toml");
/// Its values are those of the bundled runbook.
const TARGET: &str = include_str!("../../src-tauri/runbooks/tis-cognito/targets/rehearsal.toml");
/// The widest and the narrowest window.
const BOTH: [u32; 2] = [1280, 480];

/// What the monitor has seen last.
const SEEN: &str = "[data-testid=card-freeze] .monitor-observed";

#[tokio::test]
async fn user_management_is_closed_leaks_and_is_opened_again() -> Outcome {
    story("restriction", async |app, world, broken| {
        undecided(app, broken).await?;
        let start = shown(world).await?;
        decide(app, "firewall-rule").await?;
        ready(app, broken).await?;
        closed(app, broken).await?;
        leaks(app, broken).await?;
        other_way(app, broken).await?;
        dark(app, broken).await?;
        back(app, "restrict-writes", broken).await?;
        assert_eq!(shown(world).await?.objects(), start.objects());
        throttled(app, broken).await?;
        back(app, "restrict-methods", broken).await?;
        assert_eq!(shown(world).await?.objects(), start.objects());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_others_did_to_the_rule_is_said() -> Outcome {
    story("restriction-others", async |app, _, broken| {
        decide(app, "firewall-rule").await?;
        blocked(app, broken).await?;
        unproven(app, broken).await?;
        set_by_somebody(app, broken).await
    })
    .await
}

/// Opens the runbook in a console of its own; what is wrong with its pages is said at the end.
async fn story(name: &str, told: impl AsyncFnOnce(&App, &Path, &mut BTreeSet<String>) -> Outcome) -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = written(files.path())?;
    with_console(name, home.path(), &[], async |app| {
        let mut broken = BTreeSet::new();
        gated::open(app, &runbook).await?;
        told(app, &home.path().join("rehearsal"), &mut broken).await?;
        if broken.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = broken.into_iter().collect();
        Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
    })
    .await
}

/// The runbook with those values of the bundled target that it has; nothing is decided beforehand.
fn written(folder: &Path) -> Outcome<PathBuf> {
    let runbook: toml::Table = RUNBOOK.parse()?;
    let mut target: toml::Table = TARGET.parse()?;
    target.remove("pools");
    target.remove("decisions");
    let known = runbook["values"].as_table().ok_or("it has no values")?;
    let values = target
        .get_mut("values")
        .and_then(toml::Value::as_table_mut)
        .ok_or("the target has no values any more")?;
    values.retain(|key, _| known.contains_key(key));
    let place = folder.join("restriction");
    fs::create_dir_all(place.join("targets"))?;
    fs::write(place.join("runbook.toml"), RUNBOOK)?;
    fs::write(place.join("targets/rehearsal.toml"), target.to_string())?;
    Ok(place)
}

/// Until people have decided how, neither of the two ways can be gone.
async fn undecided(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/restrict-writes").await?;
    app.until("why-not", &["restrict-how"], WORLD).await?;
    looked(app, "freeze-01-undecided", &BOTH, broken).await
}

async fn decide(app: &App, how: &str) -> Outcome {
    app.go("#/decisions").await?;
    app.click("decide-restrict-how", SOON).await?;
    app.choose("answer-restrict-how", how).await?;
    app.click("decision-next", SOON).await?;
    app.write("reason-input", "agreed on the call").await?;
    app.click("reason-submit", SOON).await?;
    app.until("[data-testid=decision-restrict-how] strong", &[how], SOON)
        .await?;
    Ok(())
}

/// The change, what AWS does not promise of it, and the proof that every write is answered before it.
async fn ready(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/restrict-writes").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.come_back("restrict-writes").await?;
    for (what, words) in [
        (".diff-side.minus", "Count"),
        (".diff-side.plus", "Block, answers 503 with"),
        (".diff-side.plus", "x-tis-restricted: firewall"),
        (".diff-caution", "until every request meets"),
        ("show-checks", "3 checks"),
        ("[aria-labelledby=block-way-back]", "Proven"),
    ] {
        app.until(what, &[words], WORLD).await?;
    }
    assert_eq!(red(app).await?, Vec::<String>::new(), "nothing is wrong yet");
    looked(app, "freeze-02-ready", &EVERY, broken).await?;
    app.click("show-checks", SOON).await?;
    app.until("check-rule-counts", &["Count"], SOON).await?;
    whole(&app.text("check-writes-answered").await?, "writes open")?;
    looked(app, "freeze-02-shown", &BOTH, broken).await?;
    walked(app, "action-primary").await
}

/// Every stop of the page is seen, and its button is one of them.
async fn walked(app: &App, button: &str) -> Outcome {
    let begin = "document.activeElement?.blur(); scrollTo(0, 0);";
    app.script(begin, Vec::new()).await?;
    let order = match round(app).await {
        Ok(order) => order,
        // A page that lives may draw what has the focus anew between two keys of the driver.
        Err(_) => {
            app.script(begin, Vec::new()).await?;
            round(app).await?
        }
    };
    let has = order.iter().any(|name| name == button);
    if has {
        Ok(())
    } else {
        Err(format!("Tab never came to {button}: {order:?}").into())
    }
}

/// The rule blocks, every route says so, and the monitor says so from now on.
async fn closed(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    looked(app, "freeze-03-confirm", &BOTH, broken).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("step-state", &["Verifying", "Done"], WORLD).await?;
    app.until_true(
        "no alarm of what nobody can have read yet",
        "return document.querySelector('#middle tbody.k-unknown') === null;",
        SOON,
    )
    .await?;
    looked(app, "freeze-04-verifying", &BOTH, broken).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    whole(&app.text("check-writes-refused").await?, "writes closed")?;
    assert_eq!(red(app).await?, Vec::<String>::new(), "all is well");
    looked(app, "freeze-05-done", &EVERY, broken).await?;
    app.go("#/live").await?;
    holds(app).await?;
    looked(app, "freeze-06-live", &EVERY, broken).await?;
    walked(app, "rollback-open").await
}

/// The monitor is green, and says what it counted.
async fn holds(app: &App) -> Outcome {
    app.until("card-freeze", &["Passing"], WORLD).await?;
    whole(&app.text(SEEN).await?, "writes closed")?;
    app.until("answer-users", &["Users all right"], WORLD).await?;
    // What failed before stays red on its card: there it is the past.
    let now: Vec<String> = red(app).await?;
    let now: Vec<&String> = now.iter().filter(|what| what.starts_with("rail: ")).collect();
    assert!(now.is_empty(), "the restriction holds: {now:?}");
    Ok(())
}

/// Whether all of many are so, as in `388 of 388 writes closed`.
fn whole(text: &str, what: &str) -> Outcome {
    let counted = text.split_once(what).and_then(|(before, _)| {
        let mut words = before.split_whitespace().rev();
        let all: u32 = words.next()?.parse().ok()?;
        let right: u32 = words.nth(1)?.parse().ok()?;
        Some((right, all))
    });
    match counted {
        Some((right, all)) if right == all && all > 30 => Ok(()),
        _ => Err(format!("not all {what}: {text}").into()),
    }
}

/// What gets past it is named, where people look and on the step's page; then it holds again.
async fn leaks(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    for (leak, named, number) in [
        ("leak:route", "/mfa/reset", "07"),
        ("leak:spelling", "escaped", "08"),
    ] {
        app.go("#/live").await?;
        flip(app, "inject", leak).await?;
        app.until("card-freeze", &["Failing"], WORLD).await?;
        let seen = app.text(SEEN).await?;
        assert!(seen.contains("leak") && seen.contains(named), "{leak}: {seen}");
        assert!(!red(app).await?.is_empty(), "{leak} is not red");
        looked(app, &format!("freeze-{number}a-leak"), &EVERY, broken).await?;
        app.go("#/run/restrict-writes").await?;
        app.until("monitor-freeze", &[named], SOON).await?;
        looked(app, &format!("freeze-{number}b-step"), &BOTH, broken).await?;
        app.go("#/war-room").await?;
        app.see("[data-route=war-room]").await?;
        looked(app, &format!("freeze-{number}c-war-room"), &[1280], broken).await?;
        flip(app, "lift", leak).await?;
        app.go("#/live").await?;
        holds(app).await?;
    }
    Ok(())
}

/// The way that people decided against says so, and nothing waits for it.
async fn other_way(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/run/restrict-methods").await?;
    app.until("step-state", &["Not chosen"], SOON).await?;
    app.until("step-note", &["firewall-rule"], SOON).await?;
    looked(app, "freeze-09-not-chosen", &BOTH, broken).await?;
    // The run goes on with the next step of the way that was chosen.
    app.go("#/run").await?;
    app.see("[data-route=run]").await?;
    looked(app, "freeze-10-run", &BOTH, broken).await
}

async fn mode(app: &App, mode: &str) -> Outcome {
    app.load(&format!("?mode={mode}")).await?;
    let there = format!(
        "return document.documentElement.dataset.mode === '{mode}' \
         && document.querySelector('[data-testid=banner]') !== null;"
    );
    app.until_true(&format!("the {mode} mode"), &there, SOON).await
}

async fn dark(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    mode(app, "dark").await?;
    app.go("#/run/restrict-methods").await?;
    app.until("step-state", &["Not chosen"], SOON).await?;
    looked(app, "freeze-11-not-chosen", &BOTH, broken).await?;
    app.go("#/live").await?;
    flip(app, "inject", "leak:route").await?;
    app.until("card-freeze", &["Failing"], WORLD).await?;
    looked(app, "freeze-12-leak", &BOTH, broken).await?;
    flip(app, "lift", "leak:route").await?;
    holds(app).await?;
    looked(app, "freeze-13-live", &BOTH, broken).await?;
    app.go("#/run/restrict-writes").await?;
    app.until("step-state", &["Done"], SOON).await?;
    looked(app, "freeze-14-done", &BOTH, broken).await?;
    app.click("rollback-step", SOON).await?;
    app.until("rollback-proof", &["Proven"], WORLD).await?;
    looked(app, "freeze-15-plan", &BOTH, broken).await?;
    mode(app, "light").await
}

/// Taken back from its page.
async fn back(app: &App, step: &str, broken: &mut BTreeSet<String>) -> Outcome {
    app.go(&format!("#/run/{step}")).await?;
    app.click("rollback-step", SOON).await?;
    app.until("rollback-proof", &["Proven"], WORLD).await?;
    looked(app, &format!("freeze-20-plan-{step}"), &BOTH, broken).await?;
    app.lead("rollback-confirm", "rollback-state", SOON).await?;
    app.until("rollback-state", &["Complete"], WORLD).await?;
    assert_eq!(red(app).await?, Vec::<String>::new(), "it was taken back");
    looked(app, &format!("freeze-21-back-{step}"), &BOTH, broken).await?;
    app.go(&format!("#/run/{step}")).await?;
    app.until("step-state", &["Undone"], SOON).await?;
    whole(&app.text("check-writes-answered-again").await?, "writes open")?;
    looked(app, &format!("freeze-22-undone-{step}"), &BOTH, broken).await
}

/// The other way, decided afterwards: each method by itself.
async fn throttled(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    decide(app, "method-throttle").await?;
    looked(app, "freeze-30-decided", &BOTH, broken).await?;
    app.go("#/run/restrict-methods").await?;
    app.until("step-state", &["Ready"], WORLD).await?;
    app.until(".diff-side.plus", &["mfa/reset"], SOON).await?;
    looked(app, "freeze-31-methods", &EVERY, broken).await?;
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    looked(app, "freeze-32-confirm", &BOTH, broken).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    whole(&app.text("check-writes-refused").await?, "writes closed")?;
    looked(app, "freeze-33-done", &BOTH, broken).await
}

/// What stands in the way before the change is said in words, and nothing is sent.
async fn blocked(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    for (fault, words, number) in [
        ("firewall-managed", "Firewall Manager owns", "40"),
        ("rule-missing", "has no rule", "41"),
    ] {
        flip(app, "inject", fault).await?;
        app.go("#/run/restrict-writes").await?;
        app.click("offer-check", WORLD).await?;
        app.until("check-rule-counts", &[words], WORLD).await?;
        app.until("step-state", &["Blocked", "Failed"], WORLD).await?;
        looked(app, &format!("freeze-{number}-{fault}"), &BOTH, broken).await?;
        flip(app, "lift", fault).await?;
        app.click("offer-check", WORLD).await?;
        app.until("step-state", &["Ready"], WORLD).await?;
    }
    Ok(())
}

/// What is closed but for one name is not done: each route that answers is named on the step's page.
async fn unproven(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    flip(app, "inject", "leak:name").await?;
    app.lead("action-primary", "confirm-primary", WORLD).await?;
    app.lead("confirm-primary", "[data-route=step]", WORLD).await?;
    app.until("check-writes-refused", &["leak: "], WORLD).await?;
    app.until("step-state", &["Verifying"], WORLD).await?;
    looked(app, "freeze-45-leaks", &BOTH, broken).await?;
    app.until("step-state", &["Not verified"], WORLD).await?;
    app.until("check-writes-refused", &["execute-api"], WORLD).await?;
    looked(app, "freeze-46-not-verified", &EVERY, broken).await?;
    flip(app, "lift", "leak:name").await?;
    app.click("offer-inspect", SOON).await?;
    app.until("step-state", &["Done"], WORLD).await?;
    Ok(())
}

/// Somebody lets everything through while it is closed: every route says so, and the step does not pass for what it was.
async fn set_by_somebody(app: &App, broken: &mut BTreeSet<String>) -> Outcome {
    app.go("#/live").await?;
    holds(app).await?;
    flip(app, "inject", "rule-set").await?;
    app.until("card-freeze", &["Failing"], WORLD).await?;
    looked(app, "freeze-50-set", &EVERY, broken).await?;
    app.go("#/run/restrict-writes").await?;
    app.see("[data-route=step]").await?;
    looked(app, "freeze-51-step", &BOTH, broken).await?;
    app.click("rollback-step", SOON).await?;
    app.see("[data-route=rollback]").await?;
    app.until("rollback-item-restrict-writes", &["Restrict"], WORLD)
        .await?;
    looked(app, "freeze-52-plan", &BOTH, broken).await
}

/// The rehearsal as it says itself.
async fn shown(world: &Path) -> Outcome<Snapshot> {
    let handle = Handle::read(world)?;
    Ok(Client::new(&handle).state().await?)
}
