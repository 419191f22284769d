//! `ecs.service`.

use async_trait::async_trait;
use switchback_engine::ports::{Deployment, ProviderError, ProviderErrorKind, RolloutState};
use switchback_model::ServiceCheck;

use super::read::{Definition, Standing};
use super::tasks::short;
use super::{DEFINITION, DESCRIBE, service};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::grammar::Word;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

const LOOK_AT_NAMES: &str =
    "Correct the names of cluster and service in the runbook, or the region of the target.";
const LOOK_AT_EVENTS: &str =
    "Look at the events of the service in the AWS console: they say why a task does not start or stay.";

/// The check: a service stands still.
#[derive(Debug, Clone, Copy)]
pub struct ServiceLook<'a>(pub &'a ServiceCheck);

/// A service and its task definition; no service where the cluster has none, no definition where another controller
/// keeps it.
pub type Answer = Option<(Standing, Option<Definition>)>;

#[async_trait]
impl Look for ServiceLook<'_> {
    type Answer = Answer;
    const OPS: &'static [Op] = &[DESCRIBE, DEFINITION];

    fn resource(&self) -> Option<Resource> {
        Some(service(&self.0.cluster, &self.0.service))
    }

    fn expected(&self) -> String {
        "one completed deployment, and every task runs".to_owned()
    }

    async fn ask(&self, aws: &Aws) -> Result<Answer, ProviderError> {
        let Some(standing) = aws.service_standing(&self.0.cluster, &self.0.service).await? else {
            return Ok(None);
        };
        let definition = match &standing.definition {
            Some(arn) => Some(aws.task_definition(arn).await?),
            None if standing.controller == "ECS" => {
                return Err(incomplete(DESCRIBE.operation, "task definition"));
            }
            None => None,
        };
        Ok(Some((standing, definition)))
    }

    fn judge(&self, answer: &Answer) -> Found {
        let Some((standing, definition)) = answer else {
            return Found::wrong(
                self.expected(),
                format!(
                    "there is no service {} in cluster {}",
                    self.0.service, self.0.cluster
                ),
                Mend::Anyway(LOOK_AT_NAMES.to_owned()),
            );
        };
        match fault(standing, definition.as_ref()) {
            Some((observed, mend)) => Found::wrong(self.expected(), observed, Mend::Unsaid(mend.to_owned())),
            None => Found::right(self.expected(), stands(standing)),
        }
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        match error.kind {
            // A service that is missing is no error; a cluster is (API reference, DescribeServices).
            ProviderErrorKind::NotFound => Found::wrong(
                self.expected(),
                format!("there is no cluster {}", self.0.cluster),
                Mend::Anyway(LOOK_AT_NAMES.to_owned()),
            ),
            _ => Found::untold_because(self.expected(), error),
        }
    }
}

/// What keeps a service from standing still, the gravest first, and what to do.
fn fault(standing: &Standing, definition: Option<&Definition>) -> Option<(String, &'static str)> {
    let Standing {
        status,
        controller,
        desired,
        running,
        pending,
        ..
    } = standing;
    let wrong = |observed: String, mend: &'static str| Some((observed, mend));
    if status != "ACTIVE" {
        return wrong(
            format!("the service is {}", Word::status(status)),
            "It was deleted, or is being deleted: find out who did so, or correct its name in the runbook.",
        );
    }
    if controller != "ECS" {
        return wrong(
            format!(
                "its deployments are made by {}, not by ECS",
                Word::status(controller)
            ),
            "Roll it with the tool that makes its deployments, in a step of kind attest.",
        );
    }
    if let Some(definition) = definition.filter(|definition| !definition.is_active()) {
        let name = standing.definition.as_deref().map(short).unwrap_or_default();
        return wrong(
            format!(
                "its task definition {name} is {}",
                Word::status(&definition.status)
            ),
            "ECS starts no deployment of it: register it anew, and deploy the new revision first.",
        );
    }
    let Some(primary) = &standing.primary else {
        return wrong(
            "it has no deployment".to_owned(),
            "Look at the service in the AWS console: a service of ECS has one.",
        );
    };
    if !standing.others.is_empty() {
        let all = std::iter::once(primary).chain(&standing.others);
        let words: Vec<String> = all.map(words_of).collect();
        return wrong(
            format!(
                "{}; {} deployments are in flight: {}",
                counts(primary.running, *desired, "new task"),
                words.len(),
                words.join("; ")
            ),
            "Wait until the newest is completed and the others are gone; whoever deploys should know of this run.",
        );
    }
    match primary.state {
        RolloutState::Failed => {
            let why = standing.reason.as_deref().map(safe).unwrap_or_default();
            return wrong(
                format!("its deployment failed: {why}")
                    .trim_end_matches([':', ' '])
                    .to_owned(),
                LOOK_AT_EVENTS,
            );
        }
        RolloutState::InProgress => {
            return wrong(
                format!(
                    "its deployment is in progress: {}",
                    counts(standing.running, standing.desired, "task")
                ),
                "Wait until it is completed.",
            );
        }
        // Where nothing is said, the counts below say whether it stands: one deployment, and as many tasks run as
        // shall, is what the AWS CLI waits for (AWS CLI reference, `ecs wait services-stable`).
        RolloutState::Completed | RolloutState::Unsaid => {}
    }
    if *desired == 0 {
        return wrong(
            "no task of it is wanted: its desired count is 0".to_owned(),
            "Give it tasks, or leave it out of the runbook.",
        );
    }
    if running != desired {
        return wrong(counts(standing.running, standing.desired, "task"), LOOK_AT_EVENTS);
    }
    if *pending > 0 {
        return wrong(
            format!(
                "{}, {pending} more are being started",
                counts(standing.running, standing.desired, "task")
            ),
            "Wait until they run; if they never do, look at the events of the service in the AWS console.",
        );
    }
    None
}

/// How many of those that shall run do.
fn counts(running: u32, desired: u32, what: &str) -> String {
    let verb = if running == 1 { "runs" } else { "run" };
    format!("{running} of {desired} {what}s {verb}")
}

fn words_of(deployment: &Deployment) -> String {
    let state = match deployment.state {
        RolloutState::Completed => "completed",
        RolloutState::InProgress => "in progress",
        RolloutState::Failed => "failed",
        RolloutState::Unsaid => "state not told",
    };
    format!(
        "{} of {}, {state}",
        Word::id(&deployment.id),
        short(&deployment.definition)
    )
}

fn stands(standing: &Standing) -> String {
    let deployment = standing.primary.as_ref().map(words_of).unwrap_or_default();
    format!(
        "{}; deployment {deployment}",
        counts(standing.running, standing.desired, "task")
    )
}
