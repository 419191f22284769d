//! Holds, lost calls, and a rollback that comes meanwhile.

use switchback_engine::ports::ProviderErrorKind;
use switchback_model::{Command, RollbackScope, StepState, Verdict};
use switchback_testkit::plans::{LOW_TTL, ZONE, id, name};
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{Fault, Op};

use super::{KEPT, OLD, OTHER, OURS, a, choose, foreign, six, there};

#[tokio::test]
async fn a_hold_never_bars_it() {
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    choose(&mut fake, "ttl=restore A=restore").await;
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
}

#[tokio::test]
async fn whatever_becomes_of_the_call_the_state_is_true_and_it_is_chosen_again() {
    let undone = StepState::Undone { accepted: true };
    let table = [
        (
            Fault::FailsBefore(ProviderErrorKind::Denied),
            StepState::UndoForeign,
        ),
        (Fault::FailsBefore(ProviderErrorKind::Throttled), undone),
        (Fault::FailsAfter, undone),
        (Fault::ResponseLost, undone),
        (Fault::RequestLost, StepState::UndoForeign),
        (Fault::KilledBefore, StepState::UndoForeign),
        (Fault::KilledAfter, undone),
        (Fault::SecondWriter, StepState::UndoForeign),
    ];
    for (fault, state) in table {
        let mut fake = foreign(vec![a(88, OTHER)]).await;
        choose(&mut fake, "ttl=keep A=restore").await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.settle_through().await.unwrap();
        assert_eq!(fake.desk.state("switch"), state, "{fault:?}");
        assert_eq!(fake.faulty.overwritten(), Vec::<String>::new(), "{fault:?}");
        invariants(&fake).unwrap();
        if state == StepState::UndoForeign {
            fake.store.put(ZONE, &name("apps"), vec![a(88, OTHER)]);
            choose(&mut fake, "ttl=keep A=restore").await;
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("switch"), undone, "{fault:?}");
        }
        assert_eq!(there(&fake), vec![a(88, OLD)], "{fault:?}");
        back(&mut fake.desk).await.unwrap();
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn what_can_not_be_verified_is_a_persons_word() {
    // The checks after an undo look at the old side: where the address stays somebody else's, they fail,
    // a decision is due, and nothing is claimed.
    let mut fake = foreign(vec![a(LOW_TTL, OURS), six()]).await;
    fake.fake.script("switched-back", [Verdict::Fail]);
    choose(&mut fake, "A=keep AAAA=restore").await;
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::UndoUnverified);
    fake.desk
        .ask(Command::Accept { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(
        fake.desk.state("switch"),
        KEPT,
        "its effect is there, and is not called undone"
    );
    let mut fake = foreign(vec![a(77, OTHER)]).await;
    fake.fake.script("switched-back", [Verdict::Fail]);
    choose(&mut fake, "ttl=restore A=keep").await;
    fake.desk.idle().await;
    fake.desk
        .ask(Command::Accept { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: true });
}

#[tokio::test]
async fn a_rollback_confirmed_meanwhile_restores_the_rest() {
    // While the undo by fields is still being verified, and once it could not be.
    for expire in [false, true] {
        let mut fake = foreign(vec![a(77, OTHER)]).await;
        if expire {
            fake.fake.script("switched-back", [Verdict::Fail]);
        }
        choose(&mut fake, "ttl=keep A=restore").await;
        fake.desk.driver.turn().await.unwrap();
        assert!(matches!(
            fake.desk.state("switch"),
            StepState::UndoVerifying { .. }
        ));
        if expire {
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("switch"), StepState::UndoUnverified);
            fake.fake.script("switched-back", [Verdict::Pass]);
        }
        fake.desk
            .roll_back(RollbackScope::Step(id("switch")))
            .await
            .unwrap();
        assert_eq!(fake.desk.rollback_state(), "completed");
        assert_eq!(there(&fake), vec![a(LOW_TTL, OLD)], "exactly what was confirmed");
        assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
        invariants(&fake).unwrap();
    }
}
