//! Expectations of the pool itself (`DescribeUserPool`).

use aws_sdk_cognitoidentityprovider::types::{
    AdminCreateUserConfigType, DeletionProtectionType, RecoveryOptionNameType, UserPoolType,
    UsernameConfigurationType, VerifiedAttributeType,
};

use super::comparison::{Comparison, NOT_TOLD, listed, sorted};
use super::hcl::{Line, Resource, right, text, texts, wrong};
use super::present::PresentFields;
use super::{COGNITO, of_pool};
use crate::resource::words;

/// Days of a temporary password where the policy names none (API reference, PasswordPolicyType).
const DEFAULT_TEMPORARY_DAYS: i32 = 7;

/// The pool.
#[must_use]
pub fn at(pool_id: &str) -> crate::resource::Resource {
    of_pool(
        format!("pool:{pool_id}"),
        format!("User pool {pool_id}"),
        pool_id,
        words([COGNITO, "describe-user-pool", "--user-pool-id", pool_id]),
        "",
    )
}

pub(super) fn resource(pool: &UserPoolType) -> Resource<'_> {
    Resource {
        kind: "aws_cognito_user_pool",
        object: pool.id().unwrap_or("the user pool"),
    }
}

/// The whole policy is compared and, where anything is wrong, written whole: a declaration that
/// leaves a `require_*` out sets it to false. An answer always says each of them; left out are the
/// history where there is none, and the days where they are the default, 7 (API reference,
/// PasswordPolicyType).
pub(super) fn password_policy(
    pool: &UserPoolType,
    told: &PresentFields,
    minimum_length: u32,
    temporary_days: u32,
) -> Comparison {
    let words = |length: &str, asks: &[&str], days: &str, history: &str| {
        format!(
            "length {length}, requires {}, temporary for {days}, {history}",
            listed(asks)
        )
    };
    let asks = ["lowercase", "uppercase", "numbers", "symbols"];
    let expected = words(
        &minimum_length.to_string(),
        &asks,
        &format!("{temporary_days} days"),
        "no history",
    );
    let policy = pool.policies().and_then(|policies| policies.password_policy());
    let Some(policy) = policy else {
        let observed = format!("password policy {NOT_TOLD}");
        return Comparison::compare(observed, expected, resource(pool), Vec::new())
            .without(vec!["PasswordPolicy"]);
    };
    let has = [
        ("RequireLowercase", policy.require_lowercase),
        ("RequireUppercase", policy.require_uppercase),
        ("RequireNumbers", policy.require_numbers),
        ("RequireSymbols", policy.require_symbols),
    ];
    let in_policy = |field: &str| told.has(&format!("/UserPool/Policies/PasswordPolicy/{field}"));
    let mut untold: Vec<&str> = has
        .iter()
        .map(|(field, _)| *field)
        .filter(|field| !in_policy(field))
        .collect();
    let length = policy.minimum_length();
    if length.is_none() {
        untold.insert(0, "MinimumLength");
    }
    let history = policy.password_history_size().unwrap_or_default();
    let days_told = in_policy("TemporaryPasswordValidityDays");
    let days = match days_told {
        true => policy.temporary_password_validity_days,
        false => DEFAULT_TEMPORARY_DAYS,
    };
    let mut observed = words(
        &length.map_or(NOT_TOLD.to_owned(), |length| length.to_string()),
        &std::iter::zip(asks, has)
            .filter_map(|(ask, (_, has))| has.then_some(ask))
            .collect::<Vec<_>>(),
        &match days_told {
            true => format!("{days} days"),
            false => format!("{days} days ({NOT_TOLD}, so the API's default)"),
        },
        &match history {
            0 => "no history".to_owned(),
            n => format!("the last {n} not again"),
        },
    );
    let asks_untold: Vec<&str> = std::iter::zip(asks, has)
        .filter_map(|(ask, (field, _))| (!in_policy(field)).then_some(ask))
        .collect();
    if !asks_untold.is_empty() {
        observed.push_str(&format!("; {NOT_TOLD}: {}", listed(&asks_untold)));
    }
    let number = |name, wanted: u32, found: i32| {
        if i64::from(wanted) == i64::from(found) {
            right(name, wanted.to_string())
        } else {
            wrong(name, wanted.to_string(), &found.to_string())
        }
    };
    let flag = |name, field, found: bool| {
        if found || !in_policy(field) {
            right(name, "true")
        } else {
            wrong(name, "true", "false")
        }
    };
    let mut lines = vec![match length {
        Some(length) => number("minimum_length", minimum_length, length),
        None => right("minimum_length", minimum_length.to_string()),
    }];
    if history != 0 {
        lines.push(number("password_history_size", 0, history));
    }
    lines.extend([
        flag("require_lowercase", "RequireLowercase", policy.require_lowercase),
        flag("require_numbers", "RequireNumbers", policy.require_numbers),
        flag("require_symbols", "RequireSymbols", policy.require_symbols),
        flag("require_uppercase", "RequireUppercase", policy.require_uppercase),
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
    Comparison::compare(observed, expected, resource(pool), lines).without(untold)
}

/// Both are fixed for the life of a pool; a pool that does not say whether case counts was made with
/// the API's default, and case does (API reference, UsernameConfigurationType).
pub(super) fn sign_in_names(
    pool: &UserPoolType,
    told: &PresentFields,
    attributes: &[String],
    case_sensitive: bool,
) -> Comparison {
    let words = |attributes: &[String], sensitive: bool| {
        let case = if sensitive {
            "case counts"
        } else {
            "case does not count"
        };
        format!("{}, {case}", listed(attributes))
    };
    let found = sorted(pool.username_attributes().iter().map(|a| a.as_str()));
    let case_told = told.has("/UserPool/UsernameConfiguration/CaseSensitive");
    let sensitive = !case_told
        || pool
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
                match (case_told, sensitive) {
                    (false, _) => "none, so true",
                    (true, true) => "true",
                    (true, false) => "false",
                },
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
    let mut observed = words(&found, sensitive);
    if !case_told {
        observed.push_str(&format!(" ({NOT_TOLD}, so the API's default)"));
    }
    Comparison::compare(observed, words(attributes, case_sensitive), resource(pool), lines)
}

pub(super) fn deletion_protection(pool: &UserPoolType) -> Comparison {
    let wanted = DeletionProtectionType::Active.as_str();
    let Some(found) = pool.deletion_protection().map(DeletionProtectionType::as_str) else {
        return Comparison::compare(NOT_TOLD, wanted, resource(pool), Vec::new())
            .without(vec!["DeletionProtection"]);
    };
    let lines = (found != wanted).then(|| wrong("deletion_protection", text(wanted), found));
    Comparison::compare(found, wanted, resource(pool), lines.into_iter().collect())
}

pub(super) fn admin_create_only(pool: &UserPoolType, told: &PresentFields) -> Comparison {
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
    if !told.has("/UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly") {
        return Comparison::compare(
            format!("who creates users {NOT_TOLD}"),
            words(true),
            resource(pool),
            Vec::new(),
        )
        .without(vec!["AdminCreateUserConfig.AllowAdminCreateUserOnly"]);
    }
    let block = || {
        Line::Block(
            "admin_create_user_config",
            vec![wrong("allow_admin_create_user_only", "true", "false")],
        )
    };
    let lines = (!only).then(block).into_iter().collect();
    Comparison::compare(words(only), words(true), resource(pool), lines)
}

/// Without a setting Cognito recovers by text message first (API reference, AccountRecoverySetting).
pub(super) fn recovery(pool: &UserPoolType, told: &PresentFields) -> Comparison {
    let listed_by_pool = pool
        .account_recovery_setting()
        .map(|setting| setting.recovery_mechanisms())
        .unwrap_or_default();
    // One alone is the first whatever its priority.
    let place = "/UserPool/AccountRecoverySetting/RecoveryMechanisms";
    let alone = listed_by_pool.len() == 1;
    let whole = (0..listed_by_pool.len()).all(|at| {
        told.has(&format!("{place}/{at}/Name")) && (alone || told.has(&format!("{place}/{at}/Priority")))
    });
    if !whole {
        let expected = "recovered by verified_email; verified: email";
        return Comparison::compare(
            format!("recovery {NOT_TOLD}"),
            expected,
            resource(pool),
            Vec::new(),
        )
        .without(vec!["RecoveryMechanisms"]);
    }
    let mut mechanisms: Vec<(i32, String)> = listed_by_pool
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
    Comparison::compare(
        words(&recovered, &listed(&verified)),
        words(by_mail.as_str(), "email"),
        resource(pool),
        lines,
    )
}
