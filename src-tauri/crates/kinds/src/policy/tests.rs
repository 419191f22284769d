#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_model::{ActionSpec, RollService};
use switchback_testkit::plans::dns_switch;

use super::*;

fn of(plan: &Plan, part: Part) -> Value {
    policy(plan, part).unwrap()
}

#[test]
fn a_switch_is_granted_on_its_zone_and_its_name_alone() {
    let document = of(&dns_switch(), Part::Operator);
    let statements = document["Statement"].as_array().unwrap();
    let changing: Vec<&Value> = statements
        .iter()
        .filter(|one| one["Action"].to_string().contains("ChangeResourceRecordSets"))
        .collect();
    assert_eq!(changing.len(), 1, "{document:#}");
    let one = changing[0];
    assert_eq!(
        one["Action"].as_array().unwrap().len(),
        1,
        "nothing rides along: {one:#}"
    );
    assert_eq!(one["Resource"].as_array().unwrap().len(), 1);
    assert!(
        one["Resource"][0]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:route53:::hostedzone/")
    );
    let names = &one["Condition"]["ForAllValues:StringEquals"]["route53:ChangeResourceRecordSetsNormalizedRecordNames"];
    assert_eq!(names.as_array().unwrap().len(), 1, "{names}");
    // No pattern, but the change that has no id yet; and what IAM knows no resource for.
    let wide: Vec<&Value> = statements
        .iter()
        .filter(|one| one["Resource"].to_string().contains('*'))
        .collect();
    let wide: BTreeSet<&str> = wide
        .iter()
        .flat_map(|one| one["Action"].as_array().unwrap())
        .filter_map(Value::as_str)
        .collect();
    assert!(
        wide.is_subset(&BTreeSet::from([
            "route53:GetChange",
            "route53:ListHostedZonesByName"
        ])),
        "{wide:?}"
    );
}

#[test]
fn a_roll_is_granted_on_its_service_alone() {
    let mut plan = dns_switch();
    let steps = plan.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    let action = steps.map(|step| &mut step.action).find(|action| action.is_some());
    *action.unwrap() = Some(ActionSpec::RollService(RollService {
        cluster: "tis-prod".to_owned(),
        service: "tis-usermanagement".to_owned(),
        reads: Vec::new(),
    }));
    let document = of(&plan, Part::Operator);
    let on = |action: &str| {
        let statements = document["Statement"].as_array().unwrap().iter();
        let granting: Vec<&Value> = statements
            .filter(|one| one["Action"].as_array().unwrap().contains(&json!(action)))
            .collect();
        assert_eq!(granting.len(), 1, "{action}: {document:#}");
        granting[0]["Resource"].clone()
    };
    let account = &plan.target.account;
    let service = format!("arn:aws:ecs:eu-west-2:{account}:service/tis-prod/tis-usermanagement");
    for action in ["ecs:UpdateService", "ecs:DescribeServices"] {
        assert_eq!(on(action), json!([service]));
    }
    // IAM knows no narrower resource that could be named before.
    for action in [
        "ecs:DescribeTaskDefinition",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ssm:DescribeParameters",
    ] {
        assert_eq!(on(action), json!(["*"]));
    }
}

#[test]
fn the_partition_is_that_of_the_region() {
    let mut plan = dns_switch();
    for (region, partition) in [
        ("eu-west-2", "arn:aws:"),
        ("us-gov-west-1", "arn:aws-us-gov:"),
        ("cn-north-1", "arn:aws-cn:"),
    ] {
        plan.target.region = region.to_owned();
        let document = of(&plan, Part::Operator).to_string();
        assert!(document.contains(partition), "{region}: {document}");
    }
}

#[test]
fn a_target_without_pools_has_nothing_to_look_up_in() {
    let mut plan = dns_switch();
    plan.target.pools.clear();
    assert_eq!(policy(&plan, Part::Support), None);
}

#[test]
fn a_name_is_written_as_the_condition_key_writes_it() {
    for (name, written) in [
        ("Apps.Example.NHS.test.", "apps.example.nhs.test"),
        ("*.example.nhs.test", "\\052.example.nhs.test"),
        ("_acme.example.nhs.test", "_acme.example.nhs.test"),
    ] {
        assert_eq!(normal(&DnsName::new(name).unwrap()), written);
    }
}
