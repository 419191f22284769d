//! A digest that was seen elsewhere, or before, approves nothing.

use switchback_engine::RejectionCode as Code;
use switchback_model::{Command, RollbackScope};
use switchback_testkit::plans::{id, plan, switch};
use switchback_testkit::rig::FakeRig;

#[tokio::test]
async fn a_digest_is_good_for_its_run_step_and_generation_alone() {
    let steps = vec![switch("one", "a"), switch("two", "a")];
    let mut fake = FakeRig::open(&plan(steps)).await;
    fake.desk.check("one").await.unwrap();
    let first = fake.desk.preview(&id("one")).unwrap();
    let step = id("one");
    // The very same preview, in another step and by its bare digest.
    fake.desk.check("two").await.unwrap();
    let shown = |fake: &FakeRig, text: &str| {
        let checks = fake.desk.run().steps[&id(text)].checks.clone();
        checks.unwrap().preview.unwrap()
    };
    assert_eq!(shown(&fake, "one").digest(), shown(&fake, "two").digest());
    for (text, basis) in [
        ("two", Some(first)),
        ("one", fake.desk.preview(&id("two"))),
        ("one", Some(shown(&fake, "one").digest())),
    ] {
        let refused = fake.desk.submit(Command::Apply { step: id(text) }, basis).await;
        assert!(
            matches!(&refused, Err(switchback_engine::driver::SubmitError::Rejected(r)) if r.code == Code::StaleScreen),
            "{refused:?}"
        );
    }
    fake.desk.approve("one").await.unwrap();
    fake.desk.idle().await;
    let planned = fake
        .desk
        .roll_back(RollbackScope::Step(step.clone()))
        .await
        .unwrap();
    let old = fake.desk.run().basis_of_rollback(&planned);
    // Anew: the same change, and the same way back, confirmed by nothing that was seen before.
    fake.desk
        .ask(Command::Reopen { step: step.clone() })
        .await
        .unwrap();
    fake.desk.check("one").await.unwrap();
    let again = fake.desk.preview(&step).unwrap();
    assert_ne!(again, first);
    let refused = fake
        .desk
        .submit(Command::Apply { step: step.clone() }, Some(first))
        .await;
    assert!(
        matches!(refused, Err(switchback_engine::driver::SubmitError::Rejected(r)) if r.code == Code::StaleScreen)
    );
    fake.desk.approve("one").await.unwrap();
    fake.desk.idle().await;
    let scope = RollbackScope::Step(step.clone());
    let (now, _) = fake.desk.driver.plan_rollback(&scope).await.unwrap();
    assert_eq!(now.digest(), planned.digest(), "the plan itself is the same");
    let command = Command::Rollback {
        scope,
        overrides: Vec::new(),
        accept_breaches: Vec::new(),
    };
    let refused = fake.desk.submit(command.clone(), Some(old)).await;
    assert!(
        matches!(refused, Err(switchback_engine::driver::SubmitError::Rejected(r)) if r.code == Code::StaleScreen)
    );
    let basis = fake.desk.run().basis_of_rollback(&now);
    fake.desk.submit(command, Some(basis)).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    // Another run of the same plan.
    let mut other = fake.desk.run().clone();
    other.id = switchback_model::RunId::new("another-run").unwrap();
    assert_ne!(other.basis_of_rollback(&now), basis);
    assert_ne!(other.basis_of_preview(&step, &shown(&fake, "two")), again);
}
