//! A journal that is not what was acknowledged: everything is looked at first, and what nobody vouches for is
//! restored by one override only. A rehearsal asks for none.

use std::time::Duration;

use switchback_engine::RejectionCode as Code;
use switchback_engine::doubt::Doubt;
use switchback_model::event::Vouched;
use switchback_model::{Command, Event, EventKind, Finding, Plan, RollbackScope, StepState, TargetKind};
use switchback_testkit::Op;
use switchback_testkit::journal::{MemoryJournal, operator};
use switchback_testkit::plans::{LONG_TTL, LOW_TTL, ZONE, address, id, name, plan, set_ttl, switch};
use switchback_testkit::rig::FakeRig;

const UNDONE: StepState = StepState::Undone { accepted: false };

fn on(kind: TargetKind) -> Plan {
    let mut plan = plan(vec![set_ttl("one", "one", 60), switch("two", "two")]);
    plan.target.kind = kind;
    plan
}

/// Step one is done, and this was journalled since.
async fn after(kind: TargetKind, said: EventKind) -> FakeRig {
    let mut fake = FakeRig::open(&on(kind)).await;
    fake.desk.apply("one").await.unwrap();
    let mut events = fake.desk.journal.events();
    let last = events.last().unwrap();
    let (seq, at) = (last.seq + 1, last.at);
    events.push(Event { seq, at, kind: said });
    FakeRig::over(
        fake.clock.clone(),
        MemoryJournal::from_events(events, true),
        fake.store.clone(),
    )
    .await
}

fn contradicted() -> EventKind {
    let why = "event 4 is not the one that was acknowledged".to_owned();
    Doubt::Contradicted { seq: 4, why }.event()
}

fn copied(vouched: Option<Vouched>) -> EventKind {
    EventKind::TakenOver {
        by: operator(),
        reason: "the laptop is gone".to_owned(),
        from_seq: 9,
        vouched,
    }
}

#[tokio::test]
async fn what_nobody_vouches_for_goes_back_by_one_override() {
    for said in [contradicted(), copied(Some(Vouched::None))] {
        let mut fake = after(TargetKind::Preproduction, said.clone()).await;
        let (_, preconditions) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
        let open: Vec<&str> = preconditions
            .iter()
            .filter(|p| !p.reading.verdict.lets_through())
            .map(|p| p.reading.check.as_str())
            .collect();
        assert_eq!(open, ["journal"], "one, whatever is undone");
        let refused = fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap_err();
        assert_eq!(refused.code, Code::CheckFailed, "{refused}");
        assert!(refused.message.contains("journal ("), "{refused}");
        fake.desk
            .confirm(RollbackScope::All, &["journal"], &[])
            .await
            .unwrap();
        fake.desk.settle_through().await.unwrap();
        assert_eq!(fake.desk.state("one"), UNDONE);
    }
}

#[tokio::test]
async fn a_rehearsal_and_what_somebody_vouches_for_ask_for_none() {
    for (kind, said) in [
        (TargetKind::Rehearsal, contradicted()),
        (TargetKind::Rehearsal, copied(Some(Vouched::None))),
        (TargetKind::Preproduction, copied(Some(Vouched::Code))),
        (TargetKind::Preproduction, copied(None)),
        (
            TargetKind::Preproduction,
            Doubt::Missing { from: 5, to: 6 }.event(),
        ),
    ] {
        let mut fake = after(kind, said).await;
        fake.desk.roll_back(RollbackScope::All).await.unwrap();
        assert_eq!(fake.desk.state("one"), UNDONE);
    }
}

#[tokio::test]
async fn nothing_new_is_built_upon_a_contradicted_journal() {
    let mut fake = after(TargetKind::Preproduction, contradicted()).await;
    fake.desk.settle_through().await.unwrap();
    fake.desk.check("two").await.unwrap();
    let basis = fake.desk.preview(&id("two"));
    let refused = fake
        .desk
        .submit(Command::Apply { step: id("two") }, basis)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("is not believed"), "{refused}");
}

