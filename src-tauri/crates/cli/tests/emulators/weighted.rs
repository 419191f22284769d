//! A weighted pair on another's Route 53, read by boto3: shifted, and back to the letter. moto takes no batch
//! that creates what an earlier one created (see `there_and_back`), so this is ministack's.

use serde_json::{Value, json};

use crate::sandbox::{Emulator, LOWERED_TTL, OLD_TTL, Sandbox, venv};
use crate::shared::until;

/// The pair of a dump in short: identifier, weight, TTL.
fn pair(dump: &[Value]) -> Value {
    let apps = |set: &&Value| set["Name"] == "apps.example.nhs.test.";
    let short = |set: &Value| json!([set["SetIdentifier"], set["Weight"], set["TTL"]]);
    dump.iter().filter(apps).map(short).collect()
}

#[test]
fn ministack_shifts_a_pair_and_takes_it_back() {
    let Some(venv) = venv("weighted") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    let zone = place.boto3(&["create", &OLD_TTL.to_string()]);
    let zone_id = zone["zone_id"].as_str().unwrap();
    place.boto3(&["weigh", zone_id, &OLD_TTL.to_string()]);
    let target = place.weighted_target(&zone);
    let start = place.dump(zone_id);
    assert_eq!(
        pair(&start),
        json!([["blue", 100, OLD_TTL], ["green", 0, OLD_TTL]])
    );

    let opened = place.switchback(0, &["run", "new", "dns-switch", "--target", &target]);
    let run = opened["run"].as_str().unwrap();
    let digest = place.preview(run, "lower-ttl");
    assert_eq!(place.apply(0, run, "lower-ttl", &digest)["state"], "done");
    until("the old TTL has run out", || {
        let checked = place.attempt(&["step", "check", run, "switch"]);
        (checked.status.code() == Some(0)).then_some(())
    });
    let digest = place.preview(run, "switch");
    assert_eq!(place.apply(0, run, "switch", &digest)["state"], "done");
    let far = place.dump(zone_id);
    assert_eq!(
        pair(&far),
        json!([["blue", 0, LOWERED_TTL], ["green", 100, LOWERED_TTL]])
    );
    assert_eq!(far.len(), start.len());

    let back = place.switchback(7, &["rollback", run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed", "{back}");
    assert_eq!(place.dump(zone_id), start, "the zone does not end as it began");
}
