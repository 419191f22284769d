//! Plans of what is published: steps that change parameters, and the roll that makes tasks read them.

use switchback_model::{
    ActionSpec, CheckId, CheckKind, CheckSpec, ParameterCheck, ParameterExpected, ParameterWish, Plan,
    Reversibility, RollService, ServiceCheck, SetParameter, Step, StepKind,
};

use crate::plans::step;

/// A service by its cluster and its name.
pub type ServiceRef<'a> = (&'a str, &'a str);

fn check(text: &str, title: &str, kind: CheckKind) -> CheckSpec {
    CheckSpec {
        id: CheckId::new(text).unwrap(),
        title: title.to_owned(),
        kind,
        believable_s: 60,
        within_s: Some(60),
        mend: None,
    }
}

/// A step that changes a parameter, with what is there afterwards and what was before.
#[must_use]
pub fn set(text: &str, name: &str, wish: ParameterWish, [new, old]: [ParameterExpected; 2]) -> Step {
    let as_expected = |text: &str, expected| {
        let kind = CheckKind::Parameter(ParameterCheck {
            name: name.to_owned(),
            expected,
            secure: false,
        });
        check(text, "The parameter is as expected", kind)
    };
    Step {
        action: Some(ActionSpec::SetParameter(SetParameter {
            name: name.to_owned(),
            wish,
            secure: false,
        })),
        reversibility: Reversibility::Undo,
        verify: vec![as_expected("new", new)],
        undo_verify: vec![as_expected("old", old)],
        ..step(text, StepKind::Action)
    }
}

/// A step that appends items to a parameter that is a list.
#[must_use]
pub fn append(text: &str, name: &str, items: &[&str]) -> Step {
    let items: Vec<String> = items.iter().map(|&item| item.to_owned()).collect();
    let expected = [
        ParameterExpected::Contains(items.clone()),
        ParameterExpected::Lacks(items.clone()),
    ];
    set(text, name, ParameterWish::Append(items), expected)
}

/// The roll of a service that publishes these steps, each of which changes a parameter. It has no after-check: none but
/// the judging of the roll itself says that it is over.
#[must_use]
pub fn rolls(text: &str, (cluster, service): ServiceRef<'_>, steps: &[Step]) -> Step {
    let publishes: Vec<_> = steps.iter().map(|step| step.id.clone()).collect();
    let actions = steps.iter().filter_map(|step| step.action.as_ref());
    Step {
        action: Some(ActionSpec::RollService(RollService {
            cluster: cluster.to_owned(),
            service: service.to_owned(),
            reads: actions.map(|action| action.object().to_owned()).collect(),
        })),
        reversibility: Reversibility::Undo,
        after: publishes.clone(),
        publishes,
        ..step(text, StepKind::Action)
    }
}

/// The same, which must see the service stand still afterwards.
#[must_use]
pub fn until_it_stands(step: Step, (cluster, service): ServiceRef<'_>) -> Step {
    let kind = CheckKind::Service(ServiceCheck {
        cluster: cluster.to_owned(),
        service: service.to_owned(),
    });
    let stands = check("stands-still", "The service stands still", kind);
    Step {
        verify: vec![stands.clone()],
        undo_verify: vec![stands],
        ..step
    }
}

/// The plan with these steps and nothing else; its one rule takes all of them back.
#[must_use]
pub fn only(mut plan: Plan, rule: &str, steps: Vec<Step>) -> Plan {
    let undo: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    plan.rules = vec![crate::plans::rule(rule, &undo, &[])];
    plan.phases.truncate(1);
    plan.phases[0].steps = steps;
    plan.phases[0].gate = None;
    (plan.monitors, plan.coherence, plan.decisions) = Default::default();
    plan
}
