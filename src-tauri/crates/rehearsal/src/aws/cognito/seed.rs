//! The pools of a new world and who is in them. Every name, id and address is made up.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::super::json::seconds;
use super::pools::{Cognito, Pool, arn};
use super::user::{User, UserStatus};
use crate::reval::REVAL_CLIENT;

/// The pool to which the administrators move.
pub const ADMINS_POOL: &str = "eu-west-2_REHEARSAL1";
/// The pool that Reval used before.
pub const OLD_POOL: &str = "eu-west-2_REHEARSAL0";
/// The app client of the new pool.
pub const ADMINS_CLIENT: &str = "rehearsaladminsclient000001";
/// The app client of the old pool.
pub const OLD_CLIENT: &str = "rehearsalrevalclient0000000";
/// The domain of the new pool's sign-in pages.
pub const ADMINS_DOMAIN: &str = "auth.apps.example.nhs.test";
/// The migrate-user trigger of the new pool.
pub const MIGRATE_USER_ARN: &str = "arn:aws:lambda:eu-west-2:123456789012:function:rehearsal-migrate-user";
/// The pre-token trigger of the new pool, version V2_0.
pub const PRE_TOKEN_ARN: &str = "arn:aws:lambda:eu-west-2:123456789012:function:rehearsal-pre-token";
/// The pre-token trigger of the old pool, version V2_0.
pub const OLD_PRE_TOKEN_ARN: &str =
    "arn:aws:lambda:eu-west-2:123456789012:function:rehearsal-reval-pre-token";
/// The address that the new pool's mail comes from.
pub const MAIL_FROM: &str = "no-reply@example.nhs.test";
/// The one user of the old pool whose password the world knows, and whom the old provider knows: who signs in to prove that
/// it works. In the new pool it is once it signed in there.
pub const CANARY_USER: &str = "canary@example.nhs.test";
/// The password of [`CANARY_USER`].
pub const CANARY_PASSWORD: &str = "Rehearsal-canary-1";
/// Where Reval is, and so where its clients' sign-in pages lead back to.
const REVAL_SITE: &str = "https://reval.example.nhs.test/";
const MAIL_IDENTITY: &str = "arn:aws:ses:eu-west-2:123456789012:identity/example.nhs.test";

const DAY_MS: i64 = 24 * 3_600 * 1_000;

impl Cognito {
    /// The pools as at the beginning of a world.
    pub(crate) fn seeded(now: i64) -> Self {
        let admins = Pool {
            settings: settings(ADMINS_POOL, "admins", now, true),
            mfa: json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}}),
            clients: BTreeMap::from([(
                ADMINS_CLIENT.to_owned(),
                client(
                    ADMINS_POOL,
                    ADMINS_CLIENT,
                    "admins",
                    "https://apps.example.nhs.test/",
                    now,
                ),
            )]),
            users: by_name(new_users(now)),
            generated: 0,
            made: OnceLock::new(),
        };
        let old = Pool {
            settings: settings(OLD_POOL, "reval", now, false),
            mfa: json!({"MfaConfiguration": "OFF"}),
            clients: BTreeMap::from([(
                OLD_CLIENT.to_owned(),
                client(OLD_POOL, OLD_CLIENT, "reval", REVAL_SITE, now),
            )]),
            users: by_name(old_users(now)),
            generated: 0,
            made: OnceLock::new(),
        };
        let domain = json!({
            "UserPoolId": ADMINS_POOL,
            "AWSAccountId": crate::seed::ACCOUNT,
            "Domain": ADMINS_DOMAIN,
            "CloudFrontDistribution": "d222222abcdef8.cloudfront.net",
            "Version": "20260101000000",
            "Status": "ACTIVE",
            "CustomDomainConfig": {
                "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
            },
            "ManagedLoginVersion": 1,
        });
        let mut seeded = Self {
            pools: BTreeMap::from([(ADMINS_POOL.to_owned(), admins), (OLD_POOL.to_owned(), old)]),
            domains: BTreeMap::from([(ADMINS_DOMAIN.to_owned(), domain)]),
            keys: BTreeMap::new(),
        };
        seeded.complete(now);
        seeded
    }

    /// Gives the canary to the old pool where it was saved before there was one. The new one does not have it: whoever signs
    /// it in there first has the trigger bring it over. Besides, Reval's client to the new one, and its trigger to
    /// the old one.
    pub(crate) fn complete(&mut self, now: i64) {
        // In the old pool nobody signs in with an e-mail address, so there it is the name.
        let named = User {
            username: CANARY_USER.to_owned(),
            ..canary(now)
        };
        if let Some(pool) = self.pools.get_mut(OLD_POOL) {
            pool.users.entry(named.username.clone()).or_insert(named);
        }
        if let Some(admins) = self.pools.get_mut(ADMINS_POOL) {
            let reval = || client(ADMINS_POOL, REVAL_CLIENT, "reval", REVAL_SITE, now);
            admins
                .clients
                .entry(REVAL_CLIENT.to_owned())
                .or_insert_with(reval);
        }
        if let Some(old) = self.pools.get_mut(OLD_POOL)
            && old.settings["LambdaConfig"] == json!({})
        {
            old.settings["LambdaConfig"] = pre_token(OLD_PRE_TOKEN_ARN);
        }
    }
}

