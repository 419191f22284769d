//! What a parameter may be called, and what a runbook may say that it holds.

use super::errors;

/// The codes that a check of this parameter gets.
fn codes(name: &str, value: &str) -> Vec<String> {
    codes_of(&format!("name = {name:?}\nvalue = {value:?}"))
}

/// The codes that a check with these keys gets.
fn codes_of(keys: &str) -> Vec<String> {
    let check = format!("kind = \"ssm.parameter\"\n{keys}");
    // The name is used elsewhere too: only the check is another.
    let edit = (
        "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
        check.as_str(),
    );
    let said = errors(&[edit]);
    let codes = said.lines().filter_map(|line| line.split(' ').nth(1));
    codes.map(|code| code.trim_end_matches(':').to_owned()).collect()
}

#[test]
fn a_name_is_a_parameters_name_in_full() {
    for name in [
        "/tis/usermanagement/profiles",
        "profiles",
        "/profiles",
        "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o",
    ] {
        assert_eq!(codes(name, "prod"), [""; 0], "{name}");
    }
    let long = format!("/{}", "x".repeat(1_011));
    for name in [
        "arn:aws:ssm:eu-west-2:123456789012:parameter/tis",
        "/tis/profiles:3",
        "/tis/profiles:live",
        "tis/profiles",
        "/tis//profiles",
        "//tis/profiles",
        "//profiles",
        "/tis/",
        "/tis/pröfiles",
        "/tis/profiles ",
        "/aws/profiles",
        "/SSM/profiles",
        "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p",
        long.as_str(),
    ] {
        assert_eq!(codes(name, "prod"), ["parameter-name"], "{name}");
    }
}

#[test]
fn a_value_is_no_secret() {
    for value in [
        "prod,cognito",
        "https://apps.example.nhs.test/",
        "m.example@example.nhs.test",
    ] {
        assert_eq!(codes("/a", value), [""; 0], "{value}");
    }
    for value in [
        "AKIAIOSFODNN7EXAMPLE",
        "jdbc:mysql://db/x password=hunter2hunter2",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        assert_eq!(codes("/a", value), ["secret-value"], "{value}");
    }
    for value in ["x".repeat(8_193), "{{ssm:/other}}".to_owned()] {
        assert_eq!(codes("/a", &value), ["parameter-value"], "{value}");
    }
    assert_eq!(codes("/a", &"x".repeat(8_192)), [""; 0]);
}

#[test]
fn an_item_is_one_that_a_list_gives_back() {
    let of = |items: &str| codes_of(&format!("name = \"/a\"\ncontains = {items}"));
    for items in ["[\"cognito\"]", "[\"a b\", \"a\"]"] {
        assert_eq!(of(items), [""; 0], "{items}");
    }
    for items in [
        "[]",
        "[\"a,b\"]",
        "[\" a\"]",
        "[\"a\\t\"]",
        "[\"a\", \"b\", \"a\"]",
    ] {
        assert_eq!(of(items), ["list-item"], "{items}");
    }
    assert_eq!(of("[\"\"]"), ["empty-text"]);
    assert_eq!(of("\"a\""), ["wrong-type"]);
    assert_eq!(of("[\"AKIAIOSFODNN7EXAMPLE\"]"), ["secret-value"]);
    assert_eq!(of("[\"{{ssm:/other}}\"]"), ["parameter-value"]);
    let many = |count: usize, long: usize| {
        let items = (0..count).map(|n| format!("\"{n:0long$}\""));
        of(&format!("[{}]", items.collect::<Vec<_>>().join(", ")))
    };
    assert_eq!(many(50, 5), [""; 0]);
    assert_eq!(many(51, 5), ["list-item"]);
    assert_eq!(many(2, 4_096), ["list-item"]);
}

#[test]
fn a_check_says_one_thing_of_a_value() {
    assert_eq!(codes_of("name = \"/a\"\nlacks = [\"x\"]"), [""; 0]);
    assert_eq!(codes_of("name = \"/a\""), ["missing-key"]);
    assert_eq!(
        codes_of("name = \"/a\"\nvalue = \"x\"\nlacks = [\"x\"]"),
        ["either-key"]
    );
    assert_eq!(
        codes_of("name = \"/a\"\ncontains = [\"y\"]\nlacks = [\"x\"]"),
        ["either-key"]
    );
}

#[test]
fn a_secure_string_is_known_by_its_items_only() {
    assert_eq!(codes_of("name = \"/a\"\nlacks = [\"x\"]\nsecure = true"), [""; 0]);
    assert_eq!(codes_of("name = \"/a\"\nvalue = \"x\"\nsecure = false"), [""; 0]);
    assert_eq!(
        codes_of("name = \"/a\"\nvalue = \"x\"\nsecure = true"),
        ["secure-value"]
    );
    assert_eq!(
        codes_of("name = \"/a\"\ncontains = [\"x\"]\nsecure = \"yes\""),
        ["wrong-type"]
    );
}
