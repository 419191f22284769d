//! Each expectation of a pool: right, wrong, missing; and the Terraform that mends it.

use aws_sdk_cognitoidentityprovider::operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput;
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, DeletionProtectionType, EmailConfigurationType,
    EmailSendingAccountType, LambdaConfigType, PasswordPolicyType, PreTokenGenerationLambdaVersionType,
    PreTokenGenerationVersionConfigType, RecoveryOptionNameType, RecoveryOptionType,
    SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolPolicyType, UserPoolTierType, UserPoolType,
    UsernameAttributeType, UsernameConfigurationType, VerifiedAttributeType,
    builders::{PasswordPolicyTypeBuilder, UserPoolTypeBuilder},
};
use switchback_model::cognito::{MfaMode, PreTokenVersion};

use super::super::present::PresentFields;
use super::super::{mail, mfa, pool, triggers};
use super::{mend, right};

const ARN: &str = "arn:aws:lambda:eu-west-2:123456789012:function:example";
const OTHER: &str = "arn:aws:lambda:eu-west-2:123456789012:function:other";
const SES: &str = "arn:aws:ses:eu-west-2:123456789012:identity/example.nhs.test";
const FROM: &str = "no-reply@example.nhs.test";

fn a_pool() -> UserPoolTypeBuilder {
    UserPoolType::builder()
        .id("eu-west-2_EXAMPLE")
        .arn("arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE")
}

fn policy() -> PasswordPolicyTypeBuilder {
    PasswordPolicyType::builder()
        .minimum_length(8)
        .require_lowercase(true)
        .require_uppercase(true)
        .require_numbers(true)
        .require_symbols(true)
        .temporary_password_validity_days(7)
}

fn with_policy(policy: PasswordPolicyTypeBuilder) -> UserPoolType {
    let policies = UserPoolPolicyType::builder().password_policy(policy.build());
    a_pool().policies(policies.build()).build()
}

#[test]
fn the_whole_password_policy() {
    let judge = |policy| pool::password_policy(&with_policy(policy), &PresentFields::all(), 8, 7);
    let found = judge(policy());
    right(&found);
    assert_eq!(found.observed, found.expected);
    right(&judge(policy().password_history_size(0)));
    for wrong in [
        policy().minimum_length(12),
        policy().require_lowercase(false),
        policy().require_uppercase(false),
        policy().require_numbers(false),
        policy().require_symbols(false),
        policy().temporary_password_validity_days(30),
        policy().password_history_size(3),
    ] {
        let found = judge(wrong);
        assert!(found.mend.is_some(), "{}", found.observed);
        assert_ne!(found.observed, found.expected);
    }
    // A partial declaration: what was left out is false.
    let partial = PasswordPolicyType::builder()
        .minimum_length(8)
        .require_lowercase(true);
    insta::assert_snapshot!("policy partial", mend(judge(partial)));
}

fn lambda(
    migrate: Option<&str>,
    legacy: Option<&str>,
    newer: Option<(&str, PreTokenGenerationLambdaVersionType)>,
    tier: UserPoolTierType,
) -> UserPoolType {
    let config = newer.map(|(arn, version)| {
        PreTokenGenerationVersionConfigType::builder()
            .lambda_arn(arn)
            .lambda_version(version)
            .build()
            .unwrap()
    });
    let config = LambdaConfigType::builder()
        .set_user_migration(migrate.map(str::to_owned))
        .set_pre_token_generation(legacy.map(str::to_owned))
        .set_pre_token_generation_config(config);
    a_pool()
        .lambda_config(config.build())
        .user_pool_tier(tier)
        .build()
}

