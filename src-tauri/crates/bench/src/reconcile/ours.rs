//! `switchback users reconcile` as a process: how long, how much memory, and killed.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::without;
use crate::Outcome;
use crate::accepted::log;
use crate::sandbox::Sandbox;
use crate::served::Served;
use crate::session::Session;
use crate::stats::{ms, now};

const LIST: &str = "cognito-idp:ListUsers";
/// How often the memory of a process is looked at: its peak never falls, so only what it grows after the last look is missed.
const LOOKS: Duration = Duration::from_millis(5);

/// Where it works.
pub(super) struct Ours<'a> {
    pub place: &'a Sandbox,
    pub session: &'a Session,
    pub served: &'a Served,
}

/// One whole comparison.
pub(super) struct Run {
    /// Milliseconds from the start of the process to its end.
    pub process: f64,
    /// Of them, for the pages.
    pub pages: f64,
    /// Of those, to keep each page sealed, while the next one is on its way.
    pub kept: f64,
    /// Of them, to judge and to write the rows.
    pub judged: f64,
    /// The most memory that it held, in KiB.
    pub peak_kib: u64,
}

/// What came of the kills.
pub(super) struct Killed {
    pub kills: usize,
    /// Requests of all processes together.
    pub requests: u64,
    /// Requests of one that nobody disturbed.
    pub undisturbed: u64,
    /// Whether both wrote the same.
    pub same: bool,
}

impl Ours<'_> {
    fn command(&self, list: &Path, out: &Path) -> Command {
        let mut command = self.place.switchback(self.served.home());
        command
            .args(["users", "reconcile", "--target", "rehearsal", "--pool", "admins"])
            .arg("--source")
            .arg(list)
            .arg("--out")
            .arg(out)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        self.session.enter(&mut command);
        command
    }

    fn requests(&self) -> Outcome<u64> {
        Ok(self.served.counts()?.get(LIST).copied().unwrap_or_default())
    }

    /// One comparison; the result lies under this name until the next.
    pub(super) fn run(&self, list: &Path, name: &str) -> Outcome<Run> {
        let out = self.place.path(&format!("{name}.csv"));
        without(&out)?;
        let since = now();
        let began = Instant::now();
        let mut child = self.command(list, &out).spawn()?;
        let peak_kib = peak(&mut child)?;
        let output = child.wait_with_output()?;
        let process = ms(began.elapsed());
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        if !output.status.success() || answer["complete"] != true || answer["plan"]["kept"] != true {
            return Err(format!(
                "`users reconcile` ended with {}: {answer} {}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )
            .into());
        }
        let lines = log(self.served.home(), since)?;
        let took = |what: &str, field: &str| {
            let mut found = lines.iter().filter(|line| line.said["message"] == what);
            let line = found
                .next_back()
                .ok_or_else(|| format!("the log has no line `{what}`"))?;
            line.said[field]
                .as_f64()
                .ok_or_else(|| format!("`{what}` says no {field}"))
        };
        Ok(Run {
            process,
            pages: took("pools read", "ms")?,
            kept: took("pools read", "kept_ms")?,
            judged: took("rows judged and written", "ms")?,
            peak_kib,
        })
    }

    /// Kills it again and again, each time a part further, and lets the last one end.
    pub(super) fn killed(&self, list: &Path, kills: usize) -> Outcome<Killed> {
        let before = self.requests()?;
        self.run(list, "undisturbed")?;
        let undisturbed = self.requests()? - before;
        let out = self.place.path("killed.csv");
        without(&out)?;
        let before = self.requests()?;
        let mut killed = 0;
        for number in 1..=kills as u64 {
            let far = before + undisturbed * number / (kills as u64 + 1);
            let mut child = self.command(list, &out).spawn()?;
            while self.requests()? < far && child.try_wait()?.is_none() {
                sleep(Duration::from_millis(1));
            }
            if child.try_wait()?.is_none() {
                child.kill()?;
                killed += 1;
            }
            child.wait_with_output()?;
        }
        if out.exists() {
            return Err("it ended before it was killed".into());
        }
        let output = self.command(list, &out).output()?;
        if !output.status.success() {
            return Err(format!("the last one ended with {}", output.status).into());
        }
        Ok(Killed {
            kills: killed,
            requests: self.requests()? - before,
            undisturbed,
            same: fs::read(&out)? == fs::read(self.place.path("undisturbed.csv"))?,
        })
    }
}

/// The most memory that a process holds until its end, in KiB; 0 where the system does not say.
fn peak(child: &mut Child) -> Outcome<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
        most = most.max(kib.unwrap_or_default());
        sleep(LOOKS);
    }
    Ok(most)
}
