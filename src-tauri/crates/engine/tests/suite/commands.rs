//! Every state × every command: an accepted transition or a rejection by name.

use std::fmt::Write as _;

use jiff::Timestamp;
use switchback_engine::Run;
use switchback_engine::decide::{Facts, FieldPlan, decide, may_apply};
use switchback_engine::evolve::{evolve, name as state_name};
use switchback_engine::ports::{Clock, World};
use switchback_engine::rollback::{ObjectsRead, plan_rollback};
use switchback_model::event::{CallProblem, Receipt};
use switchback_model::field::three_way;
use switchback_model::{
    AttemptId, Captured, Command, Event, EventKind, FieldChoices, Finding, Image, Plan, PlanDiff, Preview,
    Resolution, RollbackScope, RunState, Submission, Way,
};
use switchback_testkit::journal::{opened, operator};
use switchback_testkit::plans::{ZONE, address, choices, id, name, plan, switch};
use switchback_testkit::{FakeWorld, ManualClock, RecordStore};

struct Story {
    plan: Plan,
    preview: Preview,
    undo: Preview,
}

fn now() -> Timestamp {
    Timestamp::from_second(1_767_603_600).unwrap()
}

impl Story {
    fn new() -> Self {
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
    fn tell(&self, words: &str) -> Vec<EventKind> {
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

    fn run(&self, kinds: &[EventKind]) -> (Run, Vec<Event>) {
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

fn rollback(run: &Run) -> Option<switchback_model::RollbackPlan> {
    let world = world();
    plan_rollback(
        run,
        &RollbackScope::All,
        &ObjectsRead::new(),
        &|spec, from, to| world.action(spec).plan(from, Some(to)),
    )
    .ok()
}

fn fields(label: &str, how: &str) -> (String, Command) {
    let command = Command::ResolveFields {
        step: id("s"),
        fields: choices(how),
        overrides: vec![],
    };
    (label.to_owned(), command)
}

/// The three-way preview over what somebody else left there.
fn field_plan(story: &Story, choices: &FieldChoices) -> FieldPlan {
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

fn amend(change: impl Fn(&mut switchback_model::Step)) -> Command {
    let mut plan = Story::new().plan;
    change(&mut plan.phases[0].steps[0]);
    Command::Amend { plan: Box::new(plan) }
}

fn commands() -> Vec<(String, Command)> {
    let step = || id("s");
    let resolve = |as_| (format!("resolve {as_:?}"), Command::Resolve { step: step(), as_ });
    let plain = |command: Command| (command.word().to_owned(), command);
    let say = |go| {
        plain(Command::Gate {
            phase: "only".parse().unwrap(),
            go,
            people: std::collections::BTreeMap::new(),
        })
    };
    vec![
        plain(Command::Check { step: step() }),
        plain(Command::Apply { step: step() }),
        plain(Command::Attest { step: step() }),
        plain(Command::Skip { step: step() }),
        plain(Command::Accept { step: step() }),
        plain(Command::Reopen { step: step() }),
        resolve(Resolution::Before),
        resolve(Resolution::After),
        resolve(Resolution::Keep),
        resolve(Resolution::Restore),
        fields("fields", "ttl=restore A=keep"),
        fields("fields all kept", "ttl=keep A=keep"),
        plain(Command::Inspect { step: step() }),
        plain(Command::Adopt { step: step() }),
        plain(Command::Decide {
            decision: "none".parse().unwrap(),
            value: "yes".to_owned(),
        }),
        (
            "amend words".to_owned(),
            amend(|step| step.title = "Other words".to_owned()),
        ),
        (
            "amend action".to_owned(),
            amend(|step| step.action = switch("s", "other").action),
        ),
        plain(Command::CheckGate {
            phase: "only".parse().unwrap(),
        }),
        say(true),
        say(false),
        plain(Command::ExtendDeadline {
            rule: "none".parse().unwrap(),
            minutes: 5,
        }),
        plain(Command::Hold),
        plain(Command::Stop),
        plain(Command::Resume),
        plain(Command::Rollback {
            scope: RollbackScope::All,
            overrides: vec![],
            accept_breaches: vec![],
        }),
        plain(Command::RollbackRetry),
        plain(Command::RollbackDone { item: "s".to_owned() }),
        plain(Command::RollbackAbandon),
    ]
}

const STORIES: [&str; 38] = [
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

#[test]
fn every_state_and_every_command() {
    let story = Story::new();
    let mut table = String::new();
    let mut states = std::collections::BTreeSet::new();
    for words in STORIES {
        let (run, events) = story.run(&story.tell(words));
        let state = run.steps[&id("s")].state;
        states.insert(state_name(state));
        writeln!(
            table,
            "== {} | run {:?} | after: {words}",
            state_name(state),
            run.state
        )
        .unwrap();
        let plan = rollback(&run);
        for (label, command) in commands() {
            let fields = match &command {
                Command::ResolveFields { fields, .. } => Some(field_plan(&story, fields)),
                _ => None,
            };
            let basis = match &command {
                Command::ResolveFields { .. } => {
                    let preview = fields.as_ref().unwrap().preview.as_ref().unwrap();
                    Some(run.basis_of_preview(&id("s"), preview))
                }
                Command::Apply { .. } => Some(run.basis_of_preview(&id("s"), &story.preview)),
                Command::Amend { plan } => Some(run.basis_of_amendment(&PlanDiff::between(&run.plan, plan))),
                Command::Rollback { .. } => plan.as_ref().map(|plan| run.basis_of_rollback(plan)),
                _ => None,
            };
            let facts = Facts {
                rollback: plan.clone().map(|plan| (plan, vec![])),
                adopt: Some((story.preview.to.clone(), story.preview.to.clone())),
                fields,
                sign_in: None,
            };
            let needs = Submission {
                command,
                basis,
                by: operator(),
                reason: Some("test".to_owned()),
            };
            let outcome = match decide(&run, &needs, now(), &facts) {
                Err(rejection) => format!("{:?}", rejection.code),
                Ok(kinds) => {
                    let mut run = run.clone();
                    for (seq, kind) in (events.len() as u64 + 1..).zip(kinds) {
                        evolve(&mut run, &Event { seq, at: now(), kind }).unwrap();
                    }
                    let now_in = format!(
                        "{} {:?}{}",
                        state_name(run.steps[&id("s")].state),
                        run.state,
                        if run.rollback_active() {
                            " rolling back"
                        } else {
                            ""
                        }
                    );
                    format!("accepted -> {now_in}")
                }
            };
            writeln!(table, "{label:16} {outcome}").unwrap();
        }
    }
    assert_eq!(states.len(), 20, "every state has its story: {states:?}");
    insta::assert_snapshot!("every_state_and_every_command", table);
}

#[test]
fn people_give_reasons() {
    let story = Story::new();
    for (words, command) in [
        ("", Command::Skip { step: id("s") }),
        ("", Command::Hold),
        ("skip", Command::Reopen { step: id("s") }),
        (
            "check pass apply answer expire",
            Command::Accept { step: id("s") },
        ),
        (
            "check pass apply lose",
            Command::Resolve {
                step: id("s"),
                as_: Resolution::Before,
            },
        ),
        (
            "check pass apply answer verify confirm halt",
            Command::RollbackAbandon,
        ),
    ] {
        let (run, _) = story.run(&story.tell(words));
        for reason in [None, Some(" ".to_owned())] {
            let asked = Submission {
                command: command.clone(),
                basis: None,
                by: operator(),
                reason,
            };
            let refused = decide(&run, &asked, now(), &Facts::default()).unwrap_err();
            assert_eq!(
                refused.code,
                switchback_engine::RejectionCode::NeedsReason,
                "{command:?}"
            );
        }
    }
    assert_eq!(story.run(&[]).0.state, RunState::Open);
}

/// Whoever wants to stop is not asked why first; a reason that is given is kept.
#[tokio::test]
async fn a_stop_needs_no_reason() {
    let story = Story::new();
    let (run, _) = story.run(&[]);
    for (reason, kept) in [(None, ""), (Some("  "), ""), (Some(" smoke "), "smoke")] {
        let asked = Submission {
            command: Command::Stop,
            basis: None,
            by: operator(),
            reason: reason.map(str::to_owned),
        };
        let events = decide(&run, &asked, now(), &Facts::default()).unwrap();
        assert_eq!(
            events,
            vec![EventKind::StopRequested {
                by: operator(),
                reason: kept.to_owned(),
            }],
        );
    }
}

/// Nobody can see from outside whether anybody was told: the step takes a person's words, each time.
#[tokio::test]
async fn a_notice_is_done_by_what_was_told_and_by_nothing_else() {
    use switchback_model::{DoneHow, StepKind, StepState};
    use switchback_testkit::plans::step;
    use switchback_testkit::rig::FakeRig;

    for with_text in [true, false] {
        let mut notice = step("tell", StepKind::Notice);
        notice.notice = with_text.then(|| "The move begins at 7pm.".to_owned());
        let mut fake = FakeRig::open(&plan(vec![notice])).await;
        fake.desk.check("tell").await.unwrap();
        let refused = fake.desk.apply("tell").await.unwrap_err();
        assert!(refused.to_string().contains("Tell people first"), "{refused}");
        assert!(!matches!(fake.desk.state("tell"), StepState::Done { .. }));
        let mut told = Submission {
            command: Command::Attest { step: id("tell") },
            basis: None,
            by: operator(),
            reason: None,
        };
        assert!(fake.desk.driver.submit(&told).await.is_err(), "without words");
        told.reason = Some("  ".to_owned());
        assert!(fake.desk.driver.submit(&told).await.is_err(), "with blank words");
        told.reason = Some("Told 1,240 people by e-mail at 7:02pm. Sent folder.".to_owned());
        fake.desk.driver.submit(&told).await.unwrap();
        assert_eq!(
            fake.desk.state("tell"),
            StepState::Done {
                how: DoneHow::Attested
            }
        );
    }
}

/// A step that waits by its order says for what, before anybody reads anything of it.
#[tokio::test]
async fn a_step_that_waits_names_what_it_waits_for() {
    let waits = switchback_model::Step {
        after: vec![id("one"), id("two")],
        ..switch("three", "c")
    };
    let plan = plan(vec![
        switch("one", "a"),
        switch("two", "b"),
        waits,
        switch("free", "d"),
    ]);
    let fake = switchback_testkit::rig::FakeRig::open(&plan).await;
    let refused = |step: &str| may_apply(fake.desk.run(), &id(step), fake.clock.now()).unwrap_err();
    let said = refused("three").to_string();
    assert!(
        said.contains("Steps one (“Step one”), two (“Step two”) are not finished."),
        "{said}"
    );
    assert!(!said.contains("before-checks"), "{said}");
    // Nor is anybody sent to checks that there are none of.
    let said = refused("free").to_string();
    assert!(said.contains("Have what is there read first."), "{said}");
}
