//! What users see: what the run says of its publications must be true of what every reader knows.

use switchback_engine::Run;
use switchback_engine::publish::is_due;
use switchback_model::{ActionSpec, DoneHow, Edges, Image, RollbackScope, SetParameter, StepState, list};

use crate::conformance::{Reader, Start, Subject};
use crate::rig::Rig;

/// A publication that is done, or taken back, and is not owed since: every reader knows each value as its step says.
pub(crate) async fn told(subject: &Subject, run: &Run, start: &Start, foreign: bool) -> Result<(), String> {
    let readers = subject.oracle.readers().await;
    let images = subject.oracle.images().await;
    for step in run.plan.steps().filter(|step| step.is_publisher()) {
        let state = run.steps[&step.id].state;
        let proven = matches!(
            state,
            StepState::Done {
                how: DoneHow::Verified
            } | StepState::Undone { accepted: false }
        );
        if !proven || is_due(run, &step.id) {
            continue;
        }
        if let Some(meant) = subject.oracle.meant().await
            && !foreign
            && readers != meant
        {
            return Err(format!(
                "step {} is {state:?}, but readers know {readers:?} instead of {meant:?}",
                step.id
            ));
        }
        let token = run.steps[&step.id].current().map(|last| last.token.as_str());
        let object = step.action.as_ref().map(ActionSpec::object);
        if let (Some(object), Some(token)) = (object, token)
            && let Some(why) = subject.oracle.unproven(object, token).await
        {
            return Err(format!("step {} is {state:?}, but {why}", step.id));
        }
        for id in Edges::of(&run.plan).published_by(&step.id) {
            let Some(ActionSpec::SetParameter(set)) = run.plan.step(id).and_then(|step| step.action.as_ref())
            else {
                continue;
            };
            let ours = match run.steps[id].state {
                StepState::Done { .. } => true,
                StepState::Undone { .. } | StepState::ToDo => false,
                // Neither there nor gone for sure: then nothing can be asked of its readers.
                _ => continue,
            };
            for reader in &readers {
                let knows = reader.get(&set.name).map_or("", String::as_str);
                let wrong = is_wrong(set, knows, ours, foreign, start)
                    || !foreign && value(&images, &set.name) != Some(knows);
                if wrong {
                    return Err(format!(
                        "step {} is {state:?} and {id} is {:?}, but a reader knows {knows} of {}",
                        step.id, run.steps[id].state, set.name
                    ));
                }
            }
        }
    }
    Ok(())
}

/// A rollback of everything that says that it is completed: no reader knows anything of ours.
pub(crate) async fn completed(
    subject: &Subject,
    desk: &Rig,
    start: &Start,
    foreign: bool,
) -> Result<(), String> {
    let all = desk
        .run()
        .rollback
        .as_ref()
        .is_some_and(|rollback| rollback.plan.scope == RollbackScope::All);
    match all && desk.rollback_state() == "completed" {
        true => over(subject, start, foreign)
            .await
            .map_err(|why| format!("the rollback is completed, but {why}")),
        false => Ok(()),
    }
}

/// Everything was taken back: every reader is as at the start, but for what others wrote.
pub(crate) async fn over(subject: &Subject, start: &Start, foreign: bool) -> Result<(), String> {
    let readers = subject.oracle.readers().await;
    let told = |readers: &[Reader]| {
        let lines: Vec<String> = readers.iter().map(|reader| format!("{reader:?}")).collect();
        lines.join(" | ")
    };
    let here = readers.len() == start.readers.len();
    if !here || !foreign && readers != start.readers {
        return Err(format!(
            "what readers know is not as at the start: {}",
            told(&readers)
        ));
    }
    for step in subject.plan.steps() {
        let Some(ActionSpec::SetParameter(set)) = &step.action else {
            continue;
        };
        let of_ours = |reader: &Reader| {
            let knows = reader.get(&set.name).map_or("", String::as_str);
            is_wrong(set, knows, false, foreign, start)
        };
        if readers.iter().any(of_ours) {
            return Err(format!(
                "a reader still knows what {} wrote: {}",
                step.id,
                told(&readers)
            ));
        }
    }
    Ok(())
}

/// Whether a reader knows something else of a parameter than it does where our change is there, or is not.
fn is_wrong(set: &SetParameter, knows: &str, ours: bool, foreign: bool, start: &Start) -> bool {
    let was = value(&start.images, &set.name).unwrap_or_default();
    match set.append() {
        Some(items) => {
            let mut others = list::items(was).filter(|item| !items.iter().any(|mine| mine == item));
            items.iter().any(|item| list::has(knows, item) != ours)
                || others.any(|item| !list::has(knows, item))
        }
        // What somebody else wrote may be what we wished.
        None if foreign => false,
        None if ours => knows != set.wished(was),
        None => knows != was,
    }
}

fn value<'a>(images: &'a [Image], parameter: &str) -> Option<&'a str> {
    images.iter().find_map(|image| match image {
        Image::Parameter { name, content } if name == parameter => Some(content.value.as_str()),
        _ => None,
    })
}
