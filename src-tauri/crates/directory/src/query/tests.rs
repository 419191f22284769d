#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn asked(typed: &str) -> Vec<String> {
    let query = Query::parse(typed).unwrap();
    query.questions().iter().map(|q| q.filter().text()).collect()
}

#[test]
fn the_shape_decides_what_is_searched() {
    assert_eq!(
        asked(" ann@example.nhs.test "),
        ["email = \"ann@example.nhs.test\""]
    );
    assert_eq!(
        asked("Ann@Example.nhs.test"),
        [
            "email = \"Ann@Example.nhs.test\"",
            "email = \"ann@example.nhs.test\""
        ]
    );
    assert_eq!(
        asked("6F9619FF-8B86-4D01-B42D-00CF4FC964FF"),
        ["sub = \"6f9619ff-8b86-4d01-b42d-00cf4fc964ff\""]
    );
    assert_eq!(
        asked("Smi"),
        [
            "given_name ^= \"Smi\"",
            "family_name ^= \"Smi\"",
            "username ^= \"Smi\""
        ]
    );
    assert_eq!(
        asked("o'neil"),
        [
            "given_name ^= \"o'neil\"",
            "given_name ^= \"O'Neil\"",
            "family_name ^= \"o'neil\"",
            "family_name ^= \"O'Neil\"",
            "username ^= \"o'neil\""
        ]
    );
    let one = Query::one_account("core_etl").unwrap();
    assert_eq!(one.questions()[0].filter().text(), "username = \"core_etl\"");
    assert_eq!(one.matched_by(), MatchedBy::Username);
    assert_eq!(Query::parse("core_etl").unwrap().matched_by(), MatchedBy::Name);
}

#[test]
fn an_old_pool_is_asked_for_an_address_as_names_are_written_too() {
    let old = |typed: &str| -> Vec<String> {
        let query = Query::parse(typed).unwrap();
        let new: Vec<_> = query.questions_to(PoolRole::New).cloned().collect();
        assert_eq!(new, query.questions());
        let old = query.questions_to(PoolRole::Old);
        old.map(|question| question.filter().text()).collect()
    };
    let (lower, written) = (
        "email = \"ann.smith@example.nhs.test\"",
        "email = \"Ann.Smith@example.nhs.test\"",
    );
    // However it is typed, both writings are asked for.
    assert_eq!(old("ann.smith@example.nhs.test"), [lower, written]);
    assert_eq!(old("Ann.Smith@example.nhs.test"), [written, lower]);
    let shouted = old("ANN.SMITH@EXAMPLE.NHS.TEST");
    assert_eq!(shouted[1..], [lower, written]);
    assert_eq!(
        old("1234@example.nhs.test"),
        ["email = \"1234@example.nhs.test\""]
    );
    assert_eq!(old("Ann"), asked("Ann"));
}

#[test]
fn two_words_are_a_given_and_a_family_name() {
    let query = Query::parse("Ann Smith").unwrap();
    let texts: Vec<String> = query.questions().iter().map(|q| q.filter().text()).collect();
    assert_eq!(
        texts,
        [
            "given_name ^= \"Ann Smith\"",
            "family_name ^= \"Ann Smith\"",
            "family_name ^= \"Smith\""
        ]
    );
    let smith = &query.questions()[2];
    let mut account = crate::fakes::account("Ann", "Smith");
    assert_eq!(smith.hears(&account), Heard::Meant);
    account.given_name = Some(Personal::new("Bob"));
    assert_eq!(smith.hears(&account), Heard::Beside);
    account.family_name = Some(Personal::new("Jones"));
    assert_eq!(smith.hears(&account), Heard::Unasked);
    assert_eq!(asked("Smith, Ann"), ["family_name ^= \"Smith\""]);
    assert_eq!(asked("Anne Marie Smith").len(), 4);
}

/// AWS reads the escapes that its reference asks for; what stands in for it may not.
#[test]
fn what_has_a_quote_or_a_backslash_is_asked_for_by_what_stands_before() {
    assert_eq!(asked("q\"uote@example.nhs.test"), ["email ^= \"q\""]);
    assert_eq!(
        asked("Back\\slash"),
        [
            "given_name ^= \"Back\"",
            "family_name ^= \"Back\"",
            "username ^= \"Back\""
        ]
    );
    let one = Query::one_account("quote\"user").unwrap();
    let question = &one.questions()[0];
    assert_eq!(question.filter().text(), "username ^= \"quote\"");
    assert!(question.is_broad() && !question.is_doubtful());
    let mut account = crate::fakes::account("Ann", "Smith");
    for (username, heard) in [
        ("quote\"user", Heard::Meant),
        ("Quote\"User", Heard::Meant),
        ("quote", Heard::Beside),
        ("quote\"user2", Heard::Beside),
        ("quot", Heard::Unasked),
    ] {
        account.username = Personal::new(username);
        assert_eq!(question.hears(&account), heard, "{username}");
    }
    // Nothing stands before it: escaped once, and an empty answer proves nothing.
    assert_eq!(
        asked("\"a\\b\"@example.nhs.test"),
        ["email = \"\\\"a\\\\b\\\"@example.nhs.test\""]
    );
    let query = Query::parse("\"ab\"@example.nhs.test").unwrap();
    assert!(query.questions()[0].is_doubtful() && !query.questions()[0].is_broad());
    assert!(!Query::parse("ann@example.nhs.test").unwrap().questions()[0].is_doubtful());
}

