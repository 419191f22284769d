//! The whole plan from the start screen: its phases, its first gate, and a pool that is not as planned, with the
//! Terraform that mends it.

use std::collections::BTreeSet;

use crate::accessible::{EVERY, looked};
use crate::app::{App, Outcome, SOON, with_console};
use crate::film::red;

#[tokio::test]
async fn the_whole_plan_is_rehearsed_from_its_first_gate() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("whole-plan", home.path(), &[], whole_plan).await
}

async fn whole_plan(app: &App) -> Outcome {
    app.see("start-rehearse").await?;
    app.click("start-rehearse", SOON).await?;
    app.see("[data-route=run]").await?;
    app.until("banner", &["REHEARSAL"], SOON).await?;
    for (phase, title) in [
        ("phase-pre", "Pre migration"),
        ("phase-mid", "Mid migration"),
        ("phase-post", "Post migration"),
    ] {
        app.until(phase, &[title], SOON).await?;
    }
    app.shot("90-whole-plan").await?;

    app.go("#/gate/pre").await?;
    app.click("gate-check", SOON).await?;
    app.until("check-pre-zone", &["Passing"], SOON).await?;
    app.write("person-0", "m.lead").await?;
    app.click("action-primary", SOON).await?;
    app.until("gate-state", &["Go"], SOON).await?;

    // What was read before the fault still counts, so it is read again.
    app.go("#/rehearsal").await?;
    app.click("faults-fold", SOON).await?;
    app.click("fault-partial-policy", SOON).await?;
    app.until("fault-partial-policy", &["Lift"], SOON).await?;
    app.go("#/run/pool-settings").await?;
    app.click("offer-check", SOON).await?;
    app.until(
        "check-password-policy",
        &["Failing", "minimum_length", "password_policy {"],
        SOON,
    )
    .await?;
    // Terraform stands once, as lines that can be copied, and not in the sentence beside the button too.
    app.until(".mend pre", &["  password_policy {\n"], SOON).await?;
    let why = app.text("why-not").await?;
    assert!(
        why.contains("password-policy") && !why.contains("minimum_length"),
        "{why}"
    );
    app.shot("91-not-as-planned").await?;

    app.go("#/rehearsal").await?;
    app.click("fault-partial-policy", SOON).await?;
    app.until("fault-partial-policy", &["Inject"], SOON).await?;
    app.go("#/run/pool-settings").await?;
    app.click("offer-check", SOON).await?;
    app.until("step-state", &["Ready"], SOON).await?;
    together(app).await?;
    drills(app).await
}

/// The four looks at the pool are read and recorded with one click; the canary behind them is none of them.
async fn together(app: &App) -> Outcome {
    app.until("together", &["pool"], SOON).await?;
    app.shot("92-in-a-row").await?;
    app.click("record-checks", SOON).await?;
    app.until("together-recorded", &["All 4 were read and recorded."], SOON)
        .await?;
    app.until("step-state", &["Done"], SOON).await?;
    // Nothing moved on under the hand.
    app.until_true(
        "the same page",
        "return window.location.hash === '#/run/pool-settings';",
        SOON,
    )
    .await?;
    app.shot("92-as-planned").await?;
    app.go("#/run/pool-email").await?;
    app.until("step-state", &["Done"], SOON).await?;
    app.go("#/run/pool-canary").await?;
    app.see("[data-route=step]").await?;
    let state = app.text("step-state").await?;
    assert!(!state.contains("Done"), "{state}");
    Ok(())
}

/// A drill is begun and ended, beside one that happens at once; what a good night looks like opens by itself. By axe's
/// rules in both modes, with everything open.
async fn drills(app: &App) -> Outcome {
    let mut broken = BTreeSet::new();
    app.go("#/rehearsal").await?;
    app.see("drill-roll-never-settles").await?;
    assert_eq!(red(app).await?, Vec::<String>::new(), "nothing is wrong");
    looked(app, "drills-1-all", &EVERY, &mut broken).await?;
    app.click("begin-roll-never-settles", SOON).await?;
    app.until("begin-roll-never-settles", &["End"], SOON).await?;
    app.until("drill-roll-never-settles", &["The console says"], SOON)
        .await?;
    looked(app, "drills-2-begun", &EVERY, &mut broken).await?;
    app.click("begin-unfinished-work", SOON).await?;
    app.until("drill-unfinished-work", &["Happened"], SOON).await?;
    app.until("begin-unfinished-work", &["Begin"], SOON).await?;
    looked(app, "drills-3-happened", &EVERY, &mut broken).await?;
    app.click("begin-roll-never-settles", SOON).await?;
    app.until("begin-roll-never-settles", &["Begin"], SOON).await?;
    app.load("?mode=dark").await?;
    app.go("#/rehearsal").await?;
    app.click("faults-fold", SOON).await?;
    let folded = "document.querySelector('[data-testid=faults-fold]').scrollIntoView();";
    app.script(folded, Vec::new()).await?;
    looked(app, "drills-4-faults", &EVERY, &mut broken).await?;
    app.click("begin-role-may-not", SOON).await?;
    app.until("begin-role-may-not", &["End"], SOON).await?;
    looked(app, "drills-5-dark", &EVERY, &mut broken).await?;
    app.click("begin-role-may-not", SOON).await?;
    app.until("begin-role-may-not", &["Begin"], SOON).await?;
    if broken.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = broken.into_iter().collect();
    Err(format!("{} violations\n{}", all.len(), all.join("\n")).into())
}
