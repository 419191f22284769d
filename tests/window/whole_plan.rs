//! The whole plan from the start screen: its phases, its first gate, and a pool that is not as planned, with the
//! Terraform that mends it.

use crate::app::{App, Outcome, SOON, with_console};

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
    app.write("reason-input", "all on the call").await?;
    app.click("reason-submit", SOON).await?;
    app.until("gate-state", &["Go"], SOON).await?;

    // What was read before the fault still counts, so it is read again.
    app.go("#/rehearsal").await?;
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
    app.click("action-primary", SOON).await?;
    app.until("step-state", &["Done"], SOON).await?;
    app.shot("92-as-planned").await
}
