//! Expectations of the pool itself (`DescribeUserPool`).

use aws_sdk_cognitoidentityprovider::types::{
    AdminCreateUserConfigType, DeletionProtectionType, RecoveryOptionNameType, UserPoolType,
    UsernameConfigurationType, VerifiedAttributeType,
};

use super::found::{Found, listed, sorted};
use super::hcl::{Line, Resource, right, text, texts, wrong};

pub(super) fn resource(pool: &UserPoolType) -> Resource<'_> {
    Resource {
        kind: "aws_cognito_user_pool",
        object: pool.id().unwrap_or("the user pool"),
    }
}

/// The whole policy is compared and, where anything is wrong, written whole: a declaration that
/// leaves a `require_*` out sets it to false.
pub(super) fn password_policy(pool: &UserPoolType, minimum_length: u32, temporary_days: u32) -> Found {
    let words = |length: &str, asks: &[&str], days: &str, history: &str| {
        format!(
            "length {length}, requires {}, temporary for {days} days, {history}",
            listed(asks)
        )
    };
    let asks = ["lowercase", "uppercase", "numbers", "symbols"];
    let expected = words(
        &minimum_length.to_string(),
        &asks,
        &temporary_days.to_string(),
        "no history",
    );
    let policy = pool.policies().and_then(|policies| policies.password_policy());
    let Some(policy) = policy else {
        let all = [
            right("minimum_length", minimum_length.to_string()),
            right("require_lowercase", "true"),
            right("require_numbers", "true"),
            right("require_symbols", "true"),
            right("require_uppercase", "true"),
            right("temporary_password_validity_days", temporary_days.to_string()),
        ];
        return Found::compare(
            "no password policy",
            expected,
            resource(pool),
            vec![Line::Block("password_policy", all.into())],
        );
    };
    let has = [
        policy.require_lowercase,
        policy.require_uppercase,
        policy.require_numbers,
        policy.require_symbols,
    ];
    let length = policy.minimum_length().unwrap_or_default();
    let history = policy.password_history_size().unwrap_or_default();
    let days = policy.temporary_password_validity_days;
    let observed = words(
        &length.to_string(),
        &std::iter::zip(asks, has)
            .filter_map(|(ask, has)| has.then_some(ask))
            .collect::<Vec<_>>(),
        &days.to_string(),
        &match history {
            0 => "no history".to_owned(),
            n => format!("the last {n} not again"),
        },
    );
    let number = |name, wanted: u32, found: i32| {
        if i64::from(wanted) == i64::from(found) {
            right(name, wanted.to_string())
        } else {
            wrong(name, wanted.to_string(), &found.to_string())
        }
    };
    let flag = |name, found: bool| {
        if found {
            right(name, "true")
        } else {
            wrong(name, "true", "false")
        }
    };
    let mut lines = vec![number("minimum_length", minimum_length, length)];
    if history != 0 {
        lines.push(number("password_history_size", 0, history));
    }
    lines.extend([
        flag("require_lowercase", policy.require_lowercase),
        flag("require_numbers", policy.require_numbers),
        flag("require_symbols", policy.require_symbols),
        flag("require_uppercase", policy.require_uppercase),
        number("temporary_password_validity_days", temporary_days, days),
    ]);
    let sound = lines
        .iter()
        .all(|line| matches!(line, Line::Attribute { note, .. } if note.is_empty()));
    let lines = if sound {
        Vec::new()
    } else {
        vec![Line::Block("password_policy", lines)]
    };
    Found::compare(observed, expected, resource(pool), lines)
}

