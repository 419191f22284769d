//! Somebody else's change, resolved field by field: one exact undo, and an end that says what is true.

use switchback_engine::RejectionCode as Code;
use switchback_engine::driver::SubmitError;
use switchback_model::dns::{RecordSet, RecordType};
use switchback_model::{CheckId, Command, Digest, DoneHow, StepState};
use switchback_testkit::plans::{LOW_TTL, ZONE, address, choices, dns_switch, id, name};
use switchback_testkit::rig::FakeRig;

mod interrupted;
mod refused;
mod written;

const OURS: &str = "198.51.100.20";

const OLD: &str = "192.0.2.10";

const OTHER: &str = "198.51.100.99";

const KEPT: StepState = StepState::Done { how: DoneHow::Kept };

const ACCEPTED: StepState = StepState::Done {
    how: DoneHow::Accepted,
};

fn a(ttl: u32, value: &str) -> RecordSet {
    address("apps", ttl, value)
}

fn six() -> RecordSet {
    RecordSet::values(
        name("apps"),
        RecordType::Aaaa,
        LOW_TTL,
        vec!["2001:db8::1".to_owned()],
    )
}

/// The switch is made, and before it is verified somebody else leaves this there.
async fn foreign(found: Vec<RecordSet>) -> FakeRig {
    foreign_on(&dns_switch(), found).await
}

async fn foreign_on(plan: &switchback_model::Plan, found: Vec<RecordSet>) -> FakeRig {
    let mut fake = FakeRig::open(plan).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.check("switch").await.unwrap();
    fake.desk.approve("switch").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    fake.store.put(ZONE, &name("apps"), found);
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Foreign);
    fake
}

fn there(fake: &FakeRig) -> Vec<RecordSet> {
    fake.store.records()[&(ZONE.to_owned(), name("apps"))].clone()
}

async fn seen(fake: &FakeRig, how: &str) -> Option<Digest> {
    let plan = fake.desk.driver.plan_fields(&id("switch"), &choices(how)).await;
    let preview = plan.unwrap().preview?;
    Some(fake.desk.run().basis_of_preview(&id("switch"), &preview))
}

async fn ask(
    fake: &mut FakeRig,
    how: &str,
    basis: Option<Digest>,
    over: &[&str],
) -> Result<(), (Code, String)> {
    let command = Command::ResolveFields {
        step: id("switch"),
        fields: choices(how),
        overrides: over.iter().map(|id| CheckId::new(id).unwrap()).collect(),
    };
    match fake.desk.submit(command, basis).await {
        Ok(_) => Ok(()),
        Err(SubmitError::Rejected(rejection)) => Err((rejection.code, rejection.message)),
        Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
    }
}

/// Looks and chooses; does not settle.
async fn choose(fake: &mut FakeRig, how: &str) {
    let basis = seen(fake, how).await;
    ask(fake, how, basis, &[]).await.unwrap();
}
