//! Amendments: what may change while a run is under way, what may not, and what it makes of each step.

use switchback_engine::RejectionCode as Code;
use switchback_engine::Run;
use switchback_engine::driver::SubmitError;
use switchback_engine::next::{Work, next};
use switchback_model::plan::{Decision, DecisionType, StepKind};
use switchback_model::{
    Command, Digest, DoneHow, EventKind, Plan, PlanChange, PlanDiff, Reversibility, RollbackScope, Step,
    StepState, Subject, Verdict,
};
use switchback_testkit::plans::{check, dns_switch, id, name, rule, set_ttl, step, switch, tis_like};
use switchback_testkit::rig::{FakeRig, Rig};
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, Op};

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

#[tokio::test]
async fn each_thing_that_an_effect_forbids_is_refused_by_name() {
    type Change = fn(&mut Plan);
    let table: &[(&str, Change)] = &[
        ("Step switch has an effect: its action can't be amended.", |p| {
            of(p, "switch").action = switch("switch", "other").action;
        }),
        ("Step switch has an effect: its needs can't be amended.", |p| {
            of(p, "switch").needs.clear();
        }),
        (
            "Step switch has an effect: its order (after) can't be amended.",
            |p| {
                of(p, "switch").after.push(id("lower-ttl"));
            },
        ),
        (
            "Step switch has an effect: its reversibility can't be amended.",
            |p| {
                of(p, "switch").reversibility = Reversibility::NoneNeeded;
            },
        ),
        ("Step switch has an effect: its kind can't be amended.", |p| {
            of(p, "switch").kind = StepKind::Attest;
        }),
        (
            "Step switch has an effect: its decisions can't be amended.",
            |p| {
                of(p, "switch").decisions.push("go".parse().unwrap());
            },
        ),
        (
            "Step switch has an effect: its before-checks can't be amended.",
            |p| {
                of(p, "switch").before.clear();
            },
        ),
        (
            "Step switch has an effect: its checks before the undo can't be amended.",
            |p| {
                of(p, "switch").undo_before.clear();
            },
        ),
        (
            "Step switch has an effect: it can't be taken out of the plan.",
            |p| {
                p.phases[0].steps.retain(|step| step.id != id("switch"));
            },
        ),
        (
            "Step lower-ttl has an effect: its place in the order of such steps can't be amended.",
            |p| p.phases[0].steps.swap(0, 1),
        ),
        (
            "The rule R3 speaks of step switch, which has an effect: it can't be removed.",
            |p| {
                p.rules.clear();
            },
        ),
        (
            "Step switch has an effect: what the rule R3 says of it under undo can't be amended.",
            |p| p.rules[0].undo.clear(),
        ),
        (
            "Step lower-ttl has an effect: what the rule R3 says of it under keep can't be amended.",
            |p| p.rules[0].keep.clear(),
        ),
        (
            "The rule R3 speaks of step switch, which has an effect: its decision can't be amended.",
            |p| p.rules[0].decision = Some("go".parse().unwrap()),
        ),
        ("The target's account can't be amended.", |p| {
            p.target.account = "210987654321".to_owned()
        }),
        ("The target's region can't be amended.", |p| {
            p.target.region = "eu-west-1".to_owned()
        }),
        ("The target's role can't be amended.", |p| {
            p.target.role = Some("other".to_owned())
        }),
        ("The target's name can't be amended.", |p| {
            p.target.name = "other".parse().unwrap()
        }),
        ("The target's kind can't be amended.", |p| {
            p.target.kind = switchback_model::TargetKind::Production;
        }),
        ("The target's observers can't be amended.", |p| {
            p.target.observers.dns = false
        }),
        (
            "This run carries out the runbook test: another runbook is another run.",
            |p| p.runbook = "other".to_owned(),
        ),
    ];
    let mut fake = switched().await;
    let seq = fake.desk.run().seq;
    for (why, change) in table {
        let mut plan = dns_switch();
        change(&mut plan);
        let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
        assert_eq!((code, message.as_str()), (Code::Guard, *why));
    }
    // Several at once: each is named.
    let mut plan = dns_switch();
    of(&mut plan, "switch").needs.clear();
    of(&mut plan, "lower-ttl").before.push(check("more", None));
    let (_, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
    assert_eq!(
        message,
        "Step lower-ttl has an effect: its before-checks can't be amended. Step switch has an effect: its needs can't be amended."
    );
    assert_eq!(fake.desk.run().seq, seq, "nothing was journalled");
}

#[tokio::test]
async fn coherence_keeps_what_it_says_of_steps_with_an_effect() {
    let mut fake = FakeRig::open(&tis_like()).await;
    fake.desk
        .ask(Command::Attest { step: id("restrict") })
        .await
        .unwrap();
    fake.desk.apply("ttl").await.unwrap();
    fake.desk.apply("mid.3").await.unwrap();
    let mut gone = tis_like();
    gone.coherence.clear();
    let mut other = tis_like();
    other.coherence[0].undone.clear();
    for plan in [gone, other] {
        let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
        assert_eq!(code, Code::Guard);
        assert!(
            message.contains("mid.3") && message.contains("mixed"),
            "{message}"
        );
    }
    // Its words, and what it says of steps without an effect, may change. So may the words of the way
    // back of a step that a person did.
    let mut plan = tis_like();
    plan.coherence[0].because = "other words".to_owned();
    plan.coherence[0].repair.clear();
    of(&mut plan, "restrict").reversibility = Reversibility::Manual {
        words: "Take it back at the front desk".to_owned(),
    };
    amend(&mut fake.desk, &plan).await.unwrap();
    let (rollback, _) = fake.desk.driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let words = format!("{:?}", rollback.items);
    assert!(words.contains("Take it back at the front desk"), "{words}");
    replays(&fake);
}

#[tokio::test]
async fn words_owners_after_checks_deadlines_and_monitors_change_at_any_time() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    // An after-check that is wrong keeps the step from being verified; a better one lets it be.
    fake.fake.script("switched", [Verdict::Fail]);
    fake.desk.check("switch").await.unwrap();
    fake.desk.approve("switch").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    assert!(matches!(fake.desk.state("switch"), StepState::Verifying { .. }));
    let mut plan = dns_switch();
    let step = of(&mut plan, "switch");
    step.title = "Other title".to_owned();
    step.why = "Other why".to_owned();
    step.owner = Some("B. Example".to_owned());
    step.expected_s = Some(1200);
    step.verify = vec![check("switched-really", Some(900))];
    step.undo_verify[0].within_s = Some(900);
    plan.monitors[0].every_s = 5;
    plan.target.profile = Some("other".to_owned());
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.run().plan_digest, plan.digest());
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), DONE, "verified by the amended check");
    replays(&fake);
    // The way back is the one that was proven before.
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
    replays(&fake);
}

