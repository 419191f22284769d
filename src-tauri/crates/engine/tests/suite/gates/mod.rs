//! Gates: what stands in the way of go, what go and no-go do, and what makes a go void.

mod states;
mod times;

use std::collections::BTreeMap;
use std::time::Duration;

use switchback_engine::RejectionCode as Code;
use switchback_engine::decide::{Facts, decide as engine_decide};
use switchback_engine::driver::SubmitError;
use switchback_engine::gate::{basis, is_open, obstacles};
use switchback_engine::next::{Work, next};
use switchback_engine::ports::Clock;
use switchback_model::plan::{Decision, DecisionType, Gate, StepKind};
use switchback_model::{
    Command, Digest, EventKind, Operator, Phase, PhaseId, Plan, PlanDiff, Reversibility, RollbackScope, Step,
    StepState, Submission, Verdict,
};
use switchback_testkit::journal::operator;
use switchback_testkit::plans::{check, id, plan, rule, step, switch};
use switchback_testkit::rig::{FakeRig, Rig};
use switchback_testkit::walk::invariants;

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

#[tokio::test]
async fn everything_that_stands_in_the_way_of_go_is_named() {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::Guard);
    assert_eq!(
        why,
        "Step look (\"Step look\") is not settled: it is \"To do\". Step tell (\"Step tell\") is not settled: it \
         is \"To do\". Decision when (\"When?\") is not taken. Check site (\"Check site\"): it was not read yet. \
         Check short (\"Check short\"): it was not read yet."
    );

    desk.apply("look").await.unwrap();
    desk.ask(Command::Skip { step: id("tell") }).await.unwrap();
    decide(desk).await;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::Unknown, "{why}");

    fake.fake.script("site", [Verdict::Fail]);
    check_gate(desk, &mid()).await;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(
        (code, why.as_str()),
        (Code::CheckFailed, "Check site (\"Check site\"): scripted.")
    );
    fake.fake.script("site", [Verdict::Error]);
    check_gate(desk, &mid()).await;
    let (code, _) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::Unknown, "what can't be told is never green");

    fake.fake.script("site", [Verdict::Pass]);
    check_gate(desk, &mid()).await;
    let (code, why) = rejected(say(desk, &mid(), true, "Incident lead=A. Example").await);
    assert_eq!(
        (code, why.as_str()),
        (Code::Guard, "Nobody is named for: Service desk.")
    );
    let (code, why) = rejected(say(desk, &mid(), true, "Lead=A. Example").await);
    assert_eq!(
        (code, why.as_str()),
        (Code::BadValue, "The gate has no role \"Lead\".")
    );
    let other = Digest::of(&"something else");
    let (code, _) = rejected(say_seeing(desk, &mid(), true, ALL, Some(other)).await);
    assert_eq!(code, Code::StaleScreen);
    // The same answers, as they were seen at another run.
    let mut run = desk.run().clone();
    run.id = "another-run".parse().unwrap();
    let elsewhere = basis(&run, &run.plan.phases[1]);
    let (code, _) = rejected(say_seeing(desk, &mid(), true, ALL, Some(elsewhere)).await);
    assert_eq!(code, Code::StaleScreen);
    let (code, _) = rejected(say_seeing(desk, &mid(), true, ALL, None).await);
    assert_eq!(code, Code::StaleScreen);

    // A reading counts for what the check says where that is shorter than what the gate says.
    fake.clock.advance(Duration::from_secs(61));
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(
        (code, why.as_str()),
        (
            Code::Unknown,
            "Check short (\"Check short\"): it was read 1 min 1 s ago and counts for 1 min."
        )
    );
    assert!(!open(desk, &mid()));
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    assert!(open(desk, &mid()));
    let (code, _) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::NotNow, "go was said already");
    let nowhere = Command::CheckGate {
        phase: "pre".parse().unwrap(),
    };
    let rejection = desk.ask(nowhere).await.unwrap_err();
    assert_eq!(rejection.message, "Phase pre has no gate.");
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn until_go_nothing_of_the_phase_is_applied_or_attested_but_it_may_be_checked_and_skipped() {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    let bar = "Nobody has said go at the gate of “Mid” (phase mid).";
    desk.check("switch").await.unwrap();
    assert_eq!(desk.state("switch"), StepState::Ready);
    assert_eq!(desk.approve("switch").await.unwrap_err().message, bar);
    let attest = Command::Attest { step: id("restrict") };
    assert_eq!(desk.ask(attest.clone()).await.unwrap_err().message, bar);
    desk.check("announce").await.unwrap();
    assert_eq!(desk.approve("announce").await.unwrap_err().message, bar);
    let skip = Command::Skip { step: id("announce") };
    desk.ask(skip).await.unwrap();
    assert!(fake.store.log().is_empty(), "nothing was sent");

    // No-go needs no fresh screen, is recorded, and closes the phase until go.
    say_seeing(desk, &mid(), false, "", None).await.unwrap();
    let why = desk.ask(attest).await.unwrap_err().message;
    assert_eq!(why, "People said no-go at the gate of “Mid” (phase mid): test");
}

