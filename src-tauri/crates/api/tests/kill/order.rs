//! What the operating system sees: the intent is on disk before the first byte of its request leaves.
//! The driver runs under strace against the world in another process.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use switchback_rehearsal::Outcome;

use crate::points::{Role, difference, log, records};
use crate::twice::doubles;

/// SQLite's log of the journal, as strace names the file of a descriptor.
const WAL: &str = "/journal.db-wal>";
/// Far more than one page of the log or one request.
const SHOWN: &str = "16384";

/// Whether strace works here; a CI run must not go on without it.
pub fn strace(test: &str) -> bool {
    let tried = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "-e", "trace=fsync", "true"])
        .output();
    let why = match tried {
        Ok(output) if output.status.success() => return true,
        Ok(output) => format!(
            "this machine does not permit ptrace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ),
        Err(error) => format!("strace could not be started ({error}); install the package strace"),
    };
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!ci, "{test}: {why}; a container needs --cap-add SYS_PTRACE");
    println!("{test}: skipped, because {why}");
    false
}

/// The driver there and back under strace, with more options for it, and what it wrote down.
fn traced(home: &Path, options: &[&str], plant: &str) -> (bool, String) {
    let trace = home.join("trace");
    let mut copy = Command::new("strace");
    copy.args(["-f", "-tt", "-T", "-yy", "-s", SHOWN, "-o"])
        .arg(&trace)
        .args([
            "-e",
            "trace=fdatasync,fsync,pwrite64,sendto,sendmsg,write,writev,connect",
        ])
        .args(options)
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .env("SWITCHBACK_KILL_PLANT", plant);
    let ended = Role::launch(copy, "there-and-back", home, "never:0").end();
    let trace = String::from_utf8_lossy(&std::fs::read(trace).unwrap()).into_owned();
    if !ended.success && options.is_empty() {
        println!("{}", ended.lines.join("\n"));
    }
    (ended.success, trace)
}

/// One system call: the lines where it was entered and where it came back.
#[derive(Debug)]
struct Call<'a> {
    name: &'a str,
    time: &'a str,
    entered: usize,
    returned: usize,
    /// What was passed.
    passed: &'a str,
    /// What it gave, and how long it took.
    gave: &'a str,
}

impl Call<'_> {
    fn writes_log(&self) -> bool {
        self.name == "pwrite64" && self.passed.contains(WAL)
    }

    /// It really was carried out: an injected result stands for a call that was not.
    fn syncs_log(&self) -> bool {
        self.tries_to_sync_log() && self.gave.starts_with("0 ") && !self.gave.contains("INJECTED")
    }

    fn tries_to_sync_log(&self) -> bool {
        matches!(self.name, "fsync" | "fdatasync") && self.passed.contains(WAL)
    }

    /// The comment of a change that is sent to the world, which is the intent's token.
    fn token(&self) -> Option<&str> {
        let request = self.passed.contains("<TCP:")
            && self.passed.contains("POST /2013-04-01/hostedzone/")
            && self.passed.contains("/rrset ");
        let (_, rest) = self.passed.split_once("<Comment>").filter(|_| request)?;
        rest.split_once("</Comment>").map(|(token, _)| token)
    }
}

/// The calls of a trace. One that another thread overtook stands on two lines.
fn calls(trace: &str) -> Vec<Call<'_>> {
    let mut calls: Vec<Call<'_>> = Vec::new();
    let mut open: HashMap<&str, usize> = HashMap::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((time, rest)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        if let Some(rest) = rest.strip_prefix("<... ") {
            let Some(index) = open.remove(thread) else {
                continue;
            };
            calls[index].returned = at;
            calls[index].gave = rest.rsplit_once(" = ").map_or("", |(_, gave)| gave);
        } else if let Some((name, rest)) = rest.split_once('(') {
            let (passed, gave) = match rest.strip_suffix(" <unfinished ...>") {
                Some(passed) => {
                    open.insert(thread, calls.len());
                    (passed, "")
                }
                None => rest.rsplit_once(" = ").unwrap_or((rest, "")),
            };
            calls.push(Call {
                name,
                time,
                entered: at,
                returned: at,
                passed,
                gave,
            });
        }
    }
    calls
}

