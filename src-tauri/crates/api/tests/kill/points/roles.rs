//! Who drives, and how it ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Kill, SLOW_CALL_MS};

/// A re-executed copy of this program in a role.
pub struct Role {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    log: PathBuf,
}

pub struct Finished {
    pub success: bool,
    /// By a signal.
    pub killed: bool,
    pub lines: Vec<String>,
}

impl Finished {
    pub fn acked(&self) -> u64 {
        self.lines
            .iter()
            .filter_map(|l| l.strip_prefix("ack "))
            .filter_map(|n| n.parse().ok())
            .max()
            .unwrap_or(0)
    }
}

impl Role {
    /// The world; lives as long as this does.
    pub fn world(home: &Path, kill_at: &str) -> Self {
        Self::start("world", home, kill_at).served()
    }

    /// A world, once it is served.
    pub(super) fn served(self) -> Self {
        self.wait_for("served");
        self
    }

    pub fn start(role: &str, home: &Path, kill_at: &str) -> Self {
        let copy = Command::new(std::env::current_exe().unwrap());
        Self::launch(copy, role, home, kill_at)
    }

    /// Starts a role by a command that ends with the path of this program.
    pub fn launch(mut copy: Command, role: &str, home: &Path, kill_at: &str) -> Self {
        let log = home.join(format!("{role}.stderr"));
        let slow = (kill_at == Kill::RANDOM).then_some(SLOW_CALL_MS);
        let keep_stdin = role == "world";
        let mut child = copy
            .args(["--exact", "role", "--nocapture", "--test-threads", "1"])
            .env("SWITCHBACK_KILL_ROLE", role)
            .env("SWITCHBACK_KILL_AT", kill_at)
            .env("SWITCHBACK_HOME", home)
            .envs(slow.map(|ms| ("SWITCHBACK_KILL_SLOW_CALLS", ms.to_string())))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(if keep_stdin { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let (send, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, log }
    }

    fn wait_for(&self, wanted: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            match self.lines.recv_timeout(Duration::from_secs(1)) {
                Ok(line) if line.contains(wanted) => return,
                _ => {}
            }
        }
        panic!("no {wanted:?} within 30 s");
    }

    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
    }

    pub fn end(&mut self) -> Finished {
        let deadline = Instant::now() + Duration::from_secs(120);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "a driver hangs: {}",
                std::fs::read_to_string(&self.log).unwrap()
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut lines: Vec<String> = self.lines.iter().collect();
        if !status.success() {
            lines.push(std::fs::read_to_string(&self.log).unwrap_or_default());
        }
        Finished {
            success: status.success(),
            killed: status.code().is_none(),
            lines,
        }
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.child.stdin.take() {
            let _ = stdin.write_all(b"\n");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
