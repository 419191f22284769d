//! Parameter Store when things go wrong.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchback_rehearsal::{
    LogEntry, MAINTENANCE_PARAMETER, ORIGINS_PARAMETER, Outcome, PROFILES_PARAMETER, SECRET_PARAMETER, World,
};

use crate::support::{set, ssm, ssm_refusal, ssm_sent, swap, until, world};

fn put(value: &str) -> Value {
    json!({"Name": PROFILES_PARAMETER, "Value": value, "Overwrite": true})
}

fn now(world: &World, name: &str) -> (u64, Option<String>) {
    let all = world.snapshot().parameters;
    let one = all.into_iter().find(|one| one.name == name).unwrap();
    (one.version, one.value)
}

/// Who put, how it ended, and the version and value that it left.
type Put = (String, Outcome, Option<(u64, String)>);

/// The puts of the log.
fn puts(world: &World) -> Vec<Put> {
    let left = |entry: &LogEntry| {
        let put = entry.parameter.clone()?;
        Some((put.version, put.value?))
    };
    let log = world.log();
    log.iter()
        .filter(|entry| matches!(entry.operation.as_str(), "PutParameter" | "ParameterChanged"))
        .map(|entry| (entry.service.clone(), entry.outcome, left(entry)))
        .collect()
}

#[tokio::test]
async fn faults_before_a_put_do_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (fault, code) in [
        ("throttle:PutParameter", "ThrottlingException"),
        ("error-before:PutParameter:TooManyUpdates", "TooManyUpdates"),
        (
            "error-before:PutParameter:InternalServerError",
            "InternalServerError",
        ),
    ] {
        world.inject(fault.parse().unwrap()).unwrap();
        assert_eq!(
            ssm_refusal(&world, "PutParameter", put("dev")).await.0,
            code,
            "{fault}"
        );
        assert!(world.snapshot().faults.is_empty(), "{fault} is used up");
    }
    world.inject("denied:PutParameter".parse().unwrap()).unwrap();
    let (code, words) = ssm_refusal(&world, "PutParameter", put("dev")).await;
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(
        words,
        "User: arn:aws:sts::123456789012:assumed-role/operator/rehearsal is not authorized to perform: \
         ssm:PutParameter on resource: arn:aws:ssm:eu-west-2:123456789012:parameter/tis/usermanagement/profiles because \
         no identity-based policy allows the ssm:PutParameter action"
    );
    ssm(&world, "GetParameter", json!({"Name": PROFILES_PARAMETER})).await;
    world
        .inject("denied:DescribeParameters".parse().unwrap())
        .unwrap();
    let (_, words) = ssm_refusal(&world, "DescribeParameters", json!({})).await;
    assert!(
        words.contains("on resource: arn:aws:ssm:eu-west-2:123456789012:* because"),
        "{words}"
    );
    assert_eq!(world.lift("denied").unwrap(), 2);
    world.inject("expired-credentials".parse().unwrap()).unwrap();
    assert_eq!(
        ssm_refusal(&world, "PutParameter", put("dev")).await,
        (
            "ExpiredTokenException".to_owned(),
            "The security token included in the request is expired".to_owned()
        )
    );
    world.lift("expired-credentials").unwrap();
    world.inject("rate-limit:0".parse().unwrap()).unwrap();
    assert_eq!(
        ssm_refusal(&world, "PutParameter", put("dev")).await.0,
        "ThrottlingException"
    );
    world.lift("rate-limit").unwrap();
    assert_eq!(now(&world, PROFILES_PARAMETER), (3, Some("prod".to_owned())));
    let refused = ("ssm".to_owned(), Outcome::Refused, None);
    assert_eq!(puts(&world), vec![refused; 6]);
}

#[tokio::test]
async fn a_put_that_is_made_may_be_answered_in_every_wrong_way() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let mine =
        |outcome, version: u64, value: &str| ("ssm".to_owned(), outcome, Some((version, value.to_owned())));

    world
        .inject("error-after:PutParameter:ThrottlingException".parse().unwrap())
        .unwrap();
    assert_eq!(
        ssm_refusal(&world, "PutParameter", put("four")).await.0,
        "ThrottlingException"
    );
    assert_eq!(now(&world, PROFILES_PARAMETER), (4, Some("four".to_owned())));

    // The first is made too: the answer is of the second, and the log has both.
    world.inject("repeated:PutParameter".parse().unwrap()).unwrap();
    assert_eq!(
        ssm(&world, "PutParameter", put("six")).await,
        json!({"Version": 6, "Tier": "Standard"})
    );
    world.inject("repeated:PutParameter".parse().unwrap()).unwrap();
    let new = json!({"Name": "/tis/new", "Value": "x", "Type": "String"});
    assert_eq!(
        ssm_refusal(&world, "PutParameter", new).await.0,
        "ParameterAlreadyExists"
    );
    assert_eq!(now(&world, "/tis/new").0, 1);

    world.inject("answer-cut:PutParameter".parse().unwrap()).unwrap();
    let cut = ssm_sent(&world, "PutParameter", put("seven")).await.unwrap();
    assert_eq!(cut.status, 200);
    assert!(serde_json::from_str::<Value>(&cut.body).is_err(), "{}", cut.body);

    world
        .inject("lost-response:PutParameter".parse().unwrap())
        .unwrap();
    // What is refused does not use it up.
    ssm_refusal(&world, "PutParameter", json!({"Name": "a b", "Value": "x"})).await;
    assert!(ssm_sent(&world, "PutParameter", put("eight")).await.is_none());
    assert_eq!(
        puts(&world),
        [
            mine(Outcome::Committed, 4, "four"),
            mine(Outcome::Committed, 5, "six"),
            mine(Outcome::Committed, 6, "six"),
            mine(Outcome::Committed, 1, "x"),
            ("ssm".to_owned(), Outcome::Refused, None),
            mine(Outcome::Committed, 7, "seven"),
            ("ssm".to_owned(), Outcome::Refused, None),
            mine(Outcome::Lost, 8, "eight"),
        ]
    );
    assert_eq!(now(&world, PROFILES_PARAMETER), (8, Some("eight".to_owned())));
    assert!(world.snapshot().faults.is_empty());

    // A read may be lost or come twice as well.
    world
        .inject("lost-response:GetParameter".parse().unwrap())
        .unwrap();
    let name = json!({"Name": PROFILES_PARAMETER});
    assert!(ssm_sent(&world, "GetParameter", name.clone()).await.is_none());
    world.inject("repeated:GetParameter".parse().unwrap()).unwrap();
    ssm(&world, "GetParameter", name).await;
    assert_eq!(world.counts()["ssm:GetParameter"], 3);
}

