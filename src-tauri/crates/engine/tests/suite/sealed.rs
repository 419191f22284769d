//! A step whose images are secret: sealed before anything is sent, opened for the way back, refused
//! by name without the key; and nothing of it in plain in the journal.

use switchback_engine::RejectionCode;
use switchback_engine::driver::open_images;
use switchback_engine::ports::{Clock, Journal as _};
use switchback_model::{Captured, Command, Event, EventKind, Operator, Plan, RollbackScope, StepState};
use switchback_testkit::plans::{LONG_TTL, ZONE, address, id, name, plan, set_ttl};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::RecordStore;
use switchback_testkit::walk::invariants;
use switchback_testkit::{Fault, ManualClock, MemoryJournal, Op};

/// Stands for a person's data: in the world before the step, nowhere in the plan.
const SECRET: &str = "192.0.2.77";
const NO_KEY: &str = "The keychain is locked.";

fn two_steps() -> Plan {
    plan(vec![set_ttl("secret", "person", 60), set_ttl("open", "apps", 60)])
}

fn hide(fake: &FakeRig) {
    fake.fake.keep_secret(&name("person"));
}

async fn desk() -> FakeRig {
    let fake = FakeRig::open(&two_steps()).await;
    fake.store
        .put(ZONE, &name("person"), vec![address("person", LONG_TTL, SECRET)]);
    hide(&fake);
    fake
}

fn intents(events: &[Event]) -> Vec<&Captured> {
    events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Intended { attempt, before, .. } if attempt.step == id("secret") => Some(before),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn sealed_before_the_call_and_opened_for_the_undo_after_a_restart() {
    let mut fake = desk().await;
    let start = fake.store.records();
    fake.faulty.inject(Op::Call, 1, Fault::KilledBefore);
    fake.desk.check("secret").await.unwrap();
    let shown = fake.desk.preview(&id("secret")).unwrap();
    fake.desk.approve("secret").await.unwrap();
    assert!(matches!(
        fake.desk.settle().await,
        switchback_testkit::Settled::Killed
    ));
    // Durable, sealed, and nothing sent.
    fake.desk.journal.power_cut();
    let events = fake.desk.journal.events();
    let [Captured::Sealed(before)] = intents(&events)[..] else {
        panic!("{events:?}");
    };
    assert!(fake.store.log().is_empty());
    let image = fake.desk.journal.vault().unwrap().open(before).await.unwrap();
    assert!(image.lines()[0].contains(SECRET));
    fake.desk.restart().await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("secret"), StepState::Failed);

    fake.desk.apply("secret").await.unwrap();
    assert!(
        matches!(fake.desk.state("secret"), StepState::Done { .. }),
        "{:?}",
        fake.desk.state("secret")
    );
    let opened = fake.desk.journal.memory_vault().opened();
    fake.desk.restart().await.unwrap();
    assert!(fake.desk.journal.memory_vault().opened() > opened);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.store.records(), start);
    invariants(&fake).unwrap();

    let bytes = fake.desk.journal.bytes();
    assert!(!bytes.contains(SECRET), "the journal holds it in plain");
    // A plain digest of a short value can be found by trying them all.
    assert!(
        !bytes.contains(&shown.to_string()) && !bytes.contains(&shown.short()),
        "a plain digest"
    );
    assert!(
        fake.store
            .log()
            .iter()
            .all(|sent| !sent.token.contains(&shown.short()))
    );
}

#[tokio::test]
async fn what_inspection_finds_is_not_journalled_in_plain_either() {
    let mut fake = desk().await;
    let start = fake.store.records();
    fake.faulty.inject(Op::Call, 1, Fault::KilledAfter);
    fake.desk.check("secret").await.unwrap();
    fake.desk.approve("secret").await.unwrap();
    fake.desk.settle().await;
    let other = "198.51.100.88";
    fake.store
        .put(ZONE, &name("person"), vec![address("person", 60, other)]);
    fake.desk.restart().await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("secret"), StepState::Foreign);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.store.records(), start);
    let bytes = fake.desk.journal.bytes();
    assert!(!bytes.contains(other) && !bytes.contains(SECRET));
    assert!(bytes.contains("neither as before nor as after"));
}

#[tokio::test]
async fn without_the_key_it_is_refused_by_name_before_anything_is_read_or_sent() {
    let mut fake = desk().await;
    let vault = fake.desk.journal.clone();
    vault.memory_vault().take_key(Some(NO_KEY));
    let reads = fake.faulty.count(Op::Read);
    fake.desk.check("secret").await.unwrap();
    assert_eq!(fake.desk.state("secret"), StepState::Blocked);
    assert_eq!(fake.faulty.count(Op::Read), reads);
    let refused = fake.desk.approve("secret").await.unwrap_err();
    assert!(
        refused.message.contains("must be sealed") && refused.message.contains(NO_KEY),
        "{refused:?}"
    );

    // Lost between the check and the click: no approval. Between the click and the call: it is void.
    vault.memory_vault().take_key(None);
    fake.desk.check("secret").await.unwrap();
    vault.memory_vault().take_key(Some(NO_KEY));
    let refused = fake.desk.approve("secret").await.unwrap_err();
    assert_eq!(refused.code, RejectionCode::Guard);
    assert!(refused.message.contains(NO_KEY) && refused.hint.contains("--recovery-code-file"));
    vault.memory_vault().take_key(None);
    fake.desk.approve("secret").await.unwrap();
    vault.memory_vault().take_key(Some(NO_KEY));
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("secret"), StepState::Blocked);
    let voided = fake.desk.run().steps[&id("secret")].voided.clone().unwrap();
    assert!(
        voided.starts_with("Nothing was sent") && voided.contains(NO_KEY),
        "{voided}"
    );
    assert!(fake.store.log().is_empty());
    // Nobody takes over by hand what can't be kept either.
    let adopt = fake
        .desk
        .ask(Command::Adopt { step: id("secret") })
        .await
        .unwrap_err();
    assert!(!adopt.message.is_empty());

    // A step whose images are clear does not care.
    fake.desk.apply("open").await.unwrap();
    assert!(matches!(fake.desk.state("open"), StepState::Done { .. }));
}

