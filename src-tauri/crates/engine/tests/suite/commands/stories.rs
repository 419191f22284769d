//! A run in each state, as a story of events.

use jiff::Timestamp;
use switchback_engine::Run;
use switchback_engine::decide::FieldPlan;
use switchback_engine::ports::World as _;
use switchback_engine::rollback::{ObjectsRead, plan_rollback};
use switchback_model::event::{CallProblem, Receipt};
use switchback_model::field::three_way;
use switchback_model::{
    AttemptId, Captured, Command, Event, EventKind, FieldChoices, Finding, Image, Plan, Preview,
    RollbackScope, Way,
};
use switchback_testkit::journal::{opened, operator};
use switchback_testkit::plans::{ZONE, address, choices, id, name, plan, switch};
use switchback_testkit::{FakeWorld, ManualClock, RecordStore};

pub(super) struct Story {
    pub(super) plan: Plan,
    pub(super) preview: Preview,
    pub(super) undo: Preview,
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_767_603_600).unwrap()
}

impl Story {
    pub(super) fn new() -> Self {
        let plan = plan(vec![switch("s", "apps")]);
        let from = Image::RecordSets {
            zone_id: ZONE.to_owned(),
            name: name("apps"),
            sets: vec![address("apps", 900, "192.0.2.10")],
            beside: Vec::new(),
        };
        let action = world().action(plan.step(&id("s")).unwrap().action.as_ref().unwrap());
        let preview = action.plan(&from, None).unwrap();
        let undo = action.plan(&preview.to, Some(&from)).unwrap();
        Self { plan, preview, undo }
    }

    /// The events that lead into a state; words are the story's own.
    pub(super) fn tell(&self, words: &str) -> Vec<EventKind> {
        let attempt = |way| AttemptId {
            step: id("s"),
            generation: 1,
            way,
            n: 1,
        };
        let problem = || CallProblem {
            kind: "test".to_owned(),
            operation: "test".to_owned(),
            message: "test".to_owned(),
            request_id: None,
        };
        let other = Finding::Other {
            found: self.preview.from.clone(),
            differences: vec![],
        };
        let intended = |way, preview: &Preview| EventKind::Intended {
            attempt: attempt(way),
            preview: preview.digest(),
            before: Captured::Clear(preview.from.clone()),
            after: Captured::Clear(preview.to.clone()),
            token: "t".to_owned(),
            witness: None,
        };
        let mut way = Way::Apply;
        let mut events = Vec::new();
        for word in words.split_whitespace() {
            events.push(match word {
                "check" => EventKind::ChecksStarted { step: id("s") },
                "pass" | "block" => EventKind::ChecksFinished {
                    step: id("s"),
                    readings: vec![],
                    preview: Some(self.preview.clone()),
                    undo: Some(self.undo.clone()),
                    undo_readings: vec![],
                    problem: (word == "block").then(problem),
                },
                "apply" => intended(Way::Apply, &self.preview),
                "undo" => {
                    way = Way::Undo;
                    intended(Way::Undo, &self.undo)
                }
                "answer" => EventKind::Answered {
                    attempt: attempt(way),
                    receipt: Receipt {
                        version: None,
                        proven: Vec::new(),
                        request_id: None,
                        change_id: None,
                        server_date: now(),
                    },
                },
                "refuse" => EventKind::Refused {
                    attempt: attempt(way),
                    problem: problem(),
                    retry_at: None,
                },
                "retry" => EventKind::Refused {
                    attempt: attempt(way),
                    problem: problem(),
                    retry_at: Some(now()),
                },
                "lose" => EventKind::Lost {
                    attempt: attempt(way),
                    problem: problem(),
                },
                "other" => EventKind::Inspected {
                    attempt: attempt(way),
                    finding: other.clone(),
                },
                "verify" => EventKind::Verified {
                    attempt: attempt(way),
                    readings: vec![],
                },
                "expire" => EventKind::VerificationExpired {
                    attempt: attempt(way),
                    readings: vec![],
                },
                "drift-other" => EventKind::Drifted {
                    step: id("s"),
                    finding: other.clone(),
                },
                "drift" => EventKind::Drifted {
                    step: id("s"),
                    finding: Finding::Before,
                },
                "skip" => EventKind::Skipped {
                    step: id("s"),
                    by: operator(),
                    reason: "test".to_owned(),
                },
                "accept" => EventKind::Accepted {
                    step: id("s"),
                    by: operator(),
                    reason: "test".to_owned(),
                },
                "done" => EventKind::DoneWithoutEffect {
                    step: id("s"),
                    by: operator(),
                },
                "adopt" => EventKind::AdoptedByHand {
                    step: id("s"),
                    before: Some(Captured::Clear(self.preview.from.clone())),
                    after: Captured::Clear(self.preview.to.clone()),
                    by: operator(),
                    reason: "test".to_owned(),
                },
                "hold" => EventKind::Held {
                    by: operator(),
                    reason: "test".to_owned(),
                },
                "stop" => EventKind::StopRequested {
                    by: operator(),
                    reason: "test".to_owned(),
                },
                "stopped" => EventKind::Stopped,
                "approve" => EventKind::Approved {
                    step: id("s"),
                    preview: self.preview.digest(),
                    by: operator(),
                    reason: None,
                    overrides: Vec::new(),
                },
                "choose" => {
                    let choices = choices("ttl=restore A=keep");
                    let plan = field_plan(self, &choices);
                    EventKind::FieldsChosen {
                        step: id("s"),
                        fields: choices,
                        preview: plan.preview.unwrap().digest(),
                        to: Captured::Clear(plan.three.to.clone().unwrap()),
                        kept: plan.three.kept(),
                        effect_stays: plan.three.effect_stays(),
                        overrides: vec![],
                        by: operator(),
                        reason: "test".to_owned(),
                    }
                }
                "confirm" => EventKind::RollbackConfirmed {
                    plan: Box::new(rollback(&self.run(&events).0).unwrap()),
                    overrides: vec![],
                    accept_breaches: vec![],
                    by: operator(),
                    reason: None,
                },
                "halt" => EventKind::RollbackHalted {
                    item: "s".to_owned(),
                    why: "test".to_owned(),
                    readings: vec![],
                },
                word => panic!("{word}"),
            });
        }
        events
    }

