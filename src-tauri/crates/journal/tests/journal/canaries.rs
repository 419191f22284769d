use std::path::Path;

use switchback_journal::{
    Canary, CanaryRefusal, InvalidCanary, KeyRing as _, KeyRingProblem, SecretError, Store,
};
use switchback_model::TargetName;
use switchback_model::directory::PoolId;
use tempfile::tempdir;

use crate::support::*;

const USER: &str = "canary-of-probes";
const PASSWORD: &[u8] = b"correct horse";

fn target(name: &str) -> TargetName {
    TargetName::new(name).unwrap()
}

fn pool() -> PoolId {
    PoolId::new("eu-west-2_EXAMPLE1").unwrap()
}

fn canary(password: &[u8]) -> Canary {
    Canary::new("exampleclient", USER, password).unwrap()
}

fn is_nowhere(home: &Path, plain: &[u8]) {
    for entry in std::fs::read_dir(home).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        assert!(
            !bytes.windows(plain.len()).any(|w| w == plain),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_canary_is_in_the_ring_and_only_its_pool_in_the_home() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    let prod = target("prod");
    assert_eq!(store.canaries(&prod).unwrap(), []);
    store.set_canary(&prod, &pool(), &canary(b"another")).unwrap();
    let first = store.canaries(&prod).unwrap().remove(0);
    store.set_canary(&prod, &pool(), &canary(PASSWORD)).unwrap();
    let rows = store.canaries(&prod).unwrap();
    assert_eq!(rows.len(), 1);
    assert_ne!(rows[0].mark, first.mark, "each setting has a mark of its own");
    assert_eq!(store.canary(&rows[0]).unwrap(), canary(PASSWORD));
    // A row from before it was set anew gives nobody.
    assert_eq!(
        store.canary(&first).unwrap_err(),
        SecretError::Ring(KeyRingProblem::Missing)
    );
    for plain in [PASSWORD, USER.as_bytes(), b"exampleclient"] {
        is_nowhere(home.path(), plain);
    }
    assert_eq!(format!("{:?}", canary(PASSWORD)), "Canary(not shown)");
    // Of another target, or another home, nobody is known.
    assert_eq!(store.canaries(&target("preprod")).unwrap(), []);
    let other = tempdir().unwrap();
    assert_eq!(
        open(other.path(), &ring).canary(&rows[0]).unwrap_err(),
        SecretError::Ring(KeyRingProblem::Missing)
    );

    assert_eq!(
        store.forget_canary(&target("preprod"), &pool()).unwrap_err(),
        SecretError::NotThere
    );
    store.forget_canary(&prod, &pool()).unwrap();
    assert_eq!(store.canaries(&prod).unwrap(), []);
    assert_eq!(
        store.canary(&rows[0]).unwrap_err(),
        SecretError::Ring(KeyRingProblem::Missing)
    );
}

#[test]
fn a_refusal_is_remembered_until_the_canary_is_set_anew() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    let prod = target("prod");
    store.set_canary(&prod, &pool(), &canary(b"wrong")).unwrap();
    let row = store.canaries(&prod).unwrap().remove(0);
    let refusal = CanaryRefusal {
        at: at(0),
        why: "the password is not accepted".to_owned(),
        mend: "Look at it.".to_owned(),
    };
    store.canary_tried(&row, Some(refusal.clone())).unwrap();
    let again = open(home.path(), &ring).canaries(&prod).unwrap().remove(0);
    assert_eq!((&again.mark, &again.refused), (&row.mark, &Some(refusal.clone())));
    store.canary_tried(&row, None).unwrap();
    assert_eq!(store.canaries(&prod).unwrap()[0].refused, None);
    store.canary_tried(&row, Some(refusal.clone())).unwrap();
    store.set_canary(&prod, &pool(), &canary(PASSWORD)).unwrap();
    assert_eq!(store.canaries(&prod).unwrap()[0].refused, None);
    // Who tried the old one says nothing of the new one.
    store.canary_tried(&row, Some(refusal)).unwrap();
    assert_eq!(store.canaries(&prod).unwrap()[0].refused, None);
}

#[test]
fn what_is_no_canary_is_refused() {
    for (client, user, password, why) in [
        ("", USER, PASSWORD, InvalidCanary::Client),
        ("a client", USER, PASSWORD, InvalidCanary::Client),
        ("client", "", PASSWORD, InvalidCanary::User),
        ("client", "a user", PASSWORD, InvalidCanary::User),
        ("client", USER, b"".as_slice(), InvalidCanary::Password),
        ("client", USER, b"two\nlines", InvalidCanary::Password),
        ("client", USER, b"\xff\xfe", InvalidCanary::Password),
        ("client", USER, &[b'x'; 257], InvalidCanary::Password),
    ] {
        assert_eq!(Canary::new(client, user, password).unwrap_err(), why);
    }
    assert!(
        Canary::new(
            "client",
            "canary@example.nhs.test",
            "\u{1f426}".repeat(256).as_bytes()
        )
        .is_ok()
    );
}

/// The longest fits into every keychain.
#[test]
fn the_longest_canary_is_kept() {
    let home = tempdir().unwrap();
    let store = open(home.path(), &ring());
    let longest = Canary::new(
        &"c".repeat(128),
        &"\u{1f426}".repeat(128),
        "\u{1f426}".repeat(256).as_bytes(),
    )
    .unwrap();
    store.set_canary(&target("prod"), &pool(), &longest).unwrap();
    let row = store.canaries(&target("prod")).unwrap().remove(0);
    assert_eq!(store.canary(&row).unwrap(), longest);
}

#[test]
fn a_ring_that_fails_loses_nothing() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    let prod = target("prod");
    let rows = |store: &Store| store.canaries(&prod).unwrap();
    ring.set_problem(Some(KeyRingProblem::Locked));
    let refused = store.set_canary(&prod, &pool(), &canary(PASSWORD)).unwrap_err();
    assert_eq!(refused, SecretError::Ring(KeyRingProblem::Locked));
    assert_eq!(rows(&store), []);
    ring.set_problem(None);
    store.set_canary(&prod, &pool(), &canary(PASSWORD)).unwrap();
    let kept = rows(&store);
    ring.set_problem(Some(KeyRingProblem::Locked));
    store.set_canary(&prod, &pool(), &canary(b"new")).unwrap_err();
    store.forget_canary(&prod, &pool()).unwrap_err();
    assert_eq!(rows(&store), kept, "the earlier one holds");
    ring.set_problem(None);
    assert_eq!(store.canary(&kept[0]).unwrap(), canary(PASSWORD));
    // What is none of ours is not taken for one.
    let entry = format!("canary-{}-prod-{}", store_id(home.path()), pool());
    assert!(ring.read(&entry).unwrap().is_some());
    ring.write(&entry, b"something else").unwrap();
    assert_eq!(
        store.canary(&kept[0]).unwrap_err(),
        SecretError::Ring(KeyRingProblem::Damaged)
    );
    std::fs::write(home.path().join("canaries.json"), b"{}").unwrap();
    let damaged = store.canaries(&prod).unwrap_err().to_string();
    assert!(damaged.contains("Set it aside"), "{damaged}");
}
