//! A crash after every event, and random commands under random faults.

use std::time::Duration;

use proptest::prelude::*;
use switchback_engine::Run;
use switchback_engine::ports::{Clock, ProviderErrorKind};
use switchback_model::{Command, Event, EventKind, Plan, Resolution, RollbackScope, StepState};
use switchback_testkit::plans::{dns_switch, id, tis_like, two_rolls};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::{Accepted, RecordStore, Records};
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, ManualClock, MemoryJournal, Op};

struct Story {
    start: Records,
    events: Vec<Event>,
    log: Vec<Accepted>,
}

/// There, R3, there again and all the way back, with one lost response each way.
async fn tell(plan: &Plan, rule: &str, marks: bool) -> Story {
    let mut fake = FakeRig::open(plan).await;
    if marks {
        fake.fake.mark_first();
    }
    let start = fake.store.records();
    fake.faulty.inject(Op::Call, 2, Fault::ResponseLost);
    complete(&mut fake.desk).await.unwrap();
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    let scope = RollbackScope::Rule(rule.parse().unwrap());
    let accepted: Vec<&str> = plan.coherence.iter().map(|rule| rule.id.as_str()).collect();
    fake.desk.confirm(scope, &[], &accepted).await.unwrap();
    complete(&mut fake.desk).await.unwrap();
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.store.records(), start);
    invariants(&fake).unwrap();
    Story {
        start,
        events: fake.desk.journal.events(),
        log: fake.store.log(),
    }
}

/// A new driver over the first events, and the world after the first mutations.
async fn reborn(told: &Story, events: usize, mutations: usize) -> FakeRig {
    let clock = ManualClock::new();
    let last = told.events[events - 1].at;
    let span = Duration::try_from(last.duration_since(clock.now())).unwrap();
    clock.advance(span + Duration::from_secs(1));
    let store = std::sync::Arc::new(RecordStore::new(clock.clone()));
    store.resume(told.start.clone(), &told.log[..mutations]);
    let journal = MemoryJournal::from_events(told.events[..events].to_vec(), true);
    FakeRig::over(clock, journal, store).await
}

async fn crash_everywhere(plan: Plan, rule: &str, marks: bool) {
    let told = tell(&plan, rule, marks).await;
    // The mutation that belongs to each intent, by its token.
    let mut made = 0;
    let mut intent = "";
    let mut marked = 0;
    for k in 1..=told.events.len() {
        let before = made;
        let leaves = match &told.events[k - 1].kind {
            EventKind::Intended { token, .. } => {
                intent = token;
                !marks
            }
            EventKind::Marked { .. } => {
                marked += 1;
                true
            }
            _ => false,
        };
        if leaves && told.log.get(made).is_some_and(|entry| entry.token == intent) {
            made += 1;
        }
        // Right after an intent the request may have landed or not; where it is marked, only right after its mark.
        for mutations in before..=made {
            for complete_first in [false, true] {
                let mut fake = reborn(&told, k, mutations).await;
                if marks {
                    fake.fake.mark_first();
                }
                let at = format!(
                    "crash after event {k} ({mutations} mutations): {:?}",
                    told.events[k - 1].kind
                );
                fake.desk
                    .settle_through()
                    .await
                    .unwrap_or_else(|why| panic!("{at}: {why}"));
                assert!(fake.desk.run().in_flight().is_none(), "{at}");
                invariants(&fake).unwrap_or_else(|why| panic!("{at}: {why}"));
                if complete_first {
                    complete(&mut fake.desk)
                        .await
                        .unwrap_or_else(|why| panic!("{at}: {why}"));
                }
                back(&mut fake.desk)
                    .await
                    .unwrap_or_else(|why| panic!("{at}: {why}"));
                assert_eq!(fake.store.records(), told.start, "{at}");
                invariants(&fake).unwrap_or_else(|why| panic!("{at}: {why}"));
            }
        }
    }
    assert_eq!(made, told.log.len(), "every mutation was met");
    assert!(made >= 6, "{made}");
    assert_eq!(marked, if marks { made } else { 0 }, "each request has its mark");
}

/// The points between the intent, the mark and the request, there and back.
#[tokio::test]
async fn a_crash_after_every_event_of_requests_that_are_marked() {
    crash_everywhere(dns_switch(), "R3", true).await;
}

#[tokio::test]
async fn a_crash_after_every_event_of_the_dns_switch() {
    crash_everywhere(dns_switch(), "R3", false).await;
}

#[tokio::test]
async fn a_crash_after_every_event_of_the_tis_graph() {
    crash_everywhere(tis_like(), "R4", false).await;
}

#[tokio::test]
async fn a_crash_after_every_event_of_what_is_published() {
    crash_everywhere(two_rolls(), "R5", false).await;
}

#[tokio::test]
async fn a_journal_that_was_changed_is_refused() {
    let told = tell(&dns_switch(), "R3", true).await;
    for gone in 1..told.events.len() - 1 {
        let mut events = told.events.clone();
        events.remove(gone);
        assert!(Run::replay(&events).is_err(), "without event {gone}");
    }
    assert!(Run::replay(&[]).is_err());
}

#[derive(Debug, Clone)]
enum Move {
    Check(usize),
    Apply(usize),
    Skip(usize),
    Accept(usize),
    Reopen(usize),
    Inspect(usize),
    Resolve(usize, Resolution),
    Hold,
    Stop,
    Resume,
    RollBack(usize),
    Retry,
    Done,
    Abandon,
    Turns(usize),
    Restart,
    Wait(u64),
}

