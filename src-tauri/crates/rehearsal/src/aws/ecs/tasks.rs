//! ListTasks and DescribeTasks.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{Ecs, Service, Task};
use super::{client, invalid, missing, name, seed, show};
use crate::aws::AwsError;
use crate::aws::token::{self, Token};
use crate::log::Caller;

/// So many tasks are on a page. AWS gives up to 100, "and a nextToken value if applicable" (API reference); the
/// limit is as low as can be here, so that every reader must page.
const ON_A_PAGE: usize = 1;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct List {
    cluster: Option<String>,
    container_instance: Option<String>,
    family: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
    started_by: Option<String>,
    service_name: Option<String>,
    desired_status: Option<String>,
    launch_type: Option<String>,
    daemon_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Describe {
    cluster: Option<String>,
    tasks: Vec<String>,
    include: Option<Vec<Value>>,
}

/// Whether ECS wants the tasks to run: a task that still drains is among the stopped ones (API reference, ListTasks,
/// `desiredStatus`).
fn wanted(asked: Option<&str>) -> Result<fn(&Task) -> bool, AwsError> {
    match asked {
        None | Some("RUNNING") => Ok(Task::is_wanted),
        Some("STOPPED") => Ok(|task| !task.is_wanted()),
        // It can be asked for, and finds nothing.
        Some("PENDING") => Ok(|_| false),
        Some(_) => Err(invalid(
            "desiredStatus must be one of: [RUNNING, PENDING, STOPPED]",
        )),
    }
}

/// A page of ARNs. Tasks that come or go between two pages may be missed, as anywhere.
pub(super) fn list(ecs: &Ecs, caller: &Caller, asked: &List) -> Result<Value, AwsError> {
    super::cluster(caller, asked.cluster.as_deref())?;
    if asked.container_instance.is_some() || asked.daemon_name.is_some() {
        return Err(AwsError::not_rehearsed(
            "ListTasks of a container instance or a daemon",
        ));
    }
    if asked.max_results.is_some_and(|most| !(1..=100).contains(&most)) {
        return Err(invalid("maxResults must be between 1 and 100."));
    }
    let others = [
        &asked.family,
        &asked.service_name,
        &asked.desired_status,
        &asked.launch_type,
    ];
    if asked.started_by.is_some() && others.iter().any(|other| other.is_some()) {
        return Err(invalid("startedBy must be the only filter."));
    }
    let named = asked.service_name.as_deref();
    let only = named.map(|asked| {
        let found = name::service(asked).and_then(|name| ecs.service(name));
        found.ok_or_else(|| AwsError::new("ServiceNotFoundException", "Service not found."))
    });
    let only = only.transpose()?.map(|service| service.name.as_str());
    let wanted = wanted(asked.desired_status.as_deref())?;
    let fits = |service: &Service, task: &Task| {
        only.is_none_or(|only| service.name == only)
            && asked
                .family
                .as_deref()
                .is_none_or(|family| family == seed::TASK_FAMILY)
            && asked.launch_type.as_deref().is_none_or(|kind| kind == "FARGATE")
            && asked
                .started_by
                .as_deref()
                .is_none_or(|by| by == format!("ecs-svc/{}", task.deployment))
            && wanted(task)
    };
    let all = everybody(ecs).filter(|(service, task)| fits(service, task));
    let all: Vec<String> = all.map(|(_, task)| name::task_arn(&task.id)).collect();
    let question = format!(
        "{only:?} {:?} {:?} {:?} {:?}",
        asked.family, asked.launch_type, asked.started_by, asked.desired_status
    );
    let wrong = || invalid("Invalid token.");
    let from = Token::read(asked.next_token.as_deref(), &question).ok_or_else(wrong)?;
    let at = from.at.min(all.len());
    let end = (at + ON_A_PAGE).min(all.len());
    let mut answer = json!({ "taskArns": all[at..end] });
    if end < all.len() {
        let next = token::PageStart { at: end, ..from };
        answer["nextToken"] = json!(Token::new(&question, next).text());
    }
    Ok(answer)
}

fn everybody(ecs: &Ecs) -> impl Iterator<Item = (&Service, &Task)> {
    let services = ecs.services.iter();
    services.flat_map(|service| service.tasks.iter().map(move |task| (service, task)))
}

/// The tasks that there are, and a failure for each that there is not, all at HTTP 200.
pub(super) fn describe(ecs: &Ecs, caller: &Caller, asked: &Describe) -> Result<Value, AwsError> {
    super::cluster(caller, asked.cluster.as_deref())?;
    match asked.tasks.len() {
        // As AWS words it (sil-org/ecs-deploy#63).
        0 => return Err(invalid("Tasks cannot be empty.")),
        1..=100 => {}
        _ => return Err(client("Tasks cannot have more than 100 elements.")),
    }
    if asked.include.as_ref().is_some_and(|include| !include.is_empty()) {
        return Err(AwsError::not_rehearsed("DescribeTasks with include"));
    }
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for asked in &asked.tasks {
        let id = name::task(asked);
        match everybody(ecs).find(|(_, task)| id == Some(task.id.as_str())) {
            Some((service, task)) => tasks.push(show::task(service, task)),
            None if asked.starts_with("arn:") => failures.push(missing(asked)),
            None => failures.push(missing(&name::task_arn(asked))),
        }
    }
    Ok(json!({ "tasks": tasks, "failures": failures }))
}
