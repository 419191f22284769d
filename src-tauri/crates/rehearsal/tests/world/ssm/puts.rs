//! Puts, labels and deletions, and what is refused of them.

use serde_json::{Value, json};
use switchback_rehearsal::{
    MAINTENANCE_PARAMETER, ORIGINS_PARAMETER, Outcome, PROFILES_PARAMETER, SECRET_KEY_ALIAS, SECRET_PARAMETER,
};

use super::{described, get, history, overwrite};
use crate::support::{SSM, json_as, ssm, ssm_refusal, world};

#[tokio::test]
async fn an_overwrite_keeps_what_it_does_not_name_but_for_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let put = ssm(&world, "PutParameter", overwrite(MAINTENANCE_PARAMETER, "true")).await;
    assert_eq!(put, json!({"Version": 2, "Tier": "Standard"}));
    let (after, _) = described(&world, MAINTENANCE_PARAMETER).await;
    assert_eq!(
        [
            &after["AllowedPattern"],
            &after["Description"],
            &after["LastModifiedUser"]
        ],
        [
            &json!("true|false"),
            &json!("Whether user management shows its maintenance page"),
            &json!("arn:aws:sts::123456789012:assumed-role/operator/rehearsal")
        ]
    );
    assert_eq!(
        ssm_refusal(&world, "PutParameter", overwrite(MAINTENANCE_PARAMETER, "TRUE")).await,
        (
            "ParameterPatternMismatchException".to_owned(),
            "Parameter value, cannot be validated against allowedPattern: true|false".to_owned()
        )
    );
    // What is empty is cleared.
    let mut cleared = overwrite(MAINTENANCE_PARAMETER, "perhaps");
    cleared["AllowedPattern"] = json!("");
    cleared["Description"] = json!("");
    ssm(&world, "PutParameter", cleared).await;
    let (after, _) = described(&world, MAINTENANCE_PARAMETER).await;
    assert!(after.get("AllowedPattern").is_none() && after.get("Description").is_none());

    // The tier stays, and never goes back.
    let put = ssm(
        &world,
        "PutParameter",
        overwrite(ORIGINS_PARAMETER, "https://one.example.nhs.test"),
    )
    .await;
    assert_eq!(put, json!({"Version": 2, "Tier": "Advanced"}));
    for (tier, refused) in [
        ("Standard", true),
        ("Intelligent-Tiering", false),
        ("Advanced", false),
    ] {
        let mut body = overwrite(ORIGINS_PARAMETER, "a,b");
        body["Tier"] = json!(tier);
        if refused {
            let (code, words) = ssm_refusal(&world, "PutParameter", body).await;
            assert_eq!(code, "ValidationException");
            assert!(
                words.starts_with("This parameter uses the advanced-parameter tier. You can't downgrade"),
                "{words}"
            );
        } else {
            assert_eq!(ssm(&world, "PutParameter", body).await["Tier"], "Advanced");
        }
    }
    assert_eq!(get(&world, ORIGINS_PARAMETER).await["Type"], "StringList");

    // A secret that is overwritten without its key is encrypted with the account's own.
    let mut named = overwrite(SECRET_PARAMETER, "two");
    named["KeyId"] = json!(SECRET_KEY_ALIAS);
    ssm(&world, "PutParameter", named).await;
    assert_eq!(
        described(&world, SECRET_PARAMETER).await.0["KeyId"],
        SECRET_KEY_ALIAS
    );
    ssm(&world, "PutParameter", overwrite(SECRET_PARAMETER, "three")).await;
    assert_eq!(
        described(&world, SECRET_PARAMETER).await.0["KeyId"],
        "alias/aws/ssm"
    );
}

