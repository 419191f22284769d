//! What changes with the rules of a pool: whose letters count, and how long an invitation lives.

use std::collections::BTreeMap;

use switchback_model::directory::Personal;

use super::*;
use crate::{Meaning, Stage};

#[test]
fn who_may_be_there_in_other_letters_is_not_clearly_absent() {
    let nobody = |rules| PoolAnswer {
        rules,
        ..pool(PoolRole::New, Read::Whole(vec![]))
    };
    for (rules, clear, notes) in [(rules(false), true, 0), (rules(true), false, 1), (None, false, 1)] {
        let answer = ask(EMAIL, &[nobody(rules)], None);
        assert_eq!((answer.verdict, answer.clear), (Verdict::NotMigrated, clear));
        assert_eq!(answer.notes.len(), notes, "{answer:?}");
        // Letter case is no question of a sub, and a name says so anyway.
        assert!(ask(SUB, &[nobody(rules)], None).clear);
        assert!(ask("Smith", &[nobody(rules)], None).clear);
        let by_name = judge(
            &Query::one_account("anna").unwrap(),
            &[nobody(rules)],
            None,
            now(),
        );
        assert_eq!((by_name.verdict, by_name.clear), (Verdict::NoSuchId, clear));
        assert_eq!(by_name.sentence, "No account has this user name.");
    }
    let capitals = ask("Ann.Smith@Example.nhs.test", &[nobody(rules(true))], None);
    assert_eq!(
        capitals.notes,
        [
            "Capital letters count in Admins pool: the e-mail address may be there in other capital letters. Try \
          it as they write it."
        ]
    );
    // Who was found was found, though not quite as typed.
    let mut account = ann();
    account.email = Some(Personal::new("Ann.Smith@example.nhs.test"));
    let answer = of_one(account);
    assert!(answer.clear);
    assert_eq!(
        answer.notes,
        ["The account has the e-mail address in other capital letters."]
    );
}

#[test]
fn an_invitation_lives_as_long_as_its_pool_says() {
    let invited = |days: i64, lives: Option<i64>| {
        let mut account = ann();
        account.status = AccountStatus::ForceChangePassword;
        account.created_at = days_ago(days);
        account.modified_at = days_ago(days);
        let mut pool = pool(PoolRole::New, Read::Whole(vec![account]));
        pool.rules = Some(PoolRules {
            letter_case_counts: false,
            invitation_lives: lives.map(|days| SignedDuration::from_hours(24 * days)),
        });
        ask(EMAIL, &[pool], None)
    };
    for (days, lives, verdict) in [
        (0, Some(1), Verdict::InvitationOpen),
        (1, Some(1), Verdict::InvitationExpired),
        (29, Some(30), Verdict::InvitationOpen),
        (30, Some(30), Verdict::InvitationExpired),
        (6, None, Verdict::InvitationOpen),
        (7, None, Verdict::InvitationExpired),
    ] {
        let answer = invited(days, lives);
        assert_eq!(answer.verdict, verdict, "{days} {lives:?}");
        assert_eq!(answer.notes.len(), usize::from(lives.is_none()), "{answer:?}");
    }
    assert_eq!(
        invited(3, Some(1)).sentence,
        "Invited, never signed in. The invitation has expired: it lives 1 day."
    );
    assert_eq!(
        invited(9, None).notes,
        ["How long an invitation lives in this pool is not known: 7 days, the default, is taken for it."]
    );
}

#[test]
fn the_meaning_follows_the_verdict_and_an_if_makes_nobody_absent() {
    let mut of: BTreeMap<Meaning, Vec<Verdict>> = BTreeMap::new();
    for status in STATUSES {
        let mut account = ann();
        account.status = status;
        account.created_at = days_ago(1);
        let answer = of_one(account.clone());
        of.entry(answer.meaning()).or_default().push(answer.verdict);
        account.enabled = Some(false);
        let answer = of_one(account);
        assert!(
            matches!(answer.meaning(), Meaning::CantSignIn | Meaning::CantTell),
            "{answer:?}"
        );
    }
    assert_eq!(of[&Meaning::CanSignIn], [Verdict::Confirmed]);
    assert_eq!(
        of[&Meaning::CanBut],
        [
            Verdict::InvitationOpen,
            Verdict::ResetRequired,
            Verdict::ExternalProvider
        ]
    );
    // However many match, the meaning is that of the verdict.
    let none = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(vec![]))], None);
    assert_eq!(none.meaning(), Meaning::NotMigratedYet);
    let mut unsure = pool(PoolRole::New, Read::Whole(vec![]));
    unsure.rules = None;
    assert_eq!(ask(EMAIL, &[unsure], None).meaning(), Meaning::CantTell);
    let many = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(anns(2)))], None);
    assert_eq!(many.meaning(), Meaning::CantTell);
    let words: std::collections::BTreeSet<&str> = Meaning::ALL.iter().map(|meaning| meaning.word()).collect();
    assert_eq!(words.len(), Meaning::ALL.len());
}

