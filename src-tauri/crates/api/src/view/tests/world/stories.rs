//! The moments of the made-up night that a test looks at.

use switchback_engine::Run;
use switchback_model::{Command, Event, EventKind, RollbackScope, RuleId};

use super::courses::{
    SHOWN_AFTER, done, failing, foreign, gate_closed, gate_ready, going_back, in_doubt, not_signed_in, ready,
    shown, tell, turn, undone, unproven, waiting, waiting_with,
};
use super::in_memory::Mishap;
use super::night::{Night, OPERATOR};
use super::plan;
use crate::view::{event_view, snapshot};
use crate::wire::{EventView, RollbackPlanView, RunSnapshot, ScopeView};

/// One moment of the night.
pub(in crate::view::tests) struct Scene {
    /// By what a test asks for it.
    pub name: &'static str,
    /// The scene that it grew out of, by what it is told.
    pub from: Option<&'static str>,
    /// What the window is sent.
    pub snapshot: RunSnapshot,
    /// The whole journal.
    pub events: Vec<EventView>,
    /// The plan of the rollback that the button proposes, where a person may look at it.
    pub way_back: Option<RollbackPlanView>,
}

/// As the night stands.
async fn scene(name: &'static str, from: Option<&'static str>, night: &Night) -> Scene {
    let snapshot = night.snapshot();
    let under_way = night.run().rollback_active();
    let proposal = snapshot.way_back.proposal.clone().filter(|_| !under_way);
    let way_back = match proposal {
        Some(scope) => Some(night.plan_back_view(&scope).await),
        None => None,
    };
    Scene {
        name,
        from,
        snapshot,
        events: night.events().iter().map(event_view).collect(),
        way_back,
    }
}

/// As it stood while its last call was in flight.
fn in_flight(name: &'static str, from: Option<&'static str>, night: &Night) -> Scene {
    let (run, events) = night.in_flight();
    let at = events.last().map_or_else(|| night.now(), |event| event.at);
    Scene {
        name,
        from,
        snapshot: snapshot(&run, &night.live(), at),
        events: events.iter().map(event_view).collect(),
        way_back: None,
    }
}

/// Every scene, in an order in which each stands after the one that it grew out of.
pub(in crate::view::tests) async fn scenes() -> Vec<Scene> {
    let mut all = before().await;
    all.extend(switched().await);
    all.extend(at_the_gate().await);
    all.extend(back().await);
    all.extend(elsewhere().await);
    all
}

async fn before() -> Vec<Scene> {
    let mut all = Vec::new();
    let mut night = waiting(plan::REHEARSAL, None).await;
    all.push(scene("waiting", None, &night).await);
    let command = Command::Decide {
        decision: "keep-low-ttl".parse().expect("a decision's id"),
        value: "yes".to_owned(),
    };
    night.ask(OPERATOR, command, None, "as planned").await;
    all.push(scene("decided", Some("waiting"), &night).await);

    let mut night = waiting(plan::REHEARSAL, None).await;
    night.export_sheet();
    all.push(scene("exported", Some("waiting"), &night).await);

    let mut night = waiting(plan::REHEARSAL, None).await;
    night
        .ask(OPERATOR, Command::Hold, None, "waiting for the call")
        .await;
    all.push(scene("held", Some("waiting"), &night).await);
    night.wait(5).await;
    night.ask(OPERATOR, Command::Resume, None, "all are back").await;
    all.push(scene("released", Some("held"), &night).await);

    let mut night = waiting(plan::REHEARSAL, None).await;
    night.ask(OPERATOR, Command::Stop, None, "the call is over").await;
    night.settle().await;
    all.push(scene("stopped", Some("waiting"), &night).await);

    let night = waiting_with(plan::long(), None).await;
    all.push(scene("long", Some("waiting"), &night).await);
    all.push(scene("ready", Some("waiting"), &ready(plan::REHEARSAL).await).await);
    all
}

