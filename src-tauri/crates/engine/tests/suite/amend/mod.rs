//! Amendments: what may change while a run is under way, what may not, and what it makes of each step.

use switchback_engine::driver::SubmitError;
use switchback_engine::{RejectionCode as Code, Run};
use switchback_model::{Command, Digest, DoneHow, Plan, PlanDiff, Step, StepState};
use switchback_testkit::plans::{dns_switch, id};
use switchback_testkit::rig::{FakeRig, Rig};
use switchback_testkit::walk::invariants;

mod allowed;
mod anew;
mod forbidden;

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};

fn of<'a>(plan: &'a mut Plan, text: &str) -> &'a mut Step {
    let mut steps = plan.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    steps.find(|step| step.id == id(text)).unwrap()
}

async fn amend(desk: &mut Rig, to: &Plan) -> Result<(), (Code, String)> {
    let run = desk.run();
    let basis = run.basis_of_amendment(&PlanDiff::between(&run.plan, to));
    amend_seeing(desk, to, Some(basis)).await
}

async fn amend_seeing(desk: &mut Rig, to: &Plan, basis: Option<Digest>) -> Result<(), (Code, String)> {
    let plan = Box::new(to.clone());
    match desk.submit(Command::Amend { plan }, basis).await {
        Ok(_) => Ok(()),
        Err(SubmitError::Rejected(rejection)) => Err((rejection.code, rejection.message)),
        Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
    }
}

/// The run of `dns-switch` in which the TTL is lowered and the name switched.
async fn switched() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE);
    fake
}

/// What a run that replays the journal makes of it is what the driver has.
fn replays(fake: &FakeRig) {
    invariants(fake).unwrap();
    let replayed = Run::replay(&fake.desk.journal.events()).unwrap();
    let ours = fake.desk.run();
    assert_eq!(replayed.plan_digest, ours.plan_digest);
    assert_eq!(replayed.plan.digest(), ours.plan_digest);
    for (id, step) in &ours.steps {
        assert_eq!(replayed.steps[id].generation, step.generation, "{id}");
    }
}
