//! A refusal after which the object can't be seen, or is looked at by another driver.

use std::time::Duration;

use switchback_engine::ports::{Clock as _, ProviderErrorKind as Kind};
use switchback_model::{Command, EventKind, RollbackScope, StepState};
use switchback_testkit::plans::{id, name, plan, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{CallPoint, Fault, Op};

use super::{DONE, events, idle_for_now, ready};

/// Makes reads of a name fail until they are mended.
fn blind(fake: &FakeRig, label: &str) {
    fake.faulty.phase("blind");
    for nth in 1..200 {
        let place = CallPoint {
            label: format!("blind {}", name(label).host()),
            op: Op::Read,
            nth,
        };
        fake.faulty.inject_at(place, Fault::FailsBefore(Kind::Connect));
    }
}

#[tokio::test]
async fn what_can_t_be_seen_after_a_refusal_is_in_doubt_and_bars_no_other_undo() {
    for landed in [false, true] {
        let steps = vec![switch("one", "a"), switch("two", "b")];
        let mut fake = FakeRig::open(&plan(steps)).await;
        fake.desk.apply("one").await.unwrap();
        fake.desk.check("two").await.unwrap();
        let fault = match landed {
            true => Fault::RefusedAfter(Kind::Denied),
            false => Fault::FailsBefore(Kind::Denied),
        };
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("two").await.unwrap();
        while !events(&fake)
            .iter()
            .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
        {
            fake.desk.driver.turn().await.unwrap();
        }
        blind(&fake, "b");
        let heard = fake.clock.monotonic();
        while !fake.desk.run().steps[&id("two")].is_unseen() {
            fake.desk.some_turns(1).await.unwrap();
        }
        let took = fake.clock.monotonic() - heard;
        assert!(took <= Duration::from_secs(10), "tried for {took:?}");
        let words = events(&fake).into_iter().find_map(|kind| match kind {
            EventKind::Lost { problem, .. } => Some(problem.message),
            _ => None,
        });
        assert!(words.unwrap().starts_with("AWS refused it; not seen since."));
        // Nothing new goes forward, and the other step comes back all the same.
        assert_eq!(fake.desk.run().unsettled(), Some(&id("two")));
        assert_eq!(fake.desk.run().in_flight(), None);
        fake.desk
            .confirm(RollbackScope::Step(id("one")), &[], &[])
            .await
            .unwrap();
        while fake.desk.rollback_state() == "running" {
            fake.desk.some_turns(1).await.unwrap();
        }
        assert_eq!(fake.desk.rollback_state(), "completed");
        assert!(matches!(fake.desk.state("one"), StepState::Undone { .. }));
        assert!(fake.desk.run().steps[&id("two")].is_unseen());
        // One look later settles it.
        fake.faulty.mend();
        let mended = fake.clock.monotonic();
        while fake.desk.run().steps[&id("two")].is_unseen() {
            fake.desk.some_turns(1).await.unwrap();
        }
        let took = fake.clock.monotonic() - mended;
        assert!(took <= Duration::from_secs(6), "{landed}: {took:?}");
        match landed {
            true => assert!(matches!(fake.desk.state("two"), StepState::Verifying { .. })),
            false => assert_eq!(fake.desk.state("two"), StepState::Failed),
        }
        fake.desk.idle().await;
        back(&mut fake.desk).await.unwrap();
    }
}

#[tokio::test]
async fn a_crash_between_the_refusal_and_the_look_is_looked_at_by_the_next_driver() {
    for (fault, ends) in [
        (Fault::FailsBefore(Kind::Denied), StepState::Failed),
        (Fault::RefusedAfter(Kind::Denied), DONE),
        (Fault::Repeated, DONE),
    ] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("lower-ttl").await.unwrap();
        while !events(&fake)
            .iter()
            .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
        {
            fake.desk.driver.turn().await.unwrap();
        }
        fake.desk.restart().await.unwrap();
        assert!(matches!(fake.desk.state("lower-ttl"), StepState::InDoubt { .. }));
        let began = fake.clock.monotonic();
        while matches!(fake.desk.state("lower-ttl"), StepState::InDoubt { .. }) {
            fake.desk.some_turns(1).await.unwrap();
        }
        let took = fake.clock.monotonic() - began;
        assert!(took < Duration::from_secs(10), "{fault:?}: {took:?}");
        idle_for_now(&mut fake).await;
        assert_eq!(fake.desk.state("lower-ttl"), ends, "{fault:?}");
        fake.desk.idle().await;
        back(&mut fake.desk).await.unwrap();
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn a_hold_while_the_refusal_is_looked_at_ends_the_tries() {
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::FailsBefore(Kind::Throttled));
    fake.desk.approve("lower-ttl").await.unwrap();
    while !events(&fake)
        .iter()
        .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
    {
        fake.desk.driver.turn().await.unwrap();
    }
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    assert_eq!(fake.faulty.count(Op::Call), 1, "not tried again under a hold");
}
