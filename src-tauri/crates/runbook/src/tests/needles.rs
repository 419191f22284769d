//! What a bundle must hold: a text that stands in every script by chance proves nothing.

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
