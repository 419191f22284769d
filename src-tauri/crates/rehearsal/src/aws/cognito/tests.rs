#![expect(clippy::unwrap_used, reason = "tests")]
use super::filter::Filter;
use super::user::User;

fn user() -> User {
    User::confirmed("Ana.Baker@example.nhs.test", "Ana \"A\"", "Back\\slash", 0)
}

#[test]
fn the_filter_is_read_as_cognito_reads_it() {
    let user = user();
    for (text, folded, exact) in [
        ("email = \"Ana.Baker@example.nhs.test\"", true, true),
        ("email=\"ana.baker@example.nhs.test\"", true, false),
        ("email ^= \"Ana.\"", true, true),
        ("\"email\" ^= \"ana\"", true, false),
        ("given_name = \"Ana \\\"A\\\"\"", true, true),
        ("family_name = \"Back\\\\slash\"", true, true),
        ("family_name = \"Back\"", false, false),
        ("cognito:user_status = \"confirmed\"", true, true),
        ("status = \"Enabled\"", true, true),
        ("status = \"enabled\"", false, false),
        ("phone_number ^= \"+44\"", false, false),
    ] {
        let filter = Filter::parse(text).unwrap().unwrap();
        assert_eq!(filter.matches(&user, false), folded, "{text}");
        assert_eq!(filter.matches(&user, true), exact, "{text}, case counts");
    }
    assert_eq!(Filter::parse(" ").unwrap(), None);
    for bad in [
        "email",
        "email = x",
        "email = \"x",
        "email = \"x\" and sub = \"y\"",
        "email = \"\\x\"",
        "email = \"a\"b\"",
        "custom:code = \"x\"",
        "email != \"x\"",
    ] {
        assert_eq!(
            Filter::parse(bad).unwrap_err().code,
            "InvalidParameterException",
            "{bad}"
        );
    }
    let long = format!("email = \"{}\"", "x".repeat(250));
    assert!(Filter::parse(&long).unwrap_err().message.contains("256"));
}
