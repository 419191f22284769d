//! Functions as the API shows them.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::part::{Function, Named, State};
use super::{AwsError, not_found, policy};

/// What GetPolicy answers: the document as text. Of the bare name it is not the same as of an alias.
pub(super) fn policy(function: &Function, named: &Named) -> Result<Value, AwsError> {
    let statements = function.policies.get(&named.qualifier);
    let statements = statements.filter(|all| !all.is_empty());
    let statements = statements.ok_or_else(|| not_found("The resource you requested does not exist."))?;
    let document = policy::document(statements).to_string();
    // It changes with the document, and says nothing else.
    let digest = Sha256::digest(&document);
    let revision = uuid::Uuid::from_slice(&digest[..16]).unwrap_or_default();
    Ok(json!({"Policy": document, "RevisionId": revision.to_string()}))
}

/// What GetFunctionConfiguration answers.
pub(super) fn configuration(function: &Function, named: &Named) -> Result<Value, AwsError> {
    let name = named.arn.rsplit(':').next().unwrap_or_default();
    let mut shown = json!({
        "FunctionName": name,
        "FunctionArn": named.full(),
        "Runtime": function.runtime,
        "Role": format!("arn:aws:iam::{}:role/{name}", crate::seed::ACCOUNT),
        "Handler": "uk.example.Handler::handleRequest",
        "CodeSize": 4_194_304,
        "Description": "",
        "Timeout": function.timeout_s,
        "MemorySize": 512,
        "LastModified": "2026-01-05T09:00:00.000+0000",
        "Version": function.version(&named.qualifier),
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "State": function.state.word(),
        "LastUpdateStatus": function.last_update.word(),
    });
    match function.state {
        State::Active => {}
        State::Inactive => {
            shown["StateReason"] = json!("The function was not invoked for a long time.");
            shown["StateReasonCode"] = json!("Idle");
        }
    }
    Ok(shown)
}

/// What GetFunctionConcurrency answers: nothing where nothing is reserved. It takes no qualifier.
pub(super) fn concurrency(function: &Function, named: &Named) -> Result<Value, AwsError> {
    if !named.qualifier.is_empty() {
        return Err(AwsError::new(
            "InvalidParameterValueException",
            "This operation does not permit a qualifier on the function name.",
        ));
    }
    Ok(match function.concurrency {
        Some(reserved) => json!({"ReservedConcurrentExecutions": reserved}),
        None => json!({}),
    })
}
