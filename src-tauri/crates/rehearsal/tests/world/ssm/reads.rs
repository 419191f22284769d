//! Reads: versions, labels, secrets and pages.

use serde_json::{Value, json};
use switchback_rehearsal::{
    MAINTENANCE_PARAMETER, ORIGINS_PARAMETER, PROFILES_PARAMETER, SECRET_KEY_ALIAS, SECRET_PARAMETER,
};

use super::{described, get, history, overwrite};
use crate::support::{ssm, ssm_refusal, world};

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
        [PROFILES_PARAMETER, MAINTENANCE_PARAMETER]
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
            assert!(page.len() <= 2 && page.len() <= size as usize);
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
        PROFILES_PARAMETER,
        MAINTENANCE_PARAMETER,
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
            &all[2..3],
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