#[test]
fn an_account_is_heard_by_its_own_data_and_not_by_the_answers_word() {
    let ann = crate::fakes::account("Ann", "Smith");
    let heard = |typed: &str| -> Vec<Heard> {
        let query = Query::parse(typed).unwrap();
        query
            .questions()
            .iter()
            .map(|question| question.hears(&ann))
            .collect()
    };
    assert_eq!(heard("ANN.SMITH@EXAMPLE.NHS.TEST"), [Heard::Meant, Heard::Meant]);
    assert_eq!(heard("bob.brown@example.nhs.test"), [Heard::Unasked]);
    assert_eq!(heard("6F9619FF-8B86-4D01-B42D-00CF4FC964FF"), [Heard::Meant]);
    assert_eq!(heard("7F9619FF-8B86-4D01-B42D-00CF4FC964FF"), [Heard::Unasked]);
    // Given name, family name and, though "Ann.Smith" begins so, user name.
    assert_eq!(heard("Ann"), [Heard::Meant, Heard::Unasked, Heard::Meant]);
    let mut made_up = ann.clone();
    made_up.username = Personal::new("abe619ff-8b86-4d01-b42d-00cf4fc964ff");
    let abe = Query::parse("Abe").unwrap();
    assert_eq!(abe.questions()[2].hears(&made_up), Heard::Beside, "by chance");
    let mut nameless = ann;
    nameless.email = None;
    let query = Query::parse("ann.smith@example.nhs.test").unwrap();
    assert_eq!(query.questions()[0].hears(&nameless), Heard::Unasked);
}

#[test]
fn nothing_is_asked_that_does_not_fit_into_a_filter() {
    let limit = |typed: String| match Query::parse(&typed) {
        Err(NotAQuery::TooLong { limit }) => limit,
        other => panic!("{other:?}"),
    };
    let domain = "@example.nhs.test";
    let email = |long: usize| format!("{}{domain}", "x".repeat(long - domain.len()));
    let fits = Query::parse(&email(246)).unwrap();
    assert_eq!(fits.questions()[0].filter().text().chars().count(), 256);
    assert_eq!(limit(email(247)), 246);
    assert_eq!(limit(email(300)), 246);
    // Each escape is one more.
    assert_eq!(limit(format!("x\"{}", email(244))), 246);
    assert_eq!(limit("x".repeat(257)), 239);
    assert_eq!(limit("Ann ".to_owned() + &"x".repeat(240)), 239);
    let spaces = format!("{}Ann{}", " ".repeat(300), " ".repeat(300));
    assert!(Query::parse(&spaces).is_ok());
}

#[test]
fn what_cannot_be_searched_is_refused_by_name_and_not_repeated() {
    let refused = |typed: &str| Query::parse(typed).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            refused("  "),
            refused(&"x".repeat(10_240)),
            refused(&format!("{}@example.nhs.test", "x".repeat(300))),
            refused("x"),
            refused("Ann Smith ann@example.nhs.test"),
            refused("ann@example.nhs.test, bob@example.nhs.test"),
            refused("\u{430}nn@example.nhs.test"),
            refused("@example.nhs.test"),
            refused("ann\u{0}@example.nhs.test"),
            refused("ann\n@example.nhs.test"),
            refused("\u{202E}ann@example.nhs.test"),
            refused("ann\u{200B}@example.nhs.test"),
        ]
        .join("\n")
    );
}

