//! What starts anew once it was amended, and what came and went.

use switchback_engine::next::{Work, next};
use switchback_model::plan::{Decision, DecisionType, StepKind};
use switchback_model::{Command, Plan, RollbackScope, Step, StepState};
use switchback_testkit::plans::{dns_switch, id, name, rule, set_ttl, step, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, complete};

use super::{DONE, amend, of, replays, switched};

#[tokio::test]
async fn a_step_without_an_effect_may_change_in_anything_and_starts_anew() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    // Words alone leave its checks and its preview as they are.
    let mut plan = dns_switch();
    of(&mut plan, "switch").title = "Other".to_owned();
    let seen = fake.desk.preview(&id("switch"));
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    assert_eq!(fake.desk.preview(&id("switch")), seen);
    // Another action: nothing that was read or approved holds.
    fake.desk.approve("switch").await.unwrap();
    of(&mut plan, "switch").action = switch("switch", "other").action;
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::ToDo);
    assert_eq!(fake.desk.preview(&id("switch")), None);
    let calls = fake.store.log().len();
    fake.desk.idle().await;
    assert_eq!(fake.store.log().len(), calls, "the touched approval is void");
    assert_eq!(next(fake.desk.run()), None);
    replays(&fake);
}

#[tokio::test]
async fn an_approval_is_void_once_its_step_is_touched_at_all() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.desk.approve("lower-ttl").await.unwrap();
    assert_eq!(next(fake.desk.run()), Some(Work::Apply(id("lower-ttl"))));
    // Not by what happens to another step …
    let mut plan = dns_switch();
    of(&mut plan, "switch").why = "Other".to_owned();
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(next(fake.desk.run()), Some(Work::Apply(id("lower-ttl"))));
    // … but by its own words: they are part of what was approved.
    of(&mut plan, "lower-ttl").why = "Other".to_owned();
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(next(fake.desk.run()), None);
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Ready);
    fake.desk.idle().await;
    assert!(fake.store.log().is_empty());
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
}

#[tokio::test]
async fn what_was_finished_without_an_effect_starts_in_the_next_generation() {
    let mut fake = switched().await;
    fake.desk
        .roll_back(RollbackScope::Step(id("switch")))
        .await
        .unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
    fake.desk
        .ask(Command::Skip {
            step: id("restore-ttl"),
        })
        .await
        .unwrap();
    let mut plan = dns_switch();
    of(&mut plan, "switch").verify.clear();
    of(&mut plan, "restore-ttl").action = set_ttl("restore-ttl", "apps", 600).action;
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(
        fake.desk.state("switch"),
        StepState::Undone { accepted: false },
        "an after-check says nothing of an undone step"
    );
    assert_eq!(
        fake.desk.state("restore-ttl"),
        StepState::ToDo,
        "its skip spoke of another step"
    );
    of(&mut plan, "switch").before.clear();
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::ToDo);
    let switch = &fake.desk.run().steps[&id("switch")];
    assert_eq!(
        (switch.generation, switch.attempts.len()),
        (2, 2),
        "what was tried stays told"
    );
    complete(&mut fake.desk).await.unwrap();
    assert_eq!(fake.desk.state("restore-ttl"), DONE);
    replays(&fake);
    back(&mut fake.desk).await.unwrap();
    replays(&fake);
}

#[tokio::test]
async fn steps_come_and_go_and_the_history_stays() {
    let mut fake = switched().await;
    // The TTL is lowered and the name switched: a further switch joins the plan and its rule.
    fake.store.put(
        switchback_testkit::plans::ZONE,
        &name("reval"),
        vec![switchback_testkit::plans::address("reval", 60, "192.0.2.10")],
    );
    let mut plan = dns_switch();
    plan.phases[0].steps.insert(
        2,
        Step {
            needs: vec![id("switch")],
            ..switch("second", "reval")
        },
    );
    plan.rules[0].undo.insert(0, id("second"));
    plan.rules.push(rule("R4", &["second"], &[]));
    amend(&mut fake.desk, &plan).await.unwrap();
    fake.desk.apply("second").await.unwrap();
    assert_eq!(fake.desk.state("second"), DONE);
    let (rollback, _) = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    let order: Vec<&str> = rollback.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(order, ["second", "switch", "notice-1"]);
    // Undone, it goes again; what it served is still known, and it comes back in its next generation.
    fake.desk
        .roll_back(RollbackScope::Step(id("second")))
        .await
        .unwrap();
    let served = fake.desk.run().history().served.len();
    amend(&mut fake.desk, &dns_switch()).await.unwrap();
    assert!(!fake.desk.run().steps.contains_key(&id("second")));
    assert_eq!(fake.desk.run().history().served.len(), served);
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.run().steps[&id("second")].generation, 2);
    fake.desk.apply("second").await.unwrap();
    assert_eq!(fake.desk.state("second"), DONE);
    replays(&fake);
    back(&mut fake.desk).await.unwrap();
    replays(&fake);
}

#[tokio::test]
async fn a_decision_stands_as_long_as_its_question_does() {
    let decision = |question: &str, decided: Option<&str>| Decision {
        id: "go".parse().unwrap(),
        question: question.to_owned(),
        kind: DecisionType::YesNo,
        decided: decided.map(str::to_owned),
    };
    let with = |question: &str, decided: Option<&str>| Plan {
        decisions: vec![decision(question, decided)],
        ..switchback_testkit::plans::plan(vec![step("s", StepKind::Check)])
    };
    let mut fake = FakeRig::open(&with("Go?", Some("no"))).await;
    let value = |fake: &FakeRig| {
        let decided = fake.desk.run().decisions.get(&"go".parse().unwrap());
        decided.map(|decided| decided.value.clone())
    };
    amend(&mut fake.desk, &with("Go?", Some("yes"))).await.unwrap();
    assert_eq!(
        value(&fake).as_deref(),
        Some("yes"),
        "the target file decides anew"
    );
    let go = Command::Decide {
        decision: "go".parse().unwrap(),
        value: "no".to_owned(),
    };
    fake.desk.ask(go).await.unwrap();
    amend(&mut fake.desk, &with("Go?", None)).await.unwrap();
    assert_eq!(
        value(&fake).as_deref(),
        Some("no"),
        "a person's word outlives the file's"
    );
    amend(&mut fake.desk, &with("Go tonight?", None)).await.unwrap();
    assert_eq!(value(&fake), None, "another question");
    replays(&fake);
}
