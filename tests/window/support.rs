//! The support window: the whole of a support desk's work with the keyboard alone, what its page can't do,
//! and what it leaves behind.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use fantoccini::key::Key;
use serde_json::{Value, json};
use switchback_api::host::{Host, HostOptions};

use crate::accessible::{AXE, ZOOM, look};
use crate::app::{App, Outcome, SOON, with_console};
use crate::locked::call;

/// Made-up people of the rehearsal.
const ONE: &str = "grace.hill@example.nhs.test";
const PERSONAL: [&str; 6] = ["grace.hill", "Grace", "Hill", "isla.jones", "Isla", "Jones"];

/// All that the window may call; anything else that the program answers must be refused.
const GRANTED: [&str; 9] = [
    "submit_support",
    "ui_ready",
    "set_zoom",
    "users_detail",
    "users_find",
    "users_forget",
    "users_place",
    "users_places",
    "window_info",
];

#[tokio::test]
async fn support_works_by_keyboard_alone_and_can_do_nothing_else() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console(
        "support",
        home.path(),
        &["--support", "--rehearse"],
        async |app| {
            desk(app).await?;
            refused(app).await?;
            no_way_out(app).await?;
            looks(app).await
        },
    )
    .await?;
    left_behind(home.path())
}

/// E-mail, details, reveal, user id, name prefix, nobody: nothing is clicked.
async fn desk(app: &App) -> Outcome {
    app.until("banner", &["REHEARSAL"], SOON).await?;
    focused(app, "lookup-query").await?;
    app.shot("80-support-start").await?;

    type_and_enter(app, ONE).await?;
    app.until("lookup-answer", &["Next:"], SOON).await?;
    verdict(app, 1).await?;
    app.shot("81-support-one").await?;
    // What details cost stands there before anybody asks for them.
    app.until("[data-testid=account-0]", &["count the person as active"], SOON)
        .await?;
    tab_to(app, "details-0").await?;
    app.press(&Key::Enter.to_string()).await?;
    app.until("[data-testid=account-0]", &["Second factors"], SOON)
        .await?;

    // The reason first: it is what the record will say.
    tab_to(app, "lookup-purpose").await?;
    app.press("Inc").await?;
    app.until_true(
        "the reason Incident",
        "return document.querySelector('[data-testid=lookup-purpose]').textContent === 'Incident';",
        SOON,
    )
    .await?;
    let sub = reveal(app, "sub").await?;
    let email = reveal(app, "email").await?;
    assert_eq!(email, ONE);
    app.shot("82-support-revealed").await?;

    clear(app).await?;
    type_and_enter(app, &sub).await?;
    app.until("lookup-answer", &["Next:"], SOON).await?;
    verdict(app, 1).await?;

    clear(app).await?;
    type_and_enter(app, "Isla").await?;
    app.until("lookup-answer", &["Next:"], SOON).await?;
    verdict(app, 2).await?;
    app.shot("83-support-several").await?;

    clear(app).await?;
    type_and_enter(app, "nobody.at.all@example.nhs.test").await?;
    app.until("lookup-answer", &["Next:"], SOON).await?;
    verdict(app, 0).await?;
    app.shot("84-support-nobody").await?;
    clear(app).await?;

    // Help opens and closes where the hands are.
    app.press(&Key::F1.to_string()).await?;
    app.see("help").await?;
    app.shot("85-support-help").await?;
    app.press(&Key::Escape.to_string()).await?;
    app.until_true(
        "the end of help",
        "return document.querySelector('[data-testid=help]') === null;",
        SOON,
    )
    .await?;
    focused(app, "lookup-query").await
}

