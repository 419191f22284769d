//! The kill campaign: the driver dies before and after each commit, and before and after each call,
//! and at random; the world is a separate process. From every point the run completes *and* rolls
//! back, no change is made twice in the server's log, and no acknowledged event is lost.
//!
//! And the home is harmed between the kill and the next start (`harmed`): what is lost or changed is noticed,
//! looked at and gone back from.
//!
//! Of four runbooks: three records, a parameter with the roll that publishes it, what restricts writes, and what an API
//! serves (`runbook`).
//!
//! `SWITCHBACK_PROVE=1` runs every point, and 200 and 60 random kills; without it about 40 and 18 are taken.
#![expect(clippy::unwrap_used, reason = "tests")]

mod anchor;
#[cfg(target_os = "linux")]
mod cases;
mod child;
mod fuse;
#[cfg(target_os = "linux")]
mod harm;
#[cfg(target_os = "linux")]
mod harmed;
mod operator;
#[cfg(target_os = "linux")]
mod order;
mod points;
mod ring;
mod runbook;
mod twice;

use std::collections::BTreeMap;

use points::{Case, Commit, Ended, Kill, Then, Turns};
use runbook::Runbook;

/// Not a test of its own: the role that a re-executed copy of this program plays.
#[test]
fn role() {
    if let Ok(role) = std::env::var("SWITCHBACK_KILL_ROLE") {
        child::play(&role);
    }
}

/// One campaign at a time: random kills come at a share of the time that an undisturbed run takes.
fn turn() -> std::sync::MutexGuard<'static, ()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    // One that failed is over all the same.
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn every_point_completes_and_rolls_back() {
    campaign(Runbook::Records, 28, (200, 6));
}

/// R5: a parameter and the roll that makes its readers read it, there and back.
#[test]
fn every_point_of_what_is_published_completes_and_rolls_back() {
    campaign(Runbook::Published, 8, (60, 2));
}

/// A rule and methods of a stage, there and back.
#[test]
fn every_point_of_a_restriction_completes_and_rolls_back() {
    campaign(Runbook::Restricted, 8, (60, 2));
}

/// R4: an authoriser, a deployment, the stage that points there and the flush, there and back.
#[test]
fn every_point_of_a_deployment_completes_and_rolls_back() {
    campaign(Runbook::Deployed, 8, (60, 2));
}

