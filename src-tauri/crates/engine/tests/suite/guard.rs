//! The proof of who we are, before every apply: the fresh read is on its way meanwhile, and counts for nothing
//! without it.

use std::sync::Arc;

use async_trait::async_trait;
use switchback_engine::ports::{Action, History, Identity, ProviderError, ProviderErrorKind as Kind, World};
use switchback_model::{ActionSpec, CheckReading, CheckSpec, EventKind, StepState, Target};
use switchback_testkit::plans::dns_switch;
use switchback_testkit::rig::{FakeRig, Rig};
use switchback_testkit::world::provider_error;
use switchback_testkit::{Fault, Op};

/// A world whose STS answers after everybody else.
struct SlowToSayWho(Arc<dyn World>);

#[async_trait]
impl World for SlowToSayWho {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        self.0.action(spec)
    }
    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.0.identity(target).await
    }
    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        self.0.check(spec, history).await
    }
}

/// A checked and approved step, in front of that world.
async fn approved() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let slow = Arc::new(SlowToSayWho(fake.faulty.clone()));
    let journal = fake.desk.journal.clone();
    fake.desk = Rig::start(fake.clock.clone(), journal, slow, fake.faulty.killed())
        .await
        .unwrap();
    fake.desk.check("lower-ttl").await.unwrap();
    fake.desk.approve("lower-ttl").await.unwrap();
    fake
}

/// Why the approval is void; none where it is not.
fn voided(fake: &FakeRig) -> Option<String> {
    let events = fake.desk.journal.events();
    events.into_iter().find_map(|event| {
        if let EventKind::ApprovalVoided { why, .. } = event.kind {
            Some(why)
        } else {
            None
        }
    })
}

#[tokio::test]
async fn the_read_of_an_apply_does_not_wait_for_the_proof() {
    let mut fake = approved().await;
    let before = fake.faulty.trace().len();
    fake.desk.idle().await;
    let trace = fake.faulty.trace();
    let asked: Vec<Op> = trace[before..].iter().map(|(op, _)| *op).take(3).collect();
    assert_eq!(asked, [Op::Read, Op::Identity, Op::Call]);
    assert!(matches!(fake.desk.state("lower-ttl"), StepState::Done { .. }));
}

#[tokio::test]
async fn without_the_proof_nothing_of_the_read_counts() {
    for read_fails in [false, true] {
        let mut fake = approved().await;
        let reads = fake.faulty.count(Op::Read);
        fake.fake
            .script_identity(Err(provider_error(Kind::Guard, "GetCallerIdentity")));
        if read_fails {
            fake.faulty
                .inject(Op::Read, 1, Fault::FailsBefore(Kind::NotFound));
        }
        fake.desk.idle().await;
        assert_eq!(voided(&fake).unwrap(), "Injected: Guard.");
        assert_eq!(fake.faulty.count(Op::Read), reads + 1, "it was on its way");
        assert_eq!(fake.faulty.count(Op::Call), 0);
        let intended = |kind: &EventKind| matches!(kind, EventKind::Intended { .. });
        assert!(
            !fake
                .desk
                .journal
                .events()
                .iter()
                .any(|event| intended(&event.kind))
        );
        assert!(fake.store.log().is_empty(), "nothing was changed");
    }
}

#[tokio::test]
async fn with_the_proof_a_read_that_fails_is_what_is_said() {
    let mut fake = approved().await;
    fake.faulty
        .inject(Op::Read, 1, Fault::FailsBefore(Kind::NotFound));
    fake.desk.idle().await;
    assert_eq!(voided(&fake).unwrap(), "Injected: NotFound.");
    assert_eq!(fake.faulty.count(Op::Call), 0);
}
