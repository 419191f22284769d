use super::*;

fn found(text: &str) -> Option<(&'static str, String)> {
    let found = address(text).or_else(|| secret(text))?;
    let part = text
        .chars()
        .skip(found.from - 1)
        .take(found.to + 1 - found.from)
        .collect();
    Some((found.what, part))
}

#[test]
fn an_address_is_found_in_every_writing() {
    for (text, part) in [
        (
            "asked by jo.example@example.nhs.test today",
            "jo.example@example.nhs.test",
        ),
        ("Jo <jo@example.nhs.test>", "jo@example.nhs.test"),
        ("mailto:jo+x@example.nhs.test.", "jo+x@example.nhs.test"),
        ("JO_EXAMPLE@EXAMPLE.NHS.TEST,", "JO_EXAMPLE@EXAMPLE.NHS.TEST"),
        ("zoë@exämple.test", "zoë@exämple.test"),
        ("jo＠example.nhs.test", "jo＠example.nhs.test"),
        (
            "https://x.test/?u=jo%40example.test&a=1",
            "//x.test/?u=jo%40example.test",
        ),
        ("\"jo x\"@example.test", "x\"@example.test"),
        ("jo@localhost", "jo@localhost"),
        ("service-desk@example.nhs.test", "service-desk@example.nhs.test"),
        ("jo@[192.0.2.1]", "jo@[192.0.2.1"),
    ] {
        assert_eq!(
            found(text),
            Some(("an e-mail address", part.to_owned())),
            "{text}"
        );
    }
}

#[test]
fn keys_tokens_and_passwords_are_found() {
    for text in [
        "used AKIAIOSFODNN7EXAMPLE for it",
        "ASIASEEDED0123456789",
        "key=AKIASEEDED0123456789",
        "(wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY)",
        "ghp_0123456789abcdefABCDEF0123456789abcd",
        "xoxb-123456789012-abcdefABCDEF",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x",
        "password=hunter2",
        "the password is Tr0ub4dor&3",
        "pwd: s3cret!x",
        "PASSWORD = \"correct horse\"",
        "{\"password\": \"hunter22\"}",
        "db_password=x9y",
        "api key: 9f8e7d6c5b",
        "token 8Gk2mQx71Zp",
        "aws_secret_access_key = abc",
        "q7Rk2ZpX9mWc4TnB8vLs3HdY",
        "-----BEGIN RSA PRIVATE KEY-----",
        "https://x.test/a?X-Amz-Signature=9f8e7d6c5b4a",
    ] {
        assert!(found(text).is_some(), "{text}");
    }
}

#[test]
fn what_people_write_on_such_a_night_is_taken() {
    for text in [
        "",
        "ticket 123",
        "INC0012345, agreed on the bridge @ 22:00",
        "asked by @oncall",
        "CHG-4711: users can't sign in",
        "the password reset page is down",
        "password policy differs, see RFC-12",
        "token expired, signed in again",
        "token: expired",
        "the secret was rotated at 22:15",
        "secret INC0012345 is the ticket",
        "https://wiki.example.nhs.test/x/switch-2026?page=12#part-3",
        "https://chat.example.test/archives/C024BE91L/p1700000000123456",
        "switchback@0.1.0 and dns-switch@1.2",
        "arn:aws:iam::123456789012:role/SwitchbackOperatorRole-Prod1",
        "digest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "commit 1c84327f0a7d2b1e9c8d4f5a6b7c8d9e0f1a2b3c",
        "run 019a0000-0000-7000-8000-000000000001",
        "pool eu-west-2_AbCdEfGhI, change C0123456789ABCDEFGHIJ",
        "198.51.100.20 answers, d111111abcdef8.cloudfront.net does not",
        "alb-prod-1234567890.eu-west-2.elb.amazonaws.com",
        "roll back: 40% of log-ins fail (was 2%)",
        "<script>alert(1)</script> & \"so\"",
        "Zoë at the desk said go",
        "key people agreed: access key rotation is done",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}
