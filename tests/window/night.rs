//! A whole phase as a night has it: a decision, go or no-go, a restart in the middle, an attestation, an
//! amendment, the switch; then a site that fails, and a deadline that is moved.

use serde_json::json;

use crate::app::{App, Outcome, SOON, with_console};
use crate::driver::{gone, kill};
use crate::gated;
use crate::journey::{WORLD, do_step};

#[tokio::test]
async fn a_whole_phase_with_a_gate_a_decision_a_restart_and_an_amendment() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let runbook = gated::write(files.path(), "night", |text| text)?;
    let amended = gated::write(files.path(), "amended", |text| {
        text.replace("owner = \"Platform team\"", "owner = \"Night team\"")
    })?;
    with_console("night-1", home.path(), &[], async |app| {
        gated::open(app, &runbook).await?;
        do_step(app, "lower-ttl", "60-night").await?;
        // What the run waits for now is a decision of people; it says what stands in the way.
        app.go("#/run").await?;
        app.until("gate-state", &["Not ready"], SOON).await?;
        app.until("gate-open", &["rollback-after"], SOON).await?;
        // Nobody can say go over checks that nobody read.
        app.until("why-not", &["Read the checks first"], SOON).await?;
        app.until_true(
            "no go is offered over checks that nobody read",
            "return document.querySelector('[data-testid=\"action-primary\"]') === null;",
            SOON,
        )
        .await?;
        // Until go nothing of the phase starts, an attestation neither.
        app.go("#/run/tell").await?;
        app.until("why-not", &["gate", "go"], SOON).await?;
        refused(app, "action-primary").await?;
        gated::decide(app, "12").await?;
        gated::say_go(app).await?;
        app.shot("62-gone").await?;
        let console = app.pid()?;
        kill(console);
        if gone(console) {
            Ok(())
        } else {
            Err("the console outlived its kill".into())
        }
    })
    .await?;
    with_console("night-2", home.path(), &[], async |app| rest(app, &amended).await).await
}

/// After the restart.
async fn rest(app: &App, amended: &std::path::Path) -> Outcome {
    // It opens on the run that was left in the middle.
    app.see("[data-route=run]").await?;
    // What people said holds, and who they were.
    app.go("#/gate/mid").await?;
    app.until("gate-state", &["Go"], SOON).await?;
    app.until("#middle", &["o.owner"], SOON).await?;

    // Attested by a named person, with evidence.
    app.go("#/run/tell").await?;
    app.until("risks", &["The mail names the old address."], SOON)
        .await?;
    app.click("action-primary", SOON).await?;
    app.script(
        "document.querySelector('[data-testid=reason-person]').select();",
        Vec::new(),
    )
    .await?;
    app.write("reason-person", "o.owner").await?;
    app.write("reason-input", "44 mails at 7:02pm").await?;
    app.shot("63-attest").await?;
    app.click("reason-submit", SOON).await?;
    app.until("step-state", &["Done"], SOON).await?;

    // Amended: every difference first. The step with an effect keeps its action; owners may change.
    app.go("#/amend").await?;
    app.write("file-path", &amended.display().to_string()).await?;
    app.click("file-read", SOON).await?;
    app.until("#middle", &["Night team"], SOON).await?;
    refused(app, "amend-confirm").await?;
    app.write("amend-reason", "the night team takes over").await?;
    app.shot("64-amend").await?;
    app.click("amend-confirm", SOON).await?;
    app.see("[data-route=decisions]").await?;

    do_step(app, "switch", "65-night-switch").await?;
    app.until("phase-mid", &["2 of 2"], SOON).await?;
    app.until("t0", &["Since T0"], SOON).await?;
    app.go("#/timeline").await?;
    for words in ["Amended", "n.lead", "44 mails", "o.owner", "Decided"] {
        app.until("timeline", &[words], SOON).await?;
    }
    app.until("times-switch", &["min", " s"], SOON).await?;
    app.shot("66-night-timeline").await?;

    // The site fails: a clock runs, is moved with a reason, and nothing happens by itself.
    fault(app, "inject").await?;
    app.go("#/decisions").await?;
    app.until("deadline-R3", &["Clock runs"], WORLD).await?;
    app.click("extend-R3", SOON).await?;
    app.write("extend-minutes", "600").await?;
    app.write("reason-input", "the vendor is on the call").await?;
    app.shot("67-extend").await?;
    app.click("reason-submit", SOON).await?;
    app.until("deadline-R3", &["Moved by 600 min by t.operator"], SOON)
        .await?;
    app.go("#/war-room").await?;
    app.until("answer-users", &["Users affected"], SOON).await?;
    app.shot("68-war-room").await?;
    let told = app.text("#middle").await?;
    for private in ["t.operator", "o.owner", "198.51.100.20", "503"] {
        assert!(!told.contains(private), "the war room shows {private}: {told}");
    }
    app.go("#/run/switch").await?;
    app.until("step-state", &["Done"], SOON).await?;
    fault(app, "lift").await
}

/// Flips the fault that takes the new site down, as its panel would.
pub async fn fault(app: &App, word: &str) -> Outcome {
    flip(app, word, "site-down").await
}

/// Flips any fault.
pub async fn flip(app: &App, word: &str, fault: &str) -> Outcome {
    let flip = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('submit_rehearsal', {command: {do: arguments[0], fault: arguments[1]}})
          .then(() => done(''), (why) => done(JSON.stringify(why)));";
    let said = app.script_async(flip, vec![json!(word), json!(fault)]).await?;
    if said == json!("") {
        Ok(())
    } else {
        Err(format!("{word} {fault}: {said}").into())
    }
}

/// The button is there, can't be pressed, and says why in text.
async fn refused(app: &App, id: &str) -> Outcome {
    app.see(id).await?;
    let why = app.text("why-not").await?;
    let disabled = format!(
        "const b = document.querySelector('[data-testid=\"{id}\"]');
         return b.disabled || b.getAttribute('aria-disabled') === 'true';"
    );
    let disabled = app.script(&disabled, Vec::new()).await?;
    assert_eq!(disabled, json!(true), "{id} can be pressed: {why}");
    assert!(!why.trim().is_empty(), "{id} does not say why");
    Ok(())
}
