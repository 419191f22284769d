//! What the policies grant, and no more.

use switchback_api::host::{Host, HostOptions};
use switchback_api::users::{LookupAt, query};
use switchback_api::wire::DetailAsk;
use switchback_model::Operator;
use switchback_rehearsal::Client;

use super::policy::{Policy, asked};

#[test]
fn the_policies_are_as_narrow_as_iam_allows() {
    let operator = Policy::operator();
    let wide = [
        "cognito-idp:DescribeUserPoolDomain",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "ecs:ListTasks",
        "route53:ListHostedZonesByName",
        "ssm:DescribeParameters",
        "wafv2:GetWebACLForResource",
    ];
    assert_eq!(operator.without_resource(), wide.map(str::to_owned).into());
    let own = ["apps.example.nhs.test"];
    assert!(operator.allows_batch(&own, &["A", "AAAA"], &["DELETE", "CREATE"]));
    for (names, kinds, actions) in [
        (&own[..], &["A"][..], &["UPSERT"][..]),
        (&own, &["NS"], &["DELETE"]),
        (&["example.nhs.test"], &["A"], &["DELETE"]),
        (
            &["apps.example.nhs.test", "other.example.nhs.test"],
            &["A"],
            &["DELETE"],
        ),
        (&own, &["A"], &[]),
    ] {
        assert!(
            !operator.allows_batch(names, kinds, actions),
            "{names:?} {kinds:?} {actions:?}"
        );
    }
    let support = Policy::support();
    assert!(support.without_resource().is_empty());
    let reads = [
        "cognito-idp:AdminGetUser",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUsers",
    ];
    assert_eq!(support.grants(), reads.map(str::to_owned).into());
    // Both read what a pool says of itself; of people, who operates reads the canary alone.
    let both: Vec<String> = support
        .grants()
        .intersection(&operator.grants())
        .cloned()
        .collect();
    assert_eq!(both, ["cognito-idp:AdminGetUser", "cognito-idp:DescribeUserPool"]);
    // So an operator who opens the Users screen needs both, and is told so.
    let words = include_str!("../../../../../docs/policies/README.md").replace('\n', " ");
    for operation in support.grants() {
        assert!(words.contains(&format!("`{operation}`")), "{operation}");
    }
    assert!(words.contains("Users screen needs `support.json` besides `operator.json`"));
}

/// What the look-up asks for, by the world's own count.
#[tokio::test(flavor = "multi_thread")]
async fn the_look_up_asks_for_what_the_support_policy_grants() {
    let home = tempfile::tempdir().unwrap();
    let mut options = HostOptions::new(Operator::new("s.example").unwrap());
    options.home = Some(home.path().to_owned());
    let host = Host::start(options).unwrap();
    let at = LookupAt {
        target: Some(switchback_api::plan::target("rehearsal").unwrap()),
        ..LookupAt::default()
    };
    for typed in ["nobody.here@example.nhs.test", "anna.baker@example.nhs.test"] {
        let view = host
            .look_up(&at, query(typed).unwrap(), None, None)
            .await
            .unwrap();
        if !view.accounts.is_empty() {
            let ask = DetailAsk {
                lookup: view.lookup,
                index: 0,
                purpose: "Ticket 4711".to_owned(),
            };
            host.users().detail(&ask, host.operator()).await.unwrap();
        }
    }
    let counts = Client::new(&host.closed_world().await.unwrap())
        .counts()
        .await
        .unwrap();
    assert_eq!(asked(&counts), Policy::support().grants());
}
