//! Parameter Store as boto3 finds it in our closed world and on other people's emulators: where those are
//! right, all say the same. Where they are known to be wrong or to leave something out, what they say is
//! written down, so that it shows when they are mended.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchback_rehearsal::{ACCOUNT, AccessKey, World, WorldOptions};

use crate::sandbox::{Emulator, Sandbox, venv};

/// The steps of `parameter.py` and what boto3 saw of each.
type BotoView = BTreeMap<String, Value>;

fn seen(place: &Sandbox) -> BotoView {
    serde_json::from_value(place.parameter()).unwrap()
}

async fn in_the_rehearsal(place: &mut Sandbox) -> BotoView {
    let key = AccessKey {
        id: "test".to_owned(),
        secret: "test".to_owned(),
        token: None,
        account: ACCOUNT.to_owned(),
    };
    let world = World::start(WorldOptions {
        keys: vec![key],
        ..WorldOptions::new(place.path("world"))
    })
    .await
    .unwrap();
    place.answers_at(&world.handle().endpoint);
    tokio::task::block_in_place(|| seen(place))
}

/// What an emulator says otherwise.
fn otherwise(ours: &BotoView, theirs: &BotoView) -> Value {
    assert!(ours.keys().eq(theirs.keys()));
    let other = theirs.iter().filter(|(step, saw)| ours[*step] != **saw);
    other.map(|(step, saw)| (step.clone(), saw.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_sees_the_same_parameters_in_the_rehearsal_and_on_emulators() {
    let Some(venv) = venv("parameters") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let ours = in_the_rehearsal(&mut place).await;
    println!("{} steps in the rehearsal", ours.len());
    for (step, saw) in [
        ("made", json!([1, "Standard"])),
        ("history", json!([[1, "1", []], [2, "2", []]])),
        ("against the pattern", json!("ParameterPatternMismatchException")),
        ("another type", json!("HierarchyTypeMismatchException")),
        ("too large", json!("ValidationException")),
        ("to the standard tier", json!("ValidationException")),
        ("key after an overwrite", json!(["alias/aws/ssm"])),
        ("tier after an overwrite", json!("Advanced")),
    ] {
        assert_eq!(ours[step], saw, "{step}");
    }

    // What each takes that AWS refuses or does otherwise, by the sources that `rehearsal/src/aws/ssm` names.
    let by_moto = json!({
        "selector": [null],
        "against the pattern": 3,
        "another type": 4,
        "too large": 5,
        "name without its slash": 1,
        "key after an overwrite": ["alias/tis-usermanagement"],
        "to the standard tier": 3,
    });
    let by_ministack = json!({
        "bad label": [],
        "pattern after an overwrite": [""],
        "against the pattern": 3,
        "another type": 4,
        "too large": 5,
        "name without its slash": "ParameterAlreadyExists",
        "to the standard tier": 3,
    });
    for (name, expected) in [("moto", by_moto), ("ministack", by_ministack)] {
        let mut place = Sandbox::new(&venv);
        let _emulator = Emulator::start(&mut place, name);
        let other = otherwise(&ours, &seen(&place));
        assert_eq!(other, expected, "{name}");
        println!("{name} says the same of all others");
    }
}
