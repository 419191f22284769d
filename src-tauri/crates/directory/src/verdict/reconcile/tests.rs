#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::Cell;

use jiff::SignedDuration;
use switchback_model::directory::{AccountStatus, PoolId, PoolRules};

use super::*;
use crate::fakes::account;
use crate::verdict::{Gap, WhyNot};

thread_local! {
    /// Rows and accounts that were looked at.
    pub(super) static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
}

const LIST: &str = "\u{FEFF}email,given_name,active,role\r\n\
    ann.baker@example.nhs.test,Ann,yes,\r\n\
    ANN.BAKER@example.nhs.test,Ann,yes,\r\n\
    new.person@example.nhs.test,New,yes,\r\n\
    old.person@example.nhs.test,Old,no,\r\n\
    =cmd(),Evil,yes,\r\n\
    short,row\r\n\
    core_etl@example.nhs.test,Etl,yes,Machine User\r\n\
    ,Nameless,yes,\r\n\
    twin.one@example.nhs.test,Twin,yes,\r\n";

fn pool(role: PoolRole, read: Read) -> PoolAnswer {
    PoolAnswer {
        pool: PoolId::new("eu-west-2_REHEARSAL1").unwrap(),
        rules: None,
        title: format!("the {} pool", role.word()),
        role,
        read,
    }
}

fn people() -> Vec<Account> {
    let mut twin = account("twin", "one");
    twin.username = Personal::new("second");
    let mut extra = account("not", "listed");
    extra.status = AccountStatus::Unconfirmed;
    // The first stands on two pages, because it was changed meanwhile.
    vec![
        account("ann", "baker"),
        account("twin", "one"),
        twin,
        extra,
        account("ann", "baker"),
    ]
}

fn words(source: &Source, pools: &[PoolAnswer]) -> Vec<(u64, &'static str)> {
    let found = reconcile(source, pools, Timestamp::UNIX_EPOCH);
    found.lines().map(|line| (line.line, line.word())).collect()
}

#[test]
fn every_line_has_its_verdict_in_the_order_of_the_file() {
    let source = Source::read(LIST.as_bytes()).unwrap();
    let pools = [
        pool(PoolRole::New, Read::Whole(people())),
        pool(PoolRole::Old, Read::Whole(vec![account("old", "person")])),
    ];
    assert_eq!(
        words(&source, &pools),
        [
            (2, "confirmed"),
            (3, "confirmed"),
            (4, "not_migrated_known"),
            (5, "not_migrated_leaver"),
            (6, "row_not_read"),
            (7, "row_not_read"),
            (8, "machine_user"),
            (9, "cant_tell"),
            (10, "several"),
        ]
    );
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    // A row could not be read, so nobody knows who is on the list.
    assert_eq!(found.not_on_list(), None);
    let lines: Vec<Line<'_>> = found.lines().collect();
    assert_eq!((lines[0].new.len(), lines[0].old), (1, 0));
    assert_eq!((lines[3].new.len(), lines[3].old), (0, 1));
    assert!(lines[1].fault.unwrap().to_string().contains("line 2"));
    let twins = lines[8].answer.as_ref().unwrap();
    assert_eq!(twins.sentence, "Several accounts match: 2 in the new pool.");
    for line in lines {
        for text in line.answer.iter().map(|answer| &answer.sentence) {
            assert!(
                !text.to_lowercase().contains("ann") && !text.contains('@'),
                "{text}"
            );
        }
    }
}

#[test]
fn whoever_is_of_no_row_is_counted_once() {
    let source = Source::read(b"email\nann.baker@example.nhs.test\n").unwrap();
    let pools = [pool(PoolRole::New, Read::Whole(people()))];
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    assert_eq!(found.not_on_list(), Some(3));
    // The same user name in a second pool is another account.
    let mut elsewhere = account("twin", "one");
    elsewhere.pool = "eu-west-2_REHEARSAL2".to_owned();
    let [first] = pools;
    let pools = [first, pool(PoolRole::New, Read::Whole(vec![elsewhere]))];
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    assert_eq!(found.not_on_list(), Some(4));
    let cut = [pool(PoolRole::New, Read::Cut(people(), Gap::More))];
    assert_eq!(
        reconcile(&source, &cut, Timestamp::UNIX_EPOCH).not_on_list(),
        None
    );
}

