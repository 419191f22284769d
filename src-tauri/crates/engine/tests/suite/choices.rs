//! Choices: of two steps people decide which one is carried out, and the other counts as absent.

use switchback_engine::RejectionCode as Code;
use switchback_engine::chosen::{is_left_out, why};
use switchback_engine::publish::due;
use switchback_model::plan::{Decision, DecisionType};
use switchback_model::{Command, OnlyIf, PhaseId, Plan, RollbackScope, Step, StepState};
use switchback_testkit::plans::{gated, id, plan, roll, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::back;

fn only_if(step: Step, is: &str) -> Step {
    let decision = "how".parse().unwrap();
    Step {
        decisions: vec!["how".parse().unwrap()],
        only_if: Some(OnlyIf {
            decision,
            is: is.to_owned(),
        }),
        ..step
    }
}

/// Restricted by a firewall or by a throttle, then switched, then a gate.
fn either() -> Plan {
    let mut plan = plan(vec![
        only_if(switch("firewall", "a"), "firewall"),
        only_if(switch("throttle", "b"), "throttle"),
        only_if(roll("roll", "api", &["throttle"], &["b"]), "firewall"),
        Step {
            needs: vec![id("firewall"), id("throttle")],
            ..switch("switch", "c")
        },
    ]);
    plan.decisions = vec![Decision {
        id: "how".parse().unwrap(),
        question: "How?".to_owned(),
        kind: DecisionType::OneOf {
            choices: vec!["firewall".to_owned(), "throttle".to_owned()],
        },
        decided: None,
    }];
    plan.phases.push(gated("later", vec![switch("end", "d")]));
    plan
}

fn decide(value: &str) -> Command {
    Command::Decide {
        decision: "how".parse().unwrap(),
        value: value.to_owned(),
    }
}

#[tokio::test]
async fn what_was_not_chosen_counts_as_absent() {
    let mut fake = FakeRig::open(&either()).await;
    let start = fake.store.records();
    // Undecided, both wait.
    let undecided = fake.desk.apply("firewall").await.unwrap_err();
    assert_eq!(undecided.code, Code::Guard);
    assert!(!is_left_out(fake.desk.run(), &id("throttle")));

    fake.desk.ask(decide("throttle")).await.unwrap();
    let run = fake.desk.run();
    assert!(is_left_out(run, &id("firewall")) && is_left_out(run, &id("roll")));
    assert_eq!(
        why(run, run.plan.step(&id("firewall")).unwrap()).unwrap(),
        "Decision how (\"How?\") is “throttle”, and this is for “firewall”."
    );
    let left_out = fake.desk.apply("firewall").await.unwrap_err();
    assert_eq!(left_out.code, Code::Guard);
    assert!(
        left_out.message.starts_with("Step firewall was not chosen."),
        "{left_out:?}"
    );
    // What needs both waits for the one alone, and so does the gate.
    assert!(fake.desk.apply("switch").await.is_err());
    fake.desk.apply("throttle").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    let run = fake.desk.run();
    let phase = run.plan.phase(&PhaseId::new("later").unwrap()).unwrap();
    let obstacles = switchback_engine::gate::obstacles(run, phase, fake.desk.clock.now());
    assert_eq!(obstacles, []);
    // Who publishes it was not chosen: nothing is due, and no rollback has it.
    assert!(due(run).is_empty());
    // A decision is not revised under what was carried out because of it.
    let revised = fake.desk.ask(decide("firewall")).await.unwrap_err();
    assert_eq!(
        revised.message,
        "Step throttle was carried out because of decision how."
    );
    fake.desk.ask(decide("throttle")).await.unwrap();

    let rolled_back = fake.desk.roll_back(RollbackScope::All).await.unwrap();
    let items: Vec<&str> = rolled_back.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(items, ["switch", "throttle"]);
    // Then people may decide otherwise.
    fake.desk.ask(decide("firewall")).await.unwrap();
    assert!(is_left_out(fake.desk.run(), &id("throttle")));
    fake.desk.apply("firewall").await.unwrap();
    assert!(matches!(fake.desk.state("firewall"), StepState::Done { .. }));
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.store.records(), start);
}
