//! What a name shall answer: each value that Route 53 would take and nobody meant is an error at the value.

use super::{errors, target_errors};

const NEW: &str = "[{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"] }]";

/// The errors of a target whose new answer has this type and these values.
fn of(kind: &str, values: &str) -> String {
    let new = format!("[{{ type = \"{kind}\", ttl = 60, values = [{values}] }}]");
    target_errors(&[(NEW, &new)])
}

#[test]
fn a_cname_leads_to_a_name() {
    for (value, mend) in [
        (
            "198.51.100.20",
            "Write `type = \"A\"` with `values = [\"198.51.100.20\"]`, or the name of the host.",
        ),
        (
            "2001:db8::20",
            "Write `type = \"AAAA\"` with `values = [\"2001:db8::20\"]`, or the name of the host.",
        ),
        ("[2001:db8::20]", "`values = [\"2001:db8::20\"]`"),
        ("[2001:db8::20]:443", "`values = [\"2001:db8::20\"]`"),
        ("198.51.100.20:443", "`values = [\"198.51.100.20\"]`"),
        ("198.51.100.0/24", "`values = [\"198.51.100.0\"]`"),
        ("https://198.51.100.20/", "`values = [\"198.51.100.20\"]`"),
        ("'198.51.100.20'", "`values = [\"198.51.100.20\"]`"),
        (
            "'new.example.nhs.test'",
            "Write it without them: \"new.example.nhs.test\".",
        ),
        (
            "<new.example.nhs.test>",
            "Write it without them: \"new.example.nhs.test\".",
        ),
        (
            "https://new.example.nhs.test/sign-in",
            "Write only the host's name: \"new.example.nhs.test\".",
        ),
        (
            "new.example.nhs.test:443",
            "Write only the host's name: \"new.example.nhs.test\".",
        ),
        (
            "new.example.nhs.test/",
            "Write only the host's name: \"new.example.nhs.test\".",
        ),
        (
            "ops@new.example.nhs.test",
            "Write only the host's name: \"new.example.nhs.test\".",
        ),
        ("*.example.nhs.test", "Write the full name of the host"),
        ("198.51.100", "looks like an address"),
        ("198.51.100.256", "looks like an address"),
        ("new", "Write the full name: Route 53 adds no zone to it."),
        ("new.example.nhs.test,", "holds ','"),
        ("n\u{fc}w.example.nhs.test", "ASCII form"),
        ("new..example.nhs.test", "Write labels of 1 to 63 characters"),
    ] {
        let said = of("CNAME", &format!("\"{value}\""));
        let column = said.starts_with("8:46 record-values: ");
        assert!(
            column && said.contains(mend) && !said.contains('\n'),
            "{value}: {said}"
        );
    }
    for sound in [
        "new.example.nhs.test",
        "New.Example.NHS.test.",
        "_x.d111111abcdef8.cloudfront.net",
        "a.xn--bcher-kva.test",
    ] {
        assert_eq!(of("CNAME", &format!("\"{sound}\"")), "", "{sound}");
    }
    assert_eq!(
        of("CNAME", "\"a.example.nhs.test\", \"b.example.nhs.test\""),
        "8:68 record-values: A CNAME leads to one name, and this is one more. Keep one name; to share users out, write weighted \
         record sets with a name each."
    );
}