#[tokio::test]
async fn what_parameter_store_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let large = "x".repeat(4_097);
    for (body, code, words) in [
        (
            json!({"Name": PROFILES_PARAMETER, "Value": "dev", "Type": "String"}),
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ),
        (
            json!({"Name": PROFILES_PARAMETER, "Value": "dev", "Type": "SecureString", "Overwrite": true}),
            "HierarchyTypeMismatchException",
            "Parameter Store doesn't support changing a parameter type in a hierarchy.",
        ),
        (
            overwrite(PROFILES_PARAMETER, &large),
            "ValidationException",
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter \
             value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://",
        ),
        (
            json!({"Name": "/tis/new", "Value": "x"}),
            "ValidationException",
            "A parameter type is required when you create a parameter.",
        ),
        (
            json!({"Name": "tis/new", "Value": "x", "Type": "String"}),
            "ValidationException",
            "Parameter name must be a fully qualified name",
        ),
        (
            json!({"Name": PROFILES_PARAMETER, "Value": "x", "Overwrite": true, "Tags": [{"Key": "a", "Value": "b"}]}),
            "ValidationException",
            "Invalid request: tags and overwrite can't be used together.",
        ),
        (
            json!({"Name": "/tis/new", "Value": "x", "Type": "String", "DataType": "aws:ec2:image"}),
            "NotRehearsed",
            "",
        ),
        (
            json!({"Name": "/tis/new", "Value": "x", "Type": "String", "Tag": []}),
            "SerializationException",
            "unknown field `Tag`",
        ),
    ] {
        let (found, said) = ssm_refusal(&world, "PutParameter", body.clone()).await;
        assert_eq!(found, code, "{body}");
        assert!(said.starts_with(words), "{said}");
    }
    for (operation, body, code) in [
        (
            "GetParameter",
            json!({"Name": PROFILES_PARAMETER, "Decrypt": true}),
            "SerializationException",
        ),
        (
            "GetParameters",
            json!({"Names": vec!["/tis/a"; 11]}),
            "ValidationException",
        ),
        ("GetParameters", json!({"Names": []}), "ValidationException"),
        (
            "GetParameterHistory",
            json!({"Name": "/tis/none"}),
            "ParameterNotFound",
        ),
        (
            "DeleteParameter",
            json!({"Name": "/tis/none"}),
            "ParameterNotFound",
        ),
        (
            "LabelParameterVersion",
            json!({"Name": PROFILES_PARAMETER, "ParameterVersion": 9, "Labels": ["a"]}),
            "ParameterVersionNotFound",
        ),
        (
            "LabelParameterVersion",
            json!({"Name": PROFILES_PARAMETER, "Labels": (0..11).map(|n| format!("l{n}")).collect::<Vec<_>>()}),
            "ParameterVersionLabelLimitExceeded",
        ),
        ("GetParametersByPath", json!({"Path": "/tis"}), "NotRehearsed"),
    ] {
        assert_eq!(
            ssm_refusal(&world, operation, body.clone()).await.0,
            code,
            "{operation} {body}"
        );
    }
    // Nothing of it was kept, and every refusal is in the log.
    assert_eq!(get(&world, PROFILES_PARAMETER).await["Version"], 3);
    let log = world.log();
    assert_eq!(log.iter().filter(|e| e.outcome == Outcome::Refused).count(), 16);
    assert!(log.iter().all(|e| e.parameter.is_none()));
}

#[tokio::test]
async fn a_hundred_versions_are_kept_and_a_labelled_one_is_never_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for n in 4..=100 {
        let put = ssm(
            &world,
            "PutParameter",
            overwrite(PROFILES_PARAMETER, &format!("v{n}")),
        )
        .await;
        assert_eq!(put["Version"], n);
    }
    assert_eq!(history(&world, PROFILES_PARAMETER, 50).await.len(), 100);
    ssm(&world, "PutParameter", overwrite(PROFILES_PARAMETER, "v101")).await;
    let kept = history(&world, PROFILES_PARAMETER, 30).await;
    assert_eq!(
        (kept.len(), &kept[0]["Version"], &kept[99]["Version"]),
        (100, &json!(2), &json!(101))
    );
    let label =
        |version| json!({"Name": PROFILES_PARAMETER, "ParameterVersion": version, "Labels": ["keep"]});
    ssm(&world, "LabelParameterVersion", label(2)).await;
    let (code, words) = ssm_refusal(&world, "PutParameter", overwrite(PROFILES_PARAMETER, "v102")).await;
    assert_eq!(code, "ParameterMaxVersionLimitExceeded");
    assert!(
        words.contains("Version 2, the oldest version, can't be deleted"),
        "{words}"
    );
    assert_eq!(get(&world, PROFILES_PARAMETER).await["Version"], 101);
    assert_eq!(
        get(&world, &format!("{PROFILES_PARAMETER}:keep")).await["Version"],
        2
    );
    // The label moves on, and so do the versions.
    ssm(&world, "LabelParameterVersion", label(50)).await;
    assert_eq!(
        ssm(&world, "PutParameter", overwrite(PROFILES_PARAMETER, "v102")).await["Version"],
        102
    );
}