#[test]
fn what_to_do_hangs_on_how_far_the_run_has_come() {
    let absent = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(vec![]))], None);
    let there = of_one(ann());
    for (stage, nobody, somebody) in [
        (
            Stage::Before,
            "The switch has not been made: they sign in as they always did",
            "The switch has not been made: today",
        ),
        (
            Stage::RolledBack,
            "The switch was taken back: ask them to sign in as they did before it",
            "The switch was taken back: ask them",
        ),
    ] {
        let (absent, there) = (absent.clone().at(stage), there.clone().at(stage));
        assert!(absent.next_step.starts_with(nobody), "{absent:?}");
        assert!(
            absent.next_step.ends_with("Do not create the account."),
            "{absent:?}"
        );
        assert!(there.next_step.starts_with(somebody), "{there:?}");
    }
    assert_eq!(absent.clone().at(Stage::Switched), absent);

    // The headline follows where people sign in, and contradicts no line below it.
    let old = || pool(PoolRole::Old, Read::Whole(vec![ann()]));
    let known = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(vec![])), old()], None);
    let both = ask(
        EMAIL,
        &[pool(PoolRole::New, Read::Whole(vec![ann()])), old()],
        None,
    );
    assert!(known.sentence.ends_with("will be moved then."), "{known:?}");
    assert!(
        both.notes
            .contains(&"Also in the old pool: the account above is the one that counts.".to_owned())
    );
    for (stage, moved, counts, note) in [
        (
            Stage::Before,
            "They sign in with their old password, and are moved only after the switch.",
            "The switch has not been made: the account from before it counts. In the new pool: they can sign in.",
            "Also in the old pool: until the switch that account is the one that counts.",
        ),
        (
            Stage::RolledBack,
            "The switch was taken back: they sign in with their old password, and nobody is moved now.",
            "The switch was taken back: the account from before it counts. In the new pool: they can sign in.",
            "Also in the old pool: that account is the one that counts again.",
        ),
    ] {
        for one in [&absent, &known] {
            let one = one.clone().at(stage);
            assert!(one.sentence.ends_with(moved), "{one:?}");
            assert!(!one.sentence.contains("moved then"), "{one:?}");
        }
        let both = both.clone().at(stage);
        assert!(both.sentence.starts_with(counts), "{both:?}");
        assert!(both.notes.contains(&note.to_owned()), "{both:?}");
        assert!(
            both.notes.iter().all(|note| !note.contains("the account above")),
            "{both:?}"
        );
    }
    let mut off = ann();
    off.enabled = Some(false);
    let off = of_one(off);
    assert_eq!(off.clone().at(Stage::RolledBack), off);
}

#[test]
fn what_was_taken_off_is_said_and_an_odd_letter_is_never_a_verdict() {
    let nobody = || [pool(PoolRole::New, Read::Whole(vec![]))];
    let answer = ask("<ann.smith@example.nhs.test>", &nobody(), None);
    assert_eq!(
        (answer.verdict, answer.notes.as_slice()),
        (
            Verdict::NotMigrated,
            ["Read without brackets around it.".to_owned()].as_slice()
        )
    );
    let odd = ask("\u{131}lker@example.nhs.test", &nobody(), None);
    assert_eq!((odd.verdict, odd.clear), (Verdict::CantTell, false));
    assert!(
        odd.sentence
            .starts_with("Can't tell: character 1 is \u{131} (U+0131, Latin)"),
        "{odd:?}"
    );
    // A list that swallowed people proves nobody absent; who has an account has one.
    let list =
        Source::read(b"email,family_name\nbob@example.nhs.test,\"Brown\nann.smith@example.nhs.test,Smith\n")
            .unwrap();
    let swallowed = ask(EMAIL, &nobody(), Some(&list));
    assert_eq!(swallowed.verdict, Verdict::CantTell);
    assert!(
        swallowed.sentence.contains("line 2: a quote begins here"),
        "{swallowed:?}"
    );
    let there = [pool(PoolRole::New, Read::Whole(anns(1)))];
    assert_eq!(ask(EMAIL, &there, Some(&list)).verdict, Verdict::Confirmed);
}
