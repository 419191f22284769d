//! A journal that is newer, cut, changed or gone, and copies of one.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};

use super::support::{Closed, TestHome, applying};

/// A run with a change behind it.
fn with_a_change() -> (TestHome, Closed, String) {
    let place = TestHome::new();
    let world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let digest = place.seen(&run);
    place.ok(&applying(&run, "rehearsal", &digest));
    (place, world, run)
}

#[test]
fn a_journal_that_is_not_as_it_was_is_a_full_stop_that_names_the_way_on() {
    let (place, world, run) = with_a_change();
    let (file, whole) = (place.home().join("journal.db"), place.path().join("whole.db"));
    let export = place.path().join("export.jsonl");
    place.ok(&["journal", "export", &run, "--out", export.to_str().unwrap()]);
    fs::copy(&file, &whole).unwrap();
    let events = place.verify(&run);
    let mut all = String::new();
    let commands: [&[&str]; 4] = [
        &["run", "show", &run, "--offline"],
        &["step", "check", &run, "switch"],
        &["rollback", &run, "--all", "--confirm", "rehearsal"],
        &["run", "list"],
    ];
    let mut damage = |title: &str, hurt: &dyn Fn(), listed: bool| {
        hurt();
        let left = fs::read(&file).unwrap_or_default();
        let first = place.bad(1, commands[0]);
        for command in &commands[1..3] {
            assert_eq!(place.bad(1, command), first, "{title}");
        }
        if !listed {
            assert_eq!(place.bad(1, commands[3]), first, "{title}");
        }
        assert_eq!(
            fs::read(&file).unwrap_or_default(),
            left,
            "{title}: the file was touched"
        );
        all.push_str(&format!("## {title}\n{first}\n"));
        for side in ["journal.db-wal", "journal.db-shm"] {
            let _ = fs::remove_file(place.home().join(side));
        }
        fs::copy(&whole, &file).unwrap();
    };
    let open = || OpenOptions::new().write(true).open(&file).unwrap();
    damage(
        "newer",
        &|| {
            let mut file = open();
            file.seek(SeekFrom::Start(60)).unwrap();
            file.write_all(&9_u32.to_be_bytes()).unwrap();
        },
        false,
    );
    damage(
        "cut to its half",
        &|| open().set_len(fs::metadata(&whole).unwrap().len() / 2).unwrap(),
        false,
    );
    damage("cut within its head", &|| open().set_len(40).unwrap(), false);
    damage("emptied", &|| open().set_len(0).unwrap(), false);
    damage("gone", &|| fs::remove_file(&file).unwrap(), false);
    damage(
        "no journal at all",
        &|| fs::write(&file, [0x5a; 50_000]).unwrap(),
        false,
    );
    damage(
        "changed",
        &|| {
            let mut bytes = fs::read(&file).unwrap();
            let text = b"\"ttl\":60";
            let at = bytes.windows(text.len()).rposition(|part| part == text).unwrap();
            bytes[at + 6] = b'9';
            fs::write(&file, bytes).unwrap();
        },
        true,
    );
    insta::assert_snapshot!("journal", all);
    // Put back, it is whole; and the export goes on elsewhere.
    assert!(place.verify(&run) >= events);
    assert_eq!(world.changes(), 1);
    let second = TestHome::new();
    let imported = second.json(&[
        "journal",
        "import",
        export.to_str().unwrap(),
        "--takeover",
        "--reason",
        "the file is damaged",
    ]);
    assert_eq!(imported["run"], run.as_str());
    assert!(second.verify(&run) > 1);
}

#[test]
fn a_copy_that_does_not_hold_is_refused_before_anything_is_taken_over() {
    let (place, _world, run) = with_a_change();
    let export = place.path().join("export.jsonl");
    place.ok(&["journal", "export", &run, "--out", export.to_str().unwrap()]);
    let text = fs::read_to_string(&export).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        lines.join("\n") + "\n"
    };
    let mut all = String::new();
    let second = TestHome::new();
    for (title, code, content) in [
        (
            "newer",
            1,
            text.replacen("\"switchback_journal\":1", "\"switchback_journal\":9", 1),
        ),
        ("cut", 3, text[..text.len() - 200].to_owned()),
        ("without an event", 3, without(4)),
        ("changed", 3, text.replacen("198.51.100.20", "198.51.100.21", 1)),
        ("no copy", 1, "hello\n".to_owned()),
        ("empty", 1, String::new()),
    ] {
        let name = format!("{}.jsonl", title.replace(' ', "-"));
        let file = second.write(&name, content);
        let file = file.to_str().unwrap();
        all.push_str(&format!(
            "## {title}\n{}\n",
            second.bad(code, &["journal", "verify", file])
        ));
        second.bad(1, &["journal", "import", file, "--takeover", "--reason", "x"]);
    }
    let missing = second.path().join("nosuch.jsonl");
    let missing = missing.to_str().unwrap();
    all.push_str(&format!(
        "## not there\n{}\n",
        second.bad(1, &["journal", "verify", missing])
    ));
    second.bad(1, &["journal", "import", missing, "--takeover", "--reason", "x"]);
    let there = ["journal", "export", &run, "--out", export.to_str().unwrap()];
    all.push_str(&format!("## there already\n{}\n", place.bad(3, &there)));
    insta::assert_snapshot!("copies", all);
    assert_eq!(second.json(&["run", "list"])["runs"].as_array().unwrap().len(), 0);
    assert_eq!(fs::read_to_string(&export).unwrap(), text);
}

#[test]
fn without_a_keychain_runs_go_on_and_say_what_cannot_be_proven() {
    // The environment of these tests names no bus: there is no Secret Service.
    let (place, _world, run) = with_a_change();
    let verified = place.json(&["journal", "verify", &run, "--allow-unproven"]);
    assert_eq!(verified["complete"], false);
    let sentence = verified["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("cannot prove that nothing was cut"),
        "{sentence}"
    );
}
