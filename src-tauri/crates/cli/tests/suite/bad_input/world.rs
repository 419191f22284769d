//! The world is not as the person thinks: another record, no zone, another driver, a sleepy switch.

use super::support::{Closed, TestHome, applying};
use crate::shared::{Did, until};

fn in_a_world() -> (TestHome, Closed, String) {
    let place = TestHome::new();
    let world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    (place, world, run)
}

#[test]
fn a_record_that_somebody_changed_after_the_preview_is_not_touched() {
    let place = TestHome::new();
    let world = Closed::slow(&place);
    let run = place.new_run("rehearsal", &[]);
    let seen = place.seen(&run);
    world.inject("second-writer");
    let args = applying(&run, "rehearsal", &seen);
    insta::assert_snapshot!("record-changed", place.bad_text(5, &args));
    // Looked at anew, it is not the record that the runbook knows.
    let again = place.bad(3, &args);
    insta::assert_snapshot!("record-changed-again", again);
    assert_eq!(world.changes(), 0, "the second writer's is none of ours");
    place.verify(&run);
}

#[test]
fn a_ttl_that_somebody_changed_after_the_preview_voids_it() {
    let (place, world, run) = in_a_world();
    let seen = place.seen(&run);
    place.ok(&applying(&run, "rehearsal", &seen));
    place
        .run(&["rollback", &run, "--all", "--confirm", "rehearsal"])
        .code(7);
    place.ok(&["step", "reopen", &run, "lower-ttl", "--reason", "again"]);
    // Another run lowers it behind the back of this one.
    let other = place.new_run("rehearsal", &[]);
    let old = place.seen(&run);
    let theirs = place.seen(&other);
    place.ok(&applying(&other, "rehearsal", &theirs));
    let args = applying(&run, "rehearsal", &old);
    insta::assert_snapshot!("preview-is-old", place.bad(5, &args));
    assert_eq!(world.changes(), 3);
}

#[test]
fn a_zone_that_is_not_there_is_named() {
    let hidden = TestHome::new();
    let world = Closed::of(&hidden);
    let place = TestHome::new()
        .set("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
        .set("AWS_SECRET_ACCESS_KEY", switchback_rehearsal::SECRET_KEY)
        .set("AWS_ENDPOINT_URL", &world.handle.endpoint);
    let target = place.test_target("");
    let text = std::fs::read_to_string(place.path().join("test.toml")).unwrap();
    place.write("test.toml", text.replace("Z0REHEARSALEXAMPLE1", "Z0NOSUCHZONE"));
    let run = place.new_run(&target, &[]);
    insta::assert_snapshot!("zone-absent", place.bad(3, &["step", "check", &run, "lower-ttl"]));
    place.verify(&run);
}

#[test]
fn a_site_that_shows_another_certificate_is_told() {
    let (place, world, run) = in_a_world();
    let seen = place.seen(&run);
    place.ok(&applying(&run, "rehearsal", &seen));
    let mut all = String::new();
    for fault in ["tls-wrong-name", "tls-expired", "site-refused"] {
        world.inject(fault);
        let shown = place.run(&["step", "check", &run, "switch", "--json"]).code(3);
        let failing = shown.json()["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|check| check["id"] != "ttl-wait" && check["tone"] == "failing")
            .map(|check| format!("{}: {} ({})\n", check["id"], check["observed"], check["mend"]))
            .collect::<String>();
        all.push_str(&format!("## {fault}\n{failing}\n"));
        place.bad(3, &["step", "check", &run, "switch"]);
        world.lift(fault);
    }
    insta::assert_snapshot!("sites", all);
}

#[test]
fn two_drivers_are_one_too_many() {
    let (place, world, run) = in_a_world();
    let seen = place.seen(&run);
    world.inject("insync-slow:300");
    let driver = place.spawn(&applying(&run, "rehearsal", &seen));
    until("the change is accepted", || {
        (place.state(&run, "lower-ttl") == "verifying").then_some(())
    });
    let said = place.bad(8, &["run", "hold", &run, "--reason", "me too"]);
    let pid = driver.id().to_string();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let said = said.replace(&pid, "[pid]").replace(host.trim(), "[host]");
    insta::assert_snapshot!("another-driver", said);
    place.bad(8, &["rollback", &run, "--all", "--confirm", "rehearsal"]);
    let did = Did::of(driver.wait_with_output().unwrap());
    assert_eq!(did.code, 0, "{}", did.err);
    assert_eq!(place.state(&run, "lower-ttl"), "done");
}

#[cfg(unix)]
#[test]
fn control_c_resolves_what_is_in_flight_and_twice_leaves_it_to_the_next_driver() {
    let (place, world, run) = in_a_world();
    let seen = place.seen(&run);
    // The answer of the change is lost, and nothing can be read by which it would be found out what became of it.
    world.inject("delay:ChangeResourceRecordSets:3000");
    world.inject("lost-response");
    let args = applying(&run, "rehearsal", &seen);
    let driver = place.spawn(&args);
    until("the call is on its way", || {
        (place.state(&run, "lower-ttl") == "applying").then_some(())
    });
    world.inject("error-before:ListResourceRecordSets:ServiceUnavailable:1000");
    until("it is in doubt", || {
        (place.state(&run, "lower-ttl") == "in_doubt").then_some(())
    });
    let interrupt = || {
        let status = std::process::Command::new("kill")
            .args(["-INT", &driver.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    };
    interrupt();
    until("the stop is asked for", || {
        let shown = place.json(&["run", "show", &run, "--offline"]);
        (shown["state"] == "stopping").then_some(())
    });
    interrupt();
    let did = Did::of(driver.wait_with_output().unwrap());
    assert_eq!(did.code, 4, "{}", did.err);
    insta::assert_snapshot!("control-c-twice", place.error_of(&did));
    // Nothing was cut off: the change stands, and the next driver goes on.
    assert_eq!(world.changes(), 1);
    assert_eq!(place.state(&run, "lower-ttl"), "in_doubt");
    place.verify(&run);
}