/// The events that made step two are lost; the world has its effect.
#[tokio::test]
async fn with_events_missing_everything_is_looked_at_and_what_is_found_is_offered() {
    let mut fake = FakeRig::open(&on(TargetKind::Preproduction)).await;
    fake.desk.apply("one").await.unwrap();
    let known = fake.desk.journal.events();
    fake.desk.apply("two").await.unwrap();
    let mut events = known;
    let last = events.last().unwrap();
    let (seq, at) = (last.seq + 1, last.at);
    let kind = Doubt::Missing {
        from: seq,
        to: seq + 9,
    }
    .event();
    events.push(Event { seq, at, kind });
    let journal = MemoryJournal::from_events(events, true);
    let mut fake = FakeRig::over(fake.clock.clone(), journal, fake.store.clone()).await;
    assert!(
        fake.desk.run().steps.values().all(|step| step.reinspect),
        "everything is looked at"
    );
    let refused = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::Step(id("two")))
        .await
        .unwrap_err();
    assert!(
        refused.hint.contains("not every object was looked at"),
        "{refused}"
    );
    fake.desk.settle_through().await.unwrap();
    let refused = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::Step(id("two")))
        .await
        .unwrap_err();
    assert!(
        refused.hint.contains("two was found as the step leaves it"),
        "{refused}"
    );
    fake.desk.ask(Command::Adopt { step: id("two") }).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    let (back, _) = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::Step(id("two")))
        .await
        .unwrap();
    assert_eq!(back.items.len(), 1);
}

/// A person who goes back at once is not faster than the look.
#[tokio::test]
async fn a_rollback_that_is_asked_for_at_once_looks_at_everything_first() {
    let missing = Doubt::Missing { from: 30, to: 31 }.event();
    let mut fake = after(TargetKind::Preproduction, missing).await;
    assert!(fake.desk.run().steps.values().all(|step| step.reinspect));
    fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    let events = fake.desk.journal.events();
    let of = |wanted: fn(&EventKind) -> bool| events.iter().rposition(|event| wanted(&event.kind)).unwrap();
    let looked = of(|kind| matches!(kind, EventKind::Reinspected { .. }));
    let confirmed = of(|kind| matches!(kind, EventKind::RollbackConfirmed { .. }));
    assert!(looked < confirmed);
    assert!(fake.desk.run().steps.values().all(|step| !step.reinspect));
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("one"), UNDONE);
}

/// Of three changes of one record the second was taken back already, and the journal has lost that.
#[tokio::test]
async fn what_a_later_item_restores_is_there_already_and_nothing_is_put_back_in_passing() {
    let steps = || {
        plan(vec![
            set_ttl("lower", "apps", 60),
            switch("switch", "apps"),
            set_ttl("raise", "apps", 300),
        ])
    };
    let mut fake = FakeRig::open(&steps()).await;
    for step in ["lower", "switch", "raise"] {
        fake.desk.apply(step).await.unwrap();
    }
    let taken_back = vec![address("apps", 60, "192.0.2.10")];
    fake.store.put(ZONE, &name("apps"), taken_back);
    let calls = fake.faulty.count(Op::Call);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.faulty.count(Op::Call), calls + 1, "only the TTL is put back");
    assert_eq!(
        fake.store.records()[&(ZONE.to_owned(), name("apps"))],
        vec![address("apps", LONG_TTL, "192.0.2.10")]
    );
    for step in ["lower", "switch", "raise"] {
        assert_eq!(fake.desk.state(step), UNDONE, "{step}");
    }
}

/// The intent of the second step is lost, and its request is still on its way when the run is opened again.
#[tokio::test]
async fn a_request_of_which_nobody_knows_is_given_the_time_to_land() {
    let missing = Doubt::Missing { from: 30, to: 31 }.event();
    let mut fake = after(TargetKind::Preproduction, missing).await;
    for _ in 0..4 {
        fake.desk.driver.turn().await.unwrap();
    }
    fake.clock.advance(Duration::from_secs(10));
    let landed = vec![address("two", LOW_TTL, "198.51.100.20")];
    fake.store.put(ZONE, &name("two"), landed);
    fake.desk.settle_through().await.unwrap();
    let two = &fake.desk.run().steps[&id("two")];
    assert!(matches!(two.drift, Some(Finding::After)), "{:?}", two.drift);
}
