//! Where the resources of a plan are found: the AWS CLI command that reads each, and its page in the AWS
//! console. A window names a resource and never an address.

use switchback_aws::Resource;
pub use switchback_aws::resource::is_console;
use switchback_model::{Plan, Step, TargetKind};

use crate::uses;
use crate::wire::ResourceView;

/// What a step looks at or changes, at AWS.
#[must_use]
pub fn of_step(plan: &Plan, step: &Step) -> Vec<Resource> {
    let mut all: Vec<Resource> = Vec::new();
    for resource in uses::of_step(step, &plan.target)
        .into_iter()
        .filter_map(|used| used.on)
    {
        if !all.contains(&resource) {
            all.push(resource);
        }
    }
    all
}

/// The views of a step's resources. The AWS console knows nothing of a rehearsal or an emulator.
#[must_use]
pub fn views(plan: &Plan, step: &Step, custom_endpoint: bool) -> Vec<ResourceView> {
    let target = &plan.target;
    let real = !custom_endpoint && !matches!(target.kind, TargetKind::Rehearsal | TargetKind::Test);
    of_step(plan, step)
        .into_iter()
        .map(|resource| ResourceView {
            cli: resource.cli(&target.region),
            id: resource.id,
            title: resource.title,
            in_console: real,
        })
        .collect()
}

/// The address of a resource that a plan names, by its id. `None` = the plan names no such thing, or
/// AWS does not know it.
#[must_use]
pub fn console_url(plan: &Plan, custom_endpoint: bool, id: &str) -> Option<String> {
    let step = plan.steps().find(|step| {
        views(plan, step, custom_endpoint)
            .iter()
            .any(|view| view.in_console && view.id == id)
    })?;
    let resource = of_step(plan, step)
        .into_iter()
        .find(|resource| resource.id == id)?;
    Some(resource.console_url(&plan.target.region)).filter(|url| is_console(url))
}

#[cfg(test)]
mod tests;