#[tokio::test]
async fn the_basis_is_what_was_seen_and_the_reason_is_recorded() {
    let mut fake = switched().await;
    let mut plan = dns_switch();
    plan.title = "Other".to_owned();
    let mut seen = plan.clone();
    seen.version = "2".to_owned();
    let run = fake.desk.run();
    let stale = run.basis_of_amendment(&PlanDiff::between(&run.plan, &seen));
    // Of the same amendment, as it was seen at another run, or by itself.
    let diff = PlanDiff::between(&run.plan, &plan);
    let mut other = run.clone();
    other.id = "another-run".parse().unwrap();
    let elsewhere = [other.basis_of_amendment(&diff), diff.digest()];
    for basis in [None, Some(stale)].into_iter().chain(elsewhere.map(Some)) {
        let (code, _) = amend_seeing(&mut fake.desk, &plan, basis).await.unwrap_err();
        assert_eq!(code, Code::StaleScreen);
    }
    let (code, _) = amend(&mut fake.desk, &dns_switch()).await.unwrap_err();
    assert_eq!(code, Code::NotNow, "nothing to amend");
    amend(&mut fake.desk, &plan).await.unwrap();
    let last = fake.desk.journal.events().pop().unwrap();
    let EventKind::Amended { diff, by, reason, .. } = last.kind else {
        panic!("{last:?}");
    };
    assert_eq!((diff.from, diff.to), (dns_switch().digest(), plan.digest()));
    assert_eq!((by.to_string().as_str(), reason.as_str()), ("Ada", "test"));
    assert!(matches!(
        &diff.changes[..],
        [PlanChange::Changed { subject: Subject::Plan, field, before, after }]
            if field == "title" && before == "Test" && after == "Other"
    ));
}

