//! Every state of a gate, and every command about its phase.

use std::time::Duration;

use switchback_engine::driver::SubmitError;
use switchback_engine::gate::basis;
use switchback_model::{Command, PlanDiff, Verdict};
use switchback_testkit::plans::id;
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::invariants;

use super::{ALL, amend, check_gate, decide, gate, gated, mid, people, phase, say};

/// What becomes of a command: what the run is in then, or the rejection by name.
async fn outcome(fake: &mut FakeRig, command: Command) -> String {
    let desk = &mut fake.desk;
    let seen = match &command {
        Command::Gate { phase: id, .. } => Some(basis(desk.run(), phase(desk, id))),
        Command::Apply { step } => desk.preview(step),
        Command::Amend { plan } => Some(
            desk.run()
                .basis_of_amendment(&PlanDiff::between(&desk.run().plan, plan)),
        ),
        _ => None,
    };
    match desk.submit(command, seen).await {
        Ok(_) => "yes".to_owned(),
        Err(SubmitError::Rejected(rejection)) => format!("{:?}", rejection.code),
        Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
    }
}

/// A run whose gate is in this state; the steps before it are settled and the switch is ready.
async fn in_state(words: &str) -> FakeRig {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    desk.apply("look").await.unwrap();
    desk.ask(Command::Skip { step: id("tell") }).await.unwrap();
    decide(desk).await;
    desk.check("switch").await.unwrap();
    for word in words.split_whitespace() {
        match word {
            "ask" => {
                desk.ask(Command::CheckGate { phase: mid() }).await.unwrap();
            }
            "green" => check_gate(desk, &mid()).await,
            "red" => {
                fake.fake.script("site", [Verdict::Fail]);
                check_gate(desk, &mid()).await;
            }
            "old" => fake.clock.advance(Duration::from_secs(61)),
            "go" => {
                say(desk, &mid(), true, ALL).await.unwrap();
            }
            "no-go" => {
                say(desk, &mid(), false, "").await.unwrap();
            }
            "other-checks" => {
                amend(desk, |plan| gate(plan).checks.truncate(1)).await.unwrap();
            }
            "again" => desk.check("switch").await.unwrap(),
            word => panic!("{word}"),
        }
    }
    fake
}

#[tokio::test]
async fn every_state_of_a_gate_and_every_command_about_its_phase() {
    let commands = [
        "check",
        "go",
        "no-go",
        "apply",
        "attest",
        "skip",
        "check step",
        "hold",
        "amend words",
    ];
    let table = [
        ("", "yes Unknown yes Guard Guard yes yes yes yes"),
        ("ask", "NotNow NotNow yes Guard Guard yes yes yes yes"),
        ("red", "yes CheckFailed yes Guard Guard yes yes yes yes"),
        ("green", "yes yes yes Guard Guard yes yes yes yes"),
        ("green old again", "yes Unknown yes Guard Guard yes yes yes yes"),
        ("green go", "yes NotNow yes yes yes yes yes yes yes"),
        ("green go old again", "yes NotNow yes yes yes yes yes yes yes"),
        ("green go ask", "NotNow NotNow yes yes yes yes yes yes yes"),
        ("green no-go", "yes yes yes Guard Guard yes yes yes yes"),
        ("green go no-go", "yes yes yes Guard Guard yes yes yes yes"),
        (
            "green go other-checks",
            "yes Unknown yes Guard Guard yes yes yes yes",
        ),
    ];
    for (state, expected) in table {
        let mut found = Vec::new();
        for word in commands {
            let mut fake = in_state(state).await;
            let step = || id("switch");
            let say = |go, who: &str| Command::Gate {
                phase: mid(),
                go,
                people: people(who),
            };
            let command = match word {
                "check" => Command::CheckGate { phase: mid() },
                "go" => say(true, ALL),
                "no-go" => say(false, ""),
                "apply" => Command::Apply { step: step() },
                "attest" => Command::Attest { step: id("restrict") },
                "skip" => Command::Skip { step: step() },
                "check step" => Command::Check { step: step() },
                "hold" => Command::Hold,
                _ => {
                    let mut to = (*fake.desk.run().plan).clone();
                    gate(&mut to).title = "Other words".to_owned();
                    Command::Amend { plan: Box::new(to) }
                }
            };
            found.push(outcome(&mut fake, command).await);
            invariants(&fake).unwrap();
        }
        assert_eq!(
            found.join(" "),
            expected,
            "gate: {state:?}, commands: {commands:?}"
        );
    }
}