async fn switched() -> Vec<Scene> {
    let mut all = Vec::new();
    let mut night = ready(plan::REHEARSAL).await;
    night.approve("mid.3").await;
    night.turns(1).await;
    all.push(in_flight("applying", Some("ready"), &night));
    all.push(scene("verifying", Some("applying"), &night).await);
    all.push(scene("done", Some("verifying"), &done().await).await);

    let mut night = not_signed_in(plan::REHEARSAL).await;
    night.turns(12).await;
    night.wait(SHOWN_AFTER).await;
    all.push(scene("coming", Some("verifying"), &night).await);
    night.settle().await;
    night.wait(SHOWN_AFTER).await;
    all.push(scene("unverified", Some("coming"), &night).await);

    let mut night = failing(plan::REHEARSAL).await;
    all.push(scene("failing", Some("unverified"), &night).await);
    let command = Command::ExtendDeadline {
        rule: RuleId::new("R3").expect("a rule's id"),
        minutes: 10,
    };
    night
        .ask(OPERATOR, command, None, "the vendor is on the call")
        .await;
    all.push(scene("extended", Some("failing"), &night).await);
    all.push(scene("unproven", Some("done"), &unproven().await).await);
    all.push(scene("in_doubt", Some("applying"), &in_doubt().await).await);
    let mut night = foreign().await;
    all.push(scene("foreign", Some("applying"), &night).await);
    night.choose_fields("mid.3").await;
    all.push(scene("chosen", Some("foreign"), &night).await);
    all.push(newer().await);
    all
}

async fn at_the_gate() -> Vec<Scene> {
    let mut all = Vec::new();
    let mut night = gate_closed().await;
    all.push(scene("gate_closed", Some("done"), &night).await);
    night.decide_gate("post", false, "the canary fails").await;
    all.push(scene("no_go", Some("gate_closed"), &night).await);
    let mut night = gate_ready().await;
    all.push(scene("gate_ready", Some("gate_closed"), &night).await);
    night.decide_gate("post", true, "all on the call").await;
    all.push(scene("go", Some("gate_ready"), &night).await);
    all
}

async fn back() -> Vec<Scene> {
    let mut all = Vec::new();
    let mut night = going_back().await;
    night.turns(1).await;
    all.push(in_flight("running", Some("failing"), &night));

    let mut night = failing(plan::REHEARSAL).await;
    night.world.mishap(Mishap::Refused);
    let rule = RuleId::new("R3").expect("a rule's id");
    night.confirm(RollbackScope::Rule(rule)).await;
    night.settle().await;
    shown(&mut night).await;
    all.push(scene("halted", Some("failing"), &night).await);

    let mut night = turn().await;
    all.push(scene("turn", Some("running"), &night).await);
    tell(&mut night).await;
    all.push(scene("completed", Some("turn"), &night).await);
    let mut night = undone().await;
    all.push(scene("undone", Some("done"), &night).await);
    night.check_gate("mid").await;
    night.decide_gate("mid", true, "the new side was mended").await;
    shown(&mut night).await;
    all.push(scene("again", Some("undone"), &night).await);
    all
}

async fn elsewhere() -> Vec<Scene> {
    let endpoint = Some("http://192.0.2.66:4566");
    let mut all = Vec::new();
    let night = waiting(plan::PRODUCTION, None).await;
    all.push(scene("waiting@production", Some("waiting"), &night).await);
    let night = ready(plan::PRODUCTION).await;
    all.push(scene("ready@production", Some("ready"), &night).await);
    let night = failing(plan::PRODUCTION).await;
    all.push(scene("failing@production", Some("failing"), &night).await);
    let night = waiting(plan::PREPRODUCTION, endpoint).await;
    all.push(scene("waiting@preproduction", Some("waiting"), &night).await);
    let night = waiting(plan::TEST, endpoint).await;
    all.push(scene("waiting@test", Some("waiting"), &night).await);
    all
}

/// The failing run as it is told by a program that knows less than the one that wrote it.
async fn newer() -> Scene {
    let night = failing(plan::REHEARSAL).await;
    let (live, now) = (night.live(), night.now());
    let mut events = night.events();
    if let Some(Event {
        kind: EventKind::RunOpened {
            plan, plan_digest, ..
        },
        ..
    }) = events.first_mut()
    {
        *plan = plan::newer();
        *plan_digest = plan.digest();
    }
    let run = Run::replay(&events).expect("a run");
    Scene {
        name: "newer",
        from: Some("failing"),
        snapshot: snapshot(&run, &live, now),
        events: events.iter().map(event_view).collect(),
        way_back: Some(
            night
                .plan_back_view_of(&run, &ScopeView::Rule("R3".to_owned()))
                .await,
        ),
    }
}