/// Both are fixed for the life of a pool; a pool that does not say whether case counts was made with
/// the API's default, and case does (API reference, UsernameConfigurationType).
pub(super) fn sign_in_names(pool: &UserPoolType, attributes: &[String], case_sensitive: bool) -> Found {
    let words = |attributes: &[String], sensitive: bool| {
        let case = if sensitive {
            "case counts"
        } else {
            "case does not count"
        };
        format!("{}, {case}", listed(attributes))
    };
    let found = sorted(pool.username_attributes().iter().map(|a| a.as_str()));
    let sensitive = pool
        .username_configuration()
        .is_none_or(UsernameConfigurationType::case_sensitive);
    let mut lines = Vec::new();
    if found != attributes {
        lines.push(wrong("username_attributes", texts(attributes), &listed(&found)));
    }
    if sensitive != case_sensitive {
        lines.push(Line::Block(
            "username_configuration",
            vec![wrong(
                "case_sensitive",
                case_sensitive.to_string(),
                &sensitive.to_string(),
            )],
        ));
    }
    if !lines.is_empty() {
        lines.insert(
            0,
            Line::Comment(
                "Cannot change on a pool that exists: Terraform would delete it with every user. Make a new pool.",
            ),
        );
    }
    Found::compare(
        words(&found, sensitive),
        words(attributes, case_sensitive),
        resource(pool),
        lines,
    )
}

pub(super) fn deletion_protection(pool: &UserPoolType) -> Found {
    let found = pool
        .deletion_protection()
        .map_or("INACTIVE", DeletionProtectionType::as_str);
    let wanted = DeletionProtectionType::Active.as_str();
    let lines = (found != wanted).then(|| wrong("deletion_protection", text(wanted), found));
    Found::compare(found, wanted, resource(pool), lines.into_iter().collect())
}

pub(super) fn admin_create_only(pool: &UserPoolType) -> Found {
    let only = pool
        .admin_create_user_config()
        .is_some_and(AdminCreateUserConfigType::allow_admin_create_user_only);
    let words = |only: bool| {
        if only {
            "only administrators create users"
        } else {
            "anybody can sign up"
        }
    };
    let block = || {
        Line::Block(
            "admin_create_user_config",
            vec![wrong("allow_admin_create_user_only", "true", "false")],
        )
    };
    let lines = (!only).then(block).into_iter().collect();
    Found::compare(words(only), words(true), resource(pool), lines)
}

/// Without a setting Cognito recovers by text message first (API reference, AccountRecoverySetting).
pub(super) fn recovery(pool: &UserPoolType) -> Found {
    let mut mechanisms: Vec<(i32, String)> = pool
        .account_recovery_setting()
        .map(|setting| setting.recovery_mechanisms())
        .unwrap_or_default()
        .iter()
        .map(|option| (option.priority(), option.name().as_str().to_owned()))
        .collect();
    mechanisms.sort();
    let names: Vec<&str> = mechanisms.iter().map(|(_, name)| name.as_str()).collect();
    let verified = sorted(pool.auto_verified_attributes().iter().map(|a| a.as_str()));
    let words = |recovered: &str, verified: &str| format!("recovered by {recovered}; verified: {verified}");
    let by_mail = RecoveryOptionNameType::VerifiedEmail;
    let email = VerifiedAttributeType::Email;
    let mut lines = Vec::new();
    if names != [by_mail.as_str()] {
        let found = if names.is_empty() {
            "no setting".to_owned()
        } else {
            listed(&names)
        };
        lines.push(Line::Block(
            "account_recovery_setting",
            vec![Line::Block(
                "recovery_mechanism",
                vec![
                    wrong("name", text(by_mail.as_str()), &found),
                    right("priority", "1"),
                ],
            )],
        ));
    }
    if !verified.iter().any(|attribute| attribute == email.as_str()) {
        let wanted = sorted(verified.iter().map(String::as_str).chain([email.as_str()]));
        lines.push(wrong(
            "auto_verified_attributes",
            texts(&wanted),
            &listed(&verified),
        ));
    }
    let recovered = if names.is_empty() {
        "no setting, so text message first".to_owned()
    } else {
        listed(&names)
    };
    Found::compare(
        words(&recovered, &listed(&verified)),
        words(by_mail.as_str(), "email"),
        resource(pool),
        lines,
    )
}
