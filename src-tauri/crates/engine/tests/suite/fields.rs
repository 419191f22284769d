//! Somebody else's change, resolved field by field: one exact undo, and an end that says what is true.

use switchback_engine::RejectionCode as Code;
use switchback_engine::decide::{Facts, decide};
use switchback_engine::driver::SubmitError;
use switchback_engine::next::{Work, next};
use switchback_engine::ports::ProviderErrorKind;
use switchback_model::dns::{RecordSet, RecordType};
use switchback_model::{
    CheckId, Command, Digest, DoneHow, EventKind, Reversibility, RollbackScope, StepState, Submission,
    Verdict,
};
use switchback_testkit::journal::operator;
use switchback_testkit::plans::{LOW_TTL, ZONE, address, choices, dns_switch, id, name};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{Fault, Op};

const OURS: &str = "198.51.100.20";
const OLD: &str = "192.0.2.10";
const OTHER: &str = "198.51.100.99";
const KEPT: StepState = StepState::Done { how: DoneHow::Kept };
const ACCEPTED: StepState = StepState::Done {
    how: DoneHow::Accepted,
};

fn a(ttl: u32, value: &str) -> RecordSet {
    address("apps", ttl, value)
}

fn six() -> RecordSet {
    RecordSet::values(
        name("apps"),
        RecordType::Aaaa,
        LOW_TTL,
        vec!["2001:db8::1".to_owned()],
    )
}

/// The switch is made, and before it is verified somebody else leaves this there.
async fn foreign(found: Vec<RecordSet>) -> FakeRig {
    foreign_on(&dns_switch(), found).await
}

async fn foreign_on(plan: &switchback_model::Plan, found: Vec<RecordSet>) -> FakeRig {
    let mut fake = FakeRig::open(plan).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.check("switch").await.unwrap();
    fake.desk.approve("switch").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    fake.store.put(ZONE, &name("apps"), found);
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Foreign);
    fake
}

fn there(fake: &FakeRig) -> Vec<RecordSet> {
    fake.store.records()[&(ZONE.to_owned(), name("apps"))].clone()
}

async fn seen(fake: &FakeRig, how: &str) -> Option<Digest> {
    let plan = fake.desk.driver.plan_fields(&id("switch"), &choices(how)).await;
    let preview = plan.unwrap().preview?;
    Some(fake.desk.run().basis_of_preview(&id("switch"), &preview))
}

async fn ask(
    fake: &mut FakeRig,
    how: &str,
    basis: Option<Digest>,
    over: &[&str],
) -> Result<(), (Code, String)> {
    let command = Command::ResolveFields {
        step: id("switch"),
        fields: choices(how),
        overrides: over.iter().map(|id| CheckId::new(id).unwrap()).collect(),
    };
    match fake.desk.submit(command, basis).await {
        Ok(_) => Ok(()),
        Err(SubmitError::Rejected(rejection)) => Err((rejection.code, rejection.message)),
        Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
    }
}

/// Looks and chooses; does not settle.
async fn choose(fake: &mut FakeRig, how: &str) {
    let basis = seen(fake, how).await;
    ask(fake, how, basis, &[]).await.unwrap();
}

#[tokio::test]
async fn what_is_written_and_how_it_ends() {
    let before = a(LOW_TTL, OLD);
    let undone = |accepted| StepState::Undone { accepted };
    let table = [
        // found, choices, there afterwards, state, kept
        (
            vec![a(77, OTHER)],
            "ttl=restore A=restore",
            vec![before.clone()],
            undone(false),
            vec![],
        ),
        (
            vec![a(77, OTHER)],
            "ttl=keep A=restore",
            vec![a(77, OLD)],
            undone(true),
            vec!["ttl"],
        ),
        (
            vec![a(77, OTHER)],
            "ttl=restore A=keep",
            vec![a(LOW_TTL, OTHER)],
            undone(true),
            vec!["A"],
        ),
        // Ours stays without what somebody put beside it: that is no undo, and is not called one.
        (
            vec![a(LOW_TTL, OURS), six()],
            "A=keep AAAA=restore",
            vec![a(LOW_TTL, OURS)],
            KEPT,
            vec!["A"],
        ),
        (
            vec![a(LOW_TTL, OURS), six()],
            "A=restore AAAA=keep",
            vec![before.clone(), six()],
            undone(true),
            vec!["AAAA"],
        ),
    ];
    for (found, how, after, state, kept) in table {
        let mut fake = foreign(found).await;
        let calls = fake.store.log().len();
        choose(&mut fake, how).await;
        assert_eq!(next(fake.desk.run()), Some(Work::Restore(id("switch"))));
        fake.desk.idle().await;
        assert_eq!(there(&fake), after, "{how}");
        assert_eq!(fake.store.log().len(), calls + 1, "one change");
        assert_eq!(fake.desk.state("switch"), state, "{how}");
        let last = fake.desk.run().steps[&id("switch")]
            .attempts
            .last()
            .unwrap()
            .clone();
        assert_eq!(last.by_field.unwrap().fields, kept, "{how}");
        invariants(&fake).unwrap();
        // What the console watches is what was left on purpose.
        let watched = switchback_engine::driver::watch_objects(fake.desk.run(), &*fake.desk.world).await;
        for (step, finding) in watched {
            if state == KEPT {
                assert_eq!((step, finding), (id("switch"), switchback_model::Finding::After));
            }
        }
        // And the whole way back is still there.
        back(&mut fake.desk).await.unwrap();
        invariants(&fake).unwrap();
        if state == KEPT {
            assert_eq!(there(&fake), vec![a(900, OLD)], "the image from before, exactly");
        }
    }
}