/// Whichever pool was not read to its end: nobody is called absent.
#[test]
fn nobody_is_absent_where_something_was_not_read() {
    let source = Source::read(LIST.as_bytes()).unwrap();
    let holes = [
        Read::Cut(people(), Gap::More),
        Read::Cut(people(), Gap::Stopped),
        Read::Failed(WhyNot::Throttled),
        Read::Failed(WhyNot::Denied),
    ];
    for hole in holes {
        for (new, old) in [
            (hole.clone(), Read::Whole(Vec::new())),
            (Read::Whole(Vec::new()), hole.clone()),
        ] {
            let pools = [pool(PoolRole::New, new), pool(PoolRole::Old, old)];
            let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
            for line in found.lines() {
                let Some(answer) = line.answer else { continue };
                assert!(
                    !answer.verdict.says_absent(),
                    "line {}: {:?}",
                    line.line,
                    answer.verdict
                );
            }
        }
    }
}

#[test]
fn a_list_of_user_names_is_matched_by_user_name() {
    let source = Source::read(b"username\nANN.BAKER\nnobody\n").unwrap();
    let pools = [pool(PoolRole::New, Read::Whole(people()))];
    assert_eq!(words(&source, &pools), [(2, "confirmed"), (3, "no_such_id")]);
}

#[test]
fn an_invitation_lives_as_long_as_its_pool_says_here_too() {
    let source = Source::read(b"email\nann.baker@example.nhs.test\n").unwrap();
    let mut invited = account("ann", "baker");
    invited.status = AccountStatus::ForceChangePassword;
    invited.created_at = Some(Timestamp::UNIX_EPOCH);
    invited.modified_at = invited.created_at;
    let mut new = pool(PoolRole::New, Read::Whole(vec![invited]));
    for (days, word, notes) in [
        (Some(2), "invitation_expired", 0),
        (Some(9), "invitation_open", 0),
        (None, "invitation_open", 1),
    ] {
        new.rules = days.map(|days| PoolRules {
            letter_case_counts: true,
            invitation_lives: Some(SignedDuration::from_hours(24 * days)),
        });
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 3);
        let pools = [new.clone()];
        let found = reconcile(&source, &pools, later);
        let line = found.lines().next().unwrap();
        assert_eq!(line.word(), word);
        assert_eq!(line.answer.unwrap().notes.len(), notes);
    }
}

fn at(second: i64) -> Option<Timestamp> {
    Some(Timestamp::from_second(second).unwrap())
}

/// As a pool gives somebody who is changed while its pages are read: an address, a state and the last change.
fn reading(email: &str, status: AccountStatus, modified_at: Option<Timestamp>) -> Account {
    Account {
        username: Personal::new("u1"),
        email: Some(Personal::new(email)),
        status,
        modified_at,
        ..account("ann", "baker")
    }
}

#[test]
fn of_an_account_on_two_pages_the_one_that_was_written_later_counts() {
    let source = Source::read(b"email\nold@example.nhs.test\nnew@example.nhs.test\n").unwrap();
    let before = reading("old@example.nhs.test", AccountStatus::Unconfirmed, at(1));
    let after = reading("new@example.nhs.test", AccountStatus::Confirmed, at(2));
    for people in [
        vec![before.clone(), after.clone()],
        vec![after.clone(), before.clone()],
        vec![before.clone(), after.clone(), before.clone(), after.clone()],
    ] {
        let pools = [pool(PoolRole::New, Read::Whole(people))];
        // Whose address it was is nobody absent: the account is there.
        assert_eq!(words(&source, &pools), [(2, "cant_tell"), (3, "confirmed")]);
        let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
        let line = found.lines().next().unwrap();
        assert_eq!(
            line.answer.unwrap().sentence,
            "Can't tell: an account had this e-mail address when the reading began, and has another one since."
        );
        assert_eq!(found.not_on_list(), Some(0));
    }
    // Disabled since the first page.
    let mut off = reading("new@example.nhs.test", AccountStatus::Confirmed, at(3));
    off.enabled = Some(false);
    let pools = [pool(PoolRole::New, Read::Whole(vec![after, off]))];
    assert_eq!(words(&source, &pools)[1], (3, "disabled"));
}

