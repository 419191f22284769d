//! What is written for each choice, and the three images beside each other.

use switchback_engine::next::{Work, next};
use switchback_model::{EventKind, StepState};
use switchback_testkit::plans::{LOW_TTL, choices, id};
use switchback_testkit::walk::{back, invariants};

use super::{ACCEPTED, KEPT, OLD, OTHER, OURS, a, choose, foreign, six, there};

#[tokio::test]
async fn what_is_written_and_how_it_ends() {
    let before = a(LOW_TTL, OLD);
    let undone = |accepted| StepState::Undone { accepted };
    let table = [
        // found, choices, there afterwards, state, kept
        (
            vec![a(77, OTHER)],
            "ttl=restore A=restore",
            vec![before.clone()],
            undone(false),
            vec![],
        ),
        (
            vec![a(77, OTHER)],
            "ttl=keep A=restore",
            vec![a(77, OLD)],
            undone(true),
            vec!["ttl"],
        ),
        (
            vec![a(77, OTHER)],
            "ttl=restore A=keep",
            vec![a(LOW_TTL, OTHER)],
            undone(true),
            vec!["A"],
        ),
        // Ours stays without what somebody put beside it: that is no undo, and is not called one.
        (
            vec![a(LOW_TTL, OURS), six()],
            "A=keep AAAA=restore",
            vec![a(LOW_TTL, OURS)],
            KEPT,
            vec!["A"],
        ),
        (
            vec![a(LOW_TTL, OURS), six()],
            "A=restore AAAA=keep",
            vec![before.clone(), six()],
            undone(true),
            vec!["AAAA"],
        ),
    ];
    for (found, how, after, state, kept) in table {
        let mut fake = foreign(found).await;
        let calls = fake.store.log().len();
        choose(&mut fake, how).await;
        assert_eq!(next(fake.desk.run()), Some(Work::Restore(id("switch"))));
        fake.desk.idle().await;
        assert_eq!(there(&fake), after, "{how}");
        assert_eq!(fake.store.log().len(), calls + 1, "one change");
        assert_eq!(fake.desk.state("switch"), state, "{how}");
        let last = fake.desk.run().steps[&id("switch")]
            .attempts
            .last()
            .unwrap()
            .clone();
        assert_eq!(last.by_field.unwrap().fields, kept, "{how}");
        invariants(&fake).unwrap();
        // What the console watches is what was left on purpose.
        let watched = switchback_engine::driver::watch_objects(fake.desk.run(), &*fake.desk.world).await;
        for (step, finding) in watched {
            if state == KEPT {
                assert_eq!((step, finding), (id("switch"), switchback_model::Finding::After));
            }
        }
        // And the whole way back is still there.
        back(&mut fake.desk).await.unwrap();
        invariants(&fake).unwrap();
        if state == KEPT {
            assert_eq!(there(&fake), vec![a(900, OLD)], "the image from before, exactly");
        }
    }
}

#[tokio::test]
async fn everything_kept_writes_nothing_and_a_person_answers_for_it() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    let calls = fake.store.log().len();
    choose(&mut fake, "ttl=keep A=keep").await;
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), ACCEPTED);
    assert_eq!(
        (fake.store.log().len(), there(&fake)),
        (calls, vec![a(77, OTHER)])
    );
    // The way back restores over it all the same, once it is confirmed.
    back(&mut fake.desk).await.unwrap();
    assert_eq!(there(&fake), vec![a(900, OLD)]);
}

#[tokio::test]
async fn the_three_images_stand_beside_each_other() {
    let fake = foreign(vec![a(77, OTHER)]).await;
    let plan = fake
        .desk
        .driver
        .plan_fields(&id("switch"), &choices("ttl=keep"))
        .await
        .unwrap();
    assert_eq!((plan.three.undecided(), plan.preview.clone()), (vec!["A"], None));
    let rows: Vec<_> = plan
        .three
        .rows
        .iter()
        .map(|r| {
            (
                r.field.as_str(),
                r.before.as_str(),
                r.ours.as_str(),
                r.found.as_str(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("ttl", "60 s", "60 s", "77 s"),
            ("A", OLD, OURS, OTHER),
            ("AAAA", "no record", "no record", "no record"),
            ("CNAME", "no record", "no record", "no record"),
        ]
    );
    let checks: Vec<&str> = plan.preconditions.iter().map(|r| r.check.as_str()).collect();
    assert_eq!(checks, ["old-site"]);
}

#[tokio::test]
async fn the_journal_tells_who_chose_what_and_why() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    choose(&mut fake, "ttl=keep A=restore").await;
    let last = fake.desk.journal.events().pop().unwrap();
    let EventKind::FieldsChosen {
        fields,
        kept,
        effect_stays,
        by,
        reason,
        ..
    } = last.kind
    else {
        panic!("{last:?}");
    };
    assert_eq!(fields, choices("ttl=keep A=restore"));
    assert_eq!((kept, effect_stays), (vec!["ttl".to_owned()], false));
    assert_eq!((by.to_string().as_str(), reason.as_str()), ("Ada", "test"));
}
