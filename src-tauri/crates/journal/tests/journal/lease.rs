use switchback_engine::ports::JournalError;
use switchback_journal::{Life, SIGN_OF_LIFE};
use switchback_model::Holder;
use tempfile::tempdir;

use crate::support::*;

#[test]
fn the_fence_rises_with_every_lease_and_survives_release() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, first) = with_run(home.path(), &ring, None);
    assert_eq!(first.fence, 1);
    store.release(&run(), &first).unwrap();
    assert_eq!(store.holder(&run()).unwrap(), None);
    let (second, taken) = store.take_lease(&run(), holder(1), false).unwrap();
    assert_eq!((second.fence, taken), (2, false));
    // The released lease is worth nothing, even for the same process.
    assert!(matches!(
        append(&store, &first, vec![note("late")]),
        Err(JournalError::Fenced(_))
    ));
    append(&store, &second, vec![note("now")]).unwrap();
    assert_eq!(read(&store).unwrap().len(), 2);
}

#[test]
fn without_a_lease_nothing_is_written() {
    let home = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), &ring(), None);
    store.release(&run(), &lease).unwrap();
    let error = append(&store, &lease, vec![note("late")]).unwrap_err();
    assert!(sentence(&error).contains("given back by Jo Example"), "{error}");
    assert_eq!(read(&store).unwrap().len(), 1);
}

#[test]
fn a_live_holder_is_named_and_kept_unless_forced() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (first, lease) = with_run(home.path(), &ring, None);
    let second = open(home.path(), &ring);
    let error = second.take_lease(&run(), holder(2), false).unwrap_err();
    assert!(
        sentence(&error).contains("Jo Example on laptop-1 (process 1, fence 1)"),
        "{error}"
    );
    holds(&first, &lease).unwrap();

    let (taken_lease, taken) = second.take_lease(&run(), holder(2), true).unwrap();
    assert_eq!((taken_lease.fence, taken), (2, true));
    assert!(matches!(holds(&first, &lease), Err(JournalError::Fenced(who)) if who.contains("process 2")));
    assert!(matches!(
        append(&first, &lease, vec![note("old")]),
        Err(JournalError::Fenced(_))
    ));
    append(&second, &taken_lease, vec![note("new")]).unwrap();
    // The fenced-out process is still alive; the one that it lost to is judged by its own lock.
    drop(second);
    let third = open(home.path(), &ring);
    let (lease, taken) = third.take_lease(&run(), holder(3), false).unwrap();
    assert_eq!((lease.fence, taken), (3, false));
}

#[test]
fn a_dead_holder_of_this_host_needs_no_force_even_if_its_process_id_lives_again() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    store.create_run(&run(), at(0), opened(&run()), None).unwrap();
    // The id is a living process's: ours. The lock is gone with the store.
    store
        .take_lease(&run(), holder(std::process::id()), false)
        .unwrap();
    drop(store);
    let next = open(home.path(), &ring);
    assert!(next.holder(&run()).unwrap().is_some());
    assert!(!next.take_lease(&run(), holder(7), false).unwrap().1);
}

#[test]
fn another_hosts_lease_is_taken_by_force_only() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, _) = with_run(home.path(), &ring, None);
    drop(store);
    let store = open(home.path(), &ring);
    let elsewhere = Holder {
        host: "laptop-2".to_owned(),
        ..holder(1)
    };
    assert!(matches!(
        store.take_lease(&run(), elsewhere.clone(), false),
        Err(JournalError::Fenced(_))
    ));
    assert!(store.take_lease(&run(), elsewhere, true).unwrap().1);
}

#[test]
fn a_lease_with_the_right_fence_but_another_holder_is_refused() {
    let home = tempdir().unwrap();
    let (store, mut lease) = with_run(home.path(), &ring(), None);
    lease.holder = holder(9);
    assert!(matches!(holds(&store, &lease), Err(JournalError::Fenced(_))));
}

#[test]
fn two_stores_that_fight_for_one_run_never_break_the_chain() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (first, _) = with_run(home.path(), &ring, None);
    drop(first);
    let drivers: Vec<_> = (10..12)
        .map(|pid| {
            let store = open(home.path(), &ring);
            std::thread::spawn(move || {
                let mut acknowledged = Vec::new();
                for round in 0..20 {
                    let (lease, _) = store.take_lease(&run(), holder(pid), true).unwrap();
                    for _ in 0..3 {
                        match append(
                            &store,
                            &lease,
                            vec![note(&format!("{pid} {round}")), note("second")],
                        ) {
                            Ok(events) => acknowledged.extend(events),
                            Err(JournalError::Fenced(_)) => break,
                            Err(other) => panic!("{other}"),
                        }
                    }
                }
                acknowledged
            })
        })
        .collect();
    let mut acknowledged: Vec<_> = drivers
        .into_iter()
        .flat_map(|driver| driver.join().unwrap())
        .collect();
    acknowledged.sort_by_key(|event| event.seq);
    let store = open(home.path(), &ring);
    assert_eq!(read(&store).unwrap()[1..], acknowledged);
    assert!(store.verify(&run()).unwrap().complete);
}

#[test]
fn a_new_home_may_be_opened_by_several_at_once() {
    let home = tempdir().unwrap();
    let ring = ring();
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| open(home.path(), &ring).runs().unwrap()))
            .collect();
        for one in opening {
            assert_eq!(one.join().unwrap(), []);
        }
    });
}

#[test]
fn verifying_while_another_appends_never_cries_wolf() {
    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    let store = store.with_mirror(folder.path()).unwrap();
    let watcher = open(home.path(), &ring).with_mirror(folder.path()).unwrap();
    std::thread::scope(|scope| {
        let driver = scope.spawn(|| {
            for _ in 0..30 {
                append(&store, &lease, vec![note("more")]).unwrap();
            }
        });
        while !driver.is_finished() {
            assert!(watcher.verify(&run()).unwrap().complete);
            read(&watcher).unwrap();
        }
    });
    assert_eq!(watcher.verify(&run()).unwrap().to_seq, 31);
}

#[test]
fn a_holder_at_work_gives_signs_of_life_and_one_that_has_ended_does_not() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (first, lease) = with_run(home.path(), &ring, None);
    let second = open(home.path(), &ring);
    let seen = second.life(&run(), &lease, "laptop-1");
    assert!(matches!(seen, Life::Sign(Some(_))), "{seen:?}");
    let end = std::time::Instant::now() + SIGN_OF_LIFE * 10;
    while second.life(&run(), &lease, "laptop-1") == seen {
        assert!(std::time::Instant::now() < end, "no second sign of life came");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    drop(first);
    assert_eq!(second.life(&run(), &lease, "laptop-1"), Life::Ended);
    // From another machine it can't be told whether the process still lives.
    assert!(matches!(second.life(&run(), &lease, "laptop-2"), Life::Sign(_)));
}

#[test]
fn two_who_ask_at_the_same_moment_do_not_take_each_other_for_the_holder() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (first, lease) = with_run(home.path(), &ring, None);
    drop(first);
    let watcher = open(home.path(), &ring);
    let lock = home
        .path()
        .join("leases")
        .join(format!("{}.{}.lock", run(), lease.fence));
    let asking = std::fs::File::open(lock).unwrap();
    asking.lock_shared().unwrap();
    assert_eq!(watcher.life(&run(), &lease, "laptop-1"), Life::Ended);
    let (_, taken) = watcher.take_lease(&run(), holder(2), false).unwrap();
    assert!(!taken);
}
