//! The functions of a new world: the three triggers that its pools name, each with the permission that lets its pool,
//! and nobody else, invoke it. Their ARNs stand with the pools.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::part::{Does, Function, Lambda, LastUpdate, State};
use super::provider::OldProvider;
use crate::aws::cognito::{
    ADMINS_POOL, MIGRATE_USER_ARN, OLD_POOL, OLD_PRE_TOKEN_ARN, PRE_TOKEN_ARN, arn as pool_arn,
};

/// The alias of the migrate-user trigger. The pool names the function without it, so it has no permission.
pub const MIGRATE_USER_ALIAS: &str = "live";

/// Seconds after which Lambda ends a trigger: less than Cognito waits.
const TIMEOUT_S: u32 = 4;

impl Lambda {
    /// The functions as at the beginning of a world.
    pub(crate) fn seeded() -> Self {
        let functions = [
            (MIGRATE_USER_ARN, Does::MigrateUser, ADMINS_POOL),
            (PRE_TOKEN_ARN, Does::PreToken, ADMINS_POOL),
            (OLD_PRE_TOKEN_ARN, Does::PreToken, OLD_POOL),
        ];
        let seeded = |(arn, does, pool): (&str, Does, &str)| (arn.to_owned(), function(arn, does, pool));
        Self {
            functions: functions.map(seeded).into_iter().collect(),
            provider: OldProvider::seeded(),
        }
    }

    /// Whether there are functions at all; a world from before there were any has none.
    pub(crate) fn is_seeded(&self) -> bool {
        !self.functions.is_empty()
    }
}

fn function(arn: &str, does: Does, pool: &str) -> Function {
    let aliases = match does {
        Does::MigrateUser => BTreeSet::from([MIGRATE_USER_ALIAS.to_owned()]),
        Does::PreToken => BTreeSet::new(),
    };
    Function {
        does,
        runtime: "java21".to_owned(),
        state: State::Active,
        last_update: LastUpdate::Successful,
        timeout_s: TIMEOUT_S,
        takes_ms: 0,
        concurrency: None,
        aliases,
        policies: BTreeMap::from([(String::new(), vec![permission(arn, &pool_arn(pool))])]),
        twists: Vec::new(),
    }
}

/// What `aws lambda add-permission` with a source ARN adds to a policy (Lambda developer guide, "Granting Lambda function
/// access to AWS services").
pub(super) fn permission(resource: &str, source: &str) -> Value {
    json!({
        "Sid": "cognito-may-invoke",
        "Effect": "Allow",
        "Principal": {"Service": super::policy::COGNITO},
        "Action": super::policy::INVOKE,
        "Resource": resource,
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    })
}
