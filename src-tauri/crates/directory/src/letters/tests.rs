#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

#[test]
fn two_writings_of_one_address_are_compared_alike_and_two_people_never() {
    for (one, other) in [
        ("Ann@Example.NHS.test", "ann@example.nhs.test"),
        ("jose\u{301}.diaz@example.nhs.test", "JOSÉ.Diaz@example.nhs.test"),
        ("\u{212B}sa@example.nhs.test", "åsa@example.nhs.test"),
        ("ΣΟΦΟΣ@example.nhs.test", "σοφοσ@example.nhs.test"),
        ("ann@bücher.test", "ann@xn--bcher-kva.test"),
        ("ann@BU\u{308}CHER.test", "ann@xn--bcher-kva.test"),
        ("ẞ@example.nhs.test", "ß@example.nhs.test"),
    ] {
        assert_eq!(compared(one), compared(other), "{one} {other}");
    }
    // Full case folding, NFKC and look-alikes would make them one.
    for (one, other) in [
        ("strasse@example.nhs.test", "straße@example.nhs.test"),
        ("ſam@example.nhs.test", "sam@example.nhs.test"),
        ("ﬁnn@example.nhs.test", "finn@example.nhs.test"),
        ("ａnna@example.nhs.test", "anna@example.nhs.test"),
        ("аnna@example.nhs.test", "anna@example.nhs.test"),
        ("jose@example.nhs.test", "josé@example.nhs.test"),
        ("σοφος@example.nhs.test", "σοφοσ@example.nhs.test"),
        ("ann@bücher.test", "ann@bucher.test"),
    ] {
        assert_ne!(compared(one), compared(other), "{one} {other}");
    }
}

#[test]
fn only_what_differs_is_asked_for_again() {
    assert_eq!(spellings("ann@example.nhs.test").len(), 1);
    assert_eq!(spellings("Ann@example.nhs.test").len(), 2);
    let accented = ["josé@example.nhs.test", "jose\u{301}@example.nhs.test"];
    assert_eq!(spellings(accented[0]), accented);
    assert_eq!(spellings(accented[1]), [accented[1], accented[0]]);
    assert_eq!(spellings("José@example.nhs.test").len(), 4);
    let domains = spellings("ann@bücher.test");
    for domain in ["bücher.test", "bu\u{308}cher.test", "xn--bcher-kva.test"] {
        assert!(domains.contains(&format!("ann@{domain}")), "{domains:?}");
    }
}

#[test]
fn a_letter_of_another_alphabet_is_named_with_its_place() {
    let said = |part: &str| match look(part, 0) {
        Ok(odd) => odd.map(|odd| format!("odd: {odd}")),
        Err(why) => Some(why.to_string()),
    };
    for (part, words) in [
        (
            "аnna",
            "character 1 is а (U+0430, Cyrillic), a letter of another alphabet that looks like a",
        ),
        (
            "annа.baker",
            "character 4 is а (U+0430, Cyrillic), a letter of another alphabet that looks like a",
        ),
        (
            "bοb",
            "character 2 is ο (U+03BF, Greek), a letter of another alphabet that looks like o",
        ),
        // All of them look Latin.
        (
            "сасао",
            "character 1 is с (U+0441, Cyrillic), a letter of another alphabet that looks like c",
        ),
        ("ａnna", "character 1 is ａ (U+FF41), another form of a"),
        ("𝐚nna", "character 1 is 𝐚 (U+1D41A), another form of a"),
        // These are names.
        (
            "ışık",
            "odd: character 1 is ı (U+0131, Latin), which looks like i",
        ),
        ("þór", "odd: character 1 is þ (U+00FE, Latin), which looks like p"),
        ("жанна", "odd: character 1 is ж (U+0436, Cyrillic)"),
        (
            "o’neil",
            "odd: character 2 is ’ (U+2019, Common), which looks like '",
        ),
    ] {
        assert_eq!(said(part).unwrap(), words, "{part}");
    }
    for part in [
        "josé",
        "jose\u{301}",
        "ærlig",
        "straße",
        "łukasz",
        "o'neil",
        "çelik",
        "øyvind",
    ] {
        assert_eq!(said(part), None, "{part}");
    }
}

proptest! {
    /// Whatever is compared is the same when it is composed, decomposed or in small letters already.
    #[test]
    fn comparing_is_stable(text in "\\PC{0,24}") {
        let once = fold(&text);
        for form in forms(&text) {
            prop_assert_eq!(&fold(&form), &once);
        }
        prop_assert_eq!(&fold(&once), &once);
    }
}
