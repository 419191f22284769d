//! The report of a run, with words in it that would be markup elsewhere.

use super::sign_ins::Station;
use super::support::applying;

#[test]
fn a_report_tells_what_happened_and_keeps_hostile_words_as_words() {
    let Station {
        place,
        run,
        world: _world,
        ..
    } = Station::open().profile("keys");
    let hostile = "<script>alert(1)</script>\u{202e} & \"so\"";
    place.ok(&[
        "run",
        "hold",
        &run,
        "--by",
        "<b>m.example</b>",
        "--reason",
        hostile,
    ]);
    place.ok(&["run", "resume", &run, "--reason", "on we go"]);
    let seen = place.seen(&run);
    place.ok(&applying(&run, "test", &seen));
    place
        .run(&[
            "rollback",
            &run,
            "--all",
            "--confirm",
            "test",
            "--reason",
            "users complain",
        ])
        .code(7);
    let file = place.path().join("reports/night.html");
    // A folder that is mistyped is not made.
    let refused = place.bad(3, &["report", &run, "--html", file.to_str().unwrap()]);
    assert!(refused.contains("The report could not be written"), "{refused}");
    assert!(!place.path().join("reports").exists());
    std::fs::create_dir(place.path().join("reports")).unwrap();
    let said = place.json(&["report", &run, "--html", file.to_str().unwrap()]);
    assert_eq!(said["file"], file.display().to_string());
    let html = std::fs::read_to_string(&file).unwrap();
    assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains('\u{202e}'));
    for part in [
        "&lt;script&gt;alert(1)",
        "&lt;b&gt;m.example",
        "users complain",
        "Rollback complete",
        "completed after",
        "Planned against actual",
        "consistent to event",
        &run,
    ] {
        assert!(html.contains(part), "{part}");
    }
    let report = place.json(&["report", &run]);
    let verified = place.json(&["journal", "verify", &run, "--allow-unproven"]);
    assert_eq!(report["to_seq"], verified["to_seq"]);
    assert_eq!(report["journal_sentence"], verified["sentence"]);
    assert_eq!(report["journal_digest"].as_str().unwrap().len(), 64);
    assert_eq!(report["rollbacks"].as_array().unwrap().len(), 1);
    let bad = place.bad(3, &["report", &run, "--html", "/proc/none/x.html"]);
    assert!(bad.contains("The report could not be written"), "{bad}");
    place.bad(1, &["report", "nosuch"]);
}
