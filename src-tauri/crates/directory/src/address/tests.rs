#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

const ANNA: &str = "anna.baker@example.nhs.test";

#[test]
fn what_plainly_is_none_of_the_address_is_taken_off_and_named() {
    for (given, words) in [
        (format!("  {ANNA}\t"), ""),
        (
            format!("\u{A0}{ANNA}"),
            "a space that can't be told from others (such as U+00A0)",
        ),
        (
            format!("{ANNA}\u{3000}"),
            "a space that can't be told from others (such as U+00A0)",
        ),
        (format!("mailto:{ANNA}"), "mailto:"),
        (format!("MAILTO:{ANNA}?subject=Hello there"), "mailto:"),
        (format!("SMTP:{ANNA}"), "mailto:"),
        (format!("<{ANNA}>"), "brackets around it"),
        (format!("({ANNA})"), "brackets around it"),
        (format!("Anna Baker <{ANNA}>"), "a name beside the address"),
        (format!("\"Baker, Anna\" <{ANNA}>"), "a name beside the address"),
        (format!("Анна <{ANNA}>"), "a name beside the address"),
        (format!("'{ANNA}' <{ANNA}>"), "a name beside the address"),
        (format!("{ANNA} (Anna Baker)"), "a name beside the address"),
        (format!("\"{ANNA}\""), "quotes around it"),
        (format!("'{ANNA}'"), "quotes around it"),
        (format!("“{ANNA}”"), "quotes around it"),
        (format!("„{ANNA}“"), "quotes around it"),
        (format!("{ANNA}."), "a full stop, comma or semicolon"),
        (format!("{ANNA};"), "a full stop, comma or semicolon"),
        (
            format!("Anna <mailto:{ANNA}>;"),
            "mailto:, a name beside the address and a full stop, comma or semicolon",
        ),
        (format!("\" {ANNA} \""), "quotes around it"),
    ] {
        let read = read(&given).unwrap_or_else(|why| panic!("{given}: {why}"));
        assert_eq!(
            (read.text, read.taken_off.to_string().as_str()),
            (ANNA, words),
            "{given}"
        );
    }
    // These are theirs.
    for theirs in [
        "o'neil@example.nhs.test",
        "\"ann smith\"x@e.test",
        "a+b@example.nhs.test",
        "Smith, Ann",
        "o'neil",
    ] {
        if let Ok(read) = read(theirs) {
            assert_eq!((read.text, read.taken_off.is_empty()), (theirs, true));
        }
    }
}

#[test]
fn what_can_not_be_an_address_is_refused_with_its_place() {
    for (given, words) in [
        (format!("{ANNA}\u{200B}"), "character 28 can't be seen (U+200B)"),
        (format!("\u{FEFF}{ANNA}"), "character 1 can't be seen (U+FEFF)"),
        (
            "an\u{34F}na@e.test".to_owned(),
            "character 3 can't be seen (U+034F)",
        ),
        (
            format!("<\u{430}{}>", &ANNA[1..]),
            "character 2 is а (U+0430, Cyrillic), a letter of another alphabet that looks like a",
        ),
        (
            ANNA.replace("test", "t\u{435}st"),
            "character 25 is е (U+0435, Cyrillic), a letter of another alphabet that looks like e",
        ),
        (
            "anna@xn--pple-43d.test".to_owned(),
            "character 6 is а (U+0430, Cyrillic), a letter of another alphabet that looks like a",
        ),
        (
            "anna\u{FFFD}@e.test".to_owned(),
            "character 5 stands for a letter that was lost before (U+FFFD)",
        ),
        (
            "anna＠e.test".to_owned(),
            "character 5 is ＠ (U+FF20), another form of @",
        ),
        (
            format!("{ANNA} ben@e.test"),
            "this is not one whole e-mail address: character 28 is white space",
        ),
        (
            "anna\u{A0}baker@e.test".to_owned(),
            "this is not one whole e-mail address: character 5 is white space",
        ),
        (
            format!("{ANNA},ben@e.test"),
            "character 28 can't stand in an e-mail address",
        ),
        (
            format!("{ANNA};ben@e.test"),
            "character 28 can't stand in an e-mail address",
        ),
        (
            format!("ben@e.test <{ANNA}>"),
            "this is not one whole e-mail address",
        ),
        (
            format!("\"{ANNA}"),
            "character 1 is a quote or bracket without its partner",
        ),
        (
            format!("{ANNA}>"),
            "character 28 is a quote or bracket without its partner",
        ),
        (
            "anna@e..test".to_owned(),
            "what stands after the @ is not the name of a domain",
        ),
        ("@e.test".to_owned(), "this is not one whole e-mail address"),
        ("anna@".to_owned(), "this is not one whole e-mail address"),
    ] {
        let why = read(&given).map(|read| read.text.to_owned()).unwrap_err();
        assert_eq!(why.to_string(), words, "{given}");
        assert!(!why.mend().is_empty());
    }
}

proptest! {
    /// However an address is decorated, the address is read, or it is refused; never another one.
    #[test]
    fn decoration_never_makes_another_person(
        before in prop::collection::vec(prop::sample::select(vec!["<", "\"", "mailto:", " ", "\u{A0}", "Anna <", "("]), 0..4),
        after in prop::collection::vec(prop::sample::select(vec![">", "\"", ".", ";", " ", "\u{A0}", ")"]), 0..4),
    ) {
        let given = format!("{}{ANNA}{}", before.concat(), after.concat());
        if let Ok(read) = read(&given) {
            prop_assert_eq!(read.text, ANNA);
            prop_assert_eq!(read.taken_off.is_empty(), given.trim_matches(' ') == ANNA);
        }
    }

    /// Whatever is given: read or refused, without a panic, and what is read is read again alike.
    #[test]
    fn reading_twice_is_reading_once(given in "\\PC{0,30}") {
        if let Ok(once) = read(&given) {
            let text = once.text.to_owned();
            if text.contains('@') {
                let twice = read(&text).map(|read| (read.text.to_owned(), read.taken_off.is_empty()));
                prop_assert_eq!(twice, Ok((text, true)));
            }
        }
    }
}