#[test]
fn two_pages_that_contradict_each_other_without_a_date_are_no_verdict() {
    let source = Source::read(b"email\nold@example.nhs.test\nnew@example.nhs.test\n").unwrap();
    let confirmed = |email, when| reading(email, AccountStatus::Confirmed, when);
    let reset = |when| reading("new@example.nhs.test", AccountStatus::ResetRequired, when);
    let new = "new@example.nhs.test";
    for (people, old_says, new_says) in [
        (
            vec![confirmed(new, at(1)), reset(at(1))],
            "not_migrated_known",
            "cant_tell",
        ),
        (
            vec![confirmed(new, None), reset(at(1))],
            "not_migrated_known",
            "cant_tell",
        ),
        (
            vec![confirmed(new, None), reset(None)],
            "not_migrated_known",
            "cant_tell",
        ),
        (
            vec![confirmed("old@example.nhs.test", None), confirmed(new, None)],
            "cant_tell",
            "cant_tell",
        ),
        // They say the same, so that it does not matter which counts.
        (
            vec![confirmed(new, None), confirmed(new, at(1))],
            "not_migrated_known",
            "confirmed",
        ),
        (
            vec![reset(at(1)), reset(at(1))],
            "not_migrated_known",
            "reset_required",
        ),
        // A later one settles what contradicted before.
        (
            vec![confirmed(new, at(1)), reset(at(1)), confirmed(new, at(2))],
            "not_migrated_known",
            "confirmed",
        ),
    ] {
        let pools = [pool(PoolRole::New, Read::Whole(people))];
        assert_eq!(words(&source, &pools), [(2, old_says), (3, new_says)]);
        let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
        let answer = found.lines().nth(1).unwrap().answer.unwrap();
        assert_eq!(
            answer
                .sentence
                .starts_with("Can't tell: two pages of the new pool"),
            new_says == "cant_tell",
            "{answer:?}"
        );
        assert_eq!(found.lines().nth(1).unwrap().new.len(), 1);
        assert_eq!(found.not_on_list(), Some(0));
    }
    // By user name it is one account, too.
    let names = Source::read(b"username\nu1\n").unwrap();
    let two = vec![confirmed("old@example.nhs.test", None), confirmed(new, None)];
    let pools = [pool(PoolRole::New, Read::Whole(two))];
    assert_eq!(words(&names, &pools), [(2, "cant_tell")]);
    // In the old pool it matters only where the new one has nobody.
    let mut off = confirmed(new, at(1));
    off.enabled = Some(false);
    let old = pool(PoolRole::Old, Read::Whole(vec![confirmed(new, at(1)), off]));
    let nobody = pool(PoolRole::New, Read::Whole(Vec::new()));
    assert_eq!(words(&source, &[nobody, old.clone()])[1], (3, "cant_tell"));
    let there = pool(PoolRole::New, Read::Whole(vec![confirmed(new, at(1))]));
    let pools = [there, old];
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    let answer = found.lines().nth(1).unwrap().answer.unwrap();
    assert_eq!(answer.verdict, Verdict::Confirmed);
    assert!(
        answer
            .notes
            .iter()
            .any(|note| note.starts_with("Two pages say different things")),
        "{answer:?}"
    );
}

#[test]
fn whoever_was_read_under_their_user_name_is_not_called_absent() {
    let named = |name: &str, email: Option<&str>| Account {
        username: Personal::new(name),
        email: email.map(Personal::new),
        email_verified: email.map(|_| true),
        ..account("ann", "baker")
    };
    let people = vec![
        named("name@example.nhs.test", None),
        named("moved@example.nhs.test", Some("elsewhere@example.nhs.test")),
        named("u7", Some("user7@example.nhs.test")),
        named("u8", None),
        named("u9", Some("user9@example.nhs.test")),
        named("u10", Some("before@example.nhs.test")),
    ];
    let list = "username,email\n\
        ,NAME@example.nhs.test\n\
        ,moved@example.nhs.test\n\
        U7,nobody@example.nhs.test\n\
        u8,nobody8@example.nhs.test\n\
        u7,user9@example.nhs.test\n\
        u9,user9@example.nhs.test\n\
        u1,absent@example.nhs.test\n\
        before@example.nhs.test,after@example.nhs.test\n";
    let source = Source::read(list.as_bytes()).unwrap();
    let pools = [pool(PoolRole::New, Read::Whole(people.clone()))];
    let says = [
        (2, "email_not_verified"),
        (3, "cant_tell"),
        (4, "cant_tell"),
        (5, "cant_tell"),
        (6, "confirmed"),
        (7, "confirmed"),
        (8, "not_migrated_known"),
        (9, "cant_tell"),
    ];
    assert_eq!(words(&source, &pools), says);
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    let answers: Vec<Arc<Answer>> = found.lines().map(|line| line.answer.unwrap()).collect();
    assert!(
        answers[0]
            .notes
            .contains(&"Found by its user name: the account has no e-mail address.".to_owned()),
        "{:?}",
        answers[0]
    );
    for answer in &answers[1..4] {
        assert_eq!(
            answer.sentence,
            "Can't tell: the user name is there under another address, or without one."
        );
    }
    assert!(
        answers[4]
            .notes
            .iter()
            .any(|note| note.starts_with("The user name on the list is another account's")),
        "{:?}",
        answers[4]
    );
    // Whose user name or address stands on the list is somebody of whom it knows.
    assert_eq!(found.not_on_list(), Some(0));
    // In the old pool it changes nothing of who is absent, and is said.
    let pools = [
        pool(PoolRole::New, Read::Whole(Vec::new())),
        pool(PoolRole::Old, Read::Whole(people)),
    ];
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    let third = found.lines().nth(2).unwrap();
    assert_eq!(third.word(), "not_migrated_known");
    assert!(
        third
            .answer
            .unwrap()
            .notes
            .iter()
            .any(|note| note.starts_with("In the old pool the user name")),
    );
}

