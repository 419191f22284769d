//! What an effect forbids, each refused by name.

use switchback_engine::RejectionCode as Code;
use switchback_model::plan::StepKind;
use switchback_model::{Command, Plan, Reversibility, RollbackScope};
use switchback_testkit::plans::{check, dns_switch, id, switch, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::back;
use switchback_testkit::{Fault, Op};

use super::{amend, of, replays, switched};

#[tokio::test]
async fn each_thing_that_an_effect_forbids_is_refused_by_name() {
    type Change = fn(&mut Plan);
    let table: &[(&str, Change)] = &[
        ("Step switch has an effect: its action can't be amended.", |p| {
            of(p, "switch").action = switch("switch", "other").action;
        }),
        ("Step switch has an effect: its needs can't be amended.", |p| {
            of(p, "switch").needs.clear();
        }),
        (
            "Step switch has an effect: its order (after) can't be amended.",
            |p| {
                of(p, "switch").after.push(id("lower-ttl"));
            },
        ),
        (
            "Step switch has an effect: its reversibility can't be amended.",
            |p| {
                of(p, "switch").reversibility = Reversibility::NoneNeeded;
            },
        ),
        ("Step switch has an effect: its kind can't be amended.", |p| {
            of(p, "switch").kind = StepKind::Attest;
        }),
        (
            "Step switch has an effect: its decisions can't be amended.",
            |p| {
                of(p, "switch").decisions.push("go".parse().unwrap());
            },
        ),
        (
            "Step switch has an effect: its before-checks can't be amended.",
            |p| {
                of(p, "switch").before.clear();
            },
        ),
        (
            "Step switch has an effect: its checks before the undo can't be amended.",
            |p| {
                of(p, "switch").undo_before.clear();
            },
        ),
        (
            "Step switch has an effect: it can't be taken out of the plan.",
            |p| {
                p.phases[0].steps.retain(|step| step.id != id("switch"));
            },
        ),
        (
            "Step lower-ttl has an effect: its place in the order of such steps can't be amended.",
            |p| p.phases[0].steps.swap(0, 1),
        ),
        (
            "The rule R3 speaks of step switch, which has an effect: it can't be removed.",
            |p| {
                p.rules.clear();
            },
        ),
        (
            "Step switch has an effect: what the rule R3 says of it under undo can't be amended.",
            |p| p.rules[0].undo.clear(),
        ),
        (
            "Step lower-ttl has an effect: what the rule R3 says of it under keep can't be amended.",
            |p| p.rules[0].keep.clear(),
        ),
        (
            "The rule R3 speaks of step switch, which has an effect: its decision can't be amended.",
            |p| p.rules[0].decision = Some("go".parse().unwrap()),
        ),
        ("The target's account can't be amended.", |p| {
            p.target.account = "210987654321".to_owned()
        }),
        ("The target's region can't be amended.", |p| {
            p.target.region = "eu-west-1".to_owned()
        }),
        ("The target's role can't be amended.", |p| {
            p.target.role = Some("other".to_owned())
        }),
        ("The target's name can't be amended.", |p| {
            p.target.name = "other".parse().unwrap()
        }),
        ("The target's kind can't be amended.", |p| {
            p.target.kind = switchback_model::TargetKind::Production;
        }),
        ("The target's observers can't be amended.", |p| {
            p.target.observers.dns = false
        }),
        (
            "This run carries out the runbook test: another runbook is another run.",
            |p| p.runbook = "other".to_owned(),
        ),
    ];
    let mut fake = switched().await;
    let seq = fake.desk.run().seq;
    for (why, change) in table {
        let mut plan = dns_switch();
        change(&mut plan);
        let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
        assert_eq!((code, message.as_str()), (Code::Guard, *why));
    }
    // Several at once: each is named.
    let mut plan = dns_switch();
    of(&mut plan, "switch").needs.clear();
    of(&mut plan, "lower-ttl").before.push(check("more", None));
    let (_, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
    assert_eq!(
        message,
        "Step lower-ttl has an effect: its before-checks can't be amended. Step switch has an effect: its needs can't be amended."
    );
    assert_eq!(fake.desk.run().seq, seq, "nothing was journalled");
}

#[tokio::test]
async fn coherence_keeps_what_it_says_of_steps_with_an_effect() {
    let mut fake = FakeRig::open(&tis_like()).await;
    fake.desk
        .ask(Command::Attest { step: id("restrict") })
        .await
        .unwrap();
    fake.desk.apply("ttl").await.unwrap();
    fake.desk.apply("mid.3").await.unwrap();
    let mut gone = tis_like();
    gone.coherence.clear();
    let mut other = tis_like();
    other.coherence[0].undone.clear();
    for plan in [gone, other] {
        let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
        assert_eq!(code, Code::Guard);
        assert!(
            message.contains("mid.3") && message.contains("mixed"),
            "{message}"
        );
    }
    // Its words, and what it says of steps without an effect, may change. So may the words of the way
    // back of a step that a person did.
    let mut plan = tis_like();
    plan.coherence[0].because = "other words".to_owned();
    plan.coherence[0].repair.clear();
    of(&mut plan, "restrict").reversibility = Reversibility::Manual {
        words: "Take it back at the front desk".to_owned(),
    };
    amend(&mut fake.desk, &plan).await.unwrap();
    let (rollback, _) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let words = format!("{:?}", rollback.items);
    assert!(words.contains("Take it back at the front desk"), "{words}");
    replays(&fake);
}

#[tokio::test]
async fn nothing_is_amended_under_a_call_in_flight_or_a_confirmed_rollback() {
    let mut plan = dns_switch();
    plan.title = "Other".to_owned();
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
    assert_eq!(code, Code::NotNow);
    assert_eq!(message, "The call of step lower-ttl is in flight or in doubt.");
    fake.desk.idle().await;
    let denied = Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied);
    fake.faulty.inject(Op::Call, 1, denied);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert!(fake.desk.rollback_state().starts_with("halted"));
    let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
    assert_eq!(
        (code, message.as_str()),
        (Code::NotNow, "A rollback is under way.")
    );
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    amend(&mut fake.desk, &plan).await.unwrap();
    back(&mut fake.desk).await.unwrap();
    replays(&fake);
}