    pub(super) fn run(&self, kinds: &[EventKind]) -> (Run, Vec<Event>) {
        let mut events = vec![opened(&self.plan, now())];
        for (seq, kind) in (2..).zip(kinds) {
            events.push(Event {
                seq,
                at: now(),
                kind: kind.clone(),
            });
        }
        (Run::replay(&events).unwrap(), events)
    }
}

fn world() -> std::sync::Arc<FakeWorld> {
    let clock = ManualClock::new();
    FakeWorld::new(std::sync::Arc::new(RecordStore::new(clock.clone())), clock)
}

pub(super) fn rollback(run: &Run) -> Option<switchback_model::RollbackPlan> {
    let world = world();
    plan_rollback(
        run,
        &RollbackScope::All,
        &ObjectsRead::new(),
        &|spec, from, to| world.action(spec).plan(from, Some(to)),
    )
    .ok()
}

pub(super) fn fields(label: &str, how: &str) -> (String, Command) {
    let command = Command::ResolveFields {
        step: id("s"),
        fields: choices(how),
        overrides: vec![],
    };
    (label.to_owned(), command)
}

/// The three-way preview over what somebody else left there.
pub(super) fn field_plan(story: &Story, choices: &FieldChoices) -> FieldPlan {
    let found = Image::RecordSets {
        zone_id: ZONE.to_owned(),
        name: name("apps"),
        sets: vec![address("apps", 77, "198.51.100.99")],
        beside: vec![],
    };
    let three = three_way(&story.preview.from, &story.preview.to, &found, choices).unwrap();
    let action = world().action(story.plan.step(&id("s")).unwrap().action.as_ref().unwrap());
    FieldPlan {
        preview: three.to.as_ref().map(|to| action.plan(&found, Some(to)).unwrap()),
        three,
        preconditions: vec![],
    }
}

pub(super) const STORIES: [&str; 38] = [
    "",
    "check",
    "check block",
    "check pass",
    "check pass approve",
    "check pass done",
    "check pass apply",
    "check pass apply retry",
    "check pass apply answer",
    "check pass apply answer verify",
    "check pass apply answer verify drift",
    "check pass apply answer verify drift-other",
    "check pass apply answer expire",
    "check pass apply answer expire accept",
    "check pass apply refuse",
    "check pass apply lose",
    "check pass apply lose other",
    "check pass apply lose other choose",
    "check pass apply lose other choose hold",
    "adopt",
    "skip",
    "check pass apply answer verify undo",
    "check pass apply answer verify undo retry",
    "check pass apply answer verify undo answer",
    "check pass apply answer verify undo answer verify",
    "check pass apply answer verify undo answer expire",
    "check pass apply answer verify undo answer expire accept",
    "check pass apply answer verify undo refuse",
    "check pass apply answer verify undo lose",
    "check pass apply answer verify undo lose other",
    "check pass hold",
    "check pass stop",
    "check pass stop stopped",
    "check pass apply answer verify confirm",
    "check pass apply answer verify confirm halt",
    "check pass apply answer verify confirm undo lose",
    "check pass apply answer verify confirm undo refuse halt",
    "check pass apply answer verify confirm undo answer expire halt",
];
