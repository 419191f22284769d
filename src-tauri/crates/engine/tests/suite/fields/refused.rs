//! What is not resolved by fields, and a choice that holds no longer.

use switchback_engine::RejectionCode as Code;
use switchback_engine::decide::{Facts, decide};
use switchback_engine::next::next;
use switchback_engine::ports::ProviderErrorKind;
use switchback_model::dns::{RecordSet, RecordType};
use switchback_model::{Command, Digest, Reversibility, RollbackScope, StepState, Submission, Verdict};
use switchback_testkit::journal::operator;
use switchback_testkit::plans::{LOW_TTL, ZONE, choices, dns_switch, id, name};
use switchback_testkit::walk::invariants;
use switchback_testkit::{Fault, Op};

use super::{ACCEPTED, OLD, OTHER, a, ask, choose, foreign, foreign_on, seen, there};

#[tokio::test]
async fn each_reason_against_it_has_its_name() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    let all = "ttl=restore A=restore";
    let basis = seen(&fake, all).await;
    let table: [(&str, Option<Digest>, Code, &str); 5] = [
        ("ttl=restore", basis, Code::BadValue, "Nothing was said of A."),
        (
            "values=restore",
            basis,
            Code::BadValue,
            "There is no field values: there are ttl, A, AAAA, CNAME.",
        ),
        (
            all,
            None,
            Code::StaleScreen,
            "Nothing says which three-way preview you saw.",
        ),
        (
            "ttl=keep A=restore",
            basis,
            Code::StaleScreen,
            "The three-way preview is not the one that you saw.",
        ),
        (
            "ttl=keep A=keep",
            basis,
            Code::StaleScreen,
            "The three-way preview is not the one that you saw.",
        ),
    ];
    for (how, basis, code, message) in table {
        let refused = ask(&mut fake, how, basis, &[]).await.unwrap_err();
        assert_eq!(refused, (code, message.to_owned()), "{how}");
    }
    // It changed once more since it was looked at.
    fake.store.put(ZONE, &name("apps"), vec![a(78, OTHER)]);
    let (code, _) = ask(&mut fake, all, basis, &[]).await.unwrap_err();
    assert_eq!(code, Code::StaleScreen);
    // Somebody left a CNAME, which can't stand beside the address from before.
    let cname = RecordSet::values(
        name("apps"),
        RecordType::Cname,
        60,
        vec!["x.example.nhs.test".to_owned()],
    );
    fake.store.put(ZONE, &name("apps"), vec![cname]);
    let (code, message) = ask(&mut fake, "A=restore CNAME=keep", basis, &[])
        .await
        .unwrap_err();
    assert_eq!(code, Code::BadValue);
    assert!(message.starts_with("A CNAME can't stand beside"), "{message}");
    // What the undo needs does not hold: by its name, with a reason.
    fake.store.put(ZONE, &name("apps"), vec![a(77, OTHER)]);
    fake.fake.script("old-site", [Verdict::Fail]);
    let refused = ask(&mut fake, all, basis, &[]).await.unwrap_err();
    assert_eq!(refused, (Code::CheckFailed, "Not proven: old-site.".to_owned()));
    ask(&mut fake, all, basis, &["old-site"]).await.unwrap();
    let again = ask(&mut fake, all, basis, &["old-site"]).await.unwrap_err();
    assert_eq!(again.0, Code::NotNow, "chosen already");
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
    let (code, _) = ask(&mut fake, all, basis, &[]).await.unwrap_err();
    assert_eq!(code, Code::NotNow, "there is nothing left to choose");
}

#[tokio::test]
async fn only_what_has_an_undo_and_no_dependant_is_resolved_by_fields() {
    let mut plan = dns_switch();
    plan.phases[0].steps[1].reversibility = Reversibility::PointOfNoReturn;
    let mut fake = foreign_on(&plan, vec![a(77, OTHER)]).await;
    let (code, _) = ask(&mut fake, "ttl=keep A=restore", None, &[]).await.unwrap_err();
    assert_eq!(code, Code::Guard);
    // A step that needs it and has an effect: a rollback takes both back in order.
    let fake = foreign(vec![a(77, OTHER)]).await;
    let how = choices("ttl=keep A=restore");
    let fields = fake.desk.driver.plan_fields(&id("switch"), &how).await.unwrap();
    let asked = Submission {
        command: Command::ResolveFields {
            step: id("switch"),
            fields: how,
            overrides: vec![],
        },
        basis: fields
            .preview
            .as_ref()
            .map(|preview| fake.desk.run().basis_of_preview(&id("switch"), preview)),
        by: operator(),
        reason: Some("test".to_owned()),
    };
    let facts = Facts {
        fields: Some(fields),
        ..Facts::default()
    };
    let mut run = fake.desk.run().clone();
    let now = jiff::Timestamp::UNIX_EPOCH;
    assert!(decide(&run, &asked, now, &facts).is_ok());
    run.steps.get_mut(&id("restore-ttl")).unwrap().state = ACCEPTED;
    let refused = decide(&run, &asked, now, &facts).unwrap_err();
    assert_eq!(refused.code, Code::Guard);
    assert_eq!(
        refused.message,
        "Step restore-ttl has an effect and needs step switch."
    );
}

#[tokio::test]
async fn a_choice_is_void_where_the_world_or_the_driver_changed_since() {
    let how = "ttl=keep A=restore";
    // The record changed between the click and the call.
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    let calls = fake.store.log().len();
    choose(&mut fake, how).await;
    fake.store.put(ZONE, &name("apps"), vec![a(78, OTHER)]);
    fake.desk.idle().await;
    let step = &fake.desk.run().steps[&id("switch")];
    assert_eq!((step.state, fake.store.log().len()), (StepState::Foreign, calls));
    assert!(step.voided.as_ref().unwrap().contains("changed since you chose"));
    // The driver died before it was carried out: a new one does not go on by itself.
    choose(&mut fake, how).await;
    fake.desk.restart().await.unwrap();
    assert_eq!(next(fake.desk.run()), None);
    assert_eq!(fake.desk.state("switch"), StepState::Foreign);
    // The caller is somebody else by now.
    choose(&mut fake, how).await;
    fake.faulty
        .inject(Op::Identity, 1, Fault::FailsBefore(ProviderErrorKind::Guard));
    fake.desk.idle().await;
    assert_eq!(
        (fake.desk.state("switch"), fake.store.log().len()),
        (StepState::Foreign, calls)
    );
    // A confirmed rollback takes its place.
    choose(&mut fake, how).await;
    fake.desk
        .roll_back(RollbackScope::Step(id("switch")))
        .await
        .unwrap();
    assert_eq!(there(&fake), vec![a(LOW_TTL, OLD)]);
    invariants(&fake).unwrap();
}
