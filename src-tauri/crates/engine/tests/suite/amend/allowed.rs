//! What may change at any time, and what an amendment says of itself.

use switchback_engine::RejectionCode as Code;
use switchback_model::{EventKind, PlanChange, PlanDiff, StepState, Subject, Verdict};
use switchback_testkit::plans::{check, dns_switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::back;

use super::{DONE, amend, amend_seeing, of, replays, switched};

#[tokio::test]
async fn words_owners_after_checks_deadlines_and_monitors_change_at_any_time() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    // An after-check that is wrong keeps the step from being verified; a better one lets it be.
    fake.fake.script("switched", [Verdict::Fail]);
    fake.desk.check("switch").await.unwrap();
    fake.desk.approve("switch").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    assert!(matches!(fake.desk.state("switch"), StepState::Verifying { .. }));
    let mut plan = dns_switch();
    let step = of(&mut plan, "switch");
    step.title = "Other title".to_owned();
    step.why = "Other why".to_owned();
    step.owner = Some("B. Example".to_owned());
    step.expected_s = Some(1200);
    step.verify = vec![check("switched-really", Some(900))];
    step.undo_verify[0].within_s = Some(900);
    plan.monitors[0].every_s = 5;
    plan.target.profile = Some("other".to_owned());
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.run().plan_digest, plan.digest());
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), DONE, "verified by the amended check");
    replays(&fake);
    // The way back is the one that was proven before.
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
    replays(&fake);
}

#[tokio::test]
async fn the_basis_is_what_was_seen_and_the_reason_is_recorded() {
    let mut fake = switched().await;
    let mut plan = dns_switch();
    plan.title = "Other".to_owned();
    let mut seen = plan.clone();
    seen.version = "2".to_owned();
    let run = fake.desk.run();
    let stale = run.basis_of_amendment(&PlanDiff::between(&run.plan, &seen));
    // Of the same amendment, as it was seen at another run, or by itself.
    let diff = PlanDiff::between(&run.plan, &plan);
    let mut other = run.clone();
    other.id = "another-run".parse().unwrap();
    let elsewhere = [other.basis_of_amendment(&diff), diff.digest()];
    for basis in [None, Some(stale)].into_iter().chain(elsewhere.map(Some)) {
        let (code, _) = amend_seeing(&mut fake.desk, &plan, basis).await.unwrap_err();
        assert_eq!(code, Code::StaleScreen);
    }
    let (code, _) = amend(&mut fake.desk, &dns_switch()).await.unwrap_err();
    assert_eq!(code, Code::NotNow, "nothing to amend");
    amend(&mut fake.desk, &plan).await.unwrap();
    let last = fake.desk.journal.events().pop().unwrap();
    let EventKind::Amended { diff, by, reason, .. } = last.kind else {
        panic!("{last:?}");
    };
    assert_eq!((diff.from, diff.to), (dns_switch().digest(), plan.digest()));
    assert_eq!((by.to_string().as_str(), reason.as_str()), ("Ada", "test"));
    assert!(matches!(
        &diff.changes[..],
        [PlanChange::Changed { subject: Subject::Plan, field, before, after }]
            if field == "title" && before == "Test" && after == "Other"
    ));
}