/// The number that a person is told is the one that they may keep to: one character less is taken.
#[test]
fn the_limit_that_is_told_is_the_limit_after_escaping() {
    let limit = |typed: &str| match Query::parse(typed).unwrap_err() {
        NotAQuery::TooLong { limit } => limit,
        other => panic!("{other}"),
    };
    let address = |local: usize| format!("{}@e.test", "x".repeat(local));
    let name = |length: usize| format!("X{}", "x".repeat(length - 1));
    assert_eq!(limit(&address(5_000)), 246);
    assert_eq!(limit(&address(246 - 6)), 246);
    assert!(Query::parse(&address(246 - 7)).is_ok());
    // A quote counts twice: the same length with one in it no longer fits.
    assert_eq!(limit(&format!("x\"{}", address(246 - 9))), 246);
    assert!(Query::parse(&format!("x\"{}", address(246 - 10))).is_ok());
    for long in [240, 241, 3_000] {
        assert_eq!(limit(&name(long)), 239, "{long}");
    }
    assert!(Query::parse(&name(239)).is_ok());
    assert_eq!(limit(&format!("{}\\", name(238))), 239);
    // Everything that is taken fits: the adapter never has to refuse it.
    for typed in [address(239), name(239), format!("{}\\", name(237))] {
        for question in Query::parse(&typed).unwrap().questions() {
            assert!(question.filter().text().chars().count() <= 256);
        }
    }
}

#[test]
fn a_query_shows_nobody() {
    let shown = format!("{:?}", Query::parse("seeded.person@example.nhs.test").unwrap());
    assert_eq!(shown, "Query(email, 1 questions)");
}

#[test]
fn an_address_is_asked_for_raw_composed_and_decomposed() {
    let (composed, decomposed) = ("jos\u{e9}@example.nhs.test", "jose\u{301}@example.nhs.test");
    let both = |one: &str, other: &str| [format!("email = \"{one}\""), format!("email = \"{other}\"")];
    assert_eq!(asked(composed), both(composed, decomposed));
    assert_eq!(asked(decomposed), both(decomposed, composed));
    let mut jose = crate::fakes::account("jose", "diaz");
    for stored in [composed, decomposed] {
        jose.email = Some(Personal::new(stored));
        for typed in [composed, decomposed, "JOS\u{c9}@EXAMPLE.NHS.TEST"] {
            let query = Query::parse(typed).unwrap();
            assert!(
                query
                    .questions()
                    .iter()
                    .all(|question| question.hears(&jose) == Heard::Meant),
                "{typed}"
            );
        }
    }
    // The same person for the audit, however it is typed.
    let normal = |typed: &str| Query::parse(typed).unwrap().normal();
    assert_eq!(normal(composed), normal("mailto:JOSE\u{301}@Example.nhs.test"));
    // A server that folds more than we do answers more than is meant, and is not one that does not listen.
    jose.email = Some(Personal::new("strasse@example.nhs.test"));
    let wide = Query::parse("stra\u{df}e@example.nhs.test").unwrap();
    assert_eq!(wide.questions()[0].hears(&jose), Heard::Unasked);
    jose.email = Some(Personal::new("\u{17F}am@example.nhs.test"));
    let sam = Query::parse("sam@example.nhs.test").unwrap();
    assert_eq!(sam.questions()[0].hears(&jose), Heard::Beside);
    assert_eq!(asked("Jos\u{e9}").len(), 6);
}

#[test]
fn who_is_shouted_is_who_is_whispered() {
    let all = |typed: &str| asked(typed);
    for question in all("anna baker") {
        assert!(all("ANNA BAKER").contains(&question), "{question}");
    }
    for question in all("baker") {
        assert!(all("BAKER").contains(&question), "{question}");
    }
    let query = Query::parse("ANNA BAKER").unwrap();
    let anna = crate::fakes::account("Anna", "Baker");
    assert!(
        query
            .questions()
            .iter()
            .any(|question| question.hears(&anna) == Heard::Meant)
    );
    assert_eq!(query.normal(), Query::parse("anna  baker").unwrap().normal());
    // As it is today: what is written as names are is asked for as it is.
    assert_eq!(asked("Baker").len(), 3);
}

#[test]
fn what_is_taken_off_is_known() {
    let query = Query::parse(" Ann Smith <ann.smith@example.nhs.test>; ").unwrap();
    assert_eq!(query.text().revealed(), "ann.smith@example.nhs.test");
    assert_eq!(
        query.taken_off().to_string(),
        "a name beside the address and a full stop, comma or semicolon"
    );
    assert_eq!(query.matched_by(), MatchedBy::Email);
}

proptest! {
    /// Whatever is typed: either refused, or every filter is one attribute with a well-quoted value.
    #[test]
    fn every_filter_is_well_quoted(typed in ".{0,60}") {
        if let Ok(query) = Query::parse(&typed) {
            prop_assert!(!query.questions().is_empty());
            for question in query.questions() {
                let text = question.filter().text();
                let inner = text.split_once('"').unwrap().1.strip_suffix('"').unwrap();
                let mut chars = inner.chars();
                while let Some(c) = chars.next() {
                    prop_assert!(c != '"' && !c.is_control());
                    if c == '\\' {
                        prop_assert!(matches!(chars.next(), Some('"' | '\\')));
                    }
                }
            }
        }
    }
}