/// The canary as it stands in a pool for a while already.
pub(super) fn canary(now: i64) -> User {
    User::confirmed(CANARY_USER, "Canary", "Rehearsal", now - 60 * DAY_MS)
}

fn settings(id: &str, name: &str, now: i64, is_new: bool) -> Value {
    let mut settings = json!({
        "Id": id,
        "Name": name,
        "Arn": arn(id),
        "CreationDate": seconds(now - 90 * DAY_MS),
        "LastModifiedDate": seconds(now - 7 * DAY_MS),
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": true,
                "RequireLowercase": true,
                "RequireNumbers": true,
                "RequireSymbols": true,
                "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
        },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {},
        "AutoVerifiedAttributes": ["email"],
        "MfaConfiguration": if is_new { "OPTIONAL" } else { "OFF" },
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": MAIL_IDENTITY,
            "From": format!("Rehearsal <{MAIL_FROM}>"),
        },
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 7},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "UserPoolTier": "ESSENTIALS",
        "UsernameConfiguration": {"CaseSensitive": !is_new},
    });
    if is_new {
        settings["UsernameAttributes"] = json!(["email"]);
        settings["CustomDomain"] = json!(ADMINS_DOMAIN);
        settings["LambdaConfig"] = pre_token(PRE_TOKEN_ARN);
        settings["LambdaConfig"]["UserMigration"] = json!(MIGRATE_USER_ARN);
    }
    settings
}

/// The triggers of a pool with one that sets the claims of tokens.
fn pre_token(arn: &str) -> Value {
    json!({
        "PreTokenGeneration": arn,
        "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn},
    })
}

