//! The verdict of every state of accounts.

use std::collections::BTreeMap;

use switchback_model::directory::Personal;

use super::{EMAIL, STATUSES, SUB, ann, anns, ask, days_ago, of_one, pool, shown};
use crate::verdict::*;

/// Every state an account can be in. What has the same verdict stands together.
#[test]
fn the_verdict_of_every_state_of_one_account() {
    let mut table: BTreeMap<Verdict, (Answer, Vec<String>)> = BTreeMap::new();
    for status in STATUSES {
        for enabled in [Some(true), Some(false), None] {
            for verified in [Some(true), Some(false), None] {
                for (made, changed, age) in [
                    (days_ago(6), days_ago(6), "made 6 days ago"),
                    (days_ago(7), days_ago(7), "made 7 days ago"),
                    (days_ago(30), days_ago(1), "made 30 days ago, changed yesterday"),
                    (None, None, "made nobody knows when"),
                ] {
                    let mut account = ann();
                    account.status = status;
                    account.enabled = enabled;
                    account.email_verified = verified;
                    account.created_at = made;
                    account.modified_at = changed;
                    let answer = of_one(account);
                    let row = table
                        .entry(answer.verdict)
                        .or_insert((answer.clone(), Vec::new()));
                    assert_eq!(row.0, answer, "one verdict, one sentence");
                    row.1.push(format!(
                        "{}, {}, e-mail {}, {age}",
                        status.word(),
                        match enabled {
                            Some(true) => "enabled",
                            Some(false) => "disabled",
                            None => "enabled: not said",
                        },
                        match verified {
                            Some(true) => "verified",
                            Some(false) => "not verified",
                            None => "verified: not said",
                        }
                    ));
                }
            }
        }
    }
    insta::assert_snapshot!(shown(table.into_values()));
}

#[test]
fn machine_users_are_refused_whatever_the_pools_say() {
    let nothing = [pool(PoolRole::New, Read::Failed(WhyNot::SignIn))];
    for typed in ["core_etl", "CORE_ETL", "gmc_etl@example.nhs.test"] {
        assert_eq!(ask(typed, &nothing, None).verdict, Verdict::MachineUser);
    }
    let mut machine = ann();
    machine.username = Personal::new("bulk_upload");
    let one = |read| [pool(PoolRole::New, read)];
    assert_eq!(
        ask(SUB, &one(Read::Whole(vec![machine.clone()])), None).verdict,
        Verdict::MachineUser
    );
    let among = one(Read::Whole(vec![machine, ann()]));
    assert_eq!(ask("Smith", &among, None).verdict, Verdict::Several);
    let marked = b"email,given_name,role\nann.smith@example.nhs.test,Ann,Machine User\n";
    let marked = Source::read(marked).unwrap();
    let person = one(Read::Whole(anns(1)));
    assert_eq!(ask(EMAIL, &person, Some(&marked)).verdict, Verdict::MachineUser);
    assert_eq!(ask("Ann", &person, Some(&marked)).verdict, Verdict::Confirmed);
}

#[test]
fn two_new_pools_with_one_account_each_are_several() {
    let mut other = pool(PoolRole::New, Read::Whole(anns(1)));
    other.title = "Trainees pool".to_owned();
    let answer = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(anns(1))), other], None);
    assert_eq!(
        answer.sentence,
        "Several accounts match: 1 in Admins pool and 1 in Trainees pool. Each is listed below."
    );
}