/// A compromised page calls every command there is, past the page's own code.
async fn refused(app: &App) -> Outcome {
    // Without these the refusals would prove nothing.
    for granted in ["window_info", "users_places", "users_forget"] {
        assert_eq!(call(app, granted, json!({})).await?, "granted", "{granted}");
    }
    let arguments = json!({
        "run": "r-1",
        "submission": { "command": { "do": "stop" }, "by": "t.operator", "basis": null, "reason": "x" },
        "by": "t.operator",
        "reason": "x",
        "scope": "all",
        "command": { "do": "start" },
        "runbook": "dns-switch",
        "target": "rehearsal",
        "basis": "x",
        "afterSeq": 0,
        "fromSeq": 0,
        "limit": 1,
        "step": "switch",
        "choices": {},
        "id": "x",
    });
    let mut commands = commands()?;
    for granted in GRANTED {
        assert!(commands.remove(granted), "{granted} is in no permission");
    }
    for must in [
        "submit_run",
        "take_run",
        "open_runbook",
        "choose_source",
        "forget_source",
        "amend_run",
        "submit_rehearsal",
        "export_report",
        "export_sheet",
        "rollback_plan",
        "run_snapshot",
        "run_list",
        "journal_page",
        "subscribe",
        "app_info",
    ] {
        assert!(commands.contains(must), "{must} is in no permission");
    }
    let others = [
        "plugin:dialog|open",
        "plugin:opener|open_url",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
    ];
    for command in commands.iter().map(String::as_str).chain(others) {
        let answer = call(app, command, arguments.clone()).await?;
        assert!(answer.contains("not allowed"), "{command}: {answer}");
    }
    // The page can't leave the rehearsal either: this is the core's refusal.
    let real = json!({ "at": { "target": "prod.example" } });
    let answer = call(app, "users_place", real).await?;
    assert!(answer.contains("\"guard\""), "{answer}");
    let real = json!({ "ask": { "query": "Anna", "pools": ["eu-west-2_EXAMPLE1"] } });
    let answer = call(app, "users_find", real).await?;
    assert!(answer.contains("\"guard\""), "{answer}");
    Ok(())
}

/// Every command that a permission file names.
fn commands() -> Outcome<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for file in ["queries.toml", "submit.toml"] {
        let text = fs::read_to_string(Path::new("src-tauri/permissions").join(file))?;
        let read: toml::Table = toml::from_str(&text)?;
        let permissions = read.get("permission").and_then(toml::Value::as_array);
        for permission in permissions.ok_or("no permission")? {
            let allowed = permission.get("commands").and_then(|c| c.get("allow"));
            let allowed = allowed.and_then(toml::Value::as_array).ok_or("no command")?;
            all.extend(allowed.iter().filter_map(|name| name.as_str().map(str::to_owned)));
        }
    }
    Ok(all)
}

/// Neither an address nor a key leads to anything of a run.
async fn no_way_out(app: &App) -> Outcome {
    for hash in ["#/run", "#/rollback", "#/start", "#/runbook", "#/war-room"] {
        app.go(hash).await?;
        app.painted().await?;
        let here = "return document.querySelector('[data-window=support] [data-testid=lookup-query]') !== null \
            && document.querySelector('[data-route], nav, .rail, .left') === null;";
        app.until_true(&format!("the look-up at {hash}"), here, SOON)
            .await?;
    }
    app.press(&format!("{}k", Key::Control)).await?;
    app.press(&Key::Null.to_string()).await?;
    app.painted().await?;
    let palette = "return document.querySelector('[data-testid=palette-input]') === null;";
    app.until_true("no palette", palette, SOON).await
}

