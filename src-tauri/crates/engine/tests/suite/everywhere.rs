//! Whether a change is everywhere: only what the provider says of that change counts, and what it does not say is said.

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{
    CheckKind, CheckSpec, Command, Finding, Plan, RollbackScope, Step, StepState, Verdict,
};
use switchback_testkit::plans::{check, dns_switch, id, name, plan, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{CallPoint, Fault, Op};

const STEP: &str = "lower-ttl";

/// From now on the question how far a change is has this answer.
fn answered(fake: &FakeRig, kind: Kind, times: usize) {
    fake.faulty.phase("broken");
    for nth in 1..=times {
        let place = CallPoint {
            label: format!("broken {}", name("apps").host()),
            op: Op::Sync,
            nth,
        };
        fake.faulty.inject_at(place, Fault::FailsBefore(kind));
    }
}

async fn applying(plan: &Plan, step: &str, kind: Kind, times: usize) -> FakeRig {
    let mut fake = FakeRig::open(plan).await;
    fake.desk.check(step).await.unwrap();
    answered(&fake, kind, times);
    fake.desk.approve(step).await.unwrap();
    fake
}

/// The words of the last look.
fn why(fake: &FakeRig, step: &str) -> String {
    match &fake.desk.run().steps[&id(step)].current().unwrap().finding {
        Some(Finding::Unclear { why }) => why.clone(),
        other => panic!("{other:?}"),
    }
}

async fn look_again(fake: &mut FakeRig) {
    let step = id(STEP);
    fake.desk.ask(Command::Inspect { step }).await.unwrap();
    fake.desk.idle().await;
}

#[tokio::test]
async fn an_answer_that_can_t_be_of_our_change_is_asked_for_three_times_and_said() {
    for kind in [Kind::Untrue, Kind::Refused] {
        let mut fake = applying(&dns_switch(), STEP, kind, 1200).await;
        fake.desk.idle().await;
        assert_eq!(fake.desk.state(STEP), StepState::Unverified, "{kind:?}");
        assert_eq!(fake.faulty.count(Op::Sync), 3, "{kind:?}");
        let said = why(&fake, STEP);
        assert!(
            said.contains(&format!("Injected: {kind:?}")) && said.contains("3 times"),
            "{said}"
        );
        // A person's look is three more, and once it is answered the step is done by that.
        look_again(&mut fake).await;
        assert_eq!(fake.faulty.count(Op::Sync), 6, "{kind:?}");
        assert_eq!(fake.desk.state(STEP), StepState::Unverified, "{kind:?}");
        fake.faulty.mend();
        look_again(&mut fake).await;
        assert!(
            matches!(fake.desk.state(STEP), StepState::Done { .. }),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn two_of_them_are_none_too_many() {
    let mut fake = applying(&dns_switch(), STEP, Kind::Untrue, 2).await;
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state(STEP), StepState::Done { .. }));
    let attempt = fake.desk.run().steps[&id(STEP)].current().unwrap().clone();
    assert_eq!(attempt.finding, None);
}

#[tokio::test]
async fn a_change_that_the_provider_does_not_know_is_said_and_time_does_not_make_it_true() {
    let mut fake = applying(&dns_switch(), STEP, Kind::NotFound, 1200).await;
    // Said while it is still waited for.
    let waiting = |fake: &FakeRig| matches!(fake.desk.state(STEP), StepState::Verifying { .. });
    for _ in 0..60 {
        fake.desk.some_turns(1).await.unwrap();
        if waiting(&fake) && fake.faulty.count(Op::Sync) > 3 {
            break;
        }
    }
    assert!(waiting(&fake), "{:?}", fake.desk.state(STEP));
    assert!(why(&fake, STEP).contains("Injected: NotFound"));
    let said = fake.desk.journal.events().len();
    fake.desk.some_turns(20).await.unwrap();
    assert_eq!(fake.desk.journal.events().len(), said, "once");
    fake.desk.idle().await;
    assert_eq!(fake.desk.state(STEP), StepState::Unverified);
    assert!(why(&fake, STEP).contains("Injected: NotFound"));
    fake.faulty.mend();
    look_again(&mut fake).await;
    assert!(matches!(fake.desk.state(STEP), StepState::Done { .. }));
}

/// Every server's own answer is worth more than what the provider remembers.
#[tokio::test]
async fn a_change_that_the_provider_does_not_know_is_proven_by_every_server() {
    let seen = CheckSpec {
        kind: CheckKind::Authoritative {
            name: name("apps"),
            zone: DnsName::new("example.nhs.test").unwrap(),
            record: RecordType::A,
            values: vec!["192.0.2.20".to_owned()],
            or: Vec::new(),
        },
        ..check("seen", Some(600))
    };
    let plan = plan(vec![Step {
        verify: vec![seen],
        ..switch("s", "apps")
    }]);
    let mut fake = FakeRig::open(&plan).await;
    fake.fake.script("seen", [Verdict::Pass]);
    fake.desk.check("s").await.unwrap();
    answered(&fake, Kind::NotFound, 1200);
    fake.desk.approve("s").await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state("s"), StepState::Done { .. }));
}

#[tokio::test]
async fn of_an_undo_it_is_said_too() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply(STEP).await.unwrap();
    answered(&fake, Kind::Untrue, 1200);
    fake.desk
        .confirm(RollbackScope::Step(id(STEP)), &[], &[])
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state(STEP), StepState::UndoUnverified);
    assert!(why(&fake, STEP).contains("Injected: Untrue"));
    // The rollback itself says why it stands there.
    let stands = fake.desk.rollback_state();
    assert!(stands.starts_with("halted: The undo was made"), "{stands}");
    assert!(
        stands.contains("whether it is everywhere") && stands.contains("Injected: Untrue"),
        "{stands}"
    );
}
