//! What an amendment makes of a gate.

use switchback_engine::RejectionCode as Code;
use switchback_engine::next::next;
use switchback_model::plan::StepKind;
use switchback_testkit::plans::step;
use switchback_testkit::walk::invariants;

use super::{ALL, amend, check_gate, gate, gone, mid, open, rejected, say, why_closed};

#[tokio::test]
async fn words_and_people_of_a_gate_may_change_and_other_checks_make_its_go_void() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    amend(desk, |plan| {
        gate(plan).title = "Other words".to_owned();
        gate(plan).people.push("Night shift".to_owned());
    })
    .await
    .unwrap();
    assert!(open(desk, &mid()));
    assert_eq!(desk.run().gates[&mid()].readings.len(), 2);

    desk.check("switch").await.unwrap();
    desk.approve("switch").await.unwrap();
    amend(desk, |plan| gate(plan).checks.truncate(1)).await.unwrap();
    let why = "The plan was amended: the gate checks something else now.";
    assert_eq!(why_closed(desk, &mid()).as_deref(), Some(why));
    assert!(desk.run().gates[&mid()].readings.is_empty(), "to be read anew");
    assert_eq!(next(desk.run()), None, "what was approved is not sent");

    let all = format!("{ALL};Night shift=C. Example");
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, &all).await.unwrap();
    amend(desk, |plan| {
        plan.phases[0].steps.push(step("more", StepKind::Check))
    })
    .await
    .unwrap();
    let why = "The plan was amended: step more comes before it now.";
    assert_eq!(why_closed(desk, &mid()).as_deref(), Some(why));

    say(desk, &mid(), false, "").await.unwrap();
    // What people decided before is kept, with why it does not hold.
    let kept = desk.run().gates[&mid()].earlier.iter();
    let kept: Vec<_> = kept.map(|one| (one.go, one.void.as_deref())).collect();
    assert_eq!(
        kept,
        [
            (
                true,
                Some("The plan was amended: the gate checks something else now.")
            ),
            (true, Some("The plan was amended: step more comes before it now.")),
        ]
    );
    let (code, why) = rejected(amend(desk, |plan| plan.phases[1].gate = None).await);
    assert_eq!(code, Code::Guard);
    assert_eq!(
        why,
        "People said no-go at the gate of phase mid: it can't be taken out of the plan."
    );
    invariants(&fake).unwrap();
}
