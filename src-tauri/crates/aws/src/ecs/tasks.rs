//! The tasks of a service that run: which deployment started each, and of which images.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::Task;
use switchback_engine::ports::{Deployment, Observed, ProviderError, Rollout, RunningTask};
use switchback_model::{Image, RollService, Service as Content, Witness};

use super::read::{Standing, when};
use super::{DESCRIBE, TASK, TASKS, last};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::observe::CallFacts;
use crate::service::Service;

/// Tasks that one DescribeTasks takes (API reference, DescribeTasks).
const AT_ONCE: usize = 100;
/// Pages of ListTasks that are read, of up to a hundred tasks each: a service has 5,000 at most (ECS developer
/// guide, "Service quotas").
const PAGES: usize = 60;
/// Stands between two digests of one container.
const OR: &str = " or ";

impl Aws {
    /// The tasks of a service that run.
    async fn running_tasks(&self, cluster: &str, service: &str) -> Result<Vec<Task>, ProviderError> {
        let mut tasks = self.told_tasks(cluster, service).await?;
        tasks.retain(|task| task.last_status() == Some("RUNNING"));
        Ok(tasks)
    }

    /// The tasks of a service that shall run, each as ECS tells it: one may be on its way to running yet, or have
    /// stopped since they were listed.
    pub(super) async fn told_tasks(&self, cluster: &str, service: &str) -> Result<Vec<Task>, ProviderError> {
        let arns: Vec<String> = self.task_arns(cluster, service).await?.into_iter().collect();
        let mut tasks = Vec::new();
        for asked in arns.chunks(AT_ONCE) {
            let seen = CallFacts::default();
            self.pace(Service::Ecs).await;
            let call = self
                .ecs
                .describe_tasks()
                .cluster(cluster)
                .set_tasks(Some(asked.to_vec()))
                .customize()
                .interceptor(seen.clone())
                .send();
            let answer = self.run(TASK, &seen, call).await?;
            let mut open: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
            // One that ended between the two questions is MISSING, and runs no more.
            for failure in answer.failures() {
                open.remove(failure.arn().unwrap_or_default());
            }
            let told = answer.tasks.unwrap_or_default();
            for task in &told {
                let arn = task.task_arn().unwrap_or_default();
                if !open.remove(arn) {
                    let message = format!("AWS told of a task that was not asked for: {}", safe(arn));
                    return Err(ProviderError {
                        message,
                        ..incomplete(TASK.operation, "tasks that were asked for")
                    });
                }
            }
            if let Some(missing) = open.first() {
                let message = format!("AWS told nothing of the task {}", safe(missing));
                return Err(ProviderError {
                    message,
                    ..incomplete(TASK.operation, "task that was asked for")
                });
            }
            tasks.extend(told);
        }
        Ok(tasks)
    }

    /// Tasks that shall run. Those that are being stopped are not among them: as long as some are left, their
    /// deployment stands beside the PRIMARY (API reference, Deployment, `status`).
    async fn task_arns(&self, cluster: &str, service: &str) -> Result<BTreeSet<String>, ProviderError> {
        let (mut arns, mut next) = (BTreeSet::new(), None);
        for _ in 0..PAGES {
            let seen = CallFacts::default();
            self.pace(Service::Ecs).await;
            let call = self
                .ecs
                .list_tasks()
                .cluster(cluster)
                .service_name(service)
                .set_next_token(next)
                .customize()
                .interceptor(seen.clone())
                .send();
            let page = self.run(TASKS, &seen, call).await?;
            arns.extend(page.task_arns.unwrap_or_default());
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(arns);
            }
        }
        Err(incomplete(TASKS.operation, "end of the list of tasks"))
    }

    /// A service whole. The deployments are read first and the parameters last: what changes in between makes a
    /// deployment look older than a parameter, never newer.
    pub(super) async fn observe_service(
        &self,
        spec: &RollService,
        standing: Standing,
        (by_tag, not_handed): (Vec<String>, Vec<String>),
    ) -> Result<Observed, ProviderError> {
        let lacks = |what: &str| incomplete(DESCRIBE.operation, what);
        let primary = standing.primary.ok_or_else(|| lacks("PRIMARY deployment"))?;
        let definition = standing.definition.ok_or_else(|| lacks("task definition"))?;
        let told = self.running_tasks(&spec.cluster, &spec.service).await?;
        let mut written = BTreeMap::new();
        for name in &spec.reads {
            written.insert(name.clone(), self.parameter_written(name).await?);
        }
        let content = Content {
            definition,
            controller: standing.controller,
            images: images(&told, &primary),
            by_tag,
            not_handed,
        };
        Ok(Observed {
            made: None,
            image: Image::Service {
                cluster: spec.cluster.clone(),
                service: spec.service.clone(),
                content: Box::new(content),
            },
            witness: Some(Witness::Deployment {
                id: primary.id.clone(),
            }),
            between: Vec::new(),
            rollout: Some(Rollout {
                tasks: told.iter().map(running).collect(),
                primary,
                others: standing.others,
                desired: standing.desired,
                running: standing.running,
                written,
                at: standing.at,
            }),
        })
    }
}

