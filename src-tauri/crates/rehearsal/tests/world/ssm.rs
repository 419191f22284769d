//! Parameter Store as a raw client sees it.

use serde_json::{Value, json};
use switchback_rehearsal::{
    MAINTENANCE_PARAMETER, ORIGINS_PARAMETER, Outcome, PROFILES_PARAMETER, SECRET_KEY_ALIAS,
    SECRET_PARAMETER, World,
};

use crate::support::{SSM, json_as, ssm, ssm_refusal, world};

fn overwrite(name: &str, value: &str) -> Value {
    json!({"Name": name, "Value": value, "Overwrite": true})
}

async fn get(world: &World, name: &str) -> Value {
    ssm(world, "GetParameter", json!({"Name": name})).await["Parameter"].take()
}

/// What DescribeParameters says of one parameter, through all pages, and how many of them held nothing.
async fn described(world: &World, name: &str) -> (Value, usize) {
    let filter = json!([{"Key": "Name", "Option": "Equals", "Values": [name]}]);
    let (mut found, mut empty, mut token) = (Vec::new(), 0, Value::Null);
    loop {
        let mut body = json!({"ParameterFilters": filter});
        if !token.is_null() {
            body["NextToken"] = token;
        }
        let mut answer = ssm(world, "DescribeParameters", body).await;
        let page = answer["Parameters"].as_array().unwrap();
        empty += usize::from(page.is_empty());
        found.extend(page.iter().cloned());
        token = answer["NextToken"].take();
        if token.is_null() {
            assert_eq!(found.len(), 1, "{name}");
            return (found.remove(0), empty);
        }
    }
}

