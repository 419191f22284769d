//! A desktop session without a desktop: a message bus and an unlocked keychain of its own, in folders of its
//! own, so that what is measured does what it does on a person's computer and touches nothing of theirs.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::Outcome;
use crate::sandbox::Sandbox;

/// Unlocks a keyring, waits until it answers, says where the bus is, and ends with its input.
const SCRIPT: &str = r#"
printf 'bench\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'; do
  tries=$((tries + 1))
  if [ "$tries" -gt 200 ]; then echo 'the keyring did not start' >&2; kill "$keyring"; exit 1; fi
  sleep 0.05
done
echo "$DBUS_SESSION_BUS_ADDRESS"
cat >/dev/null
kill "$keyring"
wait "$keyring"
"#;

/// The folders that a session has for itself.
const FOLDERS: [(&str, &str); 4] = [
    ("XDG_DATA_HOME", "data"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_RUNTIME_DIR", "runtime"),
];

/// The session; ends with the measurement.
pub(crate) struct Session {
    child: Child,
    bus: String,
    folder: PathBuf,
}

impl Session {
    /// `display`: as `DISPLAY` names it, for what the bus starts by itself.
    pub(crate) fn start(place: &Sandbox, display: Option<&str>) -> Outcome<Self> {
        let folder = place.path("session");
        for (_, name) in FOLDERS {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder.join(name))?;
        }
        let log = folder.join("log");
        let mut command = place.program("dbus-run-session".as_ref());
        if let Some(display) = display {
            command.env("DISPLAY", display);
        }
        let mut child = command
            .args(["--", "sh", "-c", SCRIPT])
            .envs(FOLDERS.map(|(variable, name)| (variable, folder.join(name))))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What the bus starts is talkative.
            .stderr(File::create(&log)?)
            .spawn()
            .map_err(|error| format!("dbus-run-session could not be started: {error}"))?;
        let mut bus = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut bus)?;
        }
        let session = Self {
            child,
            bus: bus.trim().to_owned(),
            folder,
        };
        if session.bus.is_empty() {
            let said = std::fs::read_to_string(log)?;
            return Err(format!("there is no message bus with a keychain: {said}").into());
        }
        Ok(session)
    }

    /// Lets a program work in the session.
    pub(crate) fn enter<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .envs(FOLDERS.map(|(variable, name)| (variable, self.folder.join(name))))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Its input ends, and with it the script, the keyring and the bus.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
