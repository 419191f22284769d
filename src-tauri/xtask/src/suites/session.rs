//! The session that an executable runs in: its display, its keyring, and nothing of the developer's own.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Suite;
use crate::compile::TestProgram;
use crate::shell::{Outcome, Scratch, Stop, command, which};

/// The executable itself, or inside the session it needs: a display and a message bus for the window,
/// a bus with an unlocked throw-away keyring for keyring tests.
pub(super) fn wrapped(
    suite: Suite,
    test: &TestProgram,
    limit: Duration,
    scratch: &Scratch,
) -> Outcome<Command> {
    let keyring = test.integration && test.name.starts_with("keyring");
    if !cfg!(target_os = "linux") || (suite != Suite::Window && !keyring) {
        return Ok(command(&test.executable));
    }
    let mut needed = vec!["dbus-run-session", "gnome-keyring-daemon", "timeout"];
    if suite == Suite::Window {
        needed.extend(["xvfb-run", "WebKitWebDriver"]);
    }
    if let Some(absent) = needed.into_iter().find(|program| which(program).is_none()) {
        return Err(Stop::failed(format!(
            "{} cannot run: {absent} is missing",
            test.name
        )));
    }
    // `timeout` is the second guard: it still ends the session if this program is killed.
    let mut words = vec!["--kill-after=10".to_owned(), (limit.as_secs() + 20).to_string()];
    if suite == Suite::Window {
        words.extend(["xvfb-run", "-a", "-s", "-screen 0 1920x1200x24"].map(str::to_owned));
    }
    words.extend(["dbus-run-session", "--", "sh", "-c", SESSION, "session"].map(str::to_owned));
    let mut session = command("timeout");
    session.args(words).arg(&test.executable);
    isolate(&mut session, &scratch.0)?;
    Ok(session)
}

/// Unlocks a keyring that lives in the scratch folder, waits until it answers, runs the test, and ends the
/// daemon by its own id: left to itself it sometimes outlives its bus.
const SESSION: &str = r#"
printf 'test\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'; do
  tries=$((tries + 1))
  if [ "$tries" -gt 200 ]; then echo 'the test keyring did not start' >&2; kill "$keyring"; exit 1; fi
  sleep 0.05
done
"$@"
status=$?
kill "$keyring"
wait "$keyring"
exit "$status"
"#;

/// Takes the developer's own AWS access and Switchback folder out of a test's environment: nothing that
/// a test does by mistake may reach a real account or a real run.
pub(super) fn detach(program: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("AWS_") || name == "SWITCHBACK_HOME" || name == "SWITCHBACK_MIRROR" {
            program.env_remove(name.as_ref());
        }
    }
    for file in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        program.env(file, if cfg!(windows) { "NUL" } else { "/dev/null" });
    }
    program.env("AWS_EC2_METADATA_DISABLED", "true");
}

/// Points every per-user folder into the scratch folder: a test must never see a person's own keyring.
fn isolate(session: &mut Command, scratch: &Path) -> Outcome<()> {
    for (variable, name) in [
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ] {
        let folder = scratch.join(name);
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&folder)
            .map_err(|error| Stop::failed(format!("no folder for a session: {error}")))?;
        session.env(variable, folder);
    }
    Ok(())
}
