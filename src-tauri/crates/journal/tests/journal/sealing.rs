use switchback_journal::{KeyRingProblem, RecoveryCode, SealError};
use switchback_model::{Captured, EventKind, RunId, Sealed};
use tempfile::tempdir;

use crate::support::*;

const PERSONAL: &str = "person@example.nhs.test";

#[test]
fn a_sealed_value_comes_back_by_the_keychain() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, _) = with_run(home.path(), &ring, None);
    let sealed = store.seal(&run(), &PERSONAL.to_owned()).unwrap();
    assert!(!format!("{sealed:?}").contains(&sealed.ciphertext));
    drop(store);
    assert_eq!(
        open(home.path(), &ring).unseal(&run(), &sealed).unwrap(),
        PERSONAL
    );
}

#[test]
fn the_recovery_code_alone_opens_it() {
    let home = tempdir().unwrap();
    let code = RecoveryCode::generate();
    let (store, _) = with_run(home.path(), &ring(), Some(&code));
    let sealed = store.seal(&run(), &PERSONAL.to_owned()).unwrap();
    drop(store);
    // Another user's key ring: the home's key is not in it.
    let other = ring();
    let store = open(home.path(), &other);
    assert!(matches!(
        store.unseal(&run(), &sealed),
        Err(SealError::Closed(KeyRingProblem::Missing))
    ));
    assert_eq!(
        store.unlock(&run(), &RecoveryCode::generate()).unwrap_err(),
        SealError::WrongCode
    );
    store.unlock(&run(), &code).unwrap();
    assert_eq!(store.unseal(&run(), &sealed).unwrap(), PERSONAL);
}

#[test]
fn without_keychain_and_code_nothing_is_sealed() {
    let home = tempdir().unwrap();
    let ring = ring();
    ring.set_problem(Some(KeyRingProblem::Absent));
    let (store, _) = with_run(home.path(), &ring, None);
    assert_eq!(
        store.can_seal(&run()).unwrap_err(),
        SealError::NoKey(KeyRingProblem::Absent)
    );
    // A code given later mends it, and so does a keychain.
    let code = RecoveryCode::generate();
    store.set_recovery_code(&run(), &code).unwrap();
    let sealed = store.seal(&run(), &PERSONAL.to_owned()).unwrap();
    drop(store);
    let store = open(home.path(), &ring);
    assert_eq!(store.unseal(&run(), &sealed).unwrap_err(), SealError::CodeNeeded);
    ring.set_problem(None);
    store.unlock(&run(), &code).unwrap();
    drop(store);
    assert_eq!(
        open(home.path(), &ring).unseal(&run(), &sealed).unwrap(),
        PERSONAL,
        "wrapped by the keychain too"
    );
}

#[test]
fn a_keychain_that_comes_later_is_enough() {
    let home = tempdir().unwrap();
    let ring = ring();
    ring.set_problem(Some(KeyRingProblem::Locked));
    let (store, _) = with_run(home.path(), &ring, None);
    assert_eq!(
        store.can_seal(&run()).unwrap_err(),
        SealError::NoKey(KeyRingProblem::Locked)
    );
    ring.set_problem(None);
    let sealed = store.seal(&run(), &PERSONAL.to_owned()).unwrap();
    assert_eq!(store.unseal(&run(), &sealed).unwrap(), PERSONAL);
}

#[test]
fn a_value_is_bound_to_its_run_and_its_bytes() {
    let home = tempdir().unwrap();
    let (store, _) = with_run(home.path(), &ring(), None);
    let other = RunId::new("other").unwrap();
    store.create_run(&other, at(0), opened(&other), None).unwrap();
    let sealed = store.seal(&run(), &PERSONAL.to_owned()).unwrap();
    assert_eq!(store.unseal(&other, &sealed).unwrap_err(), SealError::Damaged);
    for (nonce, ciphertext) in [
        (String::new(), sealed.ciphertext.clone()),
        (sealed.nonce.clone(), String::new()),
        (sealed.nonce.clone(), "not base64".to_owned()),
    ] {
        let changed = Sealed::<String>::from_parts(sealed.key_id.clone(), nonce, ciphertext);
        assert_eq!(store.unseal(&run(), &changed).unwrap_err(), SealError::Damaged);
    }
    let again = store.seal(&run(), &PERSONAL.to_owned()).unwrap();
    assert_ne!(
        again.ciphertext, sealed.ciphertext,
        "one value sealed twice can't be told to be the same"
    );
}

#[test]
fn erasing_ends_reading_but_not_verifying() {
    let home = tempdir().unwrap();
    let mirror = tempdir().unwrap();
    let ring = ring();
    let code = RecoveryCode::generate();
    let (store, lease) = with_run(home.path(), &ring, Some(&code));
    let store = store.with_mirror(mirror.path()).unwrap();
    let image = switchback_model::Image::RecordSets {
        zone_id: "Z0EXAMPLE".to_owned(),
        name: switchback_model::dns::DnsName::new("www.example.nhs.test").unwrap(),
        sets: vec![],
        beside: vec![],
    };
    let sealed = store.seal(&run(), &image).unwrap();
    let attempt = switchback_model::AttemptId {
        step: switchback_model::StepId::new("mid.3").unwrap(),
        generation: 1,
        way: switchback_model::Way::Apply,
        n: 1,
    };
    let intended = EventKind::Intended {
        attempt,
        preview: digest(),
        before: Captured::Sealed(sealed.clone()),
        after: Captured::Clear(image.clone()),
        token: "switchback example".to_owned(),
        witness: None,
    };
    append(&store, &lease, vec![intended]).unwrap();
    assert_eq!(store.unseal(&run(), &sealed).unwrap(), image);
    let mirrored = mirror.path().join(format!("{RUN}.jsonl"));
    assert!(std::fs::read_to_string(&mirrored).unwrap().contains("wrapped_by"));
    let wrapped: Vec<Vec<u8>> = {
        let conn = rusqlite::Connection::open(home.path().join("journal.db")).unwrap();
        let mut statement = conn.prepare("SELECT ciphertext FROM run_key").unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    assert_eq!(wrapped.len(), 2);

    store.erase(&run()).unwrap();
    assert_eq!(store.unseal(&run(), &sealed).unwrap_err(), SealError::Erased);
    assert_eq!(store.unlock(&run(), &code).unwrap_err(), SealError::Erased);
    assert_eq!(store.seal(&run(), &image).unwrap_err(), SealError::Erased);
    assert!(store.verify(&run()).unwrap().complete);
    assert_eq!(read(&store).unwrap().len(), 2);
    assert!(!std::fs::read_to_string(&mirrored).unwrap().contains("wrapped_by"));
    append(&store, &lease, vec![note("on")]).unwrap();
    assert_eq!(store.mirror_state(&run()).unwrap().problem, None);

    // Not only unlinked: the bytes are gone from the file and its log.
    for file in ["journal.db", "journal.db-wal"] {
        let bytes = std::fs::read(home.path().join(file)).unwrap_or_default();
        for key in &wrapped {
            assert!(!bytes.windows(key.len()).any(|window| window == key), "{file}");
        }
    }
}
