//! A run that a newer program wrote in: what is not known is named, nothing new is begun, and what nothing
//! unknown touches keeps its way back.

use std::sync::Arc;

use serde_json::json;
use switchback_engine::beyond::all_is_known;
use switchback_engine::driver::SubmitError;
use switchback_engine::{RejectionCode, Run};
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, Event, EventKind, Frozen, Plan, RollbackScope, StepState, Unknown};
use switchback_testkit::journal::MemoryJournal;
use switchback_testkit::plans::{dns_switch, id, plan, set_ttl, switch};
use switchback_testkit::rig::FakeRig;

const UNDONE: StepState = StepState::Undone { accepted: false };

/// Two names that nothing connects.
fn two_names() -> Plan {
    plan(vec![set_ttl("one", "one", 60), switch("two", "two")])
}

async fn both_done(plan: &Plan) -> FakeRig {
    let mut fake = FakeRig::open(plan).await;
    for step in plan.steps().map(|step| step.id.clone()) {
        fake.desk.apply(step.as_str()).await.unwrap();
    }
    fake
}

fn unknown(event: serde_json::Value) -> EventKind {
    EventKind::Unknown(Unknown::of(event, "event").unwrap())
}

/// The same home under this program, after a newer one wrote in it.
async fn reopened(fake: &FakeRig, change: impl FnOnce(&mut Vec<Event>)) -> FakeRig {
    let mut events = fake.desk.journal.events();
    change(&mut events);
    let journal: Arc<MemoryJournal> = MemoryJournal::from_events(events, true);
    FakeRig::over(fake.clock.clone(), journal, fake.store.clone()).await
}

fn push(events: &mut Vec<Event>, kind: EventKind) {
    let last = events.last().unwrap();
    let (seq, at) = (last.seq + 1, last.at);
    events.push(Event { seq, at, kind });
}

/// With another plan in its first event, as a newer program would have frozen it.
fn with_plan(events: &mut [Event], change: impl FnOnce(&mut serde_json::Value)) {
    let EventKind::RunOpened {
        plan, plan_digest, ..
    } = &mut events[0].kind
    else {
        panic!("no run is opened");
    };
    let mut tree = serde_json::to_value(&**plan).unwrap();
    change(&mut tree);
    let newer: Frozen = serde_json::from_value(tree).unwrap();
    *plan_digest = newer.digest();
    *plan = newer;
}

async fn refused(fake: &mut FakeRig, command: Command) -> String {
    match fake.desk.submit(command, None).await.unwrap_err() {
        SubmitError::Rejected(rejection) => {
            assert_eq!(rejection.code, RejectionCode::Guard, "{rejection}");
            rejection.message
        }
        SubmitError::Drive(error) => panic!("{error}"),
    }
}

fn words(run: &Run) -> Vec<&str> {
    run.beyond.words().collect()
}

#[tokio::test]
async fn an_event_that_is_not_known_bars_what_it_names_and_nothing_else() {
    let fake = both_done(&two_names()).await;
    let sent = fake.store.log().len();
    let mut fake = reopened(&fake, |events| {
        push(
            events,
            unknown(json!({"event": "paired", "about": {"attempt": {"step": "two"}}, "n": 1})),
        );
    })
    .await;
    let seq = fake.desk.run().seq;
    assert_eq!(words(fake.desk.run()), [format!("event {} (paired)", seq - 1)]);

    let why = refused(
        &mut fake,
        Command::Decide {
            decision: "none".parse().unwrap(),
            value: "yes".into(),
        },
    )
    .await;
    assert!(
        why.contains("(paired)") && why.contains("newer Switchback"),
        "{why}"
    );
    for command in [
        Command::Check { step: id("one") },
        Command::Apply { step: id("one") },
        Command::Skip { step: id("two") },
        Command::Reopen { step: id("one") },
        Command::Inspect { step: id("two") },
    ] {
        refused(&mut fake, command).await;
    }
    assert!(all_is_known(fake.desk.run()).is_err());
    assert_eq!(fake.store.log().len(), sent, "nothing was sent");

    // The other step goes back as ever.
    fake.desk.roll_back(RollbackScope::Step(id("one"))).await.unwrap();
    assert_eq!(fake.desk.state("one"), UNDONE);
    assert_eq!(fake.store.log().len(), sent + 1);

    // This one is named, and by hand.
    let (plan, _) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let ItemKind::Manual { words } = &plan.items[0].kind else {
        panic!("{plan:?}")
    };
    assert_eq!(plan.items[0].id, "two");
    assert!(
        words.contains("(paired)") && words.contains("192.0.2.10"),
        "{words}"
    );
    assert_eq!(plan.items.len(), 1);
}

#[tokio::test]
async fn an_event_that_names_no_step_bars_the_way_forward_only() {
    let fake = both_done(&two_names()).await;
    let mut fake = reopened(&fake, |events| push(events, unknown(json!({"event": "muted"})))).await;
    refused(&mut fake, Command::Check { step: id("one") }).await;
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!((fake.desk.state("one"), fake.desk.state("two")), (UNDONE, UNDONE));
}

