//! Values of a target that are odd: which are refused, and which are taken as they are meant.

use super::support::TestHome;

const NAME: &str = "name = \"apps.example.nhs.test.\"";
const NEW: &str = "new = [{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"] }]";

#[test]
fn values_that_cannot_be_meant_are_refused_by_name() {
    let place = TestHome::new();
    let long = format!("name = \"{}.example.nhs.test\"", "a".repeat(64));
    let cases: [(&str, &str, &str); 22] = [
        ("a TTL below zero", "lowered_ttl = 60", "lowered_ttl = -60"),
        ("a TTL of 2^31", "ttl = 300", "ttl = 2147483648"),
        ("a TTL with a fraction", "ttl = 300", "ttl = 0.5"),
        (
            "an unwritten international name",
            NAME,
            "name = \"b\u{fc}cher.example.nhs.test\"",
        ),
        ("a name with a blank", NAME, "name = \"ap ps.example.nhs.test\""),
        ("an empty name", NAME, "name = \"\""),
        (
            "a name with an empty label",
            NAME,
            "name = \"apps..example.nhs.test\"",
        ),
        ("a label of 64", NAME, &long),
        (
            "a URL for a name",
            NAME,
            "name = \"https://apps.example.nhs.test/\"",
        ),
        ("an address for a name", NAME, "name = \"192.0.2.1\""),
        ("another zone's name", NAME, "name = \"apps.example.com\""),
        (
            "a wildcard where a site is asked",
            NAME,
            "name = \"*.example.nhs.test\"",
        ),
        ("no account", "account = \"123456789012\"", ""),
        (
            "an account as a number",
            "account = \"123456789012\"",
            "account = 123456789012",
        ),
        (
            "an account of eleven digits",
            "account = \"123456789012\"",
            "account = \"12345678901\"",
        ),
        (
            "a role that is an ARN",
            "role = \"operator\"",
            "role = \"arn:aws:iam::123456789012:role/operator\"",
        ),
        (
            "an alias with a TTL",
            NEW,
            "new = [{ type = \"A\", ttl = 60, alias = { zone_id = \"Z2FDTNDATAQYW2\", name = \"d111111abcdef8.cloudfront.net\" } }]",
        ),
        (
            "an alias without a zone",
            NEW,
            "new = [{ type = \"A\", alias = { name = \"d111111abcdef8.cloudfront.net\" } }]",
        ),
        ("no record", NEW, "new = []"),
        (
            "an IPv6 address in an A record",
            NEW,
            "new = [{ type = \"A\", ttl = 60, values = [\"2001:db8::1\"] }]",
        ),
        (
            "a zone id in lower case",
            "\"Z0REHEARSALEXAMPLE1\"",
            "\"z0rehearsal\"",
        ),
        (
            "an observer that is neither on nor none",
            "dns = \"on\"",
            "dns = \"off\"",
        ),
    ];
    let mut all = String::new();
    for (title, from, to) in cases {
        let folder = place.runbook(&title.replace([' ', '^'], "-"), &[], &[(from, to)]);
        let said = place.bad(3, &["plan", &folder, "--target", "rehearsal"]);
        all.push_str(&format!("## {title}\n{said}\n"));
    }
    insta::assert_snapshot!("values", all);
}

#[test]
fn values_that_are_only_spelt_otherwise_mean_the_same() {
    let place = TestHome::new();
    let plain = place.runbook("plain", &[], &[]);
    let digest = |name: &str| place.json(&["plan", name, "--target", "rehearsal"])["digest"].clone();
    let wanted = digest(&plain);
    for (title, name) in [
        ("without its dot", "name = \"apps.example.nhs.test\""),
        ("in capitals", "name = \"APPS.Example.NHS.test.\""),
    ] {
        let folder = place.runbook(&title.replace(' ', "-"), &[], &[(NAME, name)]);
        assert_eq!(digest(&folder), wanted, "{title}");
    }
    // Allowed, and kept as they are.
    for (title, from, to) in [
        ("underscore", NAME, "name = \"_apps.example.nhs.test\""),
        ("ascii-form", NAME, "name = \"xn--bcher-kva.example.nhs.test\""),
        ("ttl-0", "lowered_ttl = 60", "lowered_ttl = 0"),
        (
            "alias",
            NEW,
            "new = [{ type = \"A\", alias = { zone_id = \"Z2FDTNDATAQYW2\", name = \"d111111abcdef8.cloudfront.net\" } }]",
        ),
    ] {
        let folder = place.runbook(title, &[], &[(from, to)]);
        assert_ne!(digest(&folder), wanted, "{title}");
    }
}
