//! The built-in switch with what a night has besides: a go or no-go decision, a notice that a person
//! sends, and a question that nobody has decided. Opened through the window as a person would.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::app::{App, Outcome, SOON};

const RUNBOOK: &str = include_str!("../../src-tauri/runbooks/dns-switch/runbook.toml");
const TARGET: &str = include_str!("../../src-tauri/runbooks/dns-switch/targets/rehearsal.toml");

/// Stands after the head of the phase in which the switch is.
const GATE: &str = r#"title = "The switch"
t0 = true

[phase.gate]
title = "Do we switch tonight?"
fresh = "15 min"
people = ["Incident lead", "Service owner"]

[[phase.gate.check]]
id = "gate-new-side"
title = "The new side answers with its build"
kind = "http.build"
url = "https://apps.example.nhs.test/version.json"
address = "${new_address}"
build = "${new_build}"
mend = "Release the intended build to the new side."

[[phase.step]]
id = "tell"
title = "Tell users that it starts"
plan_ref = "mid.1"
kind = "attest"
automated = false
why_not_automated = "Mail is sent by the service owner."
why = "Nobody is surprised by a new page."
owner = "Service owner"
expected = "5 min"
look_at = ["The number of mails that were sent."]
risks = ["The mail names the old address."]
reversibility = { kind = "correct", notice = "Tell users that it was called off." }
"#;

/// Writes the runbook with its rehearsal target below `folder`; answers its path.
pub fn write(folder: &Path, name: &str, edit: impl Fn(String) -> String) -> Outcome<PathBuf> {
    let place = folder.join(name);
    fs::create_dir_all(place.join("targets"))?;
    let text = RUNBOOK.replace("title = \"The switch\"\n", GATE);
    assert_ne!(
        text, RUNBOOK,
        "the built-in runbook has no phase of that title any more"
    );
    fs::write(place.join("runbook.toml"), edit(text))?;
    let undecided = TARGET.replace("rollback-after = 12\n", "");
    assert_ne!(undecided, TARGET, "the built-in target decides nothing any more");
    fs::write(place.join("targets/rehearsal.toml"), undecided)?;
    Ok(place)
}

/// Opens a run of it on the rehearsal, from the screen that offers runbooks.
pub async fn open(app: &App, runbook: &Path) -> Outcome {
    app.see("start-rehearse").await?;
    app.go("#/runbook").await?;
    app.write("file-path", &runbook.display().to_string()).await?;
    app.click("file-read", SOON).await?;
    app.click("open-on-rehearsal", SOON).await?;
    app.see("[data-route=run]").await?;
    app.until("banner", &["REHEARSAL"], SOON).await?;
    Ok(())
}

/// Decides the open question in minutes, on the screen of decisions.
pub async fn decide(app: &App, minutes: &str) -> Outcome {
    app.go("#/decisions").await?;
    app.click("decide-rollback-after", SOON).await?;
    app.write("[data-testid=decision-rollback-after] input", minutes)
        .await?;
    app.press("\u{e007}").await?;
    app.write("reason-input", "agreed on the call").await?;
    app.click("reason-submit", SOON).await?;
    app.until("decision-rollback-after", &["Decided"], SOON).await?;
    Ok(())
}

/// Reads the gate's checks, names the people and says go.
pub async fn say_go(app: &App) -> Outcome {
    app.go("#/gate/mid").await?;
    app.click("gate-check", SOON).await?;
    app.until("check-gate-new-side", &["Passing"], SOON).await?;
    app.write("person-0", "n.lead").await?;
    app.write("person-1", "o.owner").await?;
    app.write("gate-note", "checks read together, all on the call")
        .await?;
    app.shot("61-gate-go").await?;
    app.click("action-primary", SOON).await?;
    app.until("gate-state", &["Go"], SOON).await?;
    Ok(())
}

/// A runbook of a story's own in this folder, for the rehearsal: what it needs of a target is who and where.
pub fn runbook(
    folder: &Path,
    name: &str,
    text: &str,
) -> Result<PathBuf, Box<dyn std::error::Error + Send + Sync>> {
    const TARGET: &str = include_str!("../../src-tauri/runbooks/dns-switch/targets/rehearsal.toml");
    let runbook = folder.join(name);
    fs::create_dir_all(runbook.join("targets"))?;
    fs::write(runbook.join("runbook.toml"), text)?;
    let (target, _) = TARGET
        .split_once("[values]")
        .ok_or("the target has no values any more")?;
    fs::write(runbook.join("targets/rehearsal.toml"), target)?;
    Ok(runbook)
}
