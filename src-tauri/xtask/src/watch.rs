//! Runs one child to its end or to a deadline, passing its lines through; kills only what it started.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use crate::shell::{Outcome, Stop};

/// How long the last lines may take to arrive after the child's end, on a busy machine.
const STRAY_PIPE: Duration = Duration::from_secs(3);

/// How the child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It exited with 0.
    Success,
    /// It exited with something else, or by a signal.
    Failure,
    /// It was still running at the deadline and was killed with its descendants.
    Overdue,
}

/// Starts the command, hands every stdout line to `line`, and waits until it ends or `limit` passes.
pub fn watch(command: &mut Command, limit: Duration, mut line: impl FnMut(&str)) -> Outcome<End> {
    let deadline = Instant::now() + limit;
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Stop::failed(format!("{} could not be started: {error}", program(command))))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        // Detached on purpose: a stray grandchild may keep the pipe open longer than we care to wait.
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            let mut bytes = Vec::new();
            while matches!(reader.read_until(b'\n', &mut bytes), Ok(1..)) {
                if sender
                    .send(String::from_utf8_lossy(&bytes).trim_end().to_owned())
                    .is_err()
                {
                    return;
                }
                bytes.clear();
            }
        });
    }
    let mut ended = None;
    let mut ended_at: Option<Instant> = None;
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            Ok(text) => line(&text),
            // The pipe is closed: the child has ended or is about to.
            Err(RecvTimeoutError::Disconnected) if ended.is_none() => {
                thread::sleep(Duration::from_millis(10))
            }
            Err(RecvTimeoutError::Disconnected) => break,
            // Ended long ago with the pipe still open: whoever holds it is not the child.
            Err(RecvTimeoutError::Timeout) if ended_at.is_some_and(|at| at.elapsed() > STRAY_PIPE) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if ended.is_none() {
            ended = child
                .try_wait()
                .map_err(|error| Stop::failed(format!("lost sight of a child: {error}")))?;
        }
        if ended.is_some() {
            ended_at.get_or_insert_with(Instant::now);
        } else if Instant::now() >= deadline {
            end(&mut child);
            return Ok(End::Overdue);
        }
    }
    Ok(if ended.is_some_and(|status| status.success()) {
        End::Success
    } else {
        End::Failure
    })
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Kills the child and everything below it, by their own ids, and waits for the child.
pub fn end(child: &mut Child) {
    let below = descendants(child.id());
    // Errors mean that it has already ended, which is what we want.
    let _ = child.kill();
    if !below.is_empty() {
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(below.iter().map(u32::to_string))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
    let _ = child.wait();
}

/// The ids of all processes below this one; empty where there is no /proc.
fn descendants(parent: u32) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // "id (name) state parent ...": the name may itself contain brackets and spaces.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(current) = found.get(next).copied() {
        found.extend(
            pairs
                .iter()
                .filter(|(_, parent)| *parent == current)
                .map(|(id, _)| *id),
        );
        next += 1;
    }
    found.split_off(1)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn passes_lines_through_and_tells_success_from_failure() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; printf two; exit 3"]);
        let end = watch(&mut command, Duration::from_secs(20), |line| {
            lines.push(line.to_owned())
        })
        .unwrap();
        assert_eq!(
            (end, lines),
            (End::Failure, vec!["one".to_owned(), "two".to_owned()])
        );
        assert_eq!(
            watch(&mut Command::new("true"), Duration::from_secs(20), |_| ()).unwrap(),
            End::Success
        );
    }

    #[test]
    fn an_overdue_child_takes_its_own_children_with_it() {
        let mut grandchild = None;
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]);
        let end = watch(&mut command, Duration::from_millis(400), |line| {
            grandchild = line.parse::<u32>().ok()
        });
        assert_eq!(end.unwrap(), End::Overdue);
        let stat = format!("/proc/{}/stat", grandchild.unwrap());
        let deadline = Instant::now() + Duration::from_secs(10);
        // Gone, or a zombie that its new parent has not collected yet.
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(Instant::now() < deadline, "the grandchild is still running");
            thread::sleep(Duration::from_millis(20));
        }
    }
}
