//! The window as a watcher: the command line, another process, drives the run. The window says who
//! does, shows it live, and takes the run over when its driver is at work, killed or frozen.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::app::{App, LINE, Outcome, SOON, with_console};
use crate::cli::{Cli, Running};
use crate::driver::{kill, signal};

/// Waits that the world's clock decides.
const WORLD: Duration = Duration::from_secs(60);

/// What a watcher's window may take to say that it was fenced out, or who drives now.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The exit code of a command; it must come soon.
async fn code(running: &mut Running) -> Outcome<Option<i32>> {
    let end = Instant::now() + SOON;
    loop {
        if let Some(status) = running.0.try_wait()? {
            return Ok(status.code());
        }
        if Instant::now() > end {
            return Err("the command line did not end".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_run_that_the_command_line_drives_is_watched_and_taken_over() -> Outcome {
    let home = tempfile::tempdir()?;
    with_console("watcher", home.path(), &LINE, async |app| {
        watch(app, home.path()).await
    })
    .await
}

async fn watch(app: &App, home: &Path) -> Outcome {
    app.until("driver", &["You"], SOON).await?;
    let cli = Cli::of(home)?;

    // While the window drives, nobody else can, and is told who does.
    let refused = cli.output(&["run", "hold", &cli.run, "--reason", "x"])?;
    assert_eq!(refused.status.code(), Some(8), "{refused:?}");

    // Fenced out: said at once, and nothing can be done from here any more.
    app.go("#/run/lower-ttl").await?;
    cli.take()?;
    app.until("watching", &["from you", "from this window"], AT_ONCE)
        .await?;
    off(app, "action-primary").await?;
    app.shot("40-fenced-out").await?;

    // What another process does is seen live.
    app.go("#/rehearsal").await?;
    app.click("faults-fold", SOON).await?;
    app.click("fault-insync-slow", SOON).await?;
    app.go("#/run/lower-ttl").await?;
    let preview = cli.json(&["step", "preview", &cli.run, "lower-ttl"])?;
    let digest = preview["digest"].as_str().ok_or("no digest")?;
    let apply = [
        "step",
        "apply",
        &cli.run,
        "lower-ttl",
        "--confirm",
        "rehearsal",
        "--preview",
        digest,
    ];
    let applying = cli.start(&apply)?;
    app.until("driver", &["n.night"], SOON).await?;
    app.until("step-state", &["Verifying"], WORLD).await?;
    app.until("watching", &["n.night on"], SOON).await?;
    let page = app.page_text().await?;
    assert!(!page.contains("Put on hold") && !page.contains("Stop…"), "{page}");
    app.shot("41-watching").await?;

    // It is killed in the middle: said, taken over with a reason, and brought to its end from here.
    kill(applying.0.id());
    app.until("watching", &["that program has ended"], AT_ONCE)
        .await?;
    app.shot("42-driver-killed").await?;
    take_over(app, "its program was killed").await?;
    app.until("step-state", &["Done"], WORLD).await?;
    drop(applying);

    // The next one is frozen in the middle of a rollback.
    cli.take()?;
    app.until("take-free", &["Drive it from here"], AT_ONCE).await?;
    app.shot("43-nobody-drives").await?;
    let mut frozen = cli.start(&[
        "rollback",
        &cli.run,
        "--step",
        "lower-ttl",
        "--confirm",
        "rehearsal",
    ])?;
    app.until("step-state", &["Undoing", "Verifying undo"], WORLD)
        .await?;
    signal(frozen.0.id(), "-STOP");
    app.until("watching", &["gives no sign of life"], SOON).await?;
    app.shot("44-driver-frozen").await?;
    take_over(app, "n.night does not answer").await?;
    app.until("step-state", &["Undone"], WORLD).await?;
    app.shot("45-taken-over").await?;

    // It thaws: it can do nothing more, and says that it lost the lease.
    signal(frozen.0.id(), "-CONT");
    assert_eq!(code(&mut frozen).await?, Some(8));
    app.until("driver", &["You"], SOON).await?;

    // All of it is in the journal, with the reasons.
    app.go("#/timeline").await?;
    app.until("timeline", &["n.night does not answer"], SOON).await?;
    app.until("timeline", &["the window does not answer"], SOON)
        .await?;
    Ok(())
}

/// Opens the form, gives the reason, and waits until this window drives.
async fn take_over(app: &App, reason: &str) -> Outcome {
    app.click("take-open", SOON).await?;
    app.write("reason-input", reason).await?;
    app.shot("42-take-over").await?;
    app.click("reason-submit", SOON).await?;
    app.until("driver", &["You"], SOON).await?;
    Ok(())
}

/// The button is there and can't be pressed, or the reason why not stands beside it.
async fn off(app: &App, id: &str) -> Outcome {
    let script = format!(
        "const e = document.querySelector('[data-testid=\"{id}\"]'); \
         const b = e?.matches('button,a') ? e : e?.querySelector('button,a'); \
         return b != null && (b.disabled === true || b.getAttribute('aria-disabled') === 'true');"
    );
    app.until_true(&format!("{id} is off"), &script, AT_ONCE).await
}