async fn history(world: &World, name: &str, size: u32) -> Vec<Value> {
    let (mut all, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut body = json!({"Name": name, "MaxResults": size});
        if !token.is_null() {
            body["NextToken"] = token;
        }
        let mut answer = ssm(world, "GetParameterHistory", body).await;
        all.extend(answer["Parameters"].as_array().unwrap().iter().cloned());
        token = answer["NextToken"].take();
        if token.is_null() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_parameter_is_read_by_name_version_label_and_arn() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let arn = format!("arn:aws:ssm:eu-west-2:123456789012:parameter{PROFILES_PARAMETER}");
    let now = get(&world, PROFILES_PARAMETER).await;
    assert_eq!(
        [
            &now["Value"],
            &now["Version"],
            &now["Type"],
            &now["ARN"],
            &now["DataType"],
            &now["Selector"]
        ],
        [
            &json!("prod"),
            &json!(3),
            &json!("String"),
            &json!(arn),
            &json!("text"),
            &Value::Null
        ]
    );
    assert_eq!(get(&world, &arn).await, now);

    let labelled =
        json!({"Name": PROFILES_PARAMETER, "ParameterVersion": 2, "Labels": ["live", "2nd", "awsome"]});
    assert_eq!(
        ssm(&world, "LabelParameterVersion", labelled).await,
        json!({"InvalidLabels": ["2nd", "awsome"], "ParameterVersion": 2})
    );
    for selector in [":2", ":live"] {
        for name in [PROFILES_PARAMETER, &arn] {
            let was = get(&world, &format!("{name}{selector}")).await;
            assert_eq!(
                [
                    &was["Value"],
                    &was["Version"],
                    &was["Name"],
                    &was["ARN"],
                    &was["Selector"]
                ],
                [
                    &json!("prod,debug"),
                    &json!(2),
                    &json!(PROFILES_PARAMETER),
                    &json!(arn),
                    &json!(selector)
                ]
            );
        }
    }
    // A label is at one version: it moves.
    ssm(
        &world,
        "LabelParameterVersion",
        json!({"Name": PROFILES_PARAMETER, "Labels": ["live"]}),
    )
    .await;
    assert_eq!(
        get(&world, &format!("{PROFILES_PARAMETER}:live")).await["Version"],
        3
    );
    let labels: Vec<Value> = history(&world, PROFILES_PARAMETER, 1)
        .await
        .into_iter()
        .map(|version| json!([version["Version"], version["Labels"], version["Value"]]))
        .collect();
    assert_eq!(
        labels,
        [
            json!([1, [], "stage"]),
            json!([2, [], "prod,debug"]),
            json!([3, ["live"], "prod"])
        ]
    );

    for (name, code, words) in [
        ("/tis/none", "ParameterNotFound", ""),
        (
            &format!("{PROFILES_PARAMETER}:9"),
            "ParameterVersionNotFound",
            "Systems Manager could not find version 9 of /tis/usermanagement/profiles. Verify the version and try again.",
        ),
        (
            &format!("{PROFILES_PARAMETER}:dead"),
            "ParameterVersionNotFound",
            "Systems Manager could not find label dead of /tis/usermanagement/profiles. Verify the label and try again.",
        ),
    ] {
        let refused = ssm_refusal(&world, "GetParameter", json!({"Name": name})).await;
        assert_eq!(refused, (code.to_owned(), words.to_owned()), "{name}");
    }
    let several = ssm(
        &world,
        "GetParameters",
        json!({"Names": [PROFILES_PARAMETER, "/tis/none", MAINTENANCE_PARAMETER, format!("{PROFILES_PARAMETER}:9")]}),
    )
    .await;
    let found = several["Parameters"].as_array().unwrap();
    assert_eq!(
        found.iter().map(|one| &one["Name"]).collect::<Vec<_>>(),
        [MAINTENANCE_PARAMETER, PROFILES_PARAMETER]
    );
    assert_eq!(
        several["InvalidParameters"],
        json!(["/tis/none", "/tis/usermanagement/profiles:9"])
    );
}

#[tokio::test]
async fn a_secret_is_ciphertext_where_it_is_not_decrypted() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let sealed = get(&world, SECRET_PARAMETER).await;
    let sealed = sealed["Value"].as_str().unwrap();
    assert!(sealed.starts_with("AQICAH") && sealed.len() > 100, "{sealed}");
    assert_eq!(get(&world, SECRET_PARAMETER).await["Value"], sealed);
    let opened = json!({"Name": SECRET_PARAMETER, "WithDecryption": true});
    let opened = ssm(&world, "GetParameter", opened).await;
    assert_eq!(opened["Parameter"]["Value"], "not-a-real-secret");
    let was = json!({"Name": SECRET_PARAMETER, "WithDecryption": true});
    assert_eq!(
        ssm(&world, "GetParameterHistory", was).await["Parameters"][0]["Value"],
        "not-a-real-secret"
    );
    assert_ne!(
        history(&world, SECRET_PARAMETER, 5).await[0]["Value"],
        "not-a-real-secret"
    );

    // The next version looks another way, and neither log nor snapshot has the value.
    ssm(&world, "PutParameter", overwrite(SECRET_PARAMETER, "hunter-two")).await;
    assert_ne!(get(&world, SECRET_PARAMETER).await["Value"], sealed);
    let entry = world
        .log()
        .into_iter()
        .find(|e| e.operation == "PutParameter")
        .unwrap();
    let put = entry.parameter.unwrap();
    assert_eq!(
        (put.name.as_str(), put.version, put.value),
        (SECRET_PARAMETER, 2, None)
    );
    let shown = serde_json::to_string(&world.snapshot()).unwrap();
    assert!(shown.contains(SECRET_PARAMETER) && !shown.contains("hunter-two"));
}

