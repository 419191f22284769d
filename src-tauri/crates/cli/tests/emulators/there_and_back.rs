//! Other people's emulators, set up and read by boto3; our binary only changes them. ministack and moto
//! err in opposite directions, so what holds on both is worth something; where one is wrong about Route
//! 53, the test says so by name.

use serde_json::Value;

use crate::sandbox::{Emulator, LOWERED_TTL, OLD_TTL, Sandbox, venv};
use crate::shared::until;
use crate::{addresses, difference};

const APPS: &str = "apps.example.nhs.test.";

/// Exactly the apps record was replaced, by this.
#[track_caller]
fn only_apps(before: &[Value], after: &[Value], address: &str, ttl: u32) {
    let (gone, new) = difference(before, after);
    assert_eq!((gone.len(), new.len()), (1, 1), "gone {gone:?}, new {new:?}");
    for set in [gone[0], new[0]] {
        assert_eq!((&set["Name"], &set["Type"]), (&APPS.into(), &"A".into()), "{set}");
    }
    assert_eq!(addresses(gone[0]), ["192.0.2.10"]);
    assert_eq!(gone[0]["TTL"], OLD_TTL);
    assert_eq!(addresses(new[0]), [address]);
    assert_eq!(new[0]["TTL"], ttl);
}

/// A run at its far point.
struct Far {
    run: String,
    zone_id: String,
    start: Vec<Value>,
    far: Vec<Value>,
}

/// All the way there: the zone as boto3 sees it differs from its start in exactly the switched record.
fn there(place: &Sandbox) -> Far {
    let zone = place.boto3(&["create", &OLD_TTL.to_string()]);
    let zone_id = zone["zone_id"].as_str().unwrap();
    let target = place.target(&zone);
    let start = place.dump(zone_id);
    assert_eq!(start.len(), 6, "SOA, NS and four of ours: {start:?}");

    let opened = place.switchback(0, &["run", "new", "dns-switch", "--target", &target]);
    let run = opened["run"].as_str().unwrap();
    let shown = place.switchback(0, &["run", "show", run]);
    assert_eq!(shown["test_endpoint"], true);

    // A preview changes nothing, and after somebody else's change it is no longer a licence to act.
    let digest = place.preview(run, "lower-ttl");
    assert_eq!(place.dump(zone_id), start);
    place.somebody_sets(zone_id, "192.0.2.77", OLD_TTL);
    let moved = place.dump(zone_id);
    only_apps(&start, &moved, "192.0.2.77", OLD_TTL);
    place.apply(5, run, "lower-ttl", &digest);
    assert_eq!(place.dump(zone_id), moved, "a refused apply changed the zone");
    place.somebody_sets(zone_id, "192.0.2.10", OLD_TTL);
    assert_eq!(place.dump(zone_id), start);

    let digest = place.preview(run, "lower-ttl");
    let lowered = place.apply(0, run, "lower-ttl", &digest);
    assert_eq!(lowered["state"], "done");
    only_apps(&start, &place.dump(zone_id), "192.0.2.10", LOWERED_TTL);

    until("the old TTL has run out", || {
        let checked = place.attempt(&["step", "check", run, "switch"]);
        (checked.status.code() == Some(0)).then_some(())
    });
    let digest = place.preview(run, "switch");
    let switched = place.apply(0, run, "switch", &digest);
    assert_eq!(switched["state"], "done");
    let far = place.dump(zone_id);
    only_apps(&start, &far, "198.51.100.20", LOWERED_TTL);
    Far {
        run: run.to_owned(),
        zone_id: zone_id.to_owned(),
        start,
        far,
    }
}

#[test]
fn ministack_there_and_back() {
    let Some(venv) = venv("ministack") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    // Here the swap itself is guarded as in Route 53, and a change takes a while to be in sync.
    let stale = place.boto3(&["stale"]);
    for (batch, answer) in stale.as_object().unwrap() {
        let right = match batch.as_str() {
            "swap" | "same_swap_later" => "accepted",
            _ => "InvalidChangeBatch",
        };
        assert_eq!(answer, right, "ministack: {batch}");
    }
    assert_eq!(place.boto3(&["pending"])["status"], "PENDING");

    let far = there(&place);
    let back = place.switchback(7, &["rollback", &far.run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed");
    assert_eq!(
        place.dump(&far.zone_id),
        far.start,
        "the zone does not end as it began"
    );
    place.switchback(0, &["journal", "verify", "--allow-unproven", &far.run]);
}

#[test]
fn moto_there_and_back() {
    let Some(venv) = venv("moto") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    // Where moto is wrong about Route 53. If one of these fails, moto has been mended: then take it out,
    // and with the last one the way back by hand below.
    let stale = place.boto3(&["stale"]);
    assert_eq!(stale["swap"], "accepted");
    let lies = [
        (
            "moto: CREATE of an existing record set is accepted",
            &stale["create_existing"],
            "accepted",
        ),
        (
            "moto: DELETE with values that the record set had once removes the current one",
            &stale["delete_with_values_of_once"],
            "accepted",
        ),
        (
            "moto: DELETE with values that the record set never had is InvalidInput",
            &stale["delete_with_values_of_never"],
            "InvalidInput",
        ),
        (
            "moto: a change is INSYNC at once",
            &place.boto3(&["pending"])["status"],
            "INSYNC",
        ),
        (
            "moto: DELETE + CREATE in one batch is refused where the same CREATE was made before",
            &stale["same_swap_later"],
            "InvalidChangeBatch",
        ),
    ];
    for (lie, found, expected) in lies {
        assert_eq!(found, expected, "{lie}");
        println!("{lie}");
    }

    let Far {
        run,
        zone_id,
        start,
        far,
    } = there(&place);
    // All lies but the last change nothing for us: we read again before we write, and wait for INSYNC
    // whatever it was at first. The last one refuses each undo, so the rollback must stop honestly.
    let stopped = |did: &Value, at: &str| {
        assert_eq!(did["state"], "halted", "{did}");
        let item = did["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|i| i["state"] == "stopped");
        assert_eq!(item.unwrap()["step"], at);
        println!("moto: the undo of {at} is refused, so a person does it by hand");
    };
    let did = place.switchback(4, &["rollback", &run, "--all", "--confirm", "test"]);
    stopped(&did, "switch");
    assert_eq!(place.dump(&zone_id), far, "a refused undo changed the zone");
    place.somebody_sets(&zone_id, "192.0.2.10", LOWERED_TTL);
    let by_hand = ["rollback", &run, "--reason", "moto refuses it", "--done"];
    let did = place.switchback(4, &[&by_hand[..], &["switch"]].concat());
    stopped(&did, "lower-ttl");
    place.somebody_sets(&zone_id, "192.0.2.10", OLD_TTL);
    let did = place.switchback(7, &[&by_hand[..], &["lower-ttl"]].concat());
    assert_eq!(did["state"], "completed");
    assert_eq!(place.dump(&zone_id), start, "the zone does not end as it began");
    let journal = place.switchback(0, &["journal", "show", &run]).to_string();
    assert!(journal.contains("already exists"), "moto's own words: {journal}");
    place.switchback(0, &["journal", "verify", "--allow-unproven", &run]);
}
