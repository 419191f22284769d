use jiff::Timestamp;
use serde_json::json;
use switchback_engine::run::Run;
use switchback_model::{ActionSpec, FieldDifference, Finding, Image, Unknown};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{id, tis_like};

use super::{found_sentence, view};
use crate::wire::UndoTimeView;

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
