//! What a list promises, and what it can't tell.

use proptest::prelude::*;

use super::answers::assert_honest;
use super::{EMAIL, STATUSES, SUB, ann, anns, ask, days_ago, pool, source};
use crate::verdict::*;

#[test]
fn as_many_are_promised_as_are_listed() {
    let of = |count| {
        ask(
            "Smith",
            &[pool(PoolRole::New, Read::Cut(anns(count), Gap::More))],
            None,
        )
        .sentence
    };
    assert_eq!(
        of(50),
        "Several accounts match: at least 50 in Admins pool. Each is listed below."
    );
    assert_eq!(
        of(60),
        "Several accounts match: at least 60 in Admins pool. The first 50 are listed below."
    );
}

#[test]
fn a_list_that_does_not_tell_every_address_calls_nobody_unknown() {
    let nobody = [pool(PoolRole::New, Read::Whole(vec![]))];
    let of = |listed: usize| {
        let (list, _) = source(listed).unwrap();
        let answer = ask(EMAIL, &nobody, Some(&list));
        (answer.verdict, answer.notes)
    };
    assert_eq!(of(1), (Verdict::NotKnown, vec![]));
    assert_eq!(
        of(6),
        (
            Verdict::NotMigrated,
            vec!["The source list holds no row that can be used.".to_owned()]
        )
    );
    assert_eq!(
        of(7),
        (
            Verdict::NotMigrated,
            vec![
                "1 row of the source list has no e-mail address: the person may be the one in it.".to_owned()
            ]
        )
    );
}

fn any_read() -> impl Strategy<Value = Read> {
    let account = (
        0..STATUSES.len(),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        0..60_i64,
    )
        .prop_map(|(status, enabled, verified, days)| {
            let mut account = ann();
            account.status = STATUSES[status];
            account.enabled = enabled;
            account.email_verified = verified;
            account.created_at = days_ago(days);
            account
        });
    let accounts = proptest::collection::vec(account, 0..4);
    (accounts, 0..4).prop_map(|(accounts, how)| match how {
        0 | 1 => Read::Whole(accounts),
        2 => Read::Cut(accounts, Gap::More),
        _ => Read::Failed(WhyNot::Other),
    })
}

proptest! {
    /// Never "absent" when more than one account matched or a pool could not be read.
    #[test]
    fn absence_is_never_claimed_without_proof(
        reads in proptest::collection::vec((any::<bool>(), any_read()), 0..4),
        by in 0..3_usize,
        listed in 0..8_usize,
    ) {
        let pools: Vec<PoolAnswer> = reads
            .into_iter()
            .map(|(new, read)| pool(if new { PoolRole::New } else { PoolRole::Old }, read))
            .collect();
        let matched = pools.iter().map(|answer| answer.read.accounts().len()).sum();
        let source = source(listed);
        let typed = [EMAIL, SUB, "Ann Smith"][by];
        let answer = ask(typed, &pools, source.as_ref().map(|(source, _)| source));
        assert_honest(&answer, &pools, matched);
        if answer.verdict.says_absent() {
            prop_assert!(pools.iter().any(|answer| answer.role == PoolRole::New));
        }
    }
}
