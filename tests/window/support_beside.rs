//! The support window beside others: with no run in the home, beside a console of the same home, and as one
//! instance of its own.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use switchback_api::host::{Host, HostOptions};

use crate::accessible::{AXE, look};
use crate::app::{App, ONE_WINDOW, Outcome, SOON, with_console};
use crate::driver::children;

/// The first start says what to do, and each of its ways works.
#[tokio::test]
async fn a_home_without_pools_says_what_to_do() -> Outcome {
    let home = tempfile::tempdir()?;
    let files = tempfile::tempdir()?;
    let target = files.path().join("desk.toml");
    let text = include_str!("../../src-tauri/runbooks/tis-cognito/targets/rehearsal.toml");
    fs::write(&target, text.replace("Old Reval pool", "The desk's pool"))?;
    with_console("support-first", home.path(), &["--support"], async |app| {
        app.until("#block-nowhere", &["No pools are known yet"], SOON)
            .await?;
        app.script(&fs::read_to_string(AXE)?, Vec::new()).await?;
        for (size, width) in [("1280", 1280), ("480", 480)] {
            app.size(width, 800).await?;
            app.shot(&format!("look-support-first-{size}")).await?;
            let mut broken = Default::default();
            look(app, size, true, &mut broken).await?;
            assert!(broken.is_empty(), "{broken:#?}");
        }
        app.size(1280, 800).await?;
        app.write("elsewhere-text", "no-such-target").await?;
        app.press("\u{e007}").await?;
        app.until("elsewhere-refused", &["no-such-target"], SOON).await?;
        app.click("nowhere-rehearse", SOON).await?;
        app.until("banner", &["REHEARSAL"], SOON).await?;
        named(app, &target).await
    })
    .await
}

/// A target's file is chosen in the page, and goes on being one of the choices.
async fn named(app: &App, target: &Path) -> Outcome {
    app.choose("lookup-where", "elsewhere").await?;
    app.write("elsewhere-text", &target.display().to_string()).await?;
    app.shot("86-support-elsewhere").await?;
    app.press("\u{e007}").await?;
    app.until("#block-idle ~ p, .page", &["The desk's pool"], SOON)
        .await?;
    app.write("lookup-query", "Anna").await?;
    app.press("\u{e007}").await?;
    app.until("lookup-answer", &["Next:"], SOON).await?;
    Ok(())
}

/// Whoever looks people up neither holds a run nor writes to it: the run can be driven meanwhile.
#[tokio::test]
async fn a_run_of_the_same_home_is_neither_held_nor_touched() -> Outcome {
    let home = tempfile::tempdir()?;
    let mut options = HostOptions::new(switchback_api::operator_name());
    options.home = Some(home.path().to_owned());
    let host = Host::start(options)?;
    let run = host.new_from_runbook("tis-cognito", "rehearsal")?;
    let before = host.journal_page(&run, 0, 100).await?.head;
    with_console("support-beside", home.path(), &["--support"], async |app| {
        app.until("banner", &["REHEARSAL"], SOON).await?;
        app.write("lookup-query", "Anna").await?;
        app.press("\u{e007}").await?;
        app.until("lookup-answer", &["Next:"], SOON).await?;
        assert_eq!(host.journal_page(&run, 0, 100).await?.head, before);
        let (driver, _around) = host.driver(&run, false).await?;
        host.release(&run, driver.lease())?;
        Ok(())
    })
    .await
}

/// Two programs that end by their own ids.
struct Windows(Vec<Child>);

impl Drop for Windows {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A console and a support window run side by side in the usual home; a second support window brings the
/// first to the front, and is none.
#[tokio::test]
async fn a_support_window_is_an_instance_of_its_own() -> Outcome {
    let _turn = ONE_WINDOW.lock().await;
    let home = tempfile::tempdir()?;
    let mut windows = Windows(Vec::new());
    for arguments in [&[][..], &["--support"]] {
        let mut opened = start(home.path(), arguments)?;
        let page = shows(&mut opened);
        windows.0.push(opened);
        page?;
    }
    let mut second = start(home.path(), &["--support"])?;
    let end = Instant::now() + Duration::from_secs(20);
    let ended = loop {
        if let Some(status) = second.try_wait()? {
            break status.success();
        }
        if Instant::now() > end {
            windows.0.push(second);
            return Err("a second support window opened beside the first".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(ended, "the second one failed");
    for window in &mut windows.0 {
        assert!(window.try_wait()?.is_none(), "one of the two did not stay");
    }
    Ok(())
}

/// In the usual home below `folder`, without a WebDriver: only so is there a single instance.
fn start(folder: &Path, arguments: &[&str]) -> Outcome<Child> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_switchback-console"));
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        program.env(name, folder);
    }
    Ok(program
        .args(arguments)
        .env_remove("SWITCHBACK_HOME")
        .env_remove("AWS_ENDPOINT_URL")
        .env_remove("TAURI_WEBVIEW_AUTOMATION")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}

/// Waits until it has a page of its own.
fn shows(program: &mut Child) -> Outcome {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if let Some(status) = program.try_wait()? {
            return Err(format!("it ended with {status}: the other one took its place").into());
        }
        let page = children(program.id()).into_iter().any(|pid| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("WebKitWebProces"))
        });
        if page {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("it opened no page".into())
}