#[tokio::test]
async fn a_step_without_an_effect_may_change_in_anything_and_starts_anew() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    // Words alone leave its checks and its preview as they are.
    let mut plan = dns_switch();
    of(&mut plan, "switch").title = "Other".to_owned();
    let seen = fake.desk.preview(&id("switch"));
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    assert_eq!(fake.desk.preview(&id("switch")), seen);
    // Another action: nothing that was read or approved holds.
    fake.desk.approve("switch").await.unwrap();
    of(&mut plan, "switch").action = switch("switch", "other").action;
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::ToDo);
    assert_eq!(fake.desk.preview(&id("switch")), None);
    let calls = fake.store.log().len();
    fake.desk.idle().await;
    assert_eq!(fake.store.log().len(), calls, "the touched approval is void");
    assert_eq!(next(fake.desk.run()), None);
    replays(&fake);
}

#[tokio::test]
async fn an_approval_is_void_once_its_step_is_touched_at_all() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.desk.approve("lower-ttl").await.unwrap();
    assert_eq!(next(fake.desk.run()), Some(Work::Apply(id("lower-ttl"))));
    // Not by what happens to another step …
    let mut plan = dns_switch();
    of(&mut plan, "switch").why = "Other".to_owned();
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(next(fake.desk.run()), Some(Work::Apply(id("lower-ttl"))));
    // … but by its own words: they are part of what was approved.
    of(&mut plan, "lower-ttl").why = "Other".to_owned();
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(next(fake.desk.run()), None);
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Ready);
    fake.desk.idle().await;
    assert!(fake.store.log().is_empty());
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
}

#[tokio::test]
async fn what_was_finished_without_an_effect_starts_in_the_next_generation() {
    let mut fake = switched().await;
    fake.desk
        .roll_back(RollbackScope::Step(id("switch")))
        .await
        .unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: false });
    fake.desk
        .ask(Command::Skip {
            step: id("restore-ttl"),
        })
        .await
        .unwrap();
    let mut plan = dns_switch();
    of(&mut plan, "switch").verify.clear();
    of(&mut plan, "restore-ttl").action = set_ttl("restore-ttl", "apps", 600).action;
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(
        fake.desk.state("switch"),
        StepState::Undone { accepted: false },
        "an after-check says nothing of an undone step"
    );
    assert_eq!(
        fake.desk.state("restore-ttl"),
        StepState::ToDo,
        "its skip spoke of another step"
    );
    of(&mut plan, "switch").before.clear();
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::ToDo);
    let switch = &fake.desk.run().steps[&id("switch")];
    assert_eq!(
        (switch.generation, switch.attempts.len()),
        (2, 2),
        "what was tried stays told"
    );
    complete(&mut fake.desk).await.unwrap();
    assert_eq!(fake.desk.state("restore-ttl"), DONE);
    replays(&fake);
    back(&mut fake.desk).await.unwrap();
    replays(&fake);
}