#[test]
fn addresses_are_of_their_version() {
    for (kind, value, mend) in [
        (
            "A",
            "new.example.nhs.test",
            "to lead to the name new.example.nhs.test, use `type = \"CNAME\"` or an alias.",
        ),
        (
            "A",
            "https://new.example.nhs.test/",
            "to lead to the name new.example.nhs.test,",
        ),
        (
            "A",
            "2001:db8::20",
            "Put 2001:db8::20 into a record set of type AAAA.",
        ),
        (
            "A",
            "198.51.100.20:443",
            "Write only the address: \"198.51.100.20\".",
        ),
        (
            "A",
            "http://198.51.100.20",
            "Write only the address: \"198.51.100.20\".",
        ),
        (
            "A",
            "198.51.100.20/32",
            "Write only the address: \"198.51.100.20\".",
        ),
        (
            "A",
            "198.51.100.020",
            "Write it without leading zeros: \"198.51.100.20\".",
        ),
        (
            "A",
            "198.51.100.20, 198.51.100.21",
            "Write each address as a string of its own.",
        ),
        ("A", "*", "Write it such as \"192.0.2.10\"."),
        (
            "AAAA",
            "198.51.100.20",
            "Put 198.51.100.20 into a record set of type A.",
        ),
        (
            "AAAA",
            "[2001:db8::20]",
            "Write only the address: \"2001:db8::20\".",
        ),
        (
            "AAAA",
            "2001:db8::20/128",
            "Write only the address: \"2001:db8::20\".",
        ),
        (
            "AAAA",
            "new.example.nhs.test",
            "use `type = \"CNAME\"` or an alias.",
        ),
        ("AAAA", "2001:db8::2g", "Write it such as \"2001:db8::10\"."),
    ] {
        let said = of(kind, &format!("\"{value}\""));
        assert!(
            said.contains(" record-values: ") && said.contains(mend),
            "{kind} {value}: {said}"
        );
    }
    // Each at its own place.
    assert_eq!(
        of("A", "\"198.51.100.20\", \"x\", \"198.51.100.20\""),
        "8:59 record-values: \"x\" is no IPv4 address, and a record set of type A has nothing else. Write its address, such as \
         \"192.0.2.10\"; to lead to the name x, use `type = \"CNAME\"` or an alias.\n\
         8:64 record-values: The value \"198.51.100.20\" stands here twice. Keep one of them: Route 53 refuses both."
    );
    assert!(of("AAAA", "\"2001:DB8::1\", \"2001:db8:0::1\"").contains("stands here twice"));
    assert!(of("A", "").contains("must have one or more IPv4 addresses"));
}

#[test]
fn a_name_does_not_lead_to_itself_nor_is_the_zones_own_a_cname() {
    for value in ["apps.example.nhs.test", "Apps.Example.NHS.test."] {
        assert_eq!(
            of("CNAME", &format!("\"{value}\"")),
            "8:46 record-loop: apps.example.nhs.test would lead to itself, and nobody would get an answer. Write the name of \
             the side that it shall lead to."
        );
    }
    // Written in the runbook, the place is there.
    let to = |text: &str| errors(&[("to = \"${new}\"", &format!("to = [{text}]"))]);
    assert!(to("{ type = \"CNAME\", ttl = 60, values = [\"${name}\"] }").starts_with("68:45 record-loop"));
    let alias = |zone: &str| {
        to(&format!(
            "{{ type = \"A\", alias = {{ zone_id = \"{zone}\", name = \"${{name}}\" }} }}"
        ))
    };
    assert!(alias("Z0EXAMPLE").contains("record-loop"));
    assert_eq!(alias("Z0OTHER"), "");
    assert!(
        to("{ type = \"A\", alias = { zone_id = \"Z1\", name = \"198.51.100.20\" } }")
            .contains("is an address, and an alias leads to a name")
    );
    let apex = target_errors(&[
        ("name = \"apps.example.nhs.test\"", "name = \"example.nhs.test\""),
        (
            NEW,
            "[{ type = \"CNAME\", ttl = 60, values = [\"new.example.nhs.test\"] }]",
        ),
    ]);
    assert_eq!(
        apex,
        "8:46 cname-conflict: The zone's own name can't have a CNAME: it has SOA and NS records already. Use an alias, or A and \
         AAAA record sets."
    );
}

#[test]
fn the_lines_of_a_record_check_are_judged_in_the_same_way() {
    let check = |line: &str| {
        errors(&[(
            "kind = \"http.build\"\nurl = \"https://${name}/\"",
            &format!(
                "kind = \"route53.record\"\nzone_id = \"Z0EXAMPLE\"\nname = \"${{name}}\"\nvalues = ['{line}']"
            ),
        )])
    };
    assert!(
        check("A 192.0.2.10,new.test").starts_with("40:25 record-values: \"new.test\""),
        "{}",
        check("A 192.0.2.10,new.test")
    );
    assert!(check("CNAME 192.0.2.10").starts_with("40:18 record-values: "));
    assert!(check("TXT x").contains("record-line"));
    assert_eq!(check("A 192.0.2.10 weight 90 set Blue, old"), "");
    assert_eq!(
        check("A alias d1.cloudfront.net weight 0 health check abc set b"),
        ""
    );
    for bad in [
        "A 192.0.2.10 weight 300 set b",
        "A 192.0.2.10 weight 90",
        "A 192.0.2.10 weight x set b",
    ] {
        assert!(
            check(bad).contains("The share of this line can't be read."),
            "{bad}"
        );
    }
}
