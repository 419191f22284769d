//! User pools made by boto3 on other people's emulators: what our checks and look-ups say of them is known
//! from other code. Between us and the emulator stands a scribe that holds every request against botocore's
//! service model. (The rehearsal's own answers are read by boto3 in that crate's `emulator_boto3`.)

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::Value;
use switchback_aws::{Aws, AwsOptions};
use switchback_model::cognito::{CognitoCheck, MfaMode, PoolExpectation};
use switchback_model::directory::{Filter, LookupBy, Personal, PoolId};
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, Verdict};
use switchback_testkit::cognito::NewPool;

use crate::sandbox::{Emulator, Sandbox, venv};

const SCRIBE_PY: &str = include_str!("scribe.py");

/// Writes down what passes; ends with the test.
struct Scribe {
    child: Child,
    url: String,
    notes: PathBuf,
}

impl Scribe {
    fn start(place: &Sandbox, upstream: &str) -> Self {
        let (script, notes) = (place.path("scribe.py"), place.path("notes"));
        std::fs::write(&script, SCRIBE_PY).unwrap();
        let mut child = place
            .python()
            .arg(&script)
            .arg(upstream)
            .arg(&notes)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        Self {
            child,
            url: format!("http://127.0.0.1:{}", port.trim()),
            notes,
        }
    }

