#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use serde_json::{Value, json};

use super::part::State;
use super::seed::permission;
use super::{Invoked, Lambda, MIGRATE_USER_ALIAS, Named, NotInvoked, NotRun, OLD_USER, policy};
use crate::aws::cognito::{ADMINS_POOL, MIGRATE_USER_ARN, OLD_POOL, PRE_TOKEN_ARN, arn as pool_arn};

fn event(password: &str) -> Value {
    json!({
        "triggerSource": "UserMigration_Authentication",
        "userName": OLD_USER.0,
        "request": {"password": password},
    })
}

/// What the new pool gets of its migrate-user trigger under an ARN.
fn migrated(lambda: &mut Lambda, arn: &str, password: &str) -> Result<Value, NotInvoked> {
    lambda.invoke_for_pool(&pool_arn(ADMINS_POOL), arn, &event(password))
}

#[test]
fn a_pool_invokes_only_what_lets_it_by_that_very_name() {
    let mut lambda = Lambda::seeded();
    let answer = migrated(&mut lambda, MIGRATE_USER_ARN, OLD_USER.1).unwrap();
    assert_eq!(answer["response"]["finalUserStatus"], "CONFIRMED");
    let denied = Err(NotInvoked::Denied);
    let alias = format!("{MIGRATE_USER_ARN}:{MIGRATE_USER_ALIAS}");
    for arn in [
        alias.as_str(),
        "arn:aws:lambda:eu-west-2:123456789012:function:nothing",
        "arn:aws:lambda:eu-west-2:123456789012:layer:nothing:1",
    ] {
        assert_eq!(migrated(&mut lambda, arn, OLD_USER.1), denied, "{arn}");
    }
    let of_other = lambda.invoke_for_pool(&pool_arn(OLD_POOL), MIGRATE_USER_ARN, &event(OLD_USER.1));
    assert_eq!(of_other, denied);
    // A permission of the alias is one for the alias alone.
    let function = lambda.functions.get_mut(MIGRATE_USER_ARN).unwrap();
    let statement = permission(&alias, &pool_arn(ADMINS_POOL));
    function.policies = [(MIGRATE_USER_ALIAS.to_owned(), vec![statement])].into();
    assert_eq!(migrated(&mut lambda, MIGRATE_USER_ARN, OLD_USER.1), denied);
    assert!(migrated(&mut lambda, &alias, OLD_USER.1).is_ok());
}

#[test]
fn a_statement_counts_for_its_pool_and_a_deny_wins() {
    let pool = pool_arn(ADMINS_POOL);
    let right = permission(PRE_TOKEN_ARN, &pool);
    let allows = |statements: &[Value]| policy::allows(statements, PRE_TOKEN_ARN, &pool);
    assert!(allows(std::slice::from_ref(&right)));
    let with = |pointer: &str, value: Value| {
        let mut statement = right.clone();
        *statement.pointer_mut(pointer).unwrap() = value;
        statement
    };
    for (pointer, value) in [
        ("/Principal/Service", json!("lambda.amazonaws.com")),
        ("/Action", json!("lambda:GetFunction")),
        ("/Resource", json!(MIGRATE_USER_ARN)),
        ("/Condition/ArnLike/AWS:SourceArn", json!(pool_arn(OLD_POOL))),
    ] {
        assert!(!allows(&[with(pointer, value)]), "{pointer}");
    }
    assert!(!allows(&[right.clone(), with("/Effect", json!("Deny"))]));
    let mut open = right.clone();
    open.as_object_mut().unwrap().remove("Condition");
    assert!(allows(&[open]));
    assert!(!allows(&[]));
}

#[test]
fn a_slow_trigger_asks_the_old_provider_three_times_and_is_heard_never() {
    let mut lambda = Lambda::seeded();
    let function = lambda.functions.get_mut(MIGRATE_USER_ARN).unwrap();
    (function.timeout_s, function.takes_ms) = (30, 8_000);
    let pool = pool_arn(ADMINS_POOL);
    assert_eq!(
        lambda.pool_waits(&pool, MIGRATE_USER_ARN),
        Duration::from_secs(15)
    );
    assert_eq!(lambda.pool_waits(&pool, PRE_TOKEN_ARN), Duration::ZERO);
    assert_eq!(
        lambda.pool_waits(&pool_arn(OLD_POOL), MIGRATE_USER_ARN),
        Duration::ZERO
    );
    let timed_out = Err(NotInvoked::TimedOut);
    assert_eq!(migrated(&mut lambda, MIGRATE_USER_ARN, OLD_USER.1), timed_out);
    // One try with a wrong password is three at the old provider, which locks.
    assert_eq!(migrated(&mut lambda, MIGRATE_USER_ARN, "no"), timed_out);
    lambda.functions.get_mut(MIGRATE_USER_ARN).unwrap().takes_ms = 0;
    let locked = NotInvoked::Failed("Account is temporarily disabled".to_owned());
    assert_eq!(migrated(&mut lambda, MIGRATE_USER_ARN, OLD_USER.1), Err(locked));
    // What Lambda itself ends has failed, and is not asked again.
    let function = lambda.functions.get_mut(PRE_TOKEN_ARN).unwrap();
    (function.timeout_s, function.takes_ms) = (3, 8_000);
    let ended = lambda.invoke_for_pool(&pool, PRE_TOKEN_ARN, &json!({}));
    assert_eq!(
        ended,
        Err(NotInvoked::Failed("Task timed out after 3.00 seconds".to_owned()))
    );
}

#[test]
fn what_is_inactive_or_has_no_room_is_not_run() {
    let named = Named::of_arn(MIGRATE_USER_ARN).unwrap();
    for (state, concurrency, why) in [
        (State::Inactive, None, NotRun::Inactive),
        (State::Active, Some(0), NotRun::Throttled),
    ] {
        let mut lambda = Lambda::seeded();
        let function = lambda.functions.get_mut(MIGRATE_USER_ARN).unwrap();
        (function.state, function.concurrency) = (state, concurrency);
        assert_eq!(lambda.invoke(&named, &event(OLD_USER.1)), Err(why));
        let refused = Err(NotInvoked::NotRun(why));
        assert_eq!(migrated(&mut lambda, MIGRATE_USER_ARN, OLD_USER.1), refused);
        assert_eq!(
            lambda.pool_waits(&pool_arn(ADMINS_POOL), MIGRATE_USER_ARN),
            Duration::ZERO
        );
    }
    let mut lambda = Lambda::seeded();
    lambda.functions.get_mut(MIGRATE_USER_ARN).unwrap().concurrency = Some(1);
    assert!(matches!(
        lambda.invoke(&named, &event(OLD_USER.1)),
        Ok(Invoked::Answered(_))
    ));
    let other = Named::of_arn(&format!("{MIGRATE_USER_ARN}:7")).unwrap();
    assert_eq!(lambda.invoke(&other, &json!({})), Err(NotRun::Missing));
}

#[test]
fn an_arn_is_read_with_and_without_a_qualifier() {
    let named = Named::of_arn(&format!("{MIGRATE_USER_ARN}:live")).unwrap();
    assert_eq!(
        (named.arn.as_str(), named.qualifier.as_str()),
        (MIGRATE_USER_ARN, "live")
    );
    assert_eq!(Named::of_arn(MIGRATE_USER_ARN).unwrap().qualifier, "");
    for wrong in [
        "",
        "arn:aws:lambda",
        "arn:aws:s3:eu-west-2:1:function:a",
        "arn:aws:lambda:r:1:function:a:b:c",
    ] {
        assert_eq!(Named::of_arn(wrong), None, "{wrong}");
    }
}
