//! What a parameter may be called, and what a runbook may say that it holds.

use super::errors;

/// The codes that a check of this parameter gets.
fn codes(name: &str, value: &str) -> Vec<String> {
    let check = format!("kind = \"ssm.parameter\"\nname = {name:?}\nvalue = {value:?}");
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
