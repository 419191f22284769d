//! Files that are written whole and over nothing, and what is no file.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use super::text;
use crate::bad_input::support::{Closed, TestHome};

fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_written_whole_private_and_over_nothing_of_somebody_else() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let other = place.new_run("rehearsal", &[]);
    let at = |name: &str| place.path().join(name);
    let commands: [&[&str]; 3] = [
        &["report", &run, "--html"],
        &["run", "sheet", &run, "--out"],
        &["journal", "export", &run, "--out"],
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let with = |file: &Path, more: &[&str]| -> Vec<String> {
            let args = command
                .iter()
                .copied()
                .chain([text(file)])
                .chain(more.iter().copied());
            args.map(ToOwned::to_owned).collect()
        };
        let name = |what: &str| at(&format!("{number}-{what}"));
        // Somebody's own draft of that name is nobody's business.
        let (file, theirs) = (name("file.html"), name("file.new"));
        fs::write(&theirs, "mine").unwrap();
        place.run(&with(&file, &[])).code(0);
        assert_eq!(mode(&file), 0o600, "{command:?}");
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        let first = fs::read(&file).unwrap();
        // An earlier report or sheet of this run is replaced, an export is not.
        let again = place.run(&with(&file, &[]));
        assert_eq!(again.code, if number == 2 { 3 } else { 0 }, "{}", again.err);
        place.run(&with(&file, &["--force", "--shared"])).code(0);
        assert_eq!(mode(&file), 0o644);
        assert_eq!(fs::read_to_string(&file).unwrap().is_empty(), first.is_empty());

        let others = [("other", "somebody's own"), ("empty", "")];
        for (what, content) in others {
            let file = name(what);
            fs::write(&file, content).unwrap();
            let said = place.bad(3, &with(&file, &[]));
            assert!(said.contains("there is already a file of this name"), "{said}");
            assert!(said.contains("--force"), "{said}");
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
        place.run(&with(&name("other"), &["--force"])).code(0);
        assert!(fs::read_to_string(name("other")).unwrap().contains(&run));

        pipe(&name("pipe"));
        fs::create_dir(name("folder")).unwrap();
        symlink(&theirs, name("link")).unwrap();
        symlink(at("nowhere"), name("dangling")).unwrap();
        for (file, what) in [
            (name("pipe"), "a pipe"),
            (name("folder"), "a folder"),
            (name("link"), "a symbolic link"),
            (name("dangling"), "a symbolic link"),
            ("/dev/null".into(), "a device"),
            ("/dev/full".into(), "a device"),
        ] {
            for more in [&[][..], &["--force"]] {
                let said = place.bad(3, &with(&file, more));
                assert!(
                    said.contains(&format!("there is already {what} of this name")),
                    "{said}"
                );
            }
        }
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        assert!(!at("nowhere").exists());
        let said = place.bad(3, &with(&at("none/file"), &[]));
        assert!(said.contains("there is no such folder"), "{said}");
    }
    // The report and the sheet of another run are another file.
    for (command, file) in [("report", "0-file.html"), ("sheet", "1-file.html")] {
        let args: &[&str] = match command {
            "report" => &["report", &other, "--html"],
            _ => &["run", "sheet", &other, "--out"],
        };
        let said = place.bad(3, &[args, &[text(&at(file))]].concat());
        assert!(said.contains("already a file"), "{said}");
    }
    let left: Vec<String> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("draft"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "drafts stayed");
    // A recovery code is written over nothing, and through nothing.
    let (kept, link) = (at("code"), at("code-link"));
    fs::write(&kept, "kept").unwrap();
    symlink(&kept, &link).unwrap();
    pipe(&at("code-pipe"));
    for file in [&kept, &link, &at("code-pipe")] {
        let new = [
            "run",
            "new",
            "dns-switch",
            "--target",
            "rehearsal",
            "--recovery-code-file",
        ];
        place.bad(2, &[&new[..], &[text(file)]].concat());
    }
    assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
}

#[test]
fn a_dash_is_no_name_of_a_file_that_is_written() {
    let place = TestHome::new();
    place.write("list.csv", "email\n");
    let list = text(&place.path().join("list.csv")).to_owned();
    let commands: [&[&str]; 5] = [
        &["journal", "export", "run-1", "--out", "-"],
        &["run", "sheet", "run-1", "--out", "-"],
        &["report", "run-1", "--html", "-"],
        &["users", "reconcile", "--source", &list, "--out", "-"],
        &[
            "run",
            "new",
            "dns-switch",
            "--target",
            "rehearsal",
            "--recovery-code-file",
            "-",
        ],
    ];
    for command in commands {
        let said = place.bad(2, command);
        assert!(
            said.contains("- is no file: give its name."),
            "{command:?}: {said}"
        );
    }
    assert!(!Path::new("-").exists());
}

#[test]
fn what_is_no_file_is_refused_at_once_at_every_door() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    pipe(&place.path().join("pipe.toml"));
    fs::create_dir(place.path().join("folder.toml")).unwrap();
    pipe(&place.path().join("pipe-link"));
    symlink(place.path().join("pipe-link"), place.path().join("link.toml")).unwrap();
    let pipe = text(&place.path().join("pipe.toml")).to_owned();
    let folder = text(&place.path().join("folder.toml")).to_owned();
    let link = text(&place.path().join("link.toml")).to_owned();
    let started = Instant::now();
    for (file, what) in [(&pipe, "a pipe"), (&folder, "a folder"), (&link, "a pipe")] {
        let mut doors: Vec<(i32, Vec<&str>)> = vec![
            (3, vec!["plan", "dns-switch", "--target", file]),
            (3, vec!["runbook", "check", "dns-switch", "--target", file]),
            (
                3,
                vec!["users", "reconcile", "--source", file, "--out", "out.csv"],
            ),
            (3, vec!["users", "find", "jo@example.nhs.test", "--source", file]),
            (1, vec!["journal", "import", file, "--takeover", "--reason", "x"]),
            (1, vec!["journal", "verify", file]),
            (
                2,
                vec!["run", "show", &run, "--offline", "--recovery-code-file", file],
            ),
        ];
        // A folder may hold a runbook.
        if what == "a pipe" {
            doors.push((3, vec!["runbook", "check", file]));
            doors.push((3, vec!["run", "new", file, "--target", "rehearsal"]));
        }
        for (code, args) in doors {
            let said = place.bad(code, &args);
            assert!(said.contains(what), "{args:?}: {said}");
        }
    }
    for args in [
        &["plan", "dns-switch", "--target", "/dev/zero.toml"][..],
        &["users", "find", "jo@example.nhs.test", "--source", "/dev/zero"],
        &["runbook", "check", "/dev/zero"],
    ] {
        place.bad(3, args);
    }
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(300), "{elapsed:?}");
}