#[tokio::test]
async fn no_go_closes_an_open_phase_before_anything_is_sent_and_never_bars_the_way_back() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.check("switch").await.unwrap();
    desk.approve("switch").await.unwrap();
    assert_eq!(next(desk.run()), Some(Work::Apply(id("switch"))));
    say(desk, &mid(), false, "").await.unwrap();
    assert_eq!(next(desk.run()), None, "the approval is void");
    desk.idle().await;
    assert!(fake.store.log().is_empty());
    assert_eq!(desk.approve("switch").await.unwrap_err().code, Code::Guard);

    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    desk.apply("switch").await.unwrap();
    say(desk, &mid(), false, "").await.unwrap();
    desk.roll_back(RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    assert_eq!(desk.state("switch"), StepState::Undone { accepted: false });
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_decision_at_a_gate_survives_a_restart_and_a_check_in_progress_does_not() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::CheckGate { phase: mid() }).await.unwrap();
    desk.restart().await.unwrap();
    assert_eq!(
        next(desk.run()),
        None,
        "a check in progress starts over when somebody asks"
    );
    assert!(open(desk, &mid()));
    let gate = &desk.run().gates[&mid()];
    let decision = gate.decision.as_ref().unwrap();
    assert_eq!(decision.people, people(ALL));
    assert_eq!(gate.readings.len(), 2);
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_go_is_void_once_a_rollback_reaches_its_phase_or_one_before_it() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Skip { step: id("announce") }).await.unwrap();
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.apply("switch").await.unwrap();
    let post: PhaseId = "post".parse().unwrap();
    say(desk, &post, true, "").await.unwrap();
    assert!(open(desk, &post));
    desk.roll_back(RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    for gate in [mid(), post.clone()] {
        let why = "A rollback that takes back step switch was confirmed after it.";
        assert_eq!(why_closed(desk, &gate).as_deref(), Some(why));
    }
    let reopen = Command::Reopen { step: id("switch") };
    desk.ask(reopen).await.unwrap();
    desk.check("switch").await.unwrap();
    let why = desk.approve("switch").await.unwrap_err();
    assert_eq!(
        why.message,
        "The go at the gate of “Mid” (phase mid) is void. A rollback that takes back step switch was confirmed after it."
    );
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    desk.apply("switch").await.unwrap();

    // A step of an earlier phase that starts anew makes the go of every later phase void.
    desk.ask(Command::Reopen { step: id("look") }).await.unwrap();
    assert_eq!(
        why_closed(desk, &mid()).as_deref(),
        Some("Step look was started anew after it.")
    );
    invariants(&fake).unwrap();
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

#[tokio::test]
async fn words_and_people_of_a_gate_may_change_and_other_checks_make_its_go_void() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    amend(desk, |plan| {
        gate(plan).title = "Other words".to_owned();
        gate(plan).people.push("Night shift".to_owned());
    })
    .await
    .unwrap();
    assert!(open(desk, &mid()));
    assert_eq!(desk.run().gates[&mid()].readings.len(), 2);

    desk.check("switch").await.unwrap();
    desk.approve("switch").await.unwrap();
    amend(desk, |plan| gate(plan).checks.truncate(1)).await.unwrap();
    let why = "The plan was amended: the gate checks something else now.";
    assert_eq!(why_closed(desk, &mid()).as_deref(), Some(why));
    assert!(desk.run().gates[&mid()].readings.is_empty(), "to be read anew");
    assert_eq!(next(desk.run()), None, "what was approved is not sent");

    let all = format!("{ALL};Night shift=C. Example");
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, &all).await.unwrap();
    amend(desk, |plan| {
        plan.phases[0].steps.push(step("more", StepKind::Check))
    })
    .await
    .unwrap();
    let why = "The plan was amended: step more comes before it now.";
    assert_eq!(why_closed(desk, &mid()).as_deref(), Some(why));

    say(desk, &mid(), false, "").await.unwrap();
    let (code, why) = rejected(amend(desk, |plan| plan.phases[1].gate = None).await);
    assert_eq!(code, Code::Guard);
    assert_eq!(
        why,
        "People said no-go at the gate of phase mid: it can't be taken out of the plan."
    );
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_go_during_a_rollback_is_refused_and_no_go_is_not() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    desk.idle().await;
    assert!(
        desk.run().rollback_active(),
        "a person takes the restriction back"
    );
    check_gate(desk, &mid()).await;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!((code, why.as_str()), (Code::NotNow, "A rollback is under way."));
    say(desk, &mid(), false, "").await.unwrap();
    assert!(obstacles(desk.run(), phase(desk, &mid()), fake.clock.now()).is_empty());
}

/// Go is what was planned, and needs no word; to keep the door closed does.
#[tokio::test]
async fn go_needs_no_reason_and_no_go_does() {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    desk.apply("look").await.unwrap();
    desk.ask(Command::Skip { step: id("tell") }).await.unwrap();
    decide(desk).await;
    check_gate(desk, &mid()).await;
    let ask = |go, reason: Option<&str>| {
        let asked = Submission {
            command: Command::Gate {
                phase: mid(),
                go,
                people: people(ALL),
            },
            basis: Some(basis(desk.run(), phase(desk, &mid()))),
            by: operator(),
            reason: reason.map(str::to_owned),
        };
        engine_decide(desk.run(), &asked, fake.clock.now(), &Facts::default())
    };
    let written = |events: Vec<EventKind>| match &events[..] {
        [EventKind::GateDecided { reason, .. }] => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(written(ask(true, None).unwrap()), "");
    assert_eq!(written(ask(true, Some(" all agreed ")).unwrap()), "all agreed");
    for reason in [None, Some(" ")] {
        assert_eq!(ask(false, reason).unwrap_err().code, Code::NeedsReason);
    }
    assert_eq!(written(ask(false, Some("smoke")).unwrap()), "smoke");
}
