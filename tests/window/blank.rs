//! A window that stays blank must not mean that nobody can roll back.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use switchback_api::host::{Host, HostOptions};
use switchback_model::RunId;

use crate::app::{ONE_WINDOW, Outcome};
use crate::driver::{children, kill, signal};

/// A console without a WebDriver, whose page never comes; ends by its own id.
struct Blank {
    console: Child,
    page: Option<u32>,
}

impl Drop for Blank {
    fn drop(&mut self) {
        if let Some(page) = self.page {
            kill(page);
        }
        let _ = self.console.kill();
        let _ = self.console.wait();
    }
}

#[tokio::test]
async fn a_blank_window_gives_its_run_back() -> Outcome {
    let _turn = ONE_WINDOW.lock().await;
    let home = tempfile::tempdir()?;
    let said = home.path().join("said.txt");
    let mut blank = open(home.path(), &said)?;

    let mut options = HostOptions::new(switchback_api::operator_name());
    options.home = Some(home.path().to_owned());
    let host = Host::start(options)?;
    let run = RunId::new(&host.run_list()?.first().ok_or("no rehearsal was opened")?.run)?;
    let refused = host
        .driver(&run, false)
        .await
        .err()
        .ok_or("the run was free from the start")?;
    assert_eq!(refused.code, "locked");

    let end = Instant::now() + Duration::from_secs(20);
    let way_back = format!("switchback rollback {run} --all");
    while !fs::read_to_string(&said)?.contains(&way_back) {
        if Instant::now() > end {
            return Err("the console never said how to go on without its window".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (driver, _around) = host.driver(&run, false).await?;
    host.release(&run, driver.lease())?;

    assert!(
        blank.console.try_wait()?.is_none(),
        "the console did not stay for a late window"
    );
    signal(blank.console.id(), "-TERM");
    assert!(blank.console.wait()?.success());
    Ok(())
}

/// Starts a console and stops its page's process before it can show anything.
fn open(home: &Path, said: &Path) -> Outcome<Blank> {
    let console = Command::new(env!("CARGO_BIN_EXE_switchback-console"))
        .args(["--rehearse", "--runbook", "dns-switch", "--home"])
        .arg(home)
        .env_remove("AWS_ENDPOINT_URL")
        .env_remove("TAURI_WEBVIEW_AUTOMATION")
        .stdin(Stdio::null())
        .stderr(fs::File::create(said)?)
        .spawn()?;
    let mut blank = Blank { console, page: None };
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let page = children(blank.console.id()).into_iter().find(|pid| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("WebKitWebProces"))
        });
        if let Some(page) = page {
            signal(page, "-STOP");
            blank.page = Some(page);
            return Ok(blank);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err("the console opened no page".into())
}