/// Against axe's rules with an answer on the page, in every shape of the window.
async fn looks(app: &App) -> Outcome {
    let axe = fs::read_to_string(AXE)?;
    let mut broken = BTreeSet::new();
    for mode in ["light", "dark"] {
        app.load(&format!("?mode={mode}")).await?;
        let there = format!(
            "return document.documentElement.dataset.mode === '{mode}' \
             && document.querySelector('[data-env=rehearsal]') !== null;"
        );
        app.until_true(&format!("the {mode} mode"), &there, SOON).await?;
        app.script(&axe, Vec::new()).await?;
        look(app, &format!("{mode} empty"), true, &mut broken).await?;
        app.press("Isla").await?;
        app.press(&Key::Enter.to_string()).await?;
        app.until("lookup-answer", &["Next:"], SOON).await?;
        for (size, width, height) in [("1280", 1280, 800), ("480", 480, 800)] {
            app.size(width, height).await?;
            app.shot(&format!("look-support-{mode}-{size}")).await?;
            look(app, &format!("{mode} {size}"), true, &mut broken).await?;
        }
        app.size(1280, 800).await?;
        for (percent, sees) in [(200, 640), (100, 1280)] {
            let said = app.script_async(ZOOM, vec![json!(percent)]).await?;
            assert_eq!(said, json!(""), "the window could not be zoomed");
            let there = format!("return Math.abs(innerWidth - {sees}) < 3;");
            app.until_true(&format!("a zoom of {percent} %"), &there, SOON)
                .await?;
            app.shot(&format!("look-support-{mode}-zoom{percent}")).await?;
            look(app, &format!("{mode} zoom {percent}"), true, &mut broken).await?;
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    // The title says where it looks, never at whom.
    let title = app.script("return document.title;", Vec::new()).await?;
    assert_eq!(title, json!("REHEARSAL · rehearsal · Look-up · Switchback"));
    let address = app.script("return location.href;", Vec::new()).await?;
    nothing_personal("the address", address.as_str().unwrap_or_default());
    Ok(())
}

/// No run, no lease, and nothing about a person on the disk but the closed world's own state.
fn left_behind(home: &Path) -> Outcome {
    let mut options = HostOptions::new(switchback_api::operator_name());
    options.home = Some(home.to_owned());
    let host = Host::start(options)?;
    assert!(host.run_list()?.is_empty(), "a look-up opened a run");
    let mut trail = false;
    for file in files(home)? {
        let bytes = fs::read(&file)?;
        let text = String::from_utf8_lossy(&bytes);
        nothing_personal(&file.display().to_string(), &text);
        trail |= text.contains("\"reveal\"") && text.contains("Incident") && text.contains("t.operator");
    }
    assert!(trail, "the reveal with its reason is recorded nowhere");
    Ok(())
}

fn nothing_personal(place: &str, text: &str) {
    for word in PERSONAL {
        assert!(!text.contains(word), "{word} stands in {place}");
    }
}

/// All files below the home but those of the closed world, which is where these people live.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("rehearsal") {
                all.extend(files(&path)?);
            }
        } else {
            all.push(path);
        }
    }
    Ok(all)
}

async fn type_and_enter(app: &App, text: &str) -> Outcome {
    focused(app, "lookup-query").await?;
    app.press(text).await?;
    app.press(&Key::Enter.to_string()).await
}

/// Escape empties the page, and the next question can be typed at once.
async fn clear(app: &App) -> Outcome {
    app.press(&Key::Escape.to_string()).await?;
    app.until_true(
        "an empty page",
        "return document.querySelector('[data-testid=lookup-answer]') === null \
         && document.querySelector('[data-testid=lookup-query]').value === '';",
        SOON,
    )
    .await?;
    focused(app, "lookup-query").await
}

/// Reveals a field of the first account; its value.
async fn reveal(app: &App, field: &str) -> Outcome<String> {
    let place = format!("[data-testid=account-0] [data-testid=field-{field}]");
    tab_to_selector(app, &format!("{place} button")).await?;
    app.press(&Key::Enter.to_string()).await?;
    app.until(&place, &["Recorded."], SOON).await?;
    app.text(&format!("{place} .lookup-value")).await
}

/// How many accounts are shown.
async fn verdict(app: &App, accounts: usize) -> Outcome {
    let there = format!("return document.querySelectorAll('[data-testid^=account-]').length === {accounts};");
    app.until_true(&format!("{accounts} accounts"), &there, SOON)
        .await
}

async fn focused(app: &App, id: &str) -> Outcome {
    let there = format!("return document.activeElement?.dataset.testid === '{id}';");
    app.until_true(&format!("the focus on {id}"), &there, SOON).await
}

async fn tab_to(app: &App, id: &str) -> Outcome {
    tab_to_selector(app, &format!("[data-testid={id}]")).await
}

/// Tab until the focus is there: at most once round.
async fn tab_to_selector(app: &App, selector: &str) -> Outcome {
    let here = "return document.activeElement?.matches(arguments[0]) === true;";
    for _ in 0..60 {
        if app.script(here, vec![json!(selector)]).await? == Value::Bool(true) {
            return Ok(());
        }
        app.press(&Key::Tab.to_string()).await?;
    }
    Err(format!("Tab never came to {selector}").into())
}