#[tokio::test]
async fn steps_come_and_go_and_the_history_stays() {
    let mut fake = switched().await;
    // The TTL is lowered and the name switched: a further switch joins the plan and its rule.
    fake.store.put(
        switchback_testkit::plans::ZONE,
        &name("reval"),
        vec![switchback_testkit::plans::address("reval", 60, "192.0.2.10")],
    );
    let mut plan = dns_switch();
    plan.phases[0].steps.insert(
        2,
        Step {
            needs: vec![id("switch")],
            ..switch("second", "reval")
        },
    );
    plan.rules[0].undo.insert(0, id("second"));
    plan.rules.push(rule("R4", &["second"], &[]));
    amend(&mut fake.desk, &plan).await.unwrap();
    fake.desk.apply("second").await.unwrap();
    assert_eq!(fake.desk.state("second"), DONE);
    let (rollback, _) = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    let order: Vec<&str> = rollback.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(order, ["second", "switch", "notice-1"]);
    // Undone, it goes again; what it served is still known, and it comes back in its next generation.
    fake.desk
        .roll_back(RollbackScope::Step(id("second")))
        .await
        .unwrap();
    let served = fake.desk.run().history().served.len();
    amend(&mut fake.desk, &dns_switch()).await.unwrap();
    assert!(!fake.desk.run().steps.contains_key(&id("second")));
    assert_eq!(fake.desk.run().history().served.len(), served);
    amend(&mut fake.desk, &plan).await.unwrap();
    assert_eq!(fake.desk.run().steps[&id("second")].generation, 2);
    fake.desk.apply("second").await.unwrap();
    assert_eq!(fake.desk.state("second"), DONE);
    replays(&fake);
    back(&mut fake.desk).await.unwrap();
    replays(&fake);
}

#[tokio::test]
async fn nothing_is_amended_under_a_call_in_flight_or_a_confirmed_rollback() {
    let mut plan = dns_switch();
    plan.title = "Other".to_owned();
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
    assert_eq!(code, Code::NotNow);
    assert_eq!(message, "The call of step lower-ttl is in flight or in doubt.");
    fake.desk.idle().await;
    let denied = Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied);
    fake.faulty.inject(Op::Call, 1, denied);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert!(fake.desk.rollback_state().starts_with("halted"));
    let (code, message) = amend(&mut fake.desk, &plan).await.unwrap_err();
    assert_eq!(
        (code, message.as_str()),
        (Code::NotNow, "A rollback is under way.")
    );
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    amend(&mut fake.desk, &plan).await.unwrap();
    back(&mut fake.desk).await.unwrap();
    replays(&fake);
}

#[tokio::test]
async fn a_decision_stands_as_long_as_its_question_does() {
    let decision = |question: &str, decided: Option<&str>| Decision {
        id: "go".parse().unwrap(),
        question: question.to_owned(),
        kind: DecisionType::YesNo,
        decided: decided.map(str::to_owned),
    };
    let with = |question: &str, decided: Option<&str>| Plan {
        decisions: vec![decision(question, decided)],
        ..switchback_testkit::plans::plan(vec![step("s", StepKind::Check)])
    };
    let mut fake = FakeRig::open(&with("Go?", Some("no"))).await;
    let value = |fake: &FakeRig| {
        let decided = fake.desk.run().decisions.get(&"go".parse().unwrap());
        decided.map(|decided| decided.value.clone())
    };
    amend(&mut fake.desk, &with("Go?", Some("yes"))).await.unwrap();
    assert_eq!(
        value(&fake).as_deref(),
        Some("yes"),
        "the target file decides anew"
    );
    let go = Command::Decide {
        decision: "go".parse().unwrap(),
        value: "no".to_owned(),
    };
    fake.desk.ask(go).await.unwrap();
    amend(&mut fake.desk, &with("Go?", None)).await.unwrap();
    assert_eq!(
        value(&fake).as_deref(),
        Some("no"),
        "a person's word outlives the file's"
    );
    amend(&mut fake.desk, &with("Go tonight?", None)).await.unwrap();
    assert_eq!(value(&fake), None, "another question");
    replays(&fake);
}
