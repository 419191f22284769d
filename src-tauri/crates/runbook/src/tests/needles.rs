//! What would prove nothing is refused: a text that stands in every script by chance, a list of paths without one.

use super::errors;

/// What is said of a bundle check that looks for these texts.
fn said(holds: &str, lacks: &str) -> String {
    let check = format!(
        "kind = \"http.bundle\"\nurl = \"https://apps.example.nhs.test/\"\nholds = {holds}\nlacks = {lacks}"
    );
    errors(&[(
        "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
        check.as_str(),
    )])
}

#[test]
fn a_text_that_is_too_short_to_prove_anything_is_refused() {
    for short in ["a", "1234567", "       a", "eu-west"] {
        let said = said(&format!("[\"eu-west-2_EXAMPLE\", \"{short}\"]"), "[\"gone\"]");
        let length = short.trim().chars().count();
        let words = format!(
            "bundle-text: {short:?} is too short, with {length} of 8 characters at least: it stands in any script by chance. Write \
             the whole id, name or URL that the script was built with."
        );
        assert!(said.contains(&words), "{short}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert_eq!(said("[\"12345678\"]", "[\"gone\"]"), "");
}

/// What must be gone may be short: the shorter it is, the more of a script it forbids.
#[test]
fn what_must_be_gone_may_be_short() {
    assert_eq!(said("[\"eu-west-2_EXAMPLE\"]", "[\"old\"]"), "");
}

/// No path is no proof that every path is routed.
#[test]
fn an_empty_list_of_paths_is_refused() {
    for (routed, said) in [
        ("[\"/auth/\"]", ""),
        ("[]", "This list is empty, so it would prove nothing."),
        ("[\"auth\"]", "is no path that a browser asks for"),
    ] {
        let check = format!(
            "kind = \"cloudfront.distribution\"\ndistribution = \"E1EXAMPLE\"\nhosts = [\"apps.example.nhs.test\"]\nrouted = {routed}"
        );
        let all = errors(&[(
            "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
            check.as_str(),
        )]);
        assert!(
            all.contains(said) && all.is_empty() == said.is_empty(),
            "{routed}: {all}"
        );
    }
}
