//! A page whose process ends is loaded again, and that is said: a picture that stands still must not look well.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::app::{ONE_WINDOW, Outcome};
use crate::driver::{children, kill, signal};

/// A console without a WebDriver; ends by its own id.
struct Console(Child);

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The process of the console's page; none where it has none.
fn page_of(console: u32) -> Option<u32> {
    children(console).into_iter().find(|pid| {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("WebKitWebProces"))
    })
}

/// How often the window has shown something, by the log.
fn shown(home: &Path) -> usize {
    let files = fs::read_dir(home.join("logs")).into_iter().flatten().flatten();
    files
        .filter_map(|file| fs::read_to_string(file.path()).ok())
        .map(|text| text.matches("the window shows something").count())
        .sum()
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Outcome {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        if Instant::now() > end {
            return Err(format!("{what}: not within 30 s").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_whose_process_was_killed_comes_back_and_says_so() -> Outcome {
    let _turn = ONE_WINDOW.lock().await;
    let home = tempfile::tempdir()?;
    let said = home.path().join("said.txt");
    let console = Command::new(env!("CARGO_BIN_EXE_switchback-console"))
        .args(["--rehearse", "--runbook", "dns-switch", "--home"])
        .arg(home.path())
        .env_remove("AWS_ENDPOINT_URL")
        .env_remove("TAURI_WEBVIEW_AUTOMATION")
        .stdin(Stdio::null())
        .stderr(fs::File::create(&said)?)
        .spawn()?;
    let mut console = Console(console);
    let id = console.0.id();
    until("the page shows something", || shown(home.path()) == 1).await?;
    let page = page_of(id).ok_or("the console has no page")?;

    kill(page);
    until("it is said that the page ended", || {
        fs::read_to_string(&said).is_ok_and(|text| text.contains("the window's page had ended"))
    })
    .await?;
    until("the page shows something again", || shown(home.path()) == 2).await?;
    let again = page_of(id).ok_or("the console has no page any more")?;
    assert_ne!(again, page);
    assert!(console.0.try_wait()?.is_none(), "the console ended with its page");
    signal(id, "-TERM");
    assert!(console.0.wait()?.success());
    Ok(())
}
