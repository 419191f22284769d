#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_aws::{cognito, ecs, route53, ssm};
use switchback_model::cognito::{ClientExpectation, MfaMode};
use switchback_model::dns::DnsName;
use switchback_model::{CognitoCheck, PoolExpectation, TargetKind};
use switchback_testkit::plans::dns_switch;

use super::*;

fn record() -> Resource {
    let name = DnsName::new("apps.example.nhs.test").unwrap();
    route53::record("Z0EXAMPLE", &name)
}

fn of_check(check: PoolExpectation, pool_id: &str) -> Resource {
    let check = CognitoCheck {
        pool_id: pool_id.to_owned(),
        expected: check,
    };
    cognito::look(&check).resource().unwrap()
}

fn client(client_id: &str) -> Resource {
    let wanted = ClientExpectation {
        client_id: client_id.to_owned(),
        flows: Vec::new(),
        callback_urls: Vec::new(),
        logout_urls: Vec::new(),
        secret: false,
        providers: Vec::new(),
    };
    of_check(PoolExpectation::Client(wanted), "eu-west-2_EXAMPLE")
}

#[test]
fn each_resource_has_a_command_and_a_page_in_its_region() {
    let zone = route53::hosted_zone("/hostedzone/Z0EXAMPLE");
    let table = [
        (
            zone,
            "aws route53 get-hosted-zone --id Z0EXAMPLE",
            "https://us-east-1.console.aws.amazon.com/route53/v2/hostedzones?region=us-east-1#ListRecordSets/Z0EXAMPLE",
        ),
        (
            record(),
            "aws route53 list-resource-record-sets --hosted-zone-id Z0EXAMPLE --start-record-name \
             apps.example.nhs.test --query \"ResourceRecordSets[?Name=='apps.example.nhs.test.']\"",
            "https://us-east-1.console.aws.amazon.com/route53/v2/hostedzones?region=us-east-1#ListRecordSets/Z0EXAMPLE",
        ),
        (
            cognito::pool("eu-west-2_EXAMPLE"),
            "aws cognito-idp describe-user-pool --region eu-west-2 --user-pool-id eu-west-2_EXAMPLE",
            "https://eu-west-2.console.aws.amazon.com/cognito/v2/idp/user-pools/eu-west-2_EXAMPLE/overview?region=eu-west-2",
        ),
        (
            client("client000001"),
            "aws cognito-idp describe-user-pool-client --region eu-west-2 --user-pool-id eu-west-2_EXAMPLE \
             --client-id client000001",
            "https://eu-west-2.console.aws.amazon.com/cognito/v2/idp/user-pools/eu-west-2_EXAMPLE/applications/\
             app-clients/client000001/overview?region=eu-west-2",
        ),
        (
            of_check(PoolExpectation::Mfa { mfa: MfaMode::On }, "eu-west-2_EXAMPLE"),
            "aws cognito-idp get-user-pool-mfa-config --region eu-west-2 --user-pool-id eu-west-2_EXAMPLE",
            "https://eu-west-2.console.aws.amazon.com/cognito/v2/idp/user-pools/eu-west-2_EXAMPLE/overview?region=eu-west-2",
        ),
        (
            ssm::parameter("/tis/usermanagement/profiles"),
            "aws ssm get-parameter --region eu-west-2 --name /tis/usermanagement/profiles",
            "https://eu-west-2.console.aws.amazon.com/systems-manager/parameters/%2Ftis%2Fusermanagement%2Fprofiles/\
             description?region=eu-west-2&tab=Table",
        ),
        (
            ecs::service("tis-prod", "tis-usermanagement"),
            "aws ecs describe-services --region eu-west-2 --cluster tis-prod --services tis-usermanagement",
            "https://eu-west-2.console.aws.amazon.com/ecs/v2/clusters/tis-prod/services/tis-usermanagement/health?\
             region=eu-west-2",
        ),
    ];
    for (resource, cli, url) in table {
        assert_eq!(resource.cli("eu-west-2"), cli);
        assert_eq!(resource.console_url("eu-west-2"), url);
        assert!(is_console(url), "{url}");
    }
    for (region, host) in [
        (
            "us-gov-west-1",
            "https://us-gov-west-1.console.amazonaws-us-gov.com/",
        ),
        ("cn-north-1", "https://cn-northwest-1.console.amazonaws.cn/"),
    ] {
        let url = record().console_url(region);
        assert!(url.starts_with(host) && is_console(&url), "{url}");
    }
}

#[test]
fn hostile_ids_stay_ids() {
    for hostile in [
        "x/../../evil",
        "x?region=evil#y",
        "x@evil.example",
        "'; rm -rf ~; '",
        "x\n--endpoint-url=http://evil.example",
        "\u{202e}txt",
        "",
    ] {
        let pool = cognito::pool(hostile);
        for (resource, depth) in [(pool, 9), (client(hostile), 12), (ssm::parameter(hostile), 7)] {
            let url = resource.console_url("eu-west-2");
            assert!(is_console(&url), "{url}");
            let path = url.split('?').next().unwrap();
            assert_eq!(path.split('/').count(), depth, "{url}");
            let cli = resource.cli("eu-west-2");
            let words = shlex::split(&cli).unwrap();
            assert_eq!(words.last().unwrap(), hostile, "{cli}");
        }
    }
    // A hostile region leaves no page of AWS.
    for region in ["evil.example/", "@evil.example", "x.evil.example#"] {
        assert!(!is_console(&cognito::pool("p").console_url(region)));
    }
}

#[test]
fn only_pages_of_the_aws_console_are_opened() {
    for other in [
        "",
        "http://eu-west-2.console.aws.amazon.com/",
        "https://console.aws.amazon.com/",
        "https://evil.example/",
        "https://eu-west-2.console.aws.amazon.com.evil.example/",
        "https://eu-west-2.console.aws.amazon.com@evil.example/",
        "https://evil.example#.console.aws.amazon.com/",
        "https://evil.example\\.console.aws.amazon.com/",
        "https://a.b.console.aws.amazon.com/",
        "https://eu-west-2.console.aws.amazon.com:444/",
        "https://eu-west-2.console.aws.amazon.com/ -x",
        "https://eu-west-2.console.aws.amazon.com/\u{202e}",
        "file:///etc/passwd",
        "javascript:alert(1)//https://eu-west-2.console.aws.amazon.com/",
    ] {
        assert!(!is_console(other), "{other}");
    }
    assert!(is_console("https://eu-west-2.console.aws.amazon.com/cognito"));
}

#[test]
fn a_window_names_a_resource_of_the_plan_and_nothing_else() {
    let mut plan = dns_switch();
    plan.target.kind = TargetKind::Production;
    let id = views(&plan, plan.steps().next().unwrap(), false)[0].id.clone();
    assert!(console_url(&plan, false, &id).is_some_and(|url| is_console(&url)));
    for other in ["zone:ZOTHER", "https://eu-west-2.console.aws.amazon.com/", ""] {
        assert_eq!(console_url(&plan, false, other), None, "{other}");
    }
    // AWS knows nothing of an emulator, and nothing of the rehearsal.
    assert_eq!(console_url(&plan, true, &id), None);
    plan.target.kind = TargetKind::Rehearsal;
    assert_eq!(console_url(&plan, false, &id), None);
}
