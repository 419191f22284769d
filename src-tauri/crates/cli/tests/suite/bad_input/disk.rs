//! A disk that is full, and a home that can't be written.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use super::support::{Closed, PROGRAM, TestHome, applying};
use crate::shared::Did;

/// Runs a command whose files may not grow beyond some blocks of 512 bytes: the system answers EFBIG
/// where a full disk answers ENOSPC, and needs no privilege for it. Its own messages go to pipes.
fn full(place: &TestHome, blocks: u32, args: &[&str]) -> Did {
    let mut command = Command::new("sh");
    place.dress(&mut command);
    command
        .arg("-c")
        .arg(format!("ulimit -f {blocks}; exec \"$0\" \"$@\""))
        .arg(PROGRAM)
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // A log that can't be written would say so on stderr, and is beside the point.
    command.env("SWITCHBACK_LOG", "error");
    Did::of(command.output().unwrap())
}

#[test]
fn a_full_disk_stops_before_a_run_is_opened() {
    let place = TestHome::new();
    let new = ["run", "new", "dns-switch", "--target", "rehearsal"];
    let mut all = String::new();
    for blocks in [0, 1, 8, 100] {
        let did = full(&place, blocks, &new).code(1);
        all.push_str(&format!("## {blocks} blocks free\n{}\n", place.error_of(&did)));
    }
    insta::assert_snapshot!("disk-full-at-the-start", all);
    place.bad_json(&full(&place, 8, &[&new[..], &["--json"]].concat()).code(1));
    // With space, as if nothing had been.
    assert_eq!(place.json(&["run", "list"])["runs"].as_array().unwrap().len(), 0);
    let run = place.new_run("rehearsal", &[]);
    place.verify(&run);
}

#[test]
fn a_disk_that_fills_in_the_middle_of_a_change_loses_nothing_and_repeats_nothing() {
    let place = TestHome::new();
    let world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let apply = |blocks: Option<u32>| {
        let digest = place.seen(&run);
        let args = applying(&run, "rehearsal", &digest);
        match blocks {
            Some(blocks) => full(&place, blocks, &args),
            None => place.run(&args),
        }
    };
    let (mut before, mut within) = (0, String::new());
    // Each commit of an apply takes some more of the write-ahead log: sooner or later one of them is
    // the answer of a call that was carried out.
    for blocks in (8..).step_by(8) {
        assert!(
            blocks < 800,
            "the disk never filled between a call and its answer"
        );
        let done = world.changes();
        let last = place.verify(&run);
        let did = apply(Some(blocks));
        assert!(place.verify(&run) >= last, "events were lost");
        assert_eq!(did.code, 1, "{blocks}: {}", did.err);
        let said = place.error_of(&did);
        if world.changes() == done {
            before += 1;
            assert!(!said.contains("in doubt"), "{said}");
            continue;
        }
        within = said;
        break;
    }
    assert!(before > 0);
    let scrubbed = within.replace(|c: char| c.is_ascii_digit(), "#");
    insta::assert_snapshot!("disk-full-in-the-middle", scrubbed);
    // Space again: what was in flight is inspected, found and verified; nothing is sent twice.
    place.ok(&["step", "inspect", &run, "lower-ttl"]);
    assert_eq!(place.state(&run, "lower-ttl"), "done");
    assert_eq!(world.changes(), 1);
    place
        .run(&["rollback", &run, "--all", "--confirm", "rehearsal"])
        .code(7);
    assert_eq!(world.changes(), 2);
    place.verify(&run);
}

#[test]
fn a_home_that_cannot_be_used_is_named() {
    let place = TestHome::new();
    let file = place.write("file", "");
    let under = file.join("home");
    let nowhere = place.path().join("nowhere");
    symlink("/nosuch/folder", &nowhere).unwrap();
    let mut all = String::new();
    let mut cases = vec![
        ("a file", file.clone()),
        ("below a file", under),
        ("a link to nowhere", nowhere),
    ];
    if cfg!(target_os = "linux") {
        cases.push(("where nothing can be made", "/proc/switchback".into()));
    }
    for (title, home) in cases {
        let home = home.display().to_string();
        let said = place.bad(
            1,
            &[
                "--home",
                &home,
                "run",
                "new",
                "dns-switch",
                "--target",
                "rehearsal",
            ],
        );
        assert_eq!(said, place.bad(1, &["--home", &home, "run", "list"]), "{title}");
        all.push_str(&format!("## {title}\n{said}\n"));
    }
    insta::assert_snapshot!("homes", all);
}

/// Whether this test runs as the user whom no permission stops.
fn is_root(place: &TestHome) -> bool {
    let probe = place.path().join("probe");
    fs::create_dir(&probe).unwrap();
    fs::set_permissions(&probe, Permissions::from_mode(0o555)).unwrap();
    fs::write(probe.join("file"), "").is_ok()
}

#[test]
fn a_home_that_is_read_only_is_told_and_not_changed() {
    let place = TestHome::new();
    let run = place.new_run("rehearsal", &[]);
    let file = place.home().join("journal.db");
    let before = fs::read(&file).unwrap();
    let only_read = |mode: u32| {
        for entry in fs::read_dir(place.home()).unwrap().flatten() {
            let mode = if entry.path().is_dir() { mode | 0o111 } else { mode };
            fs::set_permissions(entry.path(), Permissions::from_mode(mode)).unwrap();
        }
        fs::set_permissions(place.home(), Permissions::from_mode(mode | 0o111)).unwrap();
    };
    only_read(0o444);
    let root = is_root(&place);
    let program = place.path().join("switchback");
    if root {
        // Nothing is forbidden to root, so somebody else runs it.
        crate::shared::put_program(PROGRAM.as_ref(), &program);
        fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    }
    let mut all = String::new();
    for (title, args) in [
        (
            "a new run",
            ["run", "new", "dns-switch", "--target", "rehearsal"].as_slice(),
        ),
        ("a list", &["run", "list"]),
        ("a decision", &["run", "hold", &run, "--reason", "x"]),
    ] {
        let mut command = Command::new(if root {
            program.as_os_str()
        } else {
            PROGRAM.as_ref()
        });
        place.dress(&mut command);
        if root {
            command.uid(65534).gid(65534);
        }
        let did = Did::of(command.args(args).output().unwrap()).code(1);
        all.push_str(&format!("## {title}\n{}\n", place.error_of(&did)));
    }
    only_read(0o644);
    insta::assert_snapshot!("read-only-home", all);
    assert_eq!(fs::read(&file).unwrap(), before);
    place.verify(&run);
}