#[tokio::test]
async fn descriptions_come_in_short_pages_and_empty_ones() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let (profiles, empty) = described(&world, PROFILES_PARAMETER).await;
    assert_eq!(empty, 1, "the first page holds nothing and has a token");
    let modified = profiles["LastModifiedDate"].as_f64().unwrap();
    assert_eq!(
        profiles,
        json!({
            "Name": PROFILES_PARAMETER,
            "Type": "String",
            "LastModifiedDate": modified,
            "LastModifiedUser": "arn:aws:sts::123456789012:assumed-role/deploy/pipeline",
            "Version": 3,
            "Tier": "Standard",
            "Policies": [],
            "DataType": "text",
            "Description": "Profiles of user management",
            "ARN": "arn:aws:ssm:eu-west-2:123456789012:parameter/tis/usermanagement/profiles",
        })
    );
    assert_eq!(
        described(&world, SECRET_PARAMETER).await.0["KeyId"],
        SECRET_KEY_ALIAS
    );
    assert_eq!(described(&world, ORIGINS_PARAMETER).await.0["Tier"], "Advanced");
    assert_eq!(
        described(&world, MAINTENANCE_PARAMETER).await.0["AllowedPattern"],
        "true|false"
    );

    let names = async |filters: Value, size: u32| {
        let (mut names, mut token) = (Vec::new(), Value::Null);
        loop {
            let mut body = json!({"ParameterFilters": filters, "MaxResults": size});
            if !token.is_null() {
                body["NextToken"] = token;
            }
            let mut answer = ssm(&world, "DescribeParameters", body).await;
            let page = answer["Parameters"].as_array().unwrap();
            assert!(page.len() <= 3 && page.len() <= size as usize);
            names.extend(page.iter().map(|one| one["Name"].as_str().unwrap().to_owned()));
            token = answer["NextToken"].take();
            if token.is_null() {
                return names;
            }
        }
    };
    let all = [
        ORIGINS_PARAMETER,
        SECRET_PARAMETER,
        MAINTENANCE_PARAMETER,
        PROFILES_PARAMETER,
    ];
    for size in [1, 2, 50] {
        assert_eq!(names(json!([]), size).await, all);
    }
    for (filters, expected) in [
        (
            json!([{"Key": "Type", "Values": ["SecureString", "StringList"]}]),
            &all[..2],
        ),
        (
            json!([{"Key": "Name", "Option": "BeginsWith", "Values": ["/tis/user"]}]),
            &all[1..],
        ),
        (
            json!([{"Key": "Name", "Option": "Contains", "Values": ["file"]}]),
            &all[3..],
        ),
        (json!([{"Key": "Path", "Values": ["/tis/reval"]}]), &all[..1]),
        (json!([{"Key": "Path", "Values": ["/tis"]}]), &[]),
        (
            json!([{"Key": "Path", "Option": "Recursive", "Values": ["/tis"]}]),
            &all[..],
        ),
        (
            json!([{"Key": "Tier", "Values": ["Advanced"]}, {"Key": "Name", "Values": [PROFILES_PARAMETER]}]),
            &[],
        ),
        (
            json!([{"Key": "Name", "Option": "Equals", "Values": ["/tis/none"]}]),
            &[],
        ),
    ] {
        assert_eq!(names(filters.clone(), 2).await, expected, "{filters}");
    }

    let first = ssm(&world, "DescribeParameters", json!({"MaxResults": 1})).await;
    for (body, code) in [
        (json!({"MaxResults": 51}), "ValidationException"),
        (json!({"MaxResults": 0}), "ValidationException"),
        (json!({"NextToken": "7b7d"}), "InvalidNextToken"),
        // A token answers the question for which it was given, and no other.
        (
            json!({"NextToken": first["NextToken"], "ParameterFilters": [{"Key": "Type", "Values": ["String"]}]}),
            "InvalidNextToken",
        ),
        (
            json!({"ParameterFilters": [{"Key": "Label", "Values": ["x"]}]}),
            "InvalidFilterKey",
        ),
        (
            json!({"ParameterFilters": [{"Key": "Nmae", "Values": ["x"]}]}),
            "ValidationException",
        ),
        (
            json!({"ParameterFilters": [{"Key": "Name"}]}),
            "InvalidFilterValue",
        ),
        (
            json!({"ParameterFilters": [{"Key": "Type", "Option": "Contains", "Values": ["S"]}]}),
            "InvalidFilterOption",
        ),
        (
            json!({"ParameterFilters": [{"Key": "Name", "Values": ["a"]}, {"Key": "Name", "Values": ["b"]}]}),
            "InvalidFilterKey",
        ),
        (json!({"Filters": []}), "NotRehearsed"),
        (json!({"ParameterFilter": []}), "SerializationException"),
    ] {
        assert_eq!(
            ssm_refusal(&world, "DescribeParameters", body.clone()).await.0,
            code,
            "{body}"
        );
    }
}

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
