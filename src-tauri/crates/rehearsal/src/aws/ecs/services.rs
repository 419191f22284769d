//! DescribeServices and DescribeServiceRevisions.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::Ecs;
use super::{invalid, missing, name, seed, show};
use crate::aws::AwsError;
use crate::log::Caller;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Describe {
    cluster: Option<String>,
    services: Vec<String>,
    include: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Revisions {
    service_revision_arns: Vec<String>,
}

/// The services that there are, and a failure for each that there is not, all at HTTP 200.
pub(super) fn describe(ecs: &Ecs, caller: &Caller, asked: &Describe) -> Result<Value, AwsError> {
    // That there are one to ten is the API reference's; the words are not known.
    match asked.services.len() {
        0 => return Err(invalid("Services cannot be empty.")),
        1..=10 => {}
        _ => return Err(invalid("Services cannot have more than 10 elements.")),
    }
    if asked.include.as_ref().is_some_and(|include| !include.is_empty()) {
        return Err(AwsError::not_rehearsed("DescribeServices with include"));
    }
    super::cluster(caller, asked.cluster.as_deref())?;
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for asked in &asked.services {
        match name::service(asked).and_then(|name| ecs.service(name)) {
            Some(service) => services.push(show::service(service)),
            None => failures.push(missing(&name::missing_service(asked))),
        }
    }
    Ok(json!({ "services": services, "failures": failures }))
}

/// What each deployment set out to run, its digests included; also of those that are over.
pub(super) fn revisions(ecs: &Ecs, caller: &Caller, asked: &Revisions) -> Result<Value, AwsError> {
    if asked.service_revision_arns.is_empty() || asked.service_revision_arns.len() > 20 {
        return Err(invalid("Between 1 and 20 service revisions can be described."));
    }
    super::cluster(caller, Some(seed::CLUSTER_NAME))?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in &asked.service_revision_arns {
        let mut all = ecs.services.iter().flat_map(|service| {
            let deployments = service.deployments.iter();
            deployments.map(move |deployment| (service, deployment))
        });
        match all.find(|(service, one)| name::revision_arn(&service.name, &one.number) == *arn) {
            Some((service, one)) => found.push(show::revision(service, one)),
            None => failures.push(missing(arn)),
        }
    }
    Ok(json!({ "serviceRevisions": found, "failures": failures }))
}