/// The moments of a task, and who started it.
pub(super) fn running(task: &Task) -> RunningTask {
    RunningTask {
        started_by: task.started_by().map(str::to_owned),
        created_at: when(task.created_at()),
        started_at: when(task.started_at()),
    }
}

/// How the ids of deployments begin, of services that ECS itself deploys.
const DEPLOYMENT: &str = "ecs-svc/";

/// Whether a task is of a deployment: it says so and nothing contradicts it, or it says nothing and was made after it.
///
/// ECS writes the deployment's id into `startedBy` (API reference, Task). An emulator (ministack 1.5) writes the
/// service's name, so the moment counts as well. That is no weaker: a task reads its parameters after it was made
/// (ECS developer guide, "Pass Systems Manager parameters through environment variables"), so one that was made after
/// the deployment knows what the deployment's own tasks know, whoever started it. Where the moment at which it was
/// made is not told, the one at which it ran counts, which is later.
pub(super) fn is_of(task: &RunningTask, deployment: &Deployment) -> bool {
    let made = task.created_at.or(task.started_at);
    match task.started_by.as_deref() {
        Some(by) if by == deployment.id => made.is_none_or(|at| at >= deployment.created_at),
        // Another deployment's.
        Some(by) if by.starts_with(DEPLOYMENT) => false,
        _ => made.is_some_and(|at| at >= deployment.created_at),
    }
}

/// By container, the digest of the image of the PRIMARY's tasks. A container that says none is left out: nothing is
/// known of it. Where tasks disagree, because a tag meant another image when a task was replaced, all digests stand
/// there: none of them alone would be true.
fn images(tasks: &[Task], primary: &Deployment) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for task in tasks.iter().filter(|task| is_of(&running(task), primary)) {
        for container in task.containers() {
            let digest = container.image_digest().filter(|digest| !digest.is_empty());
            if let (Some(name), Some(digest)) = (container.name(), digest) {
                found.entry(name.to_owned()).or_default().insert(digest);
            }
        }
    }
    let joined = |digests: BTreeSet<&str>| digests.into_iter().collect::<Vec<_>>().join(OR);
    found
        .into_iter()
        .map(|(name, digests)| (name, joined(digests)))
        .collect()
}

/// Containers whose image is none of those that were approved; nothing is said of one that was not known, or is not.
pub(super) fn other_images<'a>(now: &'a Content, approved: &'a Content) -> Vec<(&'a str, &'a str, &'a str)> {
    let known = now.images.iter().filter_map(|(name, digests)| {
        let approved = approved.images.get(name)?;
        let all: BTreeSet<&str> = approved.split(OR).collect();
        let strange = digests.split(OR).any(|digest| !all.contains(digest));
        strange.then_some((name.as_str(), digests.as_str(), approved.as_str()))
    });
    known.collect()
}

/// The task definition's family and revision, without the account.
pub(super) fn short(definition: &str) -> String {
    safe(last(definition))
}