/// For each change that was sent: the lines that prove the order, or what is wrong with it.
fn judged(trace: &str) -> Vec<Result<String, String>> {
    let calls = calls(trace);
    calls
        .iter()
        .filter_map(|request| Some((request, request.token()?)))
        .map(|(request, token)| {
            let what = token.splitn(3, ' ').nth(2).unwrap_or(token);
            let carries = |call: &&Call<'_>| call.writes_log() && call.passed.contains(token);
            let before = calls
                .iter()
                .filter(carries)
                .find(|c| c.returned < request.entered);
            let Some(written) = before else {
                return Err(format!("{what}: sent before its intent was written"));
            };
            let synced = calls
                .iter()
                .find(|c| c.syncs_log() && c.entered > written.returned)
                .filter(|c| c.returned < request.entered);
            let Some(synced) = synced else {
                return Err(format!("{what}: sent before its intent was on disk"));
            };
            Ok(format!(
                "{what}: intent written {} (line {}), {} of journal.db-wal {} (returns in line {}), \
                 first byte of the request {} (line {})",
                written.time,
                written.entered + 1,
                synced.name,
                synced.time,
                synced.returned + 1,
                request.time,
                request.entered + 1
            ))
        })
        .collect()
}

/// Changes that the world carried out.
fn carried_out(home: &Path) -> usize {
    log(home)
        .iter()
        .filter(|e| e.operation == "ChangeResourceRecordSets" && e.outcome == Outcome::Committed)
        .count()
}

#[test]
fn the_intent_is_on_disk_before_the_first_byte_leaves() {
    if !strace("order") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let world = Role::world(home.path(), "never:0");
    let (success, trace) = traced(home.path(), &[], "");
    assert!(success, "the traced run did not go there and back");
    let judged = judged(&trace);
    for verdict in &judged {
        println!("{verdict:?}");
    }
    assert_eq!(judged.iter().filter(|v| v.is_err()).count(), 0);
    // Nothing reached the world by a way that the trace did not see.
    assert_eq!(judged.len(), carried_out(home.path()));
    assert!(judged.len() >= 6, "three steps there and three back");
    drop(world);
}

/// What must turn the check above red: the bug, and how strace or the journal is made to have it.
#[test]
fn a_journal_that_acknowledges_too_early_is_found() {
    if !strace("order, planted") {
        return;
    }
    let never_synced = ["-e", "inject=fsync,fdatasync:retval=0"];
    for (bug, options, plant, expected) in [
        (
            "acknowledged before it is written",
            &[][..],
            "write-behind",
            "sent before its intent was written",
        ),
        (
            "append without fsync",
            &never_synced[..],
            "",
            "sent before its intent was on disk",
        ),
    ] {
        let home = tempfile::tempdir().unwrap();
        let world = Role::world(home.path(), "never:0");
        let (success, trace) = traced(home.path(), options, plant);
        assert!(success, "{bug}: without a power cut nobody notices the bug");
        let judged = judged(&trace);
        println!("planted: {bug}");
        for verdict in &judged {
            println!("{verdict:?}");
        }
        assert!(judged.len() >= 6, "{bug}: too few requests");
        let red = |v: &Result<String, String>| v.as_ref().is_err_and(|why| why.contains(expected));
        assert!(judged.iter().all(red), "{bug}: not found");
        drop(world);
    }
}

/// The disk fails at the sync: the driver stops with nothing sent, and the run goes back later.
#[test]
fn a_sync_that_fails_stops_everything() {
    if !strace("order, failing disk") {
        return;
    }
    let (mut failed, mut sent) = (0, Vec::new());
    // Counted by thread, so each of these strikes somewhere else.
    for from in [3, 6, 10] {
        let home = tempfile::tempdir().unwrap();
        let world = Role::world(home.path(), "never:0");
        let start = records(home.path());
        let fails = format!("inject=fsync,fdatasync:error=EIO:when={from}+");
        let (success, trace) = traced(home.path(), &["-e", &fails], "");
        assert!(!success, "the driver went on without a disk");
        let calls = calls(&trace);
        let struck = calls
            .iter()
            .find(|c| c.tries_to_sync_log() && c.gave.contains("EIO"));
        if let Some(struck) = struck {
            failed += 1;
            let late: Vec<_> = calls
                .iter()
                .filter(|c| c.entered > struck.returned)
                .filter_map(Call::token)
                .collect();
            assert!(late.is_empty(), "sent after the disk had failed: {late:?}");
        }
        assert!(judged(&trace).iter().all(Result::is_ok));
        sent.push(carried_out(home.path()));
        let back = Role::start("back", home.path(), "never:0").end();
        assert!(back.success, "it could not roll back:\n{}", back.lines.join("\n"));
        assert_eq!(difference(&start, &records(home.path())), Vec::<String>::new());
        assert_eq!(doubles(&log(home.path())), Vec::<String>::new());
        drop(world);
    }
    println!("{failed} failing syncs of the journal; changes sent before them: {sent:?}; none after");
    assert!(failed > 0, "no sync of the journal failed");
}
