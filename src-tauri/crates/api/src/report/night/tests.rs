#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::report::render;
use crate::report::tests::all;
use crate::view::{Live, snapshot};
use switchback_model::Command;
use switchback_testkit::plans::{id, tis_like};
use switchback_testkit::rig::FakeRig;

async fn seen() -> RunSnapshot {
    let mut plan = tis_like();
    plan.phases[0].t0 = true;
    plan.phases[0].title = "Mid <migration>".to_owned();
    let mut fake = FakeRig::open(&plan).await;
    fake.desk
        .ask(Command::Attest { step: id("restrict") })
        .await
        .unwrap();
    for step in ["ttl", "mid.3"] {
        fake.desk.apply(step).await.unwrap();
    }
    let now = fake.desk.run().t0.as_ref().unwrap().at;
    snapshot(fake.desk.run(), &Live::default(), now)
}

#[tokio::test]
async fn shows_each_step_that_began_and_the_moment_of_the_switch() {
    let seen = seen().await;
    let night = night(&seen).unwrap();
    assert_eq!(night.phases[0].marks.len(), 3);
    assert!(night.phases[0].marks[0].by_hand && !night.phases[0].marks[1].by_hand);
    let t0 = night.t0.as_ref().unwrap();
    assert!(t0.x >= LEFT && t0.x <= WIDTH, "{t0:?}");
    assert!(
        night.sentence.contains("3 of 7 steps were finished"),
        "{}",
        night.sentence
    );
    assert!(
        night.sentence.contains("The switch (T0) was at"),
        "{}",
        night.sentence
    );
    // Everything in the picture stands in the table as well, and in the order of the night.
    assert_eq!(night.table.len(), 4);
    assert!(night.table.iter().any(|line| line.what.starts_with("T0")));
}

#[tokio::test]
async fn is_in_the_file_with_its_table_and_sentence_and_nothing_that_runs() {
    let night = night(&seen().await);
    let html = render(&all("x"), night.as_ref()).unwrap();
    assert!(html.contains("<svg ") && html.contains("role=\"img\""));
    assert!(html.contains("The night, as a table"));
    assert!(html.contains("Mid &lt;migration&gt;"));
    assert!(!html.contains("<script") && !html.contains("style=\""));
    assert!(!render(&all("x"), None).unwrap().contains("<svg"));
}

#[test]
fn a_long_pause_is_cut_and_the_rest_keeps_its_order() {
    let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
    let axis = Axis::of(&[at(0), at(10), at(600), at(620)]).unwrap();
    assert_eq!(axis.cuts().len(), 1);
    let xs: Vec<i64> = [0, 10, 600, 620].map(|minute| axis.x(at(minute))).to_vec();
    assert!(xs.windows(2).all(|pair| pair[0] < pair[1]), "{xs:?}");
    assert!(xs[3] <= WIDTH && xs[0] == LEFT, "{xs:?}");
    assert!(Axis::of(&[]).is_none());
}
