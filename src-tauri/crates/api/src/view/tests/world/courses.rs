//! The courses that the made-up night can take. Each is driven anew from its beginning: nothing of a scene is put together
//! by hand.

use switchback_engine::Run;
use switchback_model::event::Vouched;
use switchback_model::{Command, Event, EventKind, Plan, RollbackScope, RuleId, StepId, TargetKind, Verdict};

use super::in_memory::Mishap;
use super::night::{Night, OPERATOR, operator};
use super::plan;

/// Seconds from a look to what the window shows of it.
pub(super) const SHOWN_AFTER: u64 = 6;

fn step(text: &str) -> StepId {
    text.parse().expect("a step's id")
}

/// A look, and what passes until the window shows it.
pub(super) async fn shown(night: &mut Night) {
    night.look().await;
    night.wait(SHOWN_AFTER).await;
}

/// Everything before the switch is done, and the old TTL has not run out yet.
pub(super) async fn waiting(place: (&str, &str), endpoint: Option<&str>) -> Night {
    waiting_with(plan::on(place), endpoint).await
}

pub(super) async fn waiting_with(plan: Plan, endpoint: Option<&str>) -> Night {
    let is_real = matches!(
        plan.target.kind,
        TargetKind::Preproduction | TargetKind::Production
    );
    let mut night = Night::begin(plan, endpoint).await;
    night.wait(90).await;
    night.apply("pre.1").await;
    night.wait(300).await;
    night
        .attest("pre.2", "m.example", "closed at 11:05pm, its last job has ended")
        .await;
    night.wait(200).await;
    night.apply("pre.9").await;
    night.wait(700).await;
    night.check_gate("mid").await;
    night.wait(40).await;
    night
        .decide_gate("mid", true, "all three on the call, checks read together")
        .await;
    night.wait(300).await;
    night
        .attest("mid.1", "s.example", "notice sent to 44 admins")
        .await;
    night.wait(900).await;
    night
        .attest("mid.2", "m.example", "the load balancer refuses every write")
        .await;
    night.look().await;
    night.wait(500).await;
    night
        .ask(OPERATOR, Command::Hold, None, "waiting for the admins' call")
        .await;
    night.wait(60).await;
    night
        .ask(OPERATOR, Command::Resume, None, "everybody is back")
        .await;
    let until = night.old_ttl_ends();
    let left = u64::try_from(until.duration_since(night.now()).as_secs()).expect("time is left");
    night.wait(left - 192 - 2 - SHOWN_AFTER).await;
    night.check("mid.3").await;
    night.wait(2).await;
    shown(&mut night).await;
    if is_real {
        let ends = night.now().checked_add(jiff::SignedDuration::from_mins(54));
        night.world.sign_in_ends(ends.expect("a time"));
    }
    night
}

/// The switch can be made.
pub(super) async fn ready(place: (&str, &str)) -> Night {
    let mut night = waiting(place, None).await;
    night.wait(200).await;
    night.check("mid.3").await;
    night.wait(2).await;
    shown(&mut night).await;
    night
}

/// The switch was made.
pub(super) async fn done() -> Night {
    let mut night = ready(plan::REHEARSAL).await;
    night.approve("mid.3").await;
    night.settle().await;
    night.wait(30).await;
    shown(&mut night).await;
    night
}

/// The switch is under way, and admins can't sign in.
pub(super) async fn not_signed_in(place: (&str, &str)) -> Night {
    let mut night = ready(place).await;
    night.world.say("canary", Verdict::Fail, "503 after signing in");
    night.approve("mid.3").await;
    night
}

/// Nobody signs in for a quarter of an hour, and the decision about it is due.
pub(super) async fn failing(place: (&str, &str)) -> Night {
    let mut night = not_signed_in(place).await;
    night.settle().await;
    down(&mut night, 880).await;
    night
}

/// Admins-UI fails from now on, for so many seconds.
pub(super) async fn down(night: &mut Night, seconds: u64) {
    night
        .world
        .say("admins-new", Verdict::Fail, "503 from 44 of 44 requests");
    night
        .world
        .say("canary-signs-in", Verdict::Fail, "no page after signing in");
    night.wait(seconds).await;
    night.settle().await;
    shown(night).await;
}

