//! A step that would outlive the sign-in does not start, unless a person overrides that by name.

use jiff::SignedDuration;
use switchback_engine::RejectionCode;
use switchback_engine::driver::SubmitError;
use switchback_engine::ports::Clock;
use switchback_engine::sign_in::{OVERRIDE, SignIn, worst_case};
use switchback_model::{Command, Reversibility, RollbackScope, StepState};
use switchback_testkit::plans::{dns_switch, id};
use switchback_testkit::rig::FakeRig;

const COMMAND: &str = "aws sso login --profile example";

fn ends_in(fake: &FakeRig, left: SignedDuration) {
    fake.fake.sign_in_ends(Some(SignIn {
        until: fake.clock.now() + left,
        command: Some(COMMAND.to_owned()),
    }));
}

#[test]
fn the_worst_case_is_the_way_there_and_back() {
    let plan = dns_switch();
    let mut step = plan.step(&id("switch")).unwrap().clone();
    step.expected_s = Some(240);
    for (checks, within) in [(&mut step.verify, 600), (&mut step.undo_verify, 300)] {
        checks[0].within_s = Some(within);
        for other in &mut checks[1..] {
            other.within_s = Some(10);
        }
    }
    assert_eq!(worst_case(&step).as_secs(), 240 + 600 + 240 + 300);
    step.reversibility = Reversibility::NoneNeeded;
    assert_eq!(worst_case(&step).as_secs(), 240 + 600);
}

#[tokio::test]
async fn a_step_that_would_outlive_the_sign_in_is_refused_by_name() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let needed = worst_case(fake.desk.run().plan.step(&id("lower-ttl")).unwrap());
    fake.desk.check("lower-ttl").await.unwrap();
    let before = fake.store.records();
    for (left, words) in [
        (needed - SignedDuration::from_secs(1), "ends in"),
        (SignedDuration::from_secs(-5), "has ended"),
    ] {
        ends_in(&fake, left);
        let refused = fake.desk.approve("lower-ttl").await.unwrap_err();
        assert_eq!(refused.code, RejectionCode::Guard);
        assert!(
            refused.message.contains(words) && refused.message.contains("lower-ttl"),
            "{}",
            refused.message
        );
        assert!(
            refused.hint.contains(COMMAND) && refused.hint.contains(OVERRIDE),
            "{}",
            refused.hint
        );
    }
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Ready);
    assert_eq!(fake.store.records(), before, "nothing was sent");

    ends_in(&fake, needed + SignedDuration::from_secs(1));
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state("lower-ttl"), StepState::Done { .. }));
}

#[tokio::test]
async fn an_override_names_the_guard_and_says_why() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    ends_in(&fake, SignedDuration::from_secs(5));
    fake.desk.check("lower-ttl").await.unwrap();
    let over = |name: &str| Command::ApplyOverriding {
        step: id("lower-ttl"),
        overrides: vec![name.parse().unwrap()],
    };
    let basis = fake.desk.preview(&id("lower-ttl"));
    let other = fake.desk.submit(over("something-else"), basis).await;
    assert!(
        matches!(&other, Err(SubmitError::Rejected(r)) if r.code == RejectionCode::Guard),
        "{other:?}"
    );
    // The basis is asked for all the same.
    let unseen = fake.desk.submit(over(OVERRIDE), None).await;
    assert!(
        matches!(&unseen, Err(SubmitError::Rejected(r)) if r.code == RejectionCode::StaleScreen),
        "{unseen:?}"
    );
    fake.desk.submit(over(OVERRIDE), basis).await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state("lower-ttl"), StepState::Done { .. }));

    // The way back is never refused for it.
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert!(matches!(fake.desk.state("lower-ttl"), StepState::Undone { .. }));
}
