use switchback_journal::{KeyRing as _, KeyRingProblem, LONGEST_SECRET, SecretError, SecretName};
use tempfile::tempdir;

use crate::support::*;

fn secret(text: &str) -> SecretName {
    text.parse().unwrap()
}

#[test]
fn a_secret_is_in_the_ring_and_its_name_in_the_home() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    assert_eq!(store.secret_names().unwrap(), []);
    let value = b"correct horse";
    store.set_secret(&secret("user-management.api"), value).unwrap();
    store.set_secret(&secret("a2"), b"two").unwrap();
    store.set_secret(&secret("a2"), b"another").unwrap();
    assert_eq!(
        store.secret_names().unwrap(),
        [secret("a2"), secret("user-management.api")]
    );
    assert_eq!(store.secret(&secret("a2")).unwrap().as_slice(), b"another");
    drop(store);
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        for plain in [&value[..], b"another"] {
            assert!(
                !bytes.windows(plain.len()).any(|w| w == plain),
                "{}",
                path.display()
            );
        }
    }

    let store = open(home.path(), &ring);
    store.delete_secret(&secret("a2")).unwrap();
    assert_eq!(store.secret_names().unwrap(), [secret("user-management.api")]);
    assert_eq!(store.secret(&secret("a2")).unwrap_err(), SecretError::NotThere);
    assert_eq!(
        store.delete_secret(&secret("a2")).unwrap_err(),
        SecretError::NotThere
    );
    // Two homes never see each other's.
    let other = tempdir().unwrap();
    let other = open(other.path(), &ring);
    assert_eq!(
        other.secret(&secret("user-management.api")).unwrap_err(),
        SecretError::NotThere
    );
}

#[test]
fn names_and_values_are_refused_with_words() {
    for name in ["a", "0", "db.pass_word-2", &"x".repeat(64)] {
        assert!(name.parse::<SecretName>().is_ok(), "{name}");
    }
    for name in ["", ".a", "-a", "A", "a b", "a/b", "é", "a\n", &"x".repeat(65)] {
        assert!(name.parse::<SecretName>().is_err(), "{name:?}");
    }
    let home = tempdir().unwrap();
    let store = open(home.path(), &ring());
    assert_eq!(
        store.set_secret(&secret("a"), b"").unwrap_err(),
        SecretError::Empty
    );
    let long = vec![b'x'; LONGEST_SECRET + 1];
    assert_eq!(
        store.set_secret(&secret("a"), &long).unwrap_err(),
        SecretError::TooLong
    );
    store.set_secret(&secret("a"), &long[1..]).unwrap();
    std::fs::write(home.path().join("secrets.json"), r#"{"secrets":2,"names":[]}"#).unwrap();
    assert!(matches!(store.secret_names().unwrap_err(), SecretError::Index(_)));
}

#[test]
fn a_ring_that_fails_loses_nothing_and_leaves_no_name_behind() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    store.set_secret(&secret("kept"), b"one").unwrap();
    ring.set_problem(Some(KeyRingProblem::Locked));
    let locked = SecretError::Ring(KeyRingProblem::Locked);
    assert_eq!(store.set_secret(&secret("new"), b"two").unwrap_err(), locked);
    assert_eq!(store.set_secret(&secret("kept"), b"two").unwrap_err(), locked);
    assert_eq!(store.delete_secret(&secret("kept")).unwrap_err(), locked);
    assert_eq!(store.secret(&secret("kept")).unwrap_err(), locked);
    // Names need no key ring.
    assert_eq!(store.secret_names().unwrap(), [secret("kept")]);
    ring.set_problem(None);
    assert_eq!(store.secret(&secret("kept")).unwrap().as_slice(), b"one");
    // Removed from the ring by somebody else.
    ring.delete(&format!("secret-{}-kept", store_id(home.path())))
        .unwrap();
    assert_eq!(
        store.secret(&secret("kept")).unwrap_err(),
        SecretError::Ring(KeyRingProblem::Missing)
    );
    store.delete_secret(&secret("kept")).unwrap();
}