#[tokio::test]
async fn the_way_back_of_clear_steps_never_depends_on_the_key() {
    let mut fake = desk().await;
    let start = fake.store.records();
    fake.desk.apply("secret").await.unwrap();
    fake.desk.apply("open").await.unwrap();
    let keys = fake.desk.journal.clone();
    keys.memory_vault().take_key(Some(NO_KEY));
    fake.desk.restart().await.unwrap();
    fake.desk
        .roll_back(RollbackScope::Step(id("open")))
        .await
        .unwrap();
    assert_eq!(fake.desk.state("open"), StepState::Undone { accepted: false });

    // The sealed one is named, can be overridden, and then stops before anything is sent.
    let (_, open) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
    assert_eq!(open[0].reading.check.as_str(), "key-secret");
    let refused = fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap_err();
    assert!(refused.message.contains("key-secret"), "{refused:?}");
    let sent = fake.store.log().len();
    fake.desk
        .confirm(RollbackScope::All, &["key-secret"], &[])
        .await
        .unwrap();
    fake.desk.idle().await;
    assert!(
        fake.desk
            .rollback_state()
            .starts_with("halted: Nothing was sent. The image is sealed"),
        "{}",
        fake.desk.rollback_state()
    );
    assert_eq!(fake.store.log().len(), sent);

    // The key is there again: the same click goes on.
    keys.memory_vault().take_key(None);
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.store.records(), start);
}

#[tokio::test]
async fn a_takeover_without_the_key_still_lets_clear_steps_go_back() {
    let mut fake = desk().await;
    fake.desk.apply("secret").await.unwrap();
    fake.desk.apply("open").await.unwrap();
    fake.desk.journal.power_cut();
    let mut events = fake.desk.journal.events();
    let at = fake.clock.now();
    events.push(Event {
        seq: events.len() as u64 + 1,
        at,
        kind: EventKind::TakenOver {
            by: Operator::new("Grace").unwrap(),
            reason: "the laptop was lost".to_owned(),
            from_seq: events.len() as u64,
            vouched: None,
        },
    });
    // Another journal: what was sealed in the first can't be opened here.
    let journal = MemoryJournal::from_events(events, true);
    journal.memory_vault().take_key(Some(NO_KEY));
    let clock = ManualClock::new();
    clock.advance(std::time::Duration::try_from(at.duration_since(clock.now())).unwrap());
    let store = std::sync::Arc::new(RecordStore::new(clock.clone()));
    store.set_records(fake.store.records());
    let mut taker = FakeRig::over(clock, journal, store).await;
    hide(&taker);
    taker.desk.idle().await;
    assert!(taker.desk.run().steps.values().all(|step| !step.reinspect));
    assert!(
        taker.desk.run().steps[&id("secret")].drift.is_some(),
        "said, not passed over"
    );
    taker
        .desk
        .roll_back(RollbackScope::Step(id("open")))
        .await
        .unwrap();
    assert_eq!(taker.desk.state("open"), StepState::Undone { accepted: false });
}

#[tokio::test]
async fn what_was_done_by_hand_is_sealed_when_it_is_taken_over() {
    let mut fake = desk().await;
    fake.desk.check("secret").await.unwrap();
    fake.store
        .put(ZONE, &name("person"), vec![address("person", 60, SECRET)]);
    fake.desk
        .ask(Command::Adopt { step: id("secret") })
        .await
        .unwrap();
    fake.desk.idle().await;
    let shown = format!("{:?}", fake.desk.run());
    assert!(shown.contains("Opened(") && !shown.contains(SECRET), "{shown}");
    fake.desk.restart().await.unwrap();
    let effect = fake.desk.run().steps[&id("secret")].effect.clone().unwrap();
    assert!(effect.after.clear().is_none() && effect.after.readable().is_some());
    assert!(!fake.desk.journal.bytes().contains(SECRET));
}

#[tokio::test]
async fn a_run_that_is_only_looked_at_is_opened_too() {
    let mut fake = desk().await;
    fake.desk.apply("secret").await.unwrap();
    fake.desk.journal.power_cut();
    let mut run = switchback_engine::Run::replay(&fake.desk.journal.events()).unwrap();
    let keys = fake.desk.journal.memory_vault();
    keys.take_key(Some(NO_KEY));
    let problem = open_images(&mut run, fake.desk.journal.vault()).await;
    assert_eq!(problem.unwrap().0, NO_KEY);
    keys.take_key(None);
    assert_eq!(open_images(&mut run, fake.desk.journal.vault()).await, None);
    let effect = run.steps[&id("secret")].effect.clone().unwrap();
    assert!(effect.before.unwrap().readable().unwrap().lines()[0].contains(SECRET));
}
