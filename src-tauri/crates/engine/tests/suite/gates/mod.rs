//! Gates: what stands in the way of go, what go and no-go do, and what makes a go void.

use std::collections::BTreeMap;

use switchback_engine::RejectionCode as Code;
use switchback_engine::driver::SubmitError;
use switchback_engine::gate::{basis, is_open};
use switchback_engine::next::{Work, next};
use switchback_model::plan::{Decision, DecisionType, Gate, StepKind};
use switchback_model::{Command, Digest, Operator, Phase, PhaseId, Plan, PlanDiff, Reversibility, Step};
use switchback_testkit::plans::{check, id, plan, rule, step, switch};
use switchback_testkit::rig::{FakeRig, Rig};

mod amended;
mod back;
mod obstacles;
mod states;
mod times;

const FRESH_S: u32 = 900;

fn mid() -> PhaseId {
    "mid".parse().unwrap()
}

/// Three phases: a look and a notice; a switch behind a gate, with T0; an attested step.
fn gated() -> Plan {
    let mut plan = plan(vec![
        step("look", StepKind::Check),
        step("tell", StepKind::Notice),
    ]);
    let site = switchback_model::CheckSpec {
        believable_s: FRESH_S,
        ..check("site", None)
    };
    let by_hand = Step {
        reversibility: Reversibility::Manual {
            words: "Take it back".to_owned(),
        },
        ..step("restrict", StepKind::Attest)
    };
    plan.phases[0].id = "pre".parse().unwrap();
    plan.phases.push(Phase {
        id: mid(),
        title: "Mid".to_owned(),
        t0: true,
        gate: Some(Gate {
            title: "Go or no-go".to_owned(),
            fresh_s: FRESH_S,
            people: vec!["Incident lead".to_owned(), "Service desk".to_owned()],
            checks: vec![site, check("short", None)],
        }),
        steps: vec![
            Step {
                reversibility: Reversibility::Correct {
                    notice: "We went back.".to_owned(),
                },
                ..step("announce", StepKind::Notice)
            },
            by_hand,
            Step {
                decisions: vec!["when".parse().unwrap()],
                expected_s: Some(240),
                ..switch("switch", "apps")
            },
        ],
    });
    plan.phases.push(Phase {
        id: "post".parse().unwrap(),
        title: "Post".to_owned(),
        t0: false,
        gate: Some(Gate {
            title: "All is well".to_owned(),
            fresh_s: FRESH_S,
            people: Vec::new(),
            checks: Vec::new(),
        }),
        steps: vec![Step {
            reversibility: Reversibility::NoneNeeded,
            ..step("agree", StepKind::Attest)
        }],
    });
    plan.decisions = vec![Decision {
        id: "when".parse().unwrap(),
        question: "When?".to_owned(),
        kind: DecisionType::YesNo,
        decided: None,
    }];
    plan.rules = vec![rule("R3", &["switch"], &["restrict"])];
    plan
}

fn people(text: &str) -> BTreeMap<String, Operator> {
    let pairs = text.split(';').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (role, name) = pair.split_once('=').unwrap();
            (role.to_owned(), Operator::new(name).unwrap())
        })
        .collect()
}

const ALL: &str = "Incident lead=A. Example;Service desk=B. Example";

fn phase<'a>(desk: &'a Rig, id: &PhaseId) -> &'a Phase {
    desk.run().plan.phase(id).unwrap()
}

fn open(desk: &Rig, id: &PhaseId) -> bool {
    is_open(desk.run(), phase(desk, id))
}

fn rejected<T>(outcome: Result<T, SubmitError>) -> (Code, String) {
    match outcome {
        Err(SubmitError::Rejected(rejection)) => (rejection.code, rejection.message),
        Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
        Ok(_) => panic!("accepted"),
    }
}

async fn say(desk: &mut Rig, id: &PhaseId, go: bool, who: &str) -> Result<u64, SubmitError> {
    let seen = basis(desk.run(), phase(desk, id));
    say_seeing(desk, id, go, who, Some(seen)).await
}

async fn say_seeing(
    desk: &mut Rig,
    id: &PhaseId,
    go: bool,
    who: &str,
    seen: Option<Digest>,
) -> Result<u64, SubmitError> {
    let command = Command::Gate {
        phase: id.clone(),
        go,
        people: people(who),
    };
    desk.submit(command, seen).await
}

async fn check_gate(desk: &mut Rig, id: &PhaseId) {
    desk.ask(Command::CheckGate { phase: id.clone() }).await.unwrap();
    assert_eq!(next(desk.run()), Some(Work::CheckGate(id.clone())));
    desk.idle().await;
}

async fn decide(desk: &mut Rig) {
    let command = Command::Decide {
        decision: "when".parse().unwrap(),
        value: "yes".to_owned(),
    };
    desk.ask(command).await.unwrap();
}

/// A run in which everything before the gate is done and go has been said.
async fn gone() -> FakeRig {
    gone_with(|_| {}).await
}

async fn gone_with(change: impl FnOnce(&mut Plan)) -> FakeRig {
    let mut plan = gated();
    change(&mut plan);
    let mut fake = FakeRig::open(&plan).await;
    let desk = &mut fake.desk;
    desk.apply("look").await.unwrap();
    desk.ask(Command::Skip { step: id("tell") }).await.unwrap();
    decide(desk).await;
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    fake
}

fn why_closed(desk: &Rig, id: &PhaseId) -> Option<String> {
    desk.run().gates.get(id)?.decision.as_ref()?.void.clone()
}

async fn amend(desk: &mut Rig, change: impl Fn(&mut Plan)) -> Result<u64, SubmitError> {
    let mut to = (*desk.run().plan).clone();
    change(&mut to);
    let run = desk.run();
    let seen = run.basis_of_amendment(&PlanDiff::between(&run.plan, &to));
    desk.submit(Command::Amend { plan: Box::new(to) }, Some(seen))
        .await
}

fn gate(plan: &mut Plan) -> &mut Gate {
    plan.phases[1].gate.as_mut().unwrap()
}