#[test]
fn the_triggers_and_the_plan_that_they_need() {
    use PreTokenGenerationLambdaVersionType::{V10 as V1, V20 as V2, V30 as V3};
    use UserPoolTierType::{Essentials, Lite, Plus};
    let v2 = Some(PreTokenVersion::V2);
    let none = || a_pool().lambda_config(LambdaConfigType::builder().build());
    // (found, version expected, right)
    let table = [
        (
            lambda(Some(ARN), Some(ARN), Some((ARN, V2)), Essentials),
            v2,
            true,
        ),
        (lambda(Some(ARN), Some(ARN), Some((ARN, V2)), Plus), v2, true),
        // New instances need the newer field only (API reference, LambdaConfigType).
        (lambda(Some(ARN), None, Some((ARN, V2)), Plus), v2, true),
        (
            lambda(Some(ARN), Some(ARN), None, Lite),
            Some(PreTokenVersion::V1),
            true,
        ),
        (lambda(Some(ARN), Some(ARN), None, Lite), None, true),
        (lambda(Some(ARN), Some(ARN), Some((ARN, V1)), Lite), None, true),
        (lambda(Some(ARN), Some(ARN), Some((ARN, V3)), Plus), None, true),
        (lambda(None, Some(ARN), Some((ARN, V2)), Plus), v2, false),
        (lambda(Some(OTHER), Some(ARN), Some((ARN, V2)), Plus), v2, false),
        (lambda(Some(ARN), Some(OTHER), Some((ARN, V2)), Plus), v2, false),
        (lambda(Some(ARN), Some(ARN), Some((OTHER, V2)), Plus), v2, false),
        (lambda(Some(ARN), Some(ARN), Some((ARN, V1)), Plus), v2, false),
        (lambda(Some(ARN), Some(ARN), None, Plus), v2, false),
        (lambda(Some(ARN), None, None, Plus), None, false),
        (lambda(Some(ARN), Some(ARN), Some((ARN, V2)), Lite), v2, false),
        (lambda(Some(ARN), Some(ARN), Some((ARN, V3)), Lite), None, false),
        (none().user_pool_tier(Plus).build(), v2, false),
    ];
    for (pool, version, as_expected) in table {
        let found = triggers::judge(&pool, &PresentFields::all(), Some(ARN), Some(ARN), version);
        assert_eq!(found.mend.is_none(), as_expected, "{}", found.observed);
    }
    // What is not expected is not looked at.
    right(&triggers::judge(
        &lambda(Some(ARN), Some(OTHER), None, Lite),
        &PresentFields::all(),
        Some(ARN),
        None,
        None,
    ));
    right(&triggers::judge(
        &lambda(None, Some(ARN), None, Lite),
        &PresentFields::all(),
        None,
        Some(ARN),
        None,
    ));
    let all = |pool| {
        mend(triggers::judge(
            &pool,
            &PresentFields::all(),
            Some(ARN),
            Some(ARN),
            v2,
        ))
    };
    insta::assert_snapshot!("triggers missing", all(none().user_pool_tier(Plus).build()));
    insta::assert_snapshot!(
        "triggers two arns",
        all(lambda(Some(ARN), Some(OTHER), Some((ARN, V2)), Plus))
    );
    insta::assert_snapshot!(
        "triggers v2 on lite",
        all(lambda(Some(ARN), Some(ARN), Some((ARN, V2)), Lite))
    );
    insta::assert_snapshot!(
        "triggers version",
        all(lambda(Some(ARN), Some(ARN), Some((ARN, V1)), Essentials))
    );
}

#[test]
fn names_to_sign_in_with_are_for_life() {
    let case = |sensitive| {
        UsernameConfigurationType::builder()
            .case_sensitive(sensitive)
            .build()
            .unwrap()
    };
    let by_mail = || a_pool().username_attributes(UsernameAttributeType::Email);
    let judge = |pool: UserPoolTypeBuilder| {
        pool::sign_in_names(&pool.build(), &PresentFields::all(), &["email".to_owned()], false)
    };
    right(&judge(by_mail().username_configuration(case(false))));
    for wrong in [
        by_mail().username_configuration(case(true)),
        by_mail(),
        a_pool().username_configuration(case(false)),
        by_mail()
            .username_attributes(UsernameAttributeType::PhoneNumber)
            .username_configuration(case(false)),
    ] {
        assert!(mend(judge(wrong)).contains("Make a new pool"));
    }
    insta::assert_snapshot!("sign-in names missing", mend(judge(a_pool())));
}

#[test]
fn protection_and_who_creates_users() {
    let protected = |word| pool::deletion_protection(&a_pool().deletion_protection(word).build());
    right(&protected(DeletionProtectionType::Active));
    insta::assert_snapshot!(
        "protection inactive",
        mend(protected(DeletionProtectionType::Inactive))
    );

    let create = |only| {
        let config = AdminCreateUserConfigType::builder().allow_admin_create_user_only(only);
        pool::admin_create_only(
            &a_pool().admin_create_user_config(config.build()).build(),
            &PresentFields::all(),
        )
    };
    right(&create(true));
    insta::assert_snapshot!("anybody creates", mend(create(false)));
}

