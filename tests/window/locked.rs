//! What the page can't do: call what it was not granted, run foreign script, change prototypes.

use serde_json::{Value, json};

use crate::app::{App, Outcome, SOON, with_console};

/// Calls a command as a compromised page would; answers `granted`, or why not.
const CALL: &str = "const done = arguments[arguments.length - 1];
    window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(
      () => done('granted'),
      (why) => done(typeof why === 'string' ? why : JSON.stringify(why)));";

#[tokio::test]
async fn a_page_can_do_only_what_it_was_granted() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("locked", home.path(), &[], async |app| {
        app.see("start-rehearse").await?;
        commands(app).await?;
        foreign_script(app).await?;
        prototypes(app).await
    })
    .await
}

async fn commands(app: &App) -> Outcome {
    // Without this the refusals below would prove nothing.
    assert_eq!(call(app, "app_info", json!({})).await?, "granted");
    for command in [
        "plugin:dialog|open",
        "plugin:opener|open_url",
        "plugin:notification|notify",
        "plugin:window|set_title",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:webview|internal_toggle_devtools",
        "plugin:event|emit",
        "plugin:event|listen",
        "plugin:path|resolve_directory",
        "plugin:app|version",
        "plugin:resources|close",
    ] {
        let answer = call(app, command, json!({ "label": "console", "value": "x" })).await?;
        assert!(answer.contains("not allowed"), "{command}: {answer}");
    }
    // A granted command that the core refuses answers with an error that the window can read.
    let refused = call(
        app,
        "submit_run",
        json!({ "run": "no such run", "submission": {} }),
    )
    .await?;
    assert!(refused.contains("\"code\""), "{refused}");
    Ok(())
}

/// Calls a command; `granted`, or why not.
pub async fn call(app: &App, command: &str, arguments: Value) -> Outcome<String> {
    let answer = app.script_async(CALL, vec![json!(command), arguments]).await?;
    Ok(answer.as_str().unwrap_or_default().to_owned())
}

async fn foreign_script(app: &App) -> Outcome {
    app.script(
        "window.broken = []; window.ran = [];
         document.addEventListener('securitypolicyviolation', (e) => window.broken.push(e.effectiveDirective));
         const inline = document.createElement('script');
         inline.textContent = 'window.ran.push(\"inline\")';
         document.body.append(inline);
         const image = document.createElement('img');
         image.setAttribute('onerror', 'window.ran.push(\"handler\")');
         image.src = 'data:text/plain,no-image';
         document.body.append(image);
         const remote = document.createElement('script');
         remote.src = 'https://example.nhs.test/x.js';
         document.body.append(remote);",
        Vec::new(),
    )
    .await?;
    app.until_true(
        "the refusal of all three",
        "return window.broken.length >= 3;",
        SOON,
    )
    .await?;
    let ran = app.script("return window.ran;", Vec::new()).await?;
    assert_eq!(ran, json!([]), "foreign script ran");
    Ok(())
}

async fn prototypes(app: &App) -> Outcome {
    let frozen = app
        .script("return Object.isFrozen(Object.prototype);", Vec::new())
        .await?;
    assert_eq!(frozen, json!(true), "Object.prototype can be changed");
    let exposed = app.script("return typeof window.__TAURI__;", Vec::new()).await?;
    assert_eq!(exposed, json!("undefined"), "the global Tauri object is exposed");
    Ok(())
}