#[tokio::test]
async fn a_known_event_that_does_not_fit_behind_an_unknown_one_is_no_forgery() {
    let fake = both_done(&two_names()).await;
    let fake = reopened(&fake, |events| {
        push(events, unknown(json!({"event": "rewound", "note": "nothing"})));
        // By what this program knows, step one is done and has no checks under way.
        let finished = events
            .iter()
            .find(|e| matches!(&e.kind, EventKind::Approved { step, .. } if *step == id("one")));
        let again = finished.unwrap().kind.clone();
        push(events, again);
    })
    .await;
    let run = fake.desk.run();
    assert!(run.beyond.by_hand(&id("one")).is_some(), "{:?}", words(run));
    assert!(run.beyond.by_hand(&id("two")).is_none());

    // Without the unknown one it is.
    let mut events = fake.desk.journal.events();
    let at = events
        .iter()
        .position(|e| matches!(e.kind, EventKind::Unknown(_)))
        .unwrap();
    events.remove(at);
    for (n, event) in events.iter_mut().enumerate() {
        event.seq = n as u64 + 1;
    }
    assert!(Run::replay(&events).is_err());
}

#[tokio::test]
async fn an_action_of_an_unknown_kind_is_by_hand_and_its_neighbour_goes_back() {
    let fake = both_done(&two_names()).await;
    let mut fake = reopened(&fake, |events| {
        with_plan(events, |plan| {
            plan["phases"][0]["steps"][1]["action"] = json!({"kind": "wafv2.rule", "acl": "x"});
        });
    })
    .await;
    assert_eq!(
        words(fake.desk.run()),
        ["the kind of action wafv2.rule of step two"]
    );
    refused(&mut fake, Command::Check { step: id("one") }).await;
    let (plan, _) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let kinds: Vec<(&str, bool)> = plan
        .items
        .iter()
        .map(|item| (item.id.as_str(), matches!(item.kind, ItemKind::Manual { .. })))
        .collect();
    assert_eq!(kinds, [("two", true), ("one", false)]);
    fake.desk.roll_back(RollbackScope::Step(id("one"))).await.unwrap();
    assert_eq!(fake.desk.state("one"), UNDONE);
}

#[tokio::test]
async fn an_unknown_field_of_an_action_or_way_back_is_by_hand_and_of_a_check_is_not() {
    for (path, value, by_hand) in [
        ("/action/lock_token", json!("x"), true),
        ("/reversibility/after_s", json!(5), true),
        ("/announces", json!(["export"]), false),
        (
            "/verify",
            json!([{"id": "v", "title": "V", "kind": "wafv2.allows", "believable_s": 9}]),
            false,
        ),
        (
            "/undo_verify",
            json!([{"id": "v", "title": "V", "kind": "aws.identity", "believable_s": 9, "x": 1}]),
            false,
        ),
    ] {
        let fake = both_done(&two_names()).await;
        let fake = reopened(&fake, |events| {
            with_plan(events, |plan| {
                let step = &mut plan["phases"][0]["steps"][0];
                let (parent, field) = path.rsplit_once('/').unwrap();
                step.pointer_mut(parent).unwrap()[field] = value;
            });
        })
        .await;
        let run = fake.desk.run();
        assert!(!run.beyond.is_empty(), "{path}");
        assert_eq!(
            run.beyond.by_hand(&id("one")).is_some(),
            by_hand,
            "{path}: {:?}",
            words(run)
        );
        assert!(run.beyond.by_hand(&id("two")).is_none(), "{path}");
    }
}

#[tokio::test]
async fn an_image_with_unknown_fields_is_never_restored() {
    let fake = both_done(&two_names()).await;
    let sent = fake.store.log().len();
    let mut fake = reopened(&fake, |events| {
        for event in events.iter_mut() {
            let is_ours =
                matches!(&event.kind, EventKind::Intended { attempt, .. } if attempt.step == id("two"));
            if is_ours {
                let mut tree = serde_json::to_value(&event.kind).unwrap();
                tree["before"]["clear"]["sets"][0]["geo"] = json!("GB");
                event.kind = EventKind::read(&tree.to_string()).unwrap();
            }
        }
    })
    .await;
    let run = fake.desk.run();
    assert!(
        words(run)[0].contains("image of the kind record_sets"),
        "{:?}",
        words(run)
    );
    let (plan, _) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
    assert!(matches!(plan.items[0].kind, ItemKind::Manual { .. }), "{plan:?}");
    fake.desk.roll_back(RollbackScope::Step(id("one"))).await.unwrap();
    assert_eq!(fake.store.log().len(), sent + 1);
}

#[tokio::test]
async fn a_first_event_that_is_not_known_says_so() {
    let fake = FakeRig::open(&dns_switch()).await;
    let mut events = fake.desk.journal.events();
    events[0].kind = unknown(json!({"event": "run_opened", "plan": {"version": 9}}));
    let error = Run::replay(&events).unwrap_err().to_string();
    assert!(error.contains("newer Switchback"), "{error}");
}
