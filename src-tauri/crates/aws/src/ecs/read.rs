//! Reading a service: how its deployments stand, and its task definition. What is missing stands among the
//! `failures` of an answer that is HTTP 200 (API reference, DescribeServices), so an answer is held against what
//! was asked.

use aws_sdk_ecs::types::{
    Deployment as AnsweredDeployment, DeploymentRolloutState, Service as Answered, TaskDefinitionStatus,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use switchback_engine::ports::{Deployment, ProviderError, RolloutState};

use super::{DEFINITION, DESCRIBE, last};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::grammar::Word;
use crate::observe::{CallFacts, moment};
use crate::service::Service;

/// A service as ECS describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub(super) status: String,
    /// Who makes its deployments; ECS where nothing is said.
    pub(super) controller: String,
    /// Its task definition; none where another controller keeps that in its task sets.
    pub(super) definition: Option<String>,
    pub(super) desired: u32,
    pub(super) running: u32,
    pub(super) pending: u32,
    /// What it shall have; none where another controller makes its deployments.
    pub(super) primary: Option<Deployment>,
    /// Why the PRIMARY is as it is, in the words of ECS.
    pub(super) reason: Option<String>,
    /// Those beside it, without those that are replaced altogether (`INACTIVE`).
    pub(super) others: Vec<Deployment>,
    /// When it was told, by AWS's clock.
    pub(super) at: Timestamp,
}

/// What a task definition is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
    pub(super) status: String,
    /// Containers whose image it names by a tag, sorted.
    pub(super) by_tag: Vec<String>,
    /// What its containers are handed of Parameter Store and Secrets Manager when they start: names, and ARNs (API
    /// reference, Secret, `valueFrom`).
    pub(super) handed: Vec<String>,
}

impl Definition {
    /// Those of these parameters that it hands to no container.
    pub(super) fn not_handed(&self, reads: &[String]) -> Vec<String> {
        let hands = |name: &String| {
            let bare = name.trim_start_matches('/');
            self.handed.iter().any(|from| {
                let of_arn = from.split_once(":parameter/").map(|(_, rest)| rest);
                of_arn.unwrap_or(from).trim_start_matches('/') == bare
            })
        };
        reads.iter().filter(|name| !hands(name)).cloned().collect()
    }

    /// Whether ECS starts a deployment of it: of an inactive one only those go on that are there (ECS developer
    /// guide, "Deregistering an Amazon ECS task definition revision").
    pub(super) fn is_active(&self) -> bool {
        self.status == TaskDefinitionStatus::Active.as_str()
    }
}

impl Aws {
    /// A service; none where the cluster has none of that name.
    pub(super) async fn service_standing(
        &self,
        cluster: &str,
        service: &str,
    ) -> Result<Option<Standing>, ProviderError> {
        let seen = CallFacts::default();
        self.pace(Service::Ecs).await;
        let call = self
            .ecs
            .describe_services()
            .cluster(cluster)
            .services(service)
            .customize()
            .interceptor(seen.clone())
            .send();
        let answer = self.run(DESCRIBE, &seen, call).await?;
        if let Some(told) = answer.services().first() {
            is_asked(DESCRIBE.operation, told, cluster, service)?;
            return standing(told, self.date_or_clock(&seen)).map(Some);
        }
        let of_it = |arn: Option<&str>| arn.is_some_and(|arn| last(arn) == service);
        match answer.failures().iter().find(|failure| of_it(failure.arn())) {
            Some(failure) if failure.reason() == Some("MISSING") => Ok(None),
            Some(failure) => {
                let message = format!(
                    "ECS tells nothing of the service {service}: {}",
                    failure
                        .reason()
                        .map_or("it does not say why".to_owned(), |reason| Word::status(reason)
                            .to_string())
                );
                Err(ProviderError {
                    message,
                    ..incomplete(DESCRIBE.operation, "service")
                })
            }
            None => Err(incomplete(DESCRIBE.operation, "service")),
        }
    }

    /// A task definition.
    pub(super) async fn task_definition(&self, arn: &str) -> Result<Definition, ProviderError> {
        let seen = CallFacts::default();
        self.pace(Service::Ecs).await;
        let call = self
            .ecs
            .describe_task_definition()
            .task_definition(arn)
            .customize()
            .interceptor(seen.clone())
            .send();
        let told = self.run(DEFINITION, &seen, call).await?.task_definition;
        let told = told.ok_or_else(|| incomplete(DEFINITION.operation, "task definition"))?;
        if told.task_definition_arn().map(last) != Some(last(arn)) {
            return Err(incomplete(DEFINITION.operation, "task definition of that name"));
        }
        let status = told
            .status()
            .ok_or_else(|| incomplete(DEFINITION.operation, "status"))?;
        let mut by_tag: Vec<String> = told
            .container_definitions()
            .iter()
            // An image by digest is `name@sha256:…` (API reference, ContainerDefinition, `image`).
            .filter(|container| !container.image().is_some_and(|image| image.contains("@sha256:")))
            .map(|container| {
                container
                    .name()
                    .unwrap_or("a container without a name")
                    .to_owned()
            })
            .collect();
        by_tag.sort();
        let containers = told.container_definitions().iter();
        let handed = containers.flat_map(|container| container.secrets());
        let handed = handed.map(|secret| secret.value_from().to_owned()).collect();
        Ok(Definition {
            handed,
            status: status.as_str().to_owned(),
            by_tag,
        })
    }
}

