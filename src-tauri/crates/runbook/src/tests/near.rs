//! A region, an account and a role that are nearly right are mended by name.

use super::target_errors;

fn said(from: &str, to: &str) -> String {
    target_errors(&[(from, to)])
}

#[test]
fn regions() {
    let region = |text: &str| said("region = \"eu-west-2\"", &format!("region = \"{text}\""));
    for (text, message, mend) in [
        (
            "eu-west-2a",
            "is an availability zone, not a region.",
            "Write \"eu-west-2\".",
        ),
        (
            "EU-WEST-2B",
            "is an availability zone, not a region.",
            "Write \"eu-west-2\".",
        ),
        (
            "us-east-1f",
            "is an availability zone, not a region.",
            "Write \"us-east-1\".",
        ),
        (
            "euw2-az1",
            "is the id of an availability zone",
            "Write \"eu-west-2\".",
        ),
        (
            "us-west-2-lax-1a",
            "is a zone inside a region.",
            "Write \"us-west-2\".",
        ),
        ("London", "is a place, not a region.", "Write \"eu-west-2\"."),
        ("EU (London)", "is a place, not a region.", "Write \"eu-west-2\"."),
        (
            "Europe (Ireland)",
            "is a place, not a region.",
            "Write \"eu-west-1\".",
        ),
        ("Hong Kong", "is a place, not a region.", "Write \"ap-east-1\"."),
        (
            "eu_west_2",
            "is not spelt as AWS spells it.",
            "Write \"eu-west-2\".",
        ),
        (
            "EU-WEST-2",
            "is not spelt as AWS spells it.",
            "Write \"eu-west-2\".",
        ),
        (
            "eu-west2",
            "is not spelt as AWS spells it.",
            "Write \"eu-west-2\".",
        ),
        (
            "euwest2",
            "is not spelt as AWS spells it.",
            "Write \"eu-west-2\".",
        ),
        (
            "eu west 2",
            "is not spelt as AWS spells it.",
            "Write \"eu-west-2\".",
        ),
        (
            " eu-west-2 ",
            "is not spelt as AWS spells it.",
            "Write \"eu-west-2\".",
        ),
        ("euw2", "is short for a region.", "Write \"eu-west-2\"."),
        ("EUW2", "is short for a region.", "Write \"eu-west-2\"."),
        (
            "eu-wset-2",
            "is not an AWS region.",
            "Did you mean \"eu-west-2\"?",
        ),
        ("eu-west", "is not an AWS region.", "Did you mean \"eu-west-"),
        ("x", "is not an AWS region.", "Write it such as \"eu-west-2\"."),
    ] {
        let got = region(text);
        assert!(
            got.starts_with("4:10 region: ") && got.contains(message) && got.contains(mend),
            "{text}: {got}"
        );
    }
    for sound in [
        "eu-west-1",
        "us-gov-west-1",
        "us-isob-east-1",
        "eusc-de-east-1",
        "ap-southeast-7",
        "mx-central-1",
    ] {
        assert_eq!(region(sound), "", "{sound}");
    }
    // A pool's region has the same rule.
    let pool = "[pools.a]\nid = \"eu-west-2_EXAMPLE1\"\ntitle = \"A\"\nregion = \"eu-west-2c\"\n[values]";
    assert!(said("[values]", pool).contains("is an availability zone"));
}

#[test]
fn accounts() {
    let account = |text: &str| said("\"123456789012\"", text);
    for (text, mend) in [
        ("\"1234-5678-9012\"", "Write the digits alone: \"123456789012\"."),
        ("\"1234 5678 9012\"", "Write the digits alone: \"123456789012\"."),
        ("\" 123456789012\"", "Write the digits alone: \"123456789012\"."),
        (
            "\"12345678901\"",
            "a leading zero may be lost, as in \"012345678901\".",
        ),
        ("\"1234567890123\"", "It has 13 digits and an account has twelve"),
        (
            "\"arn:aws:iam::123456789012:role/operator\"",
            "write the account alone, \"123456789012\".",
        ),
        ("\"nhs-prod\"", "`aws sts get-caller-identity` shows."),
        ("\"\"", "Write the twelve digits in quotes"),
        ("123456789012", "loses leading zeros"),
    ] {
        let got = account(text);
        assert!(
            got.starts_with("3:11 account: ") && got.contains(mend),
            "{text}: {got}"
        );
    }
}

#[test]
fn roles() {
    let role = |text: &str| {
        said(
            "region = \"eu-west-2\"",
            &format!("region = \"eu-west-2\"\nrole = \"{text}\""),
        )
    };
    for (text, mend) in [
        (
            "arn:aws:iam::123456789012:role/operator",
            "account or path: \"operator\".",
        ),
        (
            "arn:aws:iam::123456789012:role/team/operator",
            "account or path: \"operator\".",
        ),
        (
            "arn:aws:sts::123456789012:assumed-role/operator/anna",
            "account or path: \"operator\".",
        ),
        ("team/operator", "account or path: \"operator\"."),
        ("role/operator", "account or path: \"operator\"."),
        (
            "AWSReservedSSO_Power_0123456789abcdef/anna",
            "\"AWSReservedSSO_Power_0123456789abcdef\".",
        ),
        ("arn:aws:iam::123456789012:user/anna", "That is a user"),
        ("Sign in operator", "A role's name has no ' '"),
        (" operator", "account or path: \"operator\"."),
    ] {
        let got = role(text);
        assert!(
            got.starts_with("5:8 role: ") && got.contains(mend),
            "{text}: {got}"
        );
    }
    assert!(role(&"x".repeat(65)).contains("It has 65 characters"));
    for sound in [
        "operator",
        "AWSReservedSSO_Power_0123456789abcdef",
        "a+b=c,d.e@f_g-h",
    ] {
        assert_eq!(role(sound), "", "{sound}");
    }
}

#[test]
fn name_servers_that_are_vouched_for_reach_the_plan() {
    let edit = "[name_servers]\n\"Example.NHS.test\" = [\"NS1.example.nhs.test\", \"ns2.example.nhs.test.\"]\n[values]";
    let plan = crate::resolve(&super::runbook(&[]), &super::target(&[("[values]", edit)])).unwrap();
    let zone = switchback_model::dns::DnsName::new("example.nhs.test").unwrap();
    let servers: Vec<&str> = plan.target.name_servers[&zone]
        .iter()
        .map(|server| server.host())
        .collect();
    assert_eq!(servers, ["ns1.example.nhs.test", "ns2.example.nhs.test"]);
    let wrong = "[name_servers]\n\"a b\" = []\n\"example.nhs.test\" = [\"192.0.2.53\"]\nx = 5\n[values]";
    let got = said("[values]", wrong);
    for words in [
        "7:1 invalid-name",
        "8:23 invalid-name: \"192.0.2.53\" is an address",
        "9:5 wrong-type",
    ] {
        assert!(got.contains(words), "{got}");
    }
}