fn client(pool: &str, id: &str, name: &str, site: &str, now: i64) -> Value {
    json!({
        "UserPoolId": pool,
        "ClientId": id,
        "ClientName": name,
        "CreationDate": seconds(now - 90 * DAY_MS),
        "LastModifiedDate": seconds(now - 7 * DAY_MS),
        "RefreshTokenValidity": 1,
        "TokenValidityUnits": {"RefreshToken": "days"},
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": [site, format!("{site}signed-in")],
        "LogoutURLs": [format!("{site}signed-out")],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["email", "openid", "profile"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false,
        "AuthSessionValidity": 3,
    })
}

fn by_name(users: Vec<User>) -> BTreeMap<String, User> {
    users
        .into_iter()
        .map(|user| (user.username.clone(), user))
        .collect()
}

/// One of each kind that support meets.
fn new_users(now: i64) -> Vec<User> {
    let days_ago = |days: i64| now - days * DAY_MS;
    let person = |email: &str, given: &str, family: &str, status: UserStatus, days: i64| User {
        status,
        ..User::confirmed(email, given, family, days_ago(days))
    };
    let mut unverified = person(
        "ben.carter@example.nhs.test",
        "Ben",
        "Carter",
        UserStatus::Confirmed,
        20,
    );
    unverified
        .attributes
        .insert("email_verified".to_owned(), "false".to_owned());
    let mut unsaid = person(
        "omar.penn@example.nhs.test",
        "Omar",
        "Penn",
        UserStatus::Confirmed,
        21,
    );
    unsaid.attributes.remove("email_verified");
    let mut disabled = person(
        "hugo.irwin@example.nhs.test",
        "Hugo",
        "Irwin",
        UserStatus::Confirmed,
        40,
    );
    disabled.enabled = false;
    // A federated user may have the address of a native one.
    let external = |email: &str, given: &str, family: &str| User {
        username: format!("TrustDirectory_{}", email.split('@').next().unwrap_or_default()),
        ..person(email, given, family, UserStatus::ExternalProvider, 50)
    };
    let mut twin = external("isla.jones@example.nhs.test", "Isla", "Jones");
    twin.attributes
        .insert("sub".to_owned(), super::user::sub_of("TrustDirectory_isla.jones"));
    vec![
        User {
            authenticator: true,
            ..person(
                "anna.baker@example.nhs.test",
                "Anna",
                "Baker",
                UserStatus::Confirmed,
                30,
            )
        },
        unverified,
        person(
            "chloe.davis@example.nhs.test",
            "Chloe",
            "Davis",
            UserStatus::ForceChangePassword,
            2,
        ),
        person(
            "dan.evans@example.nhs.test",
            "Dan",
            "Evans",
            UserStatus::ForceChangePassword,
            30,
        ),
        person(
            "ella.fox@example.nhs.test",
            "Ella",
            "Fox",
            UserStatus::ResetRequired,
            12,
        ),
        person(
            "finn.gray@example.nhs.test",
            "Finn",
            "Gray",
            UserStatus::Unconfirmed,
            3,
        ),
        external("grace.hill@example.nhs.test", "Grace", "Hill"),
        disabled,
        person(
            "Isla.Jones@example.nhs.test",
            "Isla",
            "Jones",
            UserStatus::Confirmed,
            25,
        ),
        twin,
        person(
            "jack.kent@example.nhs.test",
            "Jack",
            "Kent",
            UserStatus::Compromised,
            60,
        ),
        person(
            "kate.lane@example.nhs.test",
            "Kate",
            "Lane",
            UserStatus::Archived,
            80,
        ),
        person(
            "liam.moss@example.nhs.test",
            "Liam",
            "Moss",
            UserStatus::Unknown,
            70,
        ),
        unsaid,
        // Names that a filter must escape.
        person(
            "pat.oneil@example.nhs.test",
            "Pat \"Paddy\"",
            "O'Neil",
            UserStatus::Confirmed,
            15,
        ),
        person(
            "rhys.back@example.nhs.test",
            "Rhys",
            "Back\\slash",
            UserStatus::Confirmed,
            15,
        ),
    ]
}

/// The old pool counts case, so one person may be in it twice.
fn old_users(now: i64) -> Vec<User> {
    let person =
        |email: &str, given: &str, family: &str| User::confirmed(email, given, family, now - 300 * DAY_MS);
    vec![
        person("anna.baker@example.nhs.test", "Anna", "Baker"),
        // Not migrated yet.
        person("nora.owen@example.nhs.test", "Nora", "Owen"),
        person("Sam.Lee@example.nhs.test", "Sam", "Lee"),
        person("sam.lee@example.nhs.test", "Sam", "Lee"),
    ]
}

/// The n-th made-up user: the same in every world, confirmed a year after the millennium.
pub(crate) fn generated(n: u32) -> User {
    const MADE_MS: i64 = 978_307_200_000;
    User::confirmed(
        &format!("user{n:06}@example.nhs.test"),
        "User",
        &format!("Number {n:06}"),
        MADE_MS + i64::from(n) * 1_000,
    )
}