/// Kills a run of a runbook at every point. Without `SWITCHBACK_PROVE`: at every call and about so many commits; and so
/// many times at random, with it and without it.
fn campaign(runbook: Runbook, commits_taken: usize, (random, random_taken): (usize, usize)) {
    let _turn = turn();
    let prove = std::env::var_os("SWITCHBACK_PROVE").is_some();
    // What is made seen is gone back from, opened again, gone forward with and gone back from once more.
    let again = match runbook {
        Runbook::Published | Runbook::Deployed => Turns::Two,
        Runbook::Records | Runbook::Restricted => Turns::One,
    };
    let turns = if prove { again } else { Turns::One };
    if again != turns {
        let twice = Case::new(runbook, Kill::Never, Then::Back).turns(again).run();
        assert!(twice.doubles.is_empty(), "{:?}", twice.doubles);
        assert_eq!(twice.end_difference, Vec::<String>::new());
    }
    let clean = Case::new(runbook, Kill::Never, Then::Back).turns(turns).run();
    assert!(clean.doubles.is_empty(), "{:?}", clean.doubles);
    let (commits, calls) = (clean.commits, clean.calls);
    println!("{runbook:?}: a clean run there and back, turns {turns:?}: {commits} commits, {calls} calls");
    assert!(commits > 20 && calls >= 4, "the clean run is too short to be one");

    let mut kills: Vec<Kill> = Vec::new();
    for at in Commit::all(&clean.made) {
        kills.extend([Kill::BeforeCommit(at), Kill::AfterCommit(at)]);
    }
    for at in 1..=calls {
        kills.extend([Kill::BeforeSend(at), Kill::AfterAccept(at)]);
    }
    if !prove {
        // Every call, and every fifth or so of the commits, before and after in turn.
        let step = (kills.len() - 2 * calls).div_ceil(commits_taken) | 1;
        kills = kills
            .iter()
            .enumerate()
            .filter(|(i, kill)| matches!(kill, Kill::BeforeSend(_) | Kill::AfterAccept(_)) || i % step == 0)
            .map(|(_, kill)| *kill)
            .collect();
    }
    let random = if prove { random } else { random_taken };
    // A fixed sequence, so that a failure can be repeated by its number.
    let mut state = 0x5eed_u64;
    for _ in 0..random {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        kills.push(Kill::At {
            percent: u32::try_from(state >> 33).unwrap_or(0) % 100,
        });
    }

    // In the full campaign each point goes on both ways, each random kill in turn; else the ways take
    // turns by pairs, so that neither is only for what comes before or only for what comes after.
    let ways = |index: usize, kill: Kill| match kill {
        Kill::At { .. } if index.is_multiple_of(2) => vec![Then::Complete],
        Kill::At { .. } => vec![Then::Back],
        _ if prove => vec![Then::Complete, Then::Back],
        _ if (index / 2 + index).is_multiple_of(2) => vec![Then::Complete],
        _ => vec![Then::Back],
    };
    let cases: Vec<(Kill, Then)> = kills
        .iter()
        .enumerate()
        .flat_map(|(index, kill)| ways(index, *kill).into_iter().map(|then| (*kill, then)))
        .collect();
    let completed = cases.iter().filter(|(_, then)| *then == Then::Complete).count();

    let mut histogram: BTreeMap<String, usize> = BTreeMap::new();
    let mut hit: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut missed = 0;
    let (mut doubles, mut lost, mut in_flight, mut random_in_flight) = (0, 0, 0, 0);
    let workers = 2;
    let queue = std::sync::Mutex::new(cases);
    let ended: Vec<(Kill, Ended)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let next = queue.lock().unwrap().pop();
                        let Some((kill, then)) = next else { return mine };
                        let mut case = Case::new(runbook, kill, then).turns(turns);
                        case.clean = (clean.ms, clean.calls);
                        mine.push((kill, case.run()));
                    }
                })
            })
            .collect();
        handles.into_iter().flat_map(|h| h.join().unwrap()).collect()
    });
    for (kill, end) in &ended {
        if end.died {
            *histogram
                .entry(format!("{} in {}", kill.word(), end.killed_in))
                .or_default() += 1;
            *hit.entry((end.at.clone(), kill.word())).or_default() += 1;
        } else {
            missed += 1;
        }
        doubles += end.doubles.len();
        lost += end.lost;
        in_flight += usize::from(end.died && end.call_in_flight);
        random_in_flight += usize::from(end.died && end.call_in_flight && matches!(kill, Kill::At { .. }));
        assert!(end.doubles.is_empty(), "{kill:?}: made twice: {:?}", end.doubles);
        assert_eq!(end.lost, 0, "{kill:?}: acknowledged events are missing");
        assert_eq!(
            end.end_difference,
            Vec::<String>::new(),
            "{kill:?}: the world does not end as it began"
        );
    }
    println!("kills by point and step state:");
    for (what, count) in &histogram {
        println!("{count:>5}  {what}");
    }
    println!("kills by commit:");
    for ((about, word), count) in hit.iter().filter(|((_, word), _)| word.ends_with("commit")) {
        println!("{count:>5}  {word}: {about}");
    }
    if prove {
        for about in &clean.made {
            for word in ["before a commit", "after a commit"] {
                let hits = hit.contains_key(&(about.clone(), word));
                assert!(hits, "no kill {word} of {about}");
            }
        }
        assert!(
            random_in_flight * 5 >= random,
            "fewer than 20 % of the random kills had a call in flight"
        );
    }
    println!(
        "{} kills and {missed} runs that ended before their point; after {completed} of them completed and then rolled back, after the others rolled back at once; \
         {in_flight} with a call in flight ({random_in_flight} of {random} random); doubles in the server's log: {doubles}; lost events: {lost}",
        ended.len() - missed
    );
    assert!(
        missed * 10 <= ended.len(),
        "too many runs ended before their point: {missed}"
    );
}
