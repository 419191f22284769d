//! Whether a resource policy lets a pool invoke a function (IAM user guide, "Policy evaluation logic"): a statement must
//! allow it, and none may deny it. The world writes its statements in one form, so that form is judged, and any other is
//! taken for one that says nothing.

use serde_json::{Value, json};

/// The service that invokes triggers.
pub(super) const COGNITO: &str = "cognito-idp.amazonaws.com";
/// The action that it needs.
pub(super) const INVOKE: &str = "lambda:InvokeFunction";

/// The whole document, as GetPolicy gives it.
pub(super) fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements})
}

/// Whether these statements let Cognito invoke what has this ARN, qualifier included, for a pool.
pub(super) fn allows(statements: &[Value], resource: &str, pool: &str) -> bool {
    let mine: Vec<&Value> = statements
        .iter()
        .filter(|one| says(one, resource, pool))
        .collect();
    mine.iter().any(|one| one["Effect"] == "Allow") && !mine.iter().any(|one| one["Effect"] == "Deny")
}

/// Whether a statement is about Cognito, this resource and this pool.
fn says(statement: &Value, resource: &str, pool: &str) -> bool {
    let source = &statement["Condition"]["ArnLike"]["AWS:SourceArn"];
    statement["Principal"]["Service"] == COGNITO
        && statement["Action"] == INVOKE
        && statement["Resource"] == resource
        && (statement.get("Condition").is_none() || source == pool)
}
