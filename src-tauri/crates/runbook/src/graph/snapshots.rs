//! Steps that use what another step makes: which it is, and that it is there before.

use switchback_model::{ActionSpec, PointStage, Snapshot, StepId};

use super::{Draft, steps};
use crate::draft::DraftStep;
use crate::notes::{Notes, suggestion};

/// Refuses a deployment of a step that makes none, or not before.
pub(super) fn link(notes: &mut Notes<'_>, draft: &Draft) {
    for step in steps(draft) {
        let Some(ActionSpec::PointStage(PointStage {
            on,
            deployment: Snapshot::From { step: from, .. },
        })) = &step.step.action
        else {
            continue;
        };
        if let Some((message, fix)) = fault(draft, step, from, &on.api) {
            notes.error("deployment-from", step.id_at, message, fix);
        }
    }
}

fn fault(draft: &Draft, step: &DraftStep, from: &StepId, api: &str) -> Option<(String, String)> {
    let id = &step.step.id;
    let Some(maker) = steps(draft).find(|other| other.step.id == *from) else {
        let known: Vec<&str> = steps(draft).map(|other| other.step.id.as_str()).collect();
        let message = format!("`{id}` takes the deployment of `{from}`, and there is no such step.");
        return Some((message, suggestion(from.as_str(), &known)));
    };
    match &maker.step.action {
        Some(ActionSpec::SnapshotApi(spec)) if spec.api == api => {}
        Some(ActionSpec::SnapshotApi(spec)) => {
            return Some((
                format!(
                    "`{id}` points a stage of the API {api} at the deployment of `{from}`, which is of the API {}.",
                    spec.api
                ),
                "Take both of the same API.".to_owned(),
            ));
        }
        // Without a target its action may have no values yet.
        None if maker.action == Some(switchback_model::ActionWord::SnapshotApi) => {}
        _ => {
            return Some((
                format!("`{id}` takes the deployment of `{from}`, which makes none."),
                "Name a step of kind action with an apigateway.snapshot.".to_owned(),
            ));
        }
    }
    // A deployment that people decided against is never made, and the stage would wait for it for ever.
    let choice = |step: &DraftStep| {
        let only_if = step.only_if.as_ref();
        only_if.map(|(decision, is)| (decision.value.clone(), is.value.clone()))
    };
    if let Some(made) = choice(maker)
        && choice(step).as_ref() != Some(&made)
    {
        return Some((
            format!("`{id}` takes the deployment of `{from}`, which people may decide against."),
            "Give both the same `only_if`.".to_owned(),
        ));
    }
    (!step.step.needs.contains(from)).then(|| {
        (
            format!("`{id}` takes the deployment of `{from}` and does not wait until it is there."),
            format!("Add it: `needs = [\"{from}\"]`."),
        )
    })
}
