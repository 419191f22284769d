//! Names and ARNs. Most requests take either; an ARN of another place names nothing here.

use super::seed::{self, CLUSTER_NAME, Definition, TASK_FAMILY};
use crate::aws::AwsError;
use crate::aws::cognito::REGION;

/// The ARN of something in the world's account and region.
pub(super) fn arn(rest: &str) -> String {
    format!("arn:aws:ecs:{REGION}:{}:{rest}", crate::seed::ACCOUNT)
}

pub(super) fn cluster_arn() -> String {
    arn(&format!("cluster/{CLUSTER_NAME}"))
}

pub(super) fn service_arn(name: &str) -> String {
    arn(&format!("service/{CLUSTER_NAME}/{name}"))
}

pub(super) fn task_arn(id: &str) -> String {
    arn(&format!("task/{CLUSTER_NAME}/{id}"))
}

pub(super) fn definition_arn(revision: u32) -> String {
    arn(&format!("task-definition/{TASK_FAMILY}:{revision}"))
}

/// The ARN of the service revision that a deployment made.
pub(super) fn revision_arn(service: &str, number: &str) -> String {
    arn(&format!("service-revision/{CLUSTER_NAME}/{service}/{number}"))
}

/// The cluster that is meant; `default` where none is named, and there is none of that name.
pub(super) fn cluster(asked: Option<&str>) -> Result<(), AwsError> {
    let found = asked.is_some_and(|asked| asked == CLUSTER_NAME || asked == cluster_arn());
    match found {
        true => Ok(()),
        false => Err(AwsError::new("ClusterNotFoundException", "Cluster not found.")),
    }
}

/// The name of a service that is named so or by its ARN, also the one without the cluster, which was the first form.
pub(super) fn service(asked: &str) -> Option<&str> {
    if !asked.starts_with("arn:") {
        return Some(asked);
    }
    let long = asked.strip_prefix(service_arn("").as_str());
    let short = || asked.strip_prefix(arn("service/").as_str());
    long.or_else(short).filter(|name| !name.contains('/'))
}

/// The ARN by which a missing service is reported: as it was given, or the first form, in which it is seen
/// (aws-actions/amazon-ecs-deploy-task-definition#312).
pub(super) fn missing_service(asked: &str) -> String {
    match asked.starts_with("arn:") {
        true => asked.to_owned(),
        false => arn(&format!("service/{asked}")),
    }
}

/// The id of a task that is named so or by its ARN.
pub(super) fn task(asked: &str) -> Option<&str> {
    match asked.starts_with("arn:") {
        true => asked.strip_prefix(task_arn("").as_str()),
        false => Some(asked),
    }
}

/// The task definition that is named by its family, by family and revision, or by its ARN. The family alone means its
/// newest ACTIVE revision (API reference, DescribeTaskDefinition).
pub(super) fn definition(asked: &str) -> Option<Definition> {
    let prefix = arn("task-definition/");
    let name = match asked.starts_with("arn:") {
        true => asked.strip_prefix(prefix.as_str())?,
        false => asked,
    };
    let (family, revision) = match name.split_once(':') {
        Some((family, revision)) => (family, Some(revision.parse::<u32>().ok()?)),
        None => (name, None),
    };
    let mut all = seed::DEFINITIONS.into_iter().filter(|_| family == TASK_FAMILY);
    all.find(|definition| match revision {
        Some(revision) => definition.revision == revision,
        None => definition.active,
    })
}
