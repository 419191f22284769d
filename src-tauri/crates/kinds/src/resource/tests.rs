#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_model::TargetKind;
use switchback_model::dns::DnsName;
use switchback_testkit::plans::dns_switch;

use super::*;

fn record() -> Resource {
    Resource::Record {
        zone_id: "Z0EXAMPLE".to_owned(),
        name: DnsName::new("apps.example.nhs.test").unwrap(),
    }
}

fn pool(pool_id: &str) -> Resource {
    Resource::Pool {
        pool_id: pool_id.to_owned(),
    }
}

fn client(client_id: &str) -> Resource {
    Resource::Client {
        pool_id: "eu-west-2_EXAMPLE".to_owned(),
        client_id: client_id.to_owned(),
    }
}

#[test]
fn each_resource_has_a_command_and_a_page_in_its_region() {
    let zone = Resource::Zone {
        zone_id: "Z0EXAMPLE".to_owned(),
    };
    let table = [
        (
            zone,
            "aws route53 get-hosted-zone --id Z0EXAMPLE",
            "https://us-east-1.console.aws.amazon.com/route53/v2/hostedzones?region=us-east-1#ListRecordSets/Z0EXAMPLE",
        ),
        (
            record(),
            "aws route53 list-resource-record-sets --hosted-zone-id Z0EXAMPLE --start-record-name \
             apps.example.nhs.test --query 'ResourceRecordSets[?Name=='\\''apps.example.nhs.test.'\\'']'",
            "https://us-east-1.console.aws.amazon.com/route53/v2/hostedzones?region=us-east-1#ListRecordSets/Z0EXAMPLE",
        ),
        (
            pool("eu-west-2_EXAMPLE"),
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
        for resource in [pool(hostile), client(hostile)] {
            let url = resource.console_url("eu-west-2");
            assert!(is_console(&url), "{url}");
            let path = url.split('?').next().unwrap();
            let depth = if matches!(resource, Resource::Pool { .. }) {
                9
            } else {
                12
            };
            assert_eq!(path.split('/').count(), depth, "{url}");
            let cli = resource.cli("eu-west-2");
            let words = shell_words(&cli);
            assert_eq!(words.last().unwrap(), hostile, "{cli}");
        }
    }
    // A hostile region leaves no page of AWS.
    for region in ["evil.example/", "@evil.example", "x.evil.example#"] {
        assert!(!is_console(&pool("p").console_url(region)));
    }
}

/// The words of a line as a POSIX shell reads it: bare, and in single quotes.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => (quoted, any) = (!quoted, true),
            '\\' if !quoted => word.extend(chars.next()),
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
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
