//! Which parameters a check of a service's tasks may name.

use super::{errors, runbook, target};

/// The codes that a check with these keys gets.
fn codes(parameters: &str) -> Vec<String> {
    let check = format!(
        "kind = \"ecs.reread\"\ncluster = \"tis-prod\"\nservice = \"tis-usermanagement\"\nparameters = {parameters}"
    );
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
fn one_to_ten_parameters_are_named_each_once() {
    let names = |count: usize| {
        format!(
            "{:?}",
            (0..count).map(|n| format!("/tis/{n}")).collect::<Vec<_>>()
        )
    };
    for (parameters, expected) in [
        (names(1), vec![]),
        (names(10), vec![]),
        (names(11), vec!["parameter-names"]),
        ("[]".to_owned(), vec!["parameter-names"]),
        (
            "[\"/tis/a\", \"/tis/b\", \"/tis/a\"]".to_owned(),
            vec!["parameter-names"],
        ),
        // At the root a name means the same with its slash and without.
        ("[\"/a\", \"a\"]".to_owned(), vec!["parameter-names"]),
        (
            "[\"tis/a\", \"/tis/b:3\"]".to_owned(),
            vec!["parameter-name", "parameter-name"],
        ),
        ("[\"/tis/a\", \"\"]".to_owned(), vec!["empty-text"]),
        ("\"/tis/a\"".to_owned(), vec!["wrong-type"]),
    ] {
        assert_eq!(codes(&parameters), expected, "{parameters}");
    }
}

#[test]
fn the_list_may_stand_in_the_target() {
    let check = "kind = \"ecs.reread\"\ncluster = \"tis-prod\"\nservice = \"tis-usermanagement\"\nparameters = \"${read}\"";
    let of = |read: &str| {
        let declared = "ttl = { type = \"seconds\", description = \"The low TTL\" }";
        let with = format!("{declared}\nread = {{ type = \"strings\", description = \"What tasks read\" }}");
        let runbook = runbook(&[
            (
                "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
                check,
            ),
            (declared, &with),
        ]);
        let target = target(&[("ttl = 60\n", &format!("ttl = 60\nread = {read}\n"))]);
        let codes =
            |errors: Vec<crate::Problem>| errors.into_iter().map(|error| error.code).collect::<Vec<_>>();
        let alone = crate::check(&runbook, None);
        assert_eq!(
            codes(alone.errors),
            [""; 0],
            "without a target nothing is known of it"
        );
        codes(crate::check(&runbook, Some(&target)).errors)
    };
    assert_eq!(of("[\"/tis/a\", \"/tis/b\"]"), [""; 0]);
    assert_eq!(of("[\"/tis/a\", \"tis/b\"]"), ["parameter-name"]);
    assert_eq!(of("[\"/tis/a\", \"/tis/a\"]"), ["parameter-names"]);
}