#[test]
fn recovery_is_by_verified_mail_alone() {
    use RecoveryOptionNameType::{AdminOnly, VerifiedEmail, VerifiedPhoneNumber};
    let recovered = |by: &[(i32, RecoveryOptionNameType)], verified: &[VerifiedAttributeType]| {
        let options = by.iter().map(|(priority, name)| {
            RecoveryOptionType::builder()
                .priority(*priority)
                .name(name.clone())
                .build()
                .unwrap()
        });
        let setting = AccountRecoverySettingType::builder().set_recovery_mechanisms(Some(options.collect()));
        let pool = a_pool().set_auto_verified_attributes(Some(verified.to_vec()));
        pool::recovery(
            &pool.account_recovery_setting(setting.build()).build(),
            &PresentFields::all(),
        )
    };
    let email = [VerifiedAttributeType::Email];
    let both = [VerifiedAttributeType::Email, VerifiedAttributeType::PhoneNumber];
    right(&recovered(&[(1, VerifiedEmail)], &email));
    right(&recovered(&[(1, VerifiedEmail)], &both));
    for (by, verified) in [
        (vec![(1, VerifiedPhoneNumber), (2, VerifiedEmail)], &email[..]),
        (vec![(2, VerifiedPhoneNumber), (1, VerifiedEmail)], &email),
        (vec![(1, AdminOnly)], &email),
        (vec![], &email),
        (vec![(1, VerifiedEmail)], &both[1..]),
        (vec![(1, VerifiedEmail)], &[]),
    ] {
        assert!(recovered(&by, verified).mend.is_some(), "{by:?} {verified:?}");
    }
    insta::assert_snapshot!(
        "recovery missing",
        mend(pool::recovery(&a_pool().build(), &PresentFields::default()))
    );
    insta::assert_snapshot!(
        "recovery verifies phones",
        mend(recovered(&[(1, VerifiedEmail)], &both[1..]))
    );
}

#[test]
fn mail_is_sent_by_an_identity_that_covers_it() {
    let sent = |account: Option<EmailSendingAccountType>, from: Option<&str>, arn: Option<&str>| {
        let config = EmailConfigurationType::builder()
            .set_email_sending_account(account)
            .set_from(from.map(str::to_owned))
            .set_source_arn(arn.map(str::to_owned));
        mail::judge(&a_pool().email_configuration(config.build()).build(), FROM)
    };
    let ours = || Some(EmailSendingAccountType::Developer);
    let address_arn = "arn:aws:ses:eu-west-2:123456789012:identity/no-reply@example.nhs.test";
    for (from, arn) in [
        (Some(FROM), SES),
        (Some("Example <no-reply@example.nhs.test>"), SES),
        (Some("\"A < B\" <No-Reply@example.nhs.test>"), SES),
        (Some(FROM), "arn:aws:ses:eu-west-2:123456789012:identity/nhs.test"),
        (Some(FROM), address_arn),
        (None, address_arn),
    ] {
        right(&sent(ours(), from, Some(arn)));
    }
    for (account, from, arn) in [
        (
            Some(EmailSendingAccountType::CognitoDefault),
            Some(FROM),
            Some(SES),
        ),
        (ours(), Some("other@example.nhs.test"), Some(SES)),
        (ours(), Some("no-reply@example.nhs.test.evil.test"), Some(SES)),
        (ours(), None, Some(SES)),
        (ours(), Some(FROM), None),
        (
            ours(),
            Some(FROM),
            Some("arn:aws:ses:eu-west-2:123456789012:identity/ple.nhs.test"),
        ),
        (
            ours(),
            Some(FROM),
            Some("arn:aws:ses:eu-west-2:123456789012:identity/other@example.nhs.test"),
        ),
    ] {
        let found = sent(account, from, arn);
        assert!(found.mend.is_some(), "{}", found.observed);
    }
    insta::assert_snapshot!(
        "mail by cognito",
        mend(sent(Some(EmailSendingAccountType::CognitoDefault), None, None))
    );
}

#[test]
fn the_second_factor() {
    let config = |mode: UserPoolMfaType, app: bool| {
        let app = app.then(|| SoftwareTokenMfaConfigType::builder().enabled(true).build());
        GetUserPoolMfaConfigOutput::builder()
            .mfa_configuration(mode)
            .set_software_token_mfa_configuration(app)
            .build()
    };
    let judge = |config: &GetUserPoolMfaConfigOutput, wanted| {
        mfa::judge("eu-west-2_EXAMPLE", config, &PresentFields::all(), wanted)
    };
    for (mode, wanted, app, as_expected) in [
        (UserPoolMfaType::Off, MfaMode::Off, false, true),
        (UserPoolMfaType::Optional, MfaMode::Optional, true, true),
        (UserPoolMfaType::On, MfaMode::On, true, true),
        (UserPoolMfaType::On, MfaMode::Off, true, false),
        (UserPoolMfaType::Off, MfaMode::On, true, false),
        (UserPoolMfaType::On, MfaMode::On, false, false),
        (UserPoolMfaType::Optional, MfaMode::On, true, false),
    ] {
        let found = judge(&config(mode, app), wanted);
        assert_eq!(found.mend.is_none(), as_expected, "{} {wanted:?}", found.observed);
    }
    right(&judge(
        &GetUserPoolMfaConfigOutput::builder().build(),
        MfaMode::Off,
    ));
    insta::assert_snapshot!(
        "mfa missing",
        mend(judge(
            &GetUserPoolMfaConfigOutput::builder().build(),
            MfaMode::Optional
        ))
    );
}
