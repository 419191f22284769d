use jiff::Timestamp;
use serde_json::json;
use switchback_engine::ports::{Clock as _, ProviderErrorKind};
use switchback_engine::run::Run;
use switchback_model::{ActionSpec, FieldDifference, Finding, Image, Unknown};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{check, dns_switch, id, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{Fault, Op};

use super::{found_sentence, reading_views, view, waits_only};
use crate::wire::{Tone, UndoTimeView};

#[test]
fn a_step_that_a_newer_program_wrote_says_so_and_no_other_does() {
    let now: Timestamp = "2026-11-29T00:00:00Z".parse().expect("a time");
    let mut plan = tis_like();
    let newer = json!({ "kind": "apigw.throttle", "rate": 0 });
    let step = plan.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    for step in step.filter(|step| step.id == id("mid.4")) {
        step.action = Unknown::of(newer.clone(), "kind").map(ActionSpec::Unknown);
    }
    let run = Run::open(&opened(&plan, now)).expect("a run");
    for step in run.plan.steps() {
        let takes = UndoTimeView::default();
        let seen = view(&run, step, &run.steps[&step.id], now, Vec::new(), takes);
        let said = (step.id == id("mid.4"))
            .then_some("This program does not know the kind of action apigw.throttle of step mid.4.");
        assert_eq!(seen.not_known.as_deref(), said, "{}", step.id);
    }
}

#[test]
fn what_was_overwritten_unseen_is_named() {
    let found = Image::Unknown(Unknown::of(json!({ "kind": "parameter" }), "kind").expect("an object"));
    let difference = |field: &str| FieldDifference {
        field: field.to_owned(),
        found: "prod,hotfix".to_owned(),
        before: "prod".to_owned(),
        after: "prod,cognito".to_owned(),
    };
    let other = |field: &str| Finding::Other {
        found: found.clone(),
        differences: vec![difference(field)],
    };
    let said = found_sentence(&other(FieldDifference::OVERWRITTEN));
    assert!(said.contains("“prod,hotfix” in between"), "{said}");
    assert!(found_sentence(&other("value")).starts_with("Found something else: "));
}

/// The note of a step after it was applied in a world that fails in this way.
async fn noted(breaks: impl Fn(&FakeRig)) -> String {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.expect("checks");
    breaks(&fake);
    fake.desk.approve("lower-ttl").await.expect("an approval");
    fake.desk.idle().await;
    let (run, now) = (fake.desk.run(), fake.clock.now());
    let step = run.plan.step(&id("lower-ttl")).expect("a step");
    let takes = UndoTimeView::default();
    view(run, step, &run.steps[&step.id], now, Vec::new(), takes).note
}

#[tokio::test]
async fn what_no_look_can_tell_is_said_with_its_reason_and_what_to_do() {
    let verifying = noted(|fake| fake.faulty.blind_from_call(ProviderErrorKind::Untrue)).await;
    for part in [
        "Applied, but it can't be told what is there now.",
        "Injected: Untrue.",
        "Decide: accept",
    ] {
        assert!(verifying.contains(part), "{part}: {verifying}");
    }
    let inspecting = noted(|fake| {
        fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
        fake.faulty.blind_from_call(ProviderErrorKind::Untrue);
    });
    let inspecting = inspecting.await;
    for part in [
        "It can't be told yet: Injected: Untrue.",
        "looked at again when you ask",
    ] {
        assert!(inspecting.contains(part), "{part}: {inspecting}");
    }
}

/// Where a proof on the way may have left something beside the object, it is not said that nothing was changed.
#[tokio::test]
async fn that_nothing_was_changed_is_said_only_where_it_is_known() {
    for (kind, said) in [
        (ProviderErrorKind::Guard, true),
        (ProviderErrorKind::Aside, false),
    ] {
        let note = noted(|fake| fake.faulty.inject(Op::Call, 1, Fault::FailsBefore(kind))).await;
        assert_eq!(note.starts_with("Nothing was changed."), said, "{note}");
        assert!(note.contains("Injected"), "{note}");
    }
}

#[test]
fn what_waits_for_time_alone_is_said_to_wait() {
    let of = |tones: &[Tone]| {
        let specs: Vec<_> = tones.iter().map(|_| check("site-answers", None)).collect();
        let now: Timestamp = "2026-11-29T00:00:00Z".parse().expect("a time");
        let mut views = reading_views(&specs, &[], now);
        for (view, tone) in views.iter_mut().zip(tones) {
            view.tone = *tone;
        }
        waits_only(&views)
    };
    for (tones, waits) in [
        (&[Tone::Waiting][..], true),
        (&[Tone::Passing, Tone::Waiting, Tone::NotApplicable], true),
        (&[Tone::Waiting, Tone::Failing], false),
        (&[Tone::Waiting, Tone::Unknown], false),
        (&[Tone::Passing], false),
        (&[], false),
    ] {
        assert_eq!(of(tones), waits, "{tones:?}");
    }
}