#[tokio::test]
async fn a_put_may_be_late_in_two_ways() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world.inject("delay:PutParameter:300".parse().unwrap()).unwrap();
    let began = Instant::now();
    ssm(&world, "PutParameter", put("late answer")).await;
    assert!(began.elapsed() >= Duration::from_millis(300));
    world.lift("delay").unwrap();

    world
        .inject("lands-late:PutParameter:300".parse().unwrap())
        .unwrap();
    let sent = ssm_sent(&world, "PutParameter", put("late landing"));
    assert!(
        tokio::time::timeout(Duration::from_millis(100), sent)
            .await
            .is_err()
    );
    assert_eq!(now(&world, PROFILES_PARAMETER).0, 4);
    until("the late landing", || async {
        now(&world, PROFILES_PARAMETER).0 == 5
    })
    .await;
    assert_eq!(now(&world, PROFILES_PARAMETER).1.as_deref(), Some("late landing"));
}

#[tokio::test]
async fn somebody_else_changes_a_parameter_and_nothing_can_be_lifted() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (fault, name, version, value) in [
        (
            "parameter-changed",
            PROFILES_PARAMETER,
            4,
            "changed-by-somebody-else",
        ),
        (
            "parameter-changed",
            PROFILES_PARAMETER,
            5,
            "changed-by-somebody-else-again",
        ),
        (
            "parameter-changed:/tis/usermanagement/profiles:https://a.example.nhs.test:1",
            PROFILES_PARAMETER,
            6,
            "https://a.example.nhs.test:1",
        ),
        (
            "parameter-changed:/tis/usermanagement/under-maintenance",
            MAINTENANCE_PARAMETER,
            2,
            "true",
        ),
        (
            "parameter-changed:/tis/reval/origins",
            ORIGINS_PARAMETER,
            2,
            "https://reval.example.nhs.test,https://apps.example.nhs.test,https://somebody-else.example.nhs.test",
        ),
    ] {
        // A lost answer that is meant for the operator is not used up by somebody else.
        world
            .inject("lost-response:PutParameter".parse().unwrap())
            .unwrap();
        world.inject(fault.parse().unwrap()).unwrap();
        assert_eq!(now(&world, name), (version, Some(value.to_owned())), "{fault}");
        let entry = world.log().pop().unwrap();
        let left = entry.parameter.unwrap();
        assert_eq!(
            (
                entry.service.as_str(),
                entry.outcome,
                left.name.as_str(),
                left.version
            ),
            ("second-writer", Outcome::Committed, name, version)
        );
        assert_eq!(world.lift("parameter-changed").unwrap(), 0);
        assert_eq!(world.lift("lost-response").unwrap(), 1);
    }
    // All but the value stays: a secret's key too.
    world
        .inject(format!("parameter-changed:{SECRET_PARAMETER}").parse().unwrap())
        .unwrap();
    let changed = world.snapshot().parameters;
    let secret = changed.iter().find(|one| one.name == SECRET_PARAMETER).unwrap();
    assert_eq!(
        (secret.version, secret.key_id.as_deref()),
        (2, Some("alias/tis-usermanagement"))
    );
    let seen = ssm(&world, "GetParameterHistory", json!({"Name": PROFILES_PARAMETER})).await;
    assert_eq!(
        seen["Parameters"][5]["LastModifiedUser"],
        "arn:aws:sts::123456789012:assumed-role/somebody-else/second-writer"
    );

    for (fault, why) in [
        ("parameter-changed:/tis/none", "there is no parameter “/tis/none”"),
        (
            "parameter-changed:/tis/usermanagement/under-maintenance:perhaps",
            "cannot be validated against allowedPattern: true|false",
        ),
    ] {
        let refused = world.inject(fault.parse().unwrap()).unwrap_err().to_string();
        assert!(
            refused.starts_with("somebody else could not change the parameter: ") && refused.contains(why),
            "{refused}"
        );
    }

    // The second writer of the record leaves the parameters alone, and the other way round.
    let before = world.snapshot().parameters;
    world.inject("second-writer".parse().unwrap()).unwrap();
    assert_eq!(world.snapshot().parameters, before);
    let reply = swap(&world, &set(300, "203.0.113.99"), &set(300, "192.0.2.10"), "back").await;
    assert_eq!(reply.unwrap().status, 200);
}