/// What a list of so many rows and a pool of as many accounts have looked at, until every line is said.
fn looked(people: usize, row: impl Fn(usize) -> String, of: impl Fn(usize) -> Account) -> usize {
    let rows: String = (0..people).map(row).collect();
    let source = Source::read(format!("email,active,username\n{rows},,\nx\n").as_bytes()).unwrap();
    let accounts: Vec<Account> = (0..people).map(of).collect();
    let pools = [
        pool(PoolRole::New, Read::Whole(accounts)),
        pool(PoolRole::Old, Read::Whole(vec![account("old", "person")])),
    ];
    let before = LOOKED_AT.get();
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    assert_eq!(found.lines().count(), people + 1);
    LOOKED_AT.get() - before
}

/// Twice the people, twice the work: where each is another, where all rows are one person's with as many accounts, and
/// where each row has a fault.
#[test]
fn the_work_grows_as_the_list_and_the_pool_do() {
    let one = |_: usize| "ann.baker@example.nhs.test,yes,\n".to_owned();
    let each = |n: usize| format!("p{n}.x@example.nhs.test,yes,\n");
    let faulty = |n: usize| format!("p{n}.x@example.nhs.test,perhaps,\n");
    let of = |n: usize, account: Account| Account {
        username: Personal::new(format!("u{n}")),
        ..account
    };
    let ann = |n: usize| of(n, account("ann", "baker"));
    let other = |n: usize| of(n, account(&format!("p{n}"), "x"));
    // All rows with one user name beside their address, and one person's with ever another one.
    let alike = |n: usize| format!("p{n}.x@example.nhs.test,yes,u1\n");
    let renamed = |n: usize| format!("ann.baker@example.nhs.test,yes,u{n}\n");
    // One account on every page, each time with another address.
    let changed = |n: usize| Account {
        username: Personal::new("u1"),
        ..other(n)
    };
    for (rows, accounts) in [
        (
            &one as &dyn Fn(usize) -> String,
            &ann as &dyn Fn(usize) -> Account,
        ),
        (&one, &other),
        (&each, &ann),
        (&each, &other),
        (&faulty, &other),
        (&alike, &other),
        (&renamed, &ann),
        (&each, &changed),
        (&alike, &changed),
    ] {
        let work: Vec<usize> = [1_000, 2_000, 4_000]
            .map(|people| looked(people, rows, accounts))
            .to_vec();
        assert!(work[0] > 2_000, "{work:?}");
        for pair in work.windows(2) {
            assert!(pair[1] <= 2 * pair[0], "{work:?}");
        }
    }
}

#[test]
fn a_composed_and_a_decomposed_address_are_one_and_a_look_alike_is_nobody_absent() {
    let mut jose = account("jose", "diaz");
    jose.email = Some(Personal::new("jos\u{e9}.diaz@example.nhs.test"));
    let pools = [pool(PoolRole::New, Read::Whole(vec![jose]))];
    let list = "email\njose\u{301}.diaz@example.nhs.test\nJOS\u{c9}.diaz@EXAMPLE.nhs.test\n\
                \u{131}lker@example.nhs.test\njose.diaz@example.nhs.test\n";
    let source = Source::read(list.as_bytes()).unwrap();
    assert_eq!(
        words(&source, &pools),
        [
            (2, "confirmed"),
            (3, "confirmed"),
            (4, "cant_tell"),
            (5, "not_migrated_known")
        ]
    );
    let found = reconcile(&source, &pools, Timestamp::UNIX_EPOCH);
    let odd = &found.lines().nth(2).unwrap().answer.unwrap().sentence;
    assert!(
        odd.contains("character 1 is \u{131} (U+0131, Latin), which looks like i"),
        "{odd}"
    );
}