/// Whether an answer is about the service that was asked for.
pub(super) fn is_asked(
    operation: &str,
    told: &Answered,
    cluster: &str,
    service: &str,
) -> Result<(), ProviderError> {
    let name = told
        .service_name()
        .ok_or_else(|| incomplete(operation, "name of the service"))?;
    let of = told
        .cluster_arn()
        .map(last)
        .ok_or_else(|| incomplete(operation, "cluster of the service"))?;
    if (of, name) == (cluster, service) {
        return Ok(());
    }
    let message = format!(
        "AWS was asked for the service {service} of cluster {cluster} and answered {} of cluster {}",
        safe(name),
        safe(of)
    );
    Err(ProviderError {
        message,
        ..incomplete(operation, "service of that name")
    })
}

/// The PRIMARY of an answer; none where there is none.
pub(super) fn primary<'a>(
    operation: &str,
    told: &'a Answered,
) -> Result<Option<&'a AnsweredDeployment>, ProviderError> {
    let mut all = told
        .deployments()
        .iter()
        .filter(|deployment| deployment.status() == Some("PRIMARY"));
    match (all.next(), all.next()) {
        (found, None) => Ok(found),
        (_, Some(_)) => Err(ProviderError {
            message: "The answer of AWS holds two PRIMARY deployments".to_owned(),
            ..incomplete(operation, "single PRIMARY deployment")
        }),
    }
}

fn standing(told: &Answered, at: Timestamp) -> Result<Standing, ProviderError> {
    let lacks = |what: &str| incomplete(DESCRIBE.operation, what);
    let count = |count: i32| u32::try_from(count).map_err(|_| lacks("count of tasks"));
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let controller = told.deployment_controller().map(|controller| controller.r#type());
    let primary = primary(DESCRIBE.operation, told)?;
    let others = told.deployments().iter().filter(|deployment| {
        // INACTIVE is one that is replaced altogether (API reference, Deployment, `status`).
        !matches!(deployment.status(), Some("PRIMARY" | "INACTIVE"))
    });
    Ok(Standing {
        status: text(told.status()).ok_or_else(|| lacks("status"))?,
        // ECS where none was given (API reference, CreateService, `deploymentController`).
        controller: controller
            .map_or("ECS", |controller| controller.as_str())
            .to_owned(),
        definition: text(told.task_definition()),
        desired: count(told.desired_count())?,
        running: count(told.running_count())?,
        pending: count(told.pending_count())?,
        primary: primary.map(deployment).transpose()?,
        reason: primary.and_then(|primary| text(primary.rollout_state_reason())),
        others: others.map(deployment).collect::<Result<_, _>>()?,
        at,
    })
}

fn deployment(told: &AnsweredDeployment) -> Result<Deployment, ProviderError> {
    let lacks = |what: &str| incomplete(DESCRIBE.operation, what);
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let state = match told.rollout_state() {
        None => RolloutState::Unsaid,
        Some(DeploymentRolloutState::Completed) => RolloutState::Completed,
        Some(DeploymentRolloutState::InProgress) => RolloutState::InProgress,
        Some(DeploymentRolloutState::Failed) => RolloutState::Failed,
        Some(other) => {
            let message = format!(
                "A deployment is in the state {}, which Switchback does not know",
                Word::status(other.as_str())
            );
            return Err(ProviderError {
                message,
                ..lacks("known state of a deployment")
            });
        }
    };
    Ok(Deployment {
        // It is journalled, and what is none may be anything.
        id: told
            .id()
            .and_then(|id| Word::id(id).fits())
            .ok_or_else(|| lacks("id of a deployment"))?,
        created_at: when(told.created_at()).ok_or_else(|| lacks("moment at which a deployment was made"))?,
        definition: text(told.task_definition()).ok_or_else(|| lacks("task definition of a deployment"))?,
        state,
        running: u32::try_from(told.running_count()).map_err(|_| lacks("count of tasks"))?,
    })
}

/// A moment, where one was told.
pub(super) fn when(told: Option<&DateTime>) -> Option<Timestamp> {
    told.and_then(moment)
}