/// The old side serves people again.
fn up(night: &Night) {
    night.world.mend("admins-new");
    night.world.mend("canary-signs-in");
}

/// Reval was switched too; the old side does not answer, and somebody else changed the record.
pub(super) async fn unproven() -> Night {
    let mut night = done().await;
    night.apply("mid.4").await;
    night.world.write_beside("198.51.100.99");
    night
        .world
        .say("dns-new", Verdict::Fail, "4 of 4 servers answer 198.51.100.99");
    night.world.say("old-side", Verdict::Fail, "503 from 192.0.2.10");
    down(&mut night, 880).await;
    night
}

/// AWS gave no answer to the switch, and gives none since.
pub(super) async fn in_doubt() -> Night {
    let mut night = ready(plan::REHEARSAL).await;
    night.world.mishap(Mishap::Silence);
    night.approve("mid.3").await;
    night.turns(8).await;
    shown(&mut night).await;
    night
}

/// AWS gave no answer to the switch, and somebody else wrote before anybody looked.
pub(super) async fn foreign() -> Night {
    let mut night = ready(plan::REHEARSAL).await;
    night.world.mishap(Mishap::AndThenAnother);
    night.approve("mid.3").await;
    night.settle().await;
    night.wait(174).await;
    shown(&mut night).await;
    night
}

/// The switch was made and taken back.
pub(super) async fn undone() -> Night {
    let mut night = done().await;
    night.wait(600).await;
    night.confirm(RollbackScope::Step(step("mid.3"))).await;
    night.settle().await;
    night.wait(50).await;
    shown(&mut night).await;
    night
}

/// The rollback by R3 is confirmed.
pub(super) async fn going_back() -> Night {
    let mut night = failing(plan::REHEARSAL).await;
    let rule = RuleId::new("R3").expect("a rule's id");
    night.confirm(RollbackScope::Rule(rule)).await;
    night
}

/// Its change was taken back, and people are to be told.
pub(super) async fn turn() -> Night {
    let mut night = going_back().await;
    night.turns(1).await;
    up(&night);
    night.settle().await;
    night.wait(70).await;
    shown(&mut night).await;
    night
}

/// People were told.
pub(super) async fn tell(night: &mut Night) {
    let command = Command::RollbackDone {
        item: "notice-1".to_owned(),
    };
    let words = "Told 44 admins by e-mail. Sent folder, ticket 4711.";
    night.ask("s.example", command, None, words).await;
    night.settle().await;
    night.wait(20).await;
    shown(night).await;
}

/// The rollback is complete.
pub(super) async fn completed() -> Night {
    let mut night = turn().await;
    tell(&mut night).await;
    night
}

/// Reval is switched too; the last switch and a decision are open, and the canary fails at the gate.
pub(super) async fn gate_closed() -> Night {
    let mut night = done().await;
    night.apply("mid.4").await;
    night
        .world
        .say("gate-canary", Verdict::Fail, "no page after signing in");
    night.check_gate("post").await;
    night.wait(34).await;
    shown(&mut night).await;
    night
}

/// Everything of the night is done.
pub(super) async fn gate_ready() -> Night {
    let mut night = gate_closed().await;
    night.apply("mid.5").await;
    let command = Command::Decide {
        decision: "keep-low-ttl".parse().expect("a decision's id"),
        value: "no".to_owned(),
    };
    night
        .ask(OPERATOR, command, None, "nobody expects to go back")
        .await;
    night.world.mend("gate-canary");
    night.check_gate("post").await;
    night.wait(34).await;
    shown(&mut night).await;
    night
}

/// The same run as it goes on from a copy that nobody vouches for.
pub(super) fn unvouched(night: &Night) -> Run {
    let mut events = night.events();
    let seq = events.len() as u64;
    events.push(Event {
        seq: seq + 1,
        at: night.now(),
        kind: EventKind::TakenOver {
            by: operator(OPERATOR),
            reason: "the laptop fell".to_owned(),
            from_seq: seq,
            vouched: Some(Vouched::None),
        },
    });
    Run::replay(&events).expect("a run")
}
