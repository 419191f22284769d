//! All checks of the new pool against the rehearsal: each fault is seen by exactly its checks.

use switchback_model::cognito::{ClientExpectation, CognitoCheck, MfaMode, PoolExpectation};
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, Verdict};
use switchback_rehearsal::{
    ADMINS_CLIENT, ADMINS_DOMAIN, ADMINS_POOL, MAIL_FROM, MIGRATE_USER_ARN, OLD_CLIENT, OLD_POOL,
    PRE_TOKEN_ARN, World, WorldOptions,
};
use switchback_testkit::cognito::NewPool;

use crate::Aws;

fn expectations() -> Vec<PoolExpectation> {
    let pool = NewPool {
        migrate_user: MIGRATE_USER_ARN,
        pre_token: PRE_TOKEN_ARN,
        from: MAIL_FROM,
        mfa: MfaMode::Optional,
        client: ADMINS_CLIENT,
        callbacks: &[
            "https://apps.example.nhs.test/",
            "https://apps.example.nhs.test/signed-in",
        ],
        domain: ADMINS_DOMAIN,
    };
    pool.expectations()
}

/// A round of checks, as a step makes them: all at once.
async fn round(aws: &Aws, pool: &str, expectations: Vec<PoolExpectation>) -> Vec<CheckReading> {
    let checks: Vec<(CheckSpec, CognitoCheck)> = expectations
        .into_iter()
        .map(|expected| {
            let check = CognitoCheck {
                pool_id: pool.to_owned(),
                expected,
            };
            let spec = CheckSpec {
                id: CheckId::new(check.expected.id()).unwrap(),
                title: "A check".to_owned(),
                kind: CheckKind::Cognito(check.clone()),
                believable_s: 60,
                within_s: None,
                mend: None,
            };
            (spec, check)
        })
        .collect();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let all = checks
        .iter()
        .map(|(spec, check)| aws.check_cognito(spec, check, now));
    futures_util::future::join_all(all).await
}

/// The kinds whose verdict is this one.
fn with(readings: &[CheckReading], verdict: &Verdict) -> Vec<String> {
    let mut kinds: Vec<String> = readings
        .iter()
        .filter(|reading| reading.verdict == *verdict)
        .map(|reading| reading.check.to_string())
        .collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn each_fault_is_seen_by_its_checks_alone() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let aws = crate::tests::aws(&world.handle().endpoint);
    let sound = round(&aws, ADMINS_POOL, expectations()).await;
    assert_eq!(with(&sound, &Verdict::Pass).len(), 10, "{sound:#?}");
    for reading in &sound {
        assert_eq!(reading.mend, None);
    }
    // Ten checks, four questions.
    let asked = [
        "DescribeUserPool",
        "GetUserPoolMfaConfig",
        "DescribeUserPoolClient",
        "DescribeUserPoolDomain",
    ];
    let counts = world.counts();
    for operation in asked {
        let key = format!("cognito-idp:{operation}");
        assert_eq!(counts.get(&key), Some(&1), "{operation}: {counts:?}");
    }

    for (fault, lifted, kind, said) in [
        (
            "partial-policy",
            "partial-policy",
            "cognito.password_policy",
            "require_symbols",
        ),
        (
            "missing-trigger",
            "missing-trigger",
            "cognito.triggers",
            MIGRATE_USER_ARN,
        ),
        (
            "default-mail",
            "default-mail",
            "cognito.email",
            "found COGNITO_DEFAULT",
        ),
        (
            "wrong-client-flow",
            "wrong-client-flow",
            "cognito.client",
            "ALLOW_USER_PASSWORD_AUTH",
        ),
        ("domain-creating", "domain-creating", "cognito.domain", "Wait"),
    ] {
        world.inject(fault.parse().unwrap()).unwrap();
        let readings = round(&aws, ADMINS_POOL, expectations()).await;
        assert_eq!(with(&readings, &Verdict::Fail), [kind], "{fault}");
        assert_eq!(with(&readings, &Verdict::Pass).len(), 9, "{fault}");
        let failed = readings.iter().find(|r| r.verdict == Verdict::Fail).unwrap();
        assert!(failed.mend.as_ref().unwrap().contains(said), "{failed:#?}");
        assert_eq!(world.lift(lifted).unwrap(), 1);
    }

    for (operation, stopped) in [
        ("GetUserPoolMfaConfig", vec!["cognito.mfa"]),
        ("DescribeUserPoolClient", vec!["cognito.client"]),
        ("DescribeUserPoolDomain", vec!["cognito.domain"]),
        (
            "DescribeUserPool",
            vec![
                "cognito.admin_create_only",
                "cognito.deletion_protection",
                "cognito.email",
                "cognito.password_policy",
                "cognito.recovery",
                "cognito.sign_in_names",
                "cognito.triggers",
            ],
        ),
    ] {
        world
            .inject(format!("denied:{operation}").parse().unwrap())
            .unwrap();
        let readings = round(&aws, ADMINS_POOL, expectations()).await;
        assert_eq!(with(&readings, &Verdict::Error), stopped, "{operation}");
        assert_eq!(
            with(&readings, &Verdict::Pass).len(),
            10 - stopped.len(),
            "{operation}"
        );
        for reading in readings.iter().filter(|r| r.verdict == Verdict::Error) {
            assert_eq!(
                reading.observed,
                format!("The role has no permission cognito-idp:{operation}")
            );
        }
        world.lift("denied").unwrap();
    }
    let again = round(&aws, ADMINS_POOL, expectations()).await;
    assert_eq!(with(&again, &Verdict::Pass).len(), 10);
    assert_eq!(world.counts().get("cognito-idp:AdminGetUser"), None);
}

#[tokio::test]
async fn pools_and_clients_that_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let aws = crate::tests::aws(&world.handle().endpoint);
    let client = |id: &str| {
        PoolExpectation::Client(ClientExpectation {
            client_id: id.to_owned(),
            flows: vec![],
            callback_urls: vec![],
            logout_urls: vec![],
            secret: false,
            providers: vec![],
        })
    };
    for (pool, expected, said) in [
        (
            "eu-west-2_NOTHERE",
            PoolExpectation::Recovery,
            "there is no pool eu-west-2_NOTHERE",
        ),
        (
            "eu-west-2_NOTHERE",
            client(ADMINS_CLIENT),
            "there is no pool eu-west-2_NOTHERE",
        ),
        // The client is another pool's.
        (
            ADMINS_POOL,
            client(OLD_CLIENT),
            "there is no client rehearsalrevalclient0000000 in the pool",
        ),
        (
            OLD_POOL,
            PoolExpectation::Domain {
                domain: ADMINS_DOMAIN.to_owned(),
            },
            "of pool eu-west-2_REHEARSAL1",
        ),
        (
            ADMINS_POOL,
            PoolExpectation::Domain {
                domain: "nobody".to_owned(),
            },
            "there is no such domain",
        ),
    ] {
        let reading = &round(&aws, pool, vec![expected]).await[0];
        assert_eq!(reading.verdict, Verdict::Fail, "{}", reading.observed);
        assert!(reading.observed.contains(said), "{}", reading.observed);
        assert!(reading.mend.is_some());
    }
    let before = world.counts();
    let elsewhere = &round(&aws, "us-east-1_REHEARSAL1", expectations()).await;
    assert_eq!(with(elsewhere, &Verdict::Fail).len(), 10);
    assert_eq!(world.counts(), before, "something was asked");
}