fn moves() -> impl Strategy<Value = Move> {
    let resolution = prop_oneof![
        Just(Resolution::Before),
        Just(Resolution::After),
        Just(Resolution::Keep),
        Just(Resolution::Restore)
    ];
    prop_oneof![
        3 => (0_usize..3).prop_map(Move::Check),
        8 => (0_usize..3).prop_map(Move::Apply),
        1 => (0_usize..3).prop_map(Move::Skip),
        1 => (0_usize..3).prop_map(Move::Accept),
        2 => (0_usize..3).prop_map(Move::Reopen),
        1 => (0_usize..3).prop_map(Move::Inspect),
        1 => ((0_usize..3), resolution).prop_map(|(step, as_)| Move::Resolve(step, as_)),
        1 => Just(Move::Hold),
        1 => Just(Move::Stop),
        2 => Just(Move::Resume),
        3 => (0_usize..4).prop_map(Move::RollBack),
        2 => Just(Move::Retry),
        2 => Just(Move::Done),
        1 => Just(Move::Abandon),
        4 => (0_usize..12).prop_map(Move::Turns),
        1 => Just(Move::Restart),
        1 => (0_u64..2000).prop_map(Move::Wait),
    ]
}

fn fault() -> impl Strategy<Value = (Op, usize, Fault)> {
    let op = prop_oneof![Just(Op::Call), Just(Op::Read), Just(Op::Sync), Just(Op::Identity)];
    let fault = prop_oneof![
        Just(Fault::FailsBefore(ProviderErrorKind::Throttled)),
        Just(Fault::FailsBefore(ProviderErrorKind::Denied)),
        Just(Fault::RequestLost),
        Just(Fault::FailsAfter),
        Just(Fault::ResponseLost),
        Just(Fault::KilledBefore),
        Just(Fault::KilledAfter),
    ];
    (op, 1_usize..4, fault)
}

/// A person's word can be wrong: these are kept out where the end must equal the start.
fn is_a_claim(desk: &switchback_testkit::Rig, step: &Move) -> bool {
    match step {
        Move::Resolve(..) | Move::Accept(_) => true,
        _ => desk.run().steps.is_empty(),
    }
}

async fn play(fake: &mut FakeRig, step: &Move) {
    const IDS: [&str; 3] = ["lower-ttl", "switch", "restore-ttl"];
    let desk = &mut fake.desk;
    let ask = match step {
        Move::Check(n) => Command::Check { step: id(IDS[*n]) },
        Move::Apply(n) => {
            // A kill can only strike while the driver turns; the click itself reads nothing.
            let _ = desk.check(IDS[*n]).await;
            let _ = desk.approve(IDS[*n]).await;
            return;
        }
        Move::Skip(n) => Command::Skip { step: id(IDS[*n]) },
        Move::Accept(n) => Command::Accept { step: id(IDS[*n]) },
        Move::Reopen(n) => Command::Reopen { step: id(IDS[*n]) },
        Move::Inspect(n) => Command::Inspect { step: id(IDS[*n]) },
        Move::Resolve(n, as_) => Command::Resolve {
            step: id(IDS[*n]),
            as_: *as_,
        },
        Move::Hold => Command::Hold,
        Move::Stop => Command::Stop,
        Move::Resume => Command::Resume,
        Move::RollBack(n) => {
            let scope = IDS
                .get(*n)
                .map_or(RollbackScope::All, |text| RollbackScope::Step(id(text)));
            let _ = desk.confirm(scope, &[], &[]).await;
            return;
        }
        Move::Retry => Command::RollbackRetry,
        Move::Done => {
            let item = desk.run().rollback.as_ref().and_then(|rollback| rollback.item());
            let Some(item) = item.map(|item| item.id.clone()) else {
                return;
            };
            Command::RollbackDone { item }
        }
        Move::Abandon => Command::RollbackAbandon,
        Move::Turns(n) => {
            desk.some_turns(*n).await.unwrap();
            return;
        }
        Move::Restart => {
            desk.restart().await.unwrap();
            return;
        }
        Move::Wait(seconds) => {
            fake.clock.advance(Duration::from_secs(*seconds));
            return;
        }
    };
    let _ = desk.ask(ask).await;
}

proptest! {
    #![proptest_config(super::cases(2048))]

    #[test]
    fn any_commands_under_any_faults_come_back(
        story in proptest::collection::vec((moves(), proptest::option::weighted(0.3, fault())), 1..25),
        claims in proptest::bool::weighted(0.3),
        marks in proptest::bool::ANY,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut fake = FakeRig::open(&dns_switch()).await;
            if marks {
                fake.fake.mark_first();
            }
            let start = fake.store.records();
            let mut by_word = false;
            for (step, fault) in &story {
                if !claims && is_a_claim(&fake.desk, step) {
                    continue;
                }
                if let Some((op, n, fault)) = fault {
                    fake.faulty.inject(*op, *n, *fault);
                }
                play(&mut fake, step).await;
                // Said to be done of what could not be read then: a word, and called one.
                by_word |= fake.desk.run().steps.values().any(|step| {
                    step.state == StepState::Undone { accepted: true }
                });
                invariants(&fake).map_err(TestCaseError::fail)?;
            }
            fake.faulty.mend();
            back(&mut fake.desk).await.map_err(TestCaseError::fail)?;
            invariants(&fake).map_err(TestCaseError::fail)?;
            if !claims && !by_word {
                prop_assert_eq!(fake.store.records(), start);
            }
            Ok(())
        })?;
    }
}