#[tokio::test]
async fn everything_kept_writes_nothing_and_a_person_answers_for_it() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    let calls = fake.store.log().len();
    choose(&mut fake, "ttl=keep A=keep").await;
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), ACCEPTED);
    assert_eq!(
        (fake.store.log().len(), there(&fake)),
        (calls, vec![a(77, OTHER)])
    );
    // The way back restores over it all the same, once it is confirmed.
    back(&mut fake.desk).await.unwrap();
    assert_eq!(there(&fake), vec![a(900, OLD)]);
}

#[tokio::test]
async fn the_three_images_stand_beside_each_other() {
    let fake = foreign(vec![a(77, OTHER)]).await;
    let plan = fake
        .desk
        .driver
        .plan_fields(&id("switch"), &choices("ttl=keep"))
        .await
        .unwrap();
    assert_eq!((plan.three.undecided(), plan.preview.clone()), (vec!["A"], None));
    let rows: Vec<_> = plan
        .three
        .rows
        .iter()
        .map(|r| {
            (
                r.field.as_str(),
                r.before.as_str(),
                r.ours.as_str(),
                r.found.as_str(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("ttl", "60 s", "60 s", "77 s"),
            ("A", OLD, OURS, OTHER),
            ("AAAA", "no record", "no record", "no record"),
            ("CNAME", "no record", "no record", "no record"),
        ]
    );
    let checks: Vec<&str> = plan.preconditions.iter().map(|r| r.check.as_str()).collect();
    assert_eq!(checks, ["old-site"]);
}

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

#[tokio::test]
async fn a_hold_never_bars_it() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    choose(&mut fake, "ttl=restore A=restore").await;
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
}

#[tokio::test]
async fn whatever_becomes_of_the_call_the_state_is_true_and_it_is_chosen_again() {
    let undone = StepState::Undone { accepted: true };
    let table = [
        (
            Fault::FailsBefore(ProviderErrorKind::Denied),
            StepState::UndoForeign,
        ),
        (Fault::FailsBefore(ProviderErrorKind::Throttled), undone),
        (Fault::FailsAfter, undone),
        (Fault::ResponseLost, undone),
        (Fault::RequestLost, StepState::UndoForeign),
        (Fault::KilledBefore, StepState::UndoForeign),
        (Fault::KilledAfter, undone),
        (Fault::SecondWriter, StepState::UndoForeign),
    ];
    for (fault, state) in table {
        let mut fake = foreign(vec![a(88, OTHER)]).await;
        choose(&mut fake, "ttl=keep A=restore").await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.settle_through().await.unwrap();
        assert_eq!(fake.desk.state("switch"), state, "{fault:?}");
        assert_eq!(fake.faulty.overwritten(), Vec::<String>::new(), "{fault:?}");
        invariants(&fake).unwrap();
        if state == StepState::UndoForeign {
            fake.store.put(ZONE, &name("apps"), vec![a(88, OTHER)]);
            choose(&mut fake, "ttl=keep A=restore").await;
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("switch"), undone, "{fault:?}");
        }
        assert_eq!(there(&fake), vec![a(88, OLD)], "{fault:?}");
        back(&mut fake.desk).await.unwrap();
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn what_can_not_be_verified_is_a_persons_word() {
    // The checks after an undo look at the old side: where the address stays somebody else's, they fail,
    // a decision is due, and nothing is claimed.
    let mut fake = foreign(vec![a(LOW_TTL, OURS), six()]).await;
    fake.fake.script("switched-back", [Verdict::Fail]);
    choose(&mut fake, "A=keep AAAA=restore").await;
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::UndoUnverified);
    fake.desk
        .ask(Command::Accept { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(
        fake.desk.state("switch"),
        KEPT,
        "its effect is there, and is not called undone"
    );
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    fake.fake.script("switched-back", [Verdict::Fail]);
    choose(&mut fake, "ttl=restore A=keep").await;
    fake.desk.idle().await;
    fake.desk
        .ask(Command::Accept { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: true });
}

#[tokio::test]
async fn a_rollback_confirmed_meanwhile_restores_the_rest() {
    // While the undo by fields is still being verified, and once it could not be.
    for expire in [false, true] {
        let mut fake = foreign(vec![a(77, OTHER)]).await;
        if expire {
            fake.fake.script("switched-back", [Verdict::Fail]);
        }
        choose(&mut fake, "ttl=keep A=restore").await;
        fake.desk.driver.turn().await.unwrap();
        assert!(matches!(
            fake.desk.state("switch"),
            StepState::UndoVerifying { .. }
        ));
        if expire {
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("switch"), StepState::UndoUnverified);
            fake.fake.script("switched-back", [Verdict::Pass]);
        }
        fake.desk
            .roll_back(RollbackScope::Step(id("switch")))
            .await
            .unwrap();
        assert_eq!(fake.desk.rollback_state(), "completed");
        assert_eq!(there(&fake), vec![a(LOW_TTL, OLD)], "exactly what was confirmed");
        assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn the_journal_tells_who_chose_what_and_why() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    choose(&mut fake, "ttl=keep A=restore").await;
    let last = fake.desk.journal.events().pop().unwrap();
    let EventKind::FieldsChosen {
        fields,
        kept,
        effect_stays,
        by,
        reason,
        ..
    } = last.kind
    else {
        panic!("{last:?}");
    };
    assert_eq!(fields, choices("ttl=keep A=restore"));
    assert_eq!((kept, effect_stays), (vec!["ttl".to_owned()], false));
    assert_eq!((by.to_string().as_str(), reason.as_str()), ("Ada", "test"));
}
