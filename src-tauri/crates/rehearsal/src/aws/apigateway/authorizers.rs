//! GetAuthorizer, GetAuthorizers and UpdateAuthorizer. What is patched here guards nothing before it is deployed.

use serde_json::{Value, json};

use super::api::Authorizer;
use super::patch::{Operation, Patch};
use super::{bad, page};
use crate::aws::{AwsError, Call};
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

/// The longest that a verdict may be remembered (API reference, Authorizer, `authorizerResultTtlInSeconds`).
const LONGEST_TTL_S: u32 = 3_600;

/// The settings of an authoriser that AWS has and this world has not (API Gateway developer guide, "Patch operations").
const NOT_REHEARSED: [&str; 7] = [
    "/name",
    "/type",
    "/authType",
    "/authorizerUri",
    "/authorizerCredentials",
    "/identitySource",
    "/identityValidationExpression",
];

/// GetAuthorizers: a page.
pub(super) fn listed(state: &State, caller: &Caller, call: &Call, api: &str) -> Result<Value, AwsError> {
    let all = &state.apigateway.of(caller, api)?.config.authorizers;
    page::of(call, &format!("authorizers {api}"), all, Authorizer::shown)
}

/// Patches an authoriser, and gives it as it is then. All operations of a request land together, or none.
pub(super) fn update(
    state: &mut State,
    caller: &Caller,
    (api, id): (&str, &str),
    asked: &Patch,
) -> Result<(Value, LogEntry), AwsError> {
    let authorizer = state.apigateway.of_mut(caller, api)?.authorizer_mut(id)?;
    for operation in &asked.patch_operations {
        apply(authorizer, operation)?;
    }
    let shown = authorizer.shown();
    let entry = LogEntry {
        comment: Some(asked.line()),
        left: Some(shown.clone()),
        ..caller.entry(Outcome::Committed)
    };
    Ok((shown, entry))
}

fn apply(authorizer: &mut Authorizer, operation: &Operation) -> Result<(), AwsError> {
    let Operation { op, path, value } = operation;
    let value = value.as_deref().unwrap_or_default();
    match (op.as_str(), path.as_str()) {
        ("add", "/providerARNs") => add(&mut authorizer.providers, value),
        ("remove", "/providerARNs") => remove(&mut authorizer.providers, value),
        ("replace", "/authorizerResultTtlInSeconds") => {
            let ttl_s = value.parse().ok().filter(|ttl| *ttl <= LONGEST_TTL_S);
            authorizer.ttl_s =
                ttl_s.ok_or_else(|| bad(&format!("Invalid value '{value}' specified for {path}")))?;
            Ok(())
        }
        // The list as one text or by its places: what AWS makes of that is not proven.
        (_, path) if NOT_REHEARSED.contains(&path) || path.starts_with("/providerARNs") => Err(
            AwsError::not_rehearsed(&format!("UpdateAuthorizer with {op} {path}")),
        ),
        // As AWS words it of other resources (recorded by localstack, `test_update_resource_behaviour` and others).
        (op, path) => Err(bad(&format!(
            "Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations"
        ))),
    }
}

/// Adds a pool. No public record says what AWS answers where it is there already: the value is replaced by itself, as RFC
/// 6902, section 4.1 has it of a member that exists, so a request that arrives twice does what it does once.
fn add(pools: &mut Vec<String>, pool: &str) -> Result<(), AwsError> {
    if !is_pool(pool) {
        // As AWS words it (aws-amplify/amplify-category-api#345).
        let words = format!("ProviderARNs need to be valid Cognito Userpools. Invalid ARNs-\n{pool}");
        return Err(bad(&words));
    }
    if pools.iter().all(|one| one != pool) {
        pools.push(pool.to_owned());
    }
    Ok(())
}

/// Removes a pool. One that is not there is refused: the target must exist (RFC 6902, section 4.2), and of a stage AWS is
/// recorded to refuse it too. The last one stays (the provider of Terraform: "providerARNs can't be empty, so add first
/// and then remove").
fn remove(pools: &mut Vec<String>, pool: &str) -> Result<(), AwsError> {
    let at = pools.iter().position(|one| one == pool).ok_or_else(|| {
        bad(&format!(
            "Cannot remove {pool} from providerARNs because it is not there"
        ))
    })?;
    if pools.len() == 1 {
        return Err(bad(
            "At least one provider ARN is required for COGNITO_USER_POOLS authorizer",
        ));
    }
    pools.remove(at);
    Ok(())
}

/// Whether a text is the ARN of a user pool, by its form; whether there is such a pool is not asked.
fn is_pool(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", "aws", "cognito-idp", region, account, pool] = parts[..] else {
        return false;
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let id = pool.strip_prefix("userpool/").and_then(|id| id.split_once('_'));
    is_account
        && id.is_some_and(|(of, name)| {
            of == region && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// What somebody else adds: a pool that the world does not have.
pub(super) fn third_pool() -> String {
    crate::aws::cognito::arn("eu-west-2_REHEARSAL2")
}

/// Adds it behind the operator's back.
pub(super) fn somebody_adds(authorizer: &mut Authorizer) -> Result<Value, AwsError> {
    let pool = third_pool();
    if authorizer.providers.contains(&pool) {
        return Err(bad(&format!("the authoriser accepts {pool} already")));
    }
    authorizer.providers.push(pool);
    Ok(json!(authorizer.shown()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_pool_is_told_by_its_form() {
        let right = third_pool();
        assert!(is_pool(&right));
        for wrong in [
            "",
            "eu-west-2_REHEARSAL2",
            "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/",
            "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_",
            "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-2_REHEARSAL2",
            "arn:aws:cognito-idp:eu-west-2:1234:userpool/eu-west-2_REHEARSAL2",
            "arn:aws:cognito-idp:eu-west-2:123456789012:identitypool/eu-west-2_REHEARSAL2",
            "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_A/client",
        ] {
            assert!(!is_pool(wrong), "{wrong}");
        }
    }
}