#[tokio::test]
async fn another_account_and_another_region_have_parameters_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (key, region, account) in [
        ("AKIAREHEARSAL", "eu-west-1", "123456789012"),
        ("AKIAREHEARSALOTHER", "eu-west-2", "210987654321"),
    ] {
        let ask = async |operation: &str, body: Value| {
            let reply = json_as(&world, SSM, key, region, operation, &body).await.unwrap();
            serde_json::from_str::<Value>(&reply.body).unwrap()
        };
        let name = json!({"Name": PROFILES_PARAMETER});
        assert_eq!(
            ask("GetParameter", name.clone()).await["__type"],
            "ParameterNotFound"
        );
        assert_eq!(
            ask("PutParameter", overwrite(PROFILES_PARAMETER, "dev")).await["__type"],
            "ValidationException"
        );
        // With a type, it is made in the wrong place.
        let mut body = overwrite(PROFILES_PARAMETER, "dev");
        body["Type"] = json!("String");
        assert_eq!(ask("PutParameter", body).await["Version"], 1);
        let made = ask("GetParameter", name).await["Parameter"].take();
        assert_eq!(
            made["ARN"],
            format!("arn:aws:ssm:{region}:{account}:parameter{PROFILES_PARAMETER}")
        );
    }
    assert_eq!(get(&world, PROFILES_PARAMETER).await["Version"], 3);
    let arns: Vec<String> = world
        .snapshot()
        .parameters
        .into_iter()
        .map(|one| one.arn)
        .collect();
    assert_eq!(arns.len(), 6, "{arns:?}");

    // The other account's own is nobody else's business.
    let arn = format!("arn:aws:ssm:eu-west-2:123456789012:parameter{PROFILES_PARAMETER}");
    let body = json!({ "Name": arn });
    let reply = json_as(
        &world,
        SSM,
        "AKIAREHEARSALOTHER",
        "eu-west-2",
        "GetParameter",
        &body,
    )
    .await;
    let said: Value = serde_json::from_str(&reply.unwrap().body).unwrap();
    assert_eq!(said["__type"], "AccessDeniedException");
    assert_eq!(
        said["message"],
        format!(
            "User: arn:aws:sts::210987654321:assumed-role/operator/rehearsal is not authorized to perform: \
             ssm:GetParameter on resource: {arn} because no identity-based policy allows the ssm:GetParameter action"
        )
    );
}

#[tokio::test]
async fn parameters_survive_a_kill_and_a_reset_brings_the_seeds() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    ssm(&first, "PutParameter", overwrite(PROFILES_PARAMETER, "dev")).await;
    ssm(&first, "DeleteParameter", json!({"Name": ORIGINS_PARAMETER})).await;
    let root = json!({"Name": "root", "Value": "x", "Type": "String"});
    ssm(&first, "PutParameter", root).await;
    // A root parameter is the same with and without its slash.
    assert_eq!(get(&first, "/root").await["Name"], "root");
    let seen = first.snapshot().parameters;
    drop(first);
    let again = world(dir.path(), 1).await;
    assert_eq!(again.snapshot().parameters, seen);
    assert_eq!(get(&again, PROFILES_PARAMETER).await["Value"], "dev");
    again.reset().unwrap();
    assert_eq!(get(&again, PROFILES_PARAMETER).await["Value"], "prod");
    // One that is made anew begins at the beginning.
    ssm(&again, "DeleteParameter", json!({"Name": PROFILES_PARAMETER})).await;
    let anew = json!({"Name": PROFILES_PARAMETER, "Value": "x", "Type": "StringList"});
    assert_eq!(ssm(&again, "PutParameter", anew).await["Version"], 1);
    for name in [
        PROFILES_PARAMETER,
        MAINTENANCE_PARAMETER,
        SECRET_PARAMETER,
        ORIGINS_PARAMETER,
    ] {
        ssm(&again, "DeleteParameter", json!({ "Name": name })).await;
    }
    drop(again);
    // What was deleted stays deleted.
    let empty = world(dir.path(), 1).await;
    assert_eq!(empty.snapshot().parameters, []);
    drop(empty);

    // A state and a log from before there were parameters are read, and the state is given the seeds.
    let path = dir.path().join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("ssm").unwrap();
    std::fs::write(&path, state.to_string()).unwrap();
    let old = world(dir.path(), 1).await;
    assert_eq!(old.snapshot().parameters.len(), 4);
}
