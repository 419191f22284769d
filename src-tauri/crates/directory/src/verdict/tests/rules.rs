//! What changes with the rules of a pool: whose letters count, and how long an invitation lives.

use super::*;

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
