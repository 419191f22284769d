//! Links: the console that is started with one opens at that page, says where there is none, and copies the same line.

use crate::app::{App, LINE, Outcome, SOON, with_console};
use crate::cli::Cli;

#[tokio::test]
async fn a_link_opens_the_window_at_its_page_and_an_unknown_one_says_so() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("link-made", home.path(), &LINE, async |app| {
        app.until("banner", &["REHEARSAL"], SOON).await?;
        Ok(())
    })
    .await?;
    let run = Cli::of(home.path())?.run;
    let to = |step: &'static str| vec!["--run", &run, "--step", step];
    with_console("link", home.path(), &to("switch"), async |app| {
        step_page(app, &run).await
    })
    .await?;
    with_console("link-unknown", home.path(), &to("no-such"), async |app| {
        app.until("#middle", &["This run has no step no-such."], SOON)
            .await?;
        app.shot("33-link-unknown").await
    })
    .await
}

/// The page that was asked for, with the line that leads there.
async fn step_page(app: &App, run: &str) -> Outcome {
    app.see("[data-route=step]").await?;
    let hash = app.script("return window.location.hash;", Vec::new()).await?;
    assert_eq!(hash, "#/run/switch");
    // What is put on the clipboard is what the page asks the view to copy; the view's own clipboard is nobody's to read.
    let copied = "const done = arguments[arguments.length - 1]; \
        navigator.clipboard.writeText = (text) => { done(text); return Promise.resolve(); }; \
        [...document.querySelectorAll('button')].find((b) => b.textContent === 'Copy link').click();";
    let copied = app.script_async(copied, Vec::new()).await?;
    assert_eq!(copied, format!("switchback-console --run {run} --step switch"));
    app.until("#middle", &["Copied"], SOON).await?;
    app.shot("33-link").await
}