    /// The operations that passed; none may have broken the model.
    #[track_caller]
    fn operations(&self) -> BTreeSet<String> {
        let text = std::fs::read_to_string(&self.notes).unwrap();
        let mut operations = BTreeSet::new();
        for line in text.lines() {
            let note: Value = serde_json::from_str(line).unwrap();
            assert_eq!(note["problems"], serde_json::json!([]), "{note}");
            operations.insert(note["operation"].as_str().unwrap().to_owned());
        }
        println!("{} requests held against botocore's model", text.lines().count());
        operations
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn aws(endpoint: &str) -> Aws {
    Aws::connect(&AwsOptions {
        endpoint: Some(endpoint.to_owned()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some(("test".to_owned(), "test".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap()
}

/// What the pool that boto3 made is expected to be.
fn expectations(made: &Value) -> Vec<PoolExpectation> {
    let text = |key: &str| made[key].as_str().unwrap();
    let pool = NewPool {
        migrate_user: text("lambda"),
        pre_token: text("lambda"),
        from: "no-reply@example.nhs.test",
        mfa: MfaMode::Off,
        client: text("client"),
        callbacks: &["https://apps.example.nhs.test/"],
        domain: text("domain"),
    };
    pool.expectations()
}

async fn check(aws: &Aws, pool: &str, expected: PoolExpectation) -> CheckReading {
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
    aws.check_cognito(&spec, &check, jiff::Timestamp::UNIX_EPOCH)
        .await
}

/// The kinds that do not pass, each with what was found; a `?` behind what is not known.
async fn failing(aws: &Aws, pool: &str, expected: Vec<PoolExpectation>) -> Vec<(String, String)> {
    let mut failing = Vec::new();
    for expected in expected {
        let reading = check(aws, pool, expected).await;
        let kind = reading.check.to_string();
        match reading.verdict {
            Verdict::Pass => {}
            Verdict::Fail => failing.push((kind, reading.observed)),
            Verdict::Error => failing.push((format!("{kind}?"), reading.observed)),
            other => panic!("{kind}: {other:?}"),
        }
    }
    failing
}

/// How many the search finds, and whether there are more.
async fn found(aws: &Aws, pool: &str, by: LookupBy, value: &str, limit: usize) -> (usize, bool) {
    let filter = Filter::new(by, value).unwrap();
    let page = aws
        .list_users(&PoolId::new(pool).unwrap(), &filter, limit)
        .await
        .unwrap();
    (page.users.len(), page.more)
}

/// What an emulator gets wrong, each against the document that decides it.
struct Lies {
    /// The kinds that fail although boto3 set what they expect, because the emulator forgets it.
    forgotten: &'static [&'static str],
    /// The kinds of a pool with nothing set, in order; a `?` where the emulator leaves the field out,
    /// which Cognito never does.
    bare: [&'static str; 6],
    /// Whether case counts in a pool that was made without.
    case_counts: bool,
    /// Whether a filter's escapes are read.
    reads_escapes: bool,
}

async fn the_pools_as_boto3_made_them(place: &Sandbox, lies: Lies) {
    let made = place.pool(&["create"]);
    let pool = made["pool"].as_str().unwrap();
    let scribe = Scribe::start(place, place.endpoint());
    let aws = aws(&scribe.url);

    let wrong = failing(&aws, pool, expectations(&made)).await;
    let kinds: Vec<&str> = wrong.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, lies.forgotten, "{wrong:?}");

    // A pool with nothing set: only what Cognito sets by itself is right.
    let bare = place.pool(&["bare"]);
    let mut of_pool = expectations(&made);
    of_pool.truncate(8);
    let wrong = failing(&aws, bare["pool"].as_str().unwrap(), of_pool).await;
    let kinds: Vec<&str> = wrong.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, lies.bare, "{wrong:?}");
    let partial = place.pool(&["partial"]);
    let policy = PoolExpectation::PasswordPolicy {
        minimum_length: 8,
        temporary_days: 7,
    };
    let reading = check(&aws, partial["pool"].as_str().unwrap(), policy).await;
    // Cognito fills a partial policy with false; both emulators say nothing of the rest, so it is not
    // known: neither right nor wrong.
    assert_eq!(reading.verdict, Verdict::Error, "{reading:?}");
    let untold = "not told: uppercase, numbers, symbols";
    assert!(reading.observed.ends_with(untold), "{reading:?}");

    // What is not there, in each emulator's own words.
    let client = expectations(&made).remove(8);
    for (pool, expected, said) in [
        ("eu-west-2_NOTHERE", PoolExpectation::Recovery, "there is no pool"),
        ("eu-west-2_NOTHERE", client.clone(), "there is no pool"),
        (bare["pool"].as_str().unwrap(), client, "there is no client"),
        (
            pool,
            PoolExpectation::Domain {
                domain: "nobody".to_owned(),
            },
            "there is no such domain",
        ),
    ] {
        let reading = check(&aws, pool, expected).await;
        assert!(reading.observed.contains(said), "{reading:?}");
    }

    let look = |by, value, limit| found(&aws, pool, by, value, limit);
    assert_eq!(
        look(LookupBy::Email, "anna.baker@example.nhs.test", 5).await,
        (1, false)
    );
    assert_eq!(
        look(LookupBy::Email, "nobody@example.nhs.test", 5).await,
        (0, false)
    );
    // More than a page.
    assert_eq!(look(LookupBy::EmailPrefix, "user", 100).await, (60, false));
    assert_eq!(look(LookupBy::EmailPrefix, "user", 59).await, (59, true));
    let otherwise = look(LookupBy::Email, "ANNA.baker@example.nhs.test", 5).await;
    assert_eq!(otherwise, (usize::from(!lies.case_counts), false));
    let escaped = usize::from(lies.reads_escapes);
    assert_eq!(
        look(LookupBy::GivenNamePrefix, "Pat \"P", 5).await,
        (escaped, false)
    );
    assert_eq!(
        look(LookupBy::FamilyNamePrefix, "Back\\", 5).await,
        (escaped, false)
    );
    let pool_id = PoolId::new(pool).unwrap();
    let one = aws
        .admin_get_user(&pool_id, &Personal::new("anna.baker@example.nhs.test"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one.given_name.unwrap().revealed(), "Anna");
    assert_eq!(one.status.word(), "FORCE_CHANGE_PASSWORD");
    let nobody = aws
        .admin_get_user(&pool_id, &Personal::new("nobody"))
        .await
        .unwrap();
    assert_eq!(nobody, None);

    let operations: Vec<String> = scribe.operations().into_iter().collect();
    assert_eq!(
        operations,
        [
            "AdminGetUser",
            "DescribeUserPool",
            "DescribeUserPoolClient",
            "DescribeUserPoolDomain",
            "GetUserPoolMfaConfig",
            "ListUsers",
        ]
    );
}

#[tokio::test]
async fn ministack_pools() {
    let Some(venv) = venv("ministack") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    // ListUsers, "Filter": a quotation mark in the value is escaped by a backslash.
    println!("ministack: an escaped filter finds nobody");
    the_pools_as_boto3_made_them(
        &place,
        Lies {
            forgotten: &[],
            bare: [
                "cognito.triggers",
                "cognito.sign_in_names",
                "cognito.deletion_protection",
                "cognito.admin_create_only",
                "cognito.recovery",
                "cognito.email",
            ],
            case_counts: false,
            reads_escapes: false,
        },
    )
    .await;
}

#[tokio::test]
async fn moto_pools() {
    let Some(venv) = venv("moto") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    println!("moto: LambdaConfig and DeletionProtection are left out where they were not set");
    println!("moto: an escaped filter finds nobody");
    // UsernameConfigurationType, CaseSensitive: false makes user names and their aliases case-insensitive.
    println!("moto: case counts in a pool that was made without");
    the_pools_as_boto3_made_them(
        &place,
        Lies {
            forgotten: &[],
            bare: [
                "cognito.triggers?",
                "cognito.sign_in_names",
                "cognito.deletion_protection?",
                "cognito.admin_create_only",
                "cognito.recovery",
                "cognito.email",
            ],
            case_counts: true,
            reads_escapes: false,
        },
    )
    .await;
}
