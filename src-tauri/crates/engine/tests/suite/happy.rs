//! The whole way there, back, there again and back again.

use switchback_engine::RejectionCode;
use switchback_engine::ports::Clock;
use switchback_model::{Command, DoneHow, Reversibility, RollbackScope, StepState};
use switchback_testkit::plans::{LONG_TTL, LOW_TTL, ZONE, address, dns_switch, id, name, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::invariants;

const UNDONE: StepState = StepState::Undone { accepted: false };
const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};

fn now_there(fake: &FakeRig) -> Vec<String> {
    fake.store.image(ZONE, &name("apps")).lines()
}

fn line(ttl: u32, value: &str) -> Vec<String> {
    vec![address("apps", ttl, value).line()]
}

#[tokio::test]
async fn there_r3_there_again_and_all_the_way_back() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let start = fake.store.records();

    fake.desk.apply("lower-ttl").await.unwrap();
    assert_eq!(now_there(&fake), line(LOW_TTL, "192.0.2.10"));
    let lowered = fake.clock.now();
    fake.desk.apply("switch").await.unwrap();
    let waited = fake.clock.now().duration_since(lowered);
    assert!(
        waited.as_secs() >= i64::from(LONG_TTL) - 5,
        "the long TTL must run out first: {waited}"
    );
    fake.desk.apply("restore-ttl").await.unwrap();
    assert_eq!(now_there(&fake), line(LONG_TTL, "198.51.100.20"));

    // R3: the restored TTL needs the switch, so it is undone first; the low TTL stays; people are told.
    let rule = RollbackScope::Rule("R3".parse().unwrap());
    let plan = fake.desk.roll_back(rule).await.unwrap();
    let items: Vec<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(items, ["restore-ttl", "switch", "notice-1"]);
    assert!(
        fake.desk.rollback_state().contains("Send this notice"),
        "{}",
        fake.desk.rollback_state()
    );
    fake.desk
        .ask(Command::RollbackDone {
            item: "notice-1".to_owned(),
        })
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(now_there(&fake), line(LOW_TTL, "192.0.2.10"));
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    assert_eq!(fake.desk.state("switch"), UNDONE);

    // Again: nothing is reused. The name was served with the long TTL meanwhile, so it is waited for
    // anew, from its own replacement.
    fake.desk
        .ask(Command::Reopen { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(fake.desk.run().steps[&id("switch")].generation, 2);
    assert!(fake.desk.run().steps[&id("switch")].checks.is_none());
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE);

    let plan = fake.desk.roll_back(RollbackScope::All).await.unwrap();
    let items: Vec<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(items, ["switch", "lower-ttl"], "the TTL is restored last");
    assert_eq!(fake.store.records(), start);
    assert!(
        fake.desk
            .run()
            .steps
            .values()
            .all(|step| !step.state.may_have_effect())
    );
    let refused = fake.desk.roll_back(RollbackScope::All).await.unwrap_err();
    assert_eq!(refused.code, RejectionCode::NothingToUndo);
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn undone_before_it_was_in_sync_does_not_block_the_next_wait() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    assert!(matches!(
        fake.desk.state("lower-ttl"),
        StepState::Verifying { .. }
    ));
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.state("lower-ttl"), UNDONE);
    fake.desk
        .ask(Command::Reopen {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE);
}

#[tokio::test]
async fn nothing_to_change_is_done_without_effect_and_never_undone() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, "192.0.2.10")]);
    fake.desk.apply("lower-ttl").await.unwrap();
    assert_eq!(
        fake.desk.state("lower-ttl"),
        StepState::Done {
            how: DoneHow::WithoutEffect
        }
    );
    fake.desk.apply("switch").await.unwrap();
    let plan = fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(plan.items.len(), 1);
    assert_eq!(now_there(&fake), line(LOW_TTL, "192.0.2.10"));
}

#[tokio::test]
async fn what_was_attested_wrongly_starts_anew_where_it_has_no_effect() {
    let attest = |text: &str| Command::Attest { step: id(text) };
    let reopen = |text: &str| Command::Reopen { step: id(text) };
    let mut plan = tis_like();
    let noted = plan.phases[0].steps.iter_mut().find(|step| step.id == id("lift"));
    let noted = noted.unwrap();
    noted.reversibility = Reversibility::NoneNeeded;
    noted.needs = Vec::new();
    let mut fake = FakeRig::open(&plan).await;
    for step in ["lift", "restrict"] {
        fake.desk.ask(attest(step)).await.unwrap();
    }
    // What may have to be taken back is taken back, not begun again.
    assert_eq!(
        fake.desk.ask(reopen("restrict")).await.unwrap_err().code,
        RejectionCode::NotNow
    );
    fake.desk.ask(reopen("lift")).await.unwrap();
    assert_eq!(fake.desk.state("lift"), StepState::ToDo);
    assert_eq!(fake.desk.run().steps[&id("lift")].generation, 2);
    fake.desk.ask(attest("lift")).await.unwrap();
    invariants(&fake).unwrap();
}
