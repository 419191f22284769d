//! Tables: the TTL wait, hysteresis of monitors, and what the driver does next.

use jiff::{SignedDuration, Timestamp};
use switchback_engine::expect::applicable;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::next::{Work, next};
use switchback_engine::ports::Clock as _;
use switchback_engine::ttl::{ServedVersion, TtlWait, ttl_wait};
use switchback_model::{CheckReading, Command, RollbackScope, TargetKind, Verdict};
use switchback_testkit::plans::{LONG_TTL, LOW_TTL, ZONE, address, dns_switch, id, name};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{Fault, Op};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

#[test]
fn the_wait_is_the_latest_over_the_longer_versions_of_the_name() {
    let version = |label: &str, ttl, replaced: Option<i64>| ServedVersion {
        name: name(label),
        ttl,
        replaced_at: replaced.map(at),
    };
    let table: [(&str, Vec<ServedVersion>, TtlWait); 7] = [
        ("nothing is known", vec![], TtlWait::NeverLonger),
        (
            "as long as the lowered one",
            vec![version("a", 60, Some(0))],
            TtlWait::NeverLonger,
        ),
        (
            "another name",
            vec![version("b", 900, Some(0))],
            TtlWait::NeverLonger,
        ),
        (
            "one longer",
            vec![version("a", 900, Some(10))],
            TtlWait::Until(at(910)),
        ),
        (
            "not replaced",
            vec![version("a", 900, None)],
            TtlWait::NotReplaced { ttl: 900 },
        ),
        (
            "the latest end counts, not the latest change",
            vec![version("a", 900, Some(0)), version("a", 300, Some(100))],
            TtlWait::Until(at(900)),
        ),
        (
            "one that is not replaced outweighs all",
            vec![version("a", 900, Some(0)), version("a", 61, None)],
            TtlWait::NotReplaced { ttl: 61 },
        ),
    ];
    for (what, served, expected) in table {
        assert_eq!(ttl_wait(&served, &name("a"), 60), expected, "{what}");
    }
}

/// Whoever lowered the TTL before this run looked for the first time, caches have the longer one.
#[tokio::test]
async fn a_ttl_that_was_low_at_the_first_look_is_waited_for_too() {
    for (kind, waits) in [(TargetKind::Production, true), (TargetKind::Test, false)] {
        let mut plan = dns_switch();
        plan.target.kind = kind;
        let mut fake = FakeRig::open(&plan).await;
        let low = address("apps", LOW_TTL, "192.0.2.10");
        fake.store.put(ZONE, &name("apps"), vec![low]);
        let first = fake.clock.now();
        let desk = &mut fake.desk;
        for step in ["lower-ttl", "switch"] {
            desk.ask(Command::Check { step: id(step) }).await.unwrap();
            desk.settle_through().await.unwrap();
        }
        let checks = desk.run().steps[&id("switch")].checks.as_ref().unwrap();
        let wait = checks.readings.iter().find(|r| r.check.as_str() == "ttl-wait");
        // What was lowered by another hand may have arrived 120 s later on the last server.
        let until = first + SignedDuration::from_secs(120 + i64::from(LONG_TTL));
        let expected = if waits {
            Verdict::Waiting { until }
        } else {
            Verdict::Pass
        };
        assert_eq!(wait.unwrap().verdict, expected, "{kind:?}");
    }
}

fn reading(second: i64, verdict: Verdict) -> CheckReading {
    CheckReading {
        check: "new".parse().unwrap(),
        verdict,
        observed: String::new(),
        expected: String::new(),
        source: String::new(),
        observed_at: at(second),
        believable_s: 60,
        mend: None,
        answers: None,
    }
}

#[test]
fn one_lucky_or_unlucky_sample_proves_nothing() {
    let plan = dns_switch();
    let monitor = &plan.monitors[0];
    // p = pass, f = fail, e = error; then the state after it: + passing, - failing, ? unknown.
    for samples in [
        "p+ p+ f+ f+ f- f- p- p+ p+",
        // What can't be told.
        "p+ e? f? f? f- e? p? e? p? p+ e? p+ p+",
        "p+ f+ f+ f- e? f- p- p+",
        "f- p- p+ f+ e? f? e? f-",
        "e? p+ e? f? p+",
        // Three of six failed, though never three in a row; and it is failing until it is calm.
        "p+ f+ p+ f+ p? f- p- p- p- p- p- p- p+ p+",
        "f- p- f- p- f- p- p- p- p- p- p- p+",
        // Every third fails: that is neither failing nor passing.
        "p+ f+ p+ p+ f+ p? p? f? p? p? f? p?",
    ] {
        let mut run = MonitorRun::default();
        for (n, step) in samples.split_whitespace().enumerate() {
            let verdict = match &step[..1] {
                "p" => Verdict::Pass,
                "f" => Verdict::Fail,
                _ => Verdict::Error,
            };
            let before = run.failing;
            let changed = run.take(monitor, reading(i64::try_from(n).unwrap() * 10, verdict));
            let expected = match &step[1..] {
                "+" => Some(false),
                "-" => Some(true),
                _ => None,
            };
            assert_eq!(run.failing, expected, "{samples}: sample {n} {step}");
            assert_eq!(changed, before != expected, "{samples}: sample {n}");
            if let Some(failing) = expected {
                assert_eq!(run.failing_since.is_some(), failing, "{samples}: sample {n}");
            }
        }
    }
    // After a gap in which the last reading went stale, what was passing says nothing of now.
    let after = |gap: i64, samples: &[(i64, Verdict)]| {
        let mut run = MonitorRun::default();
        run.take(monitor, reading(0, Verdict::Pass));
        let states = samples.iter().map(|(second, verdict)| {
            run.take(monitor, reading(gap + second, verdict.clone()));
            run.failing
        });
        states.collect::<Vec<_>>()
    };
    let (pass, fail) = (Verdict::Pass, Verdict::Fail);
    assert_eq!(after(60, &[(0, fail.clone())]), [Some(false)], "one bad sample");
    assert_eq!(after(61, &[(0, fail.clone())]), [Some(true)]);
    assert_eq!(after(-3600, &[(0, fail)]), [Some(true)], "the clock was set back");
    let steady = [(0, pass.clone()), (10, pass)];
    assert_eq!(after(300, &steady), [None, Some(false)]);
    // Nor is what lies on both sides of a gap a change from the one to the other.
    let mut run = MonitorRun::default();
    for (second, fails) in [(0, false), (10, true), (20, false), (30, true), (40, false)] {
        let verdict = if fails { Verdict::Fail } else { Verdict::Pass };
        run.take(monitor, reading(second, verdict));
    }
    assert!(run.is_flapping());
    run.take(monitor, reading(400, Verdict::Pass));
    assert!(!run.is_flapping(), "nothing of the far side of the gap");
    assert_eq!(run.failing, None);
    let mut run = MonitorRun::default();
    run.take(monitor, reading(0, Verdict::Fail));
    run.take(monitor, reading(600, Verdict::Pass));
    assert_eq!(
        (run.failing, run.failing_since),
        (None, Some(at(0))),
        "a failure goes on"
    );
    let mut run = MonitorRun::default();
    run.take(monitor, reading(0, Verdict::Fail));
    run.take(monitor, reading(10, Verdict::Error));
    assert_eq!(run.failing, None);
    assert_eq!(
        run.decision_due(monitor),
        Some(at(600)),
        "a timeout is no recovery"
    );
    run.take(monitor, reading(20, Verdict::Fail));
    assert_eq!(
        run.decision_due(monitor),
        Some(at(600)),
        "from its start, not from the last sample"
    );
}

#[tokio::test]
async fn a_monitor_looks_at_the_side_that_serves() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let desk = &mut fake.desk;
    let side = |desk: &switchback_testkit::Rig| {
        applicable(desk.run(), &desk.run().plan.monitors[0]).map(|check| check.id.to_string())
    };
    assert_eq!(side(desk).as_deref(), Some("old"));
    desk.apply("lower-ttl").await.unwrap();
    desk.apply("switch").await.unwrap();
    assert_eq!(side(desk).as_deref(), Some("new"));
}

#[tokio::test]
async fn next_says_one_thing_a_state() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let desk = &mut fake.desk;
    assert_eq!(next(desk.run()), None);
    desk.ask(Command::Check {
        step: id("lower-ttl"),
    })
    .await
    .unwrap();
    assert_eq!(next(desk.run()), Some(Work::Check(id("lower-ttl"))));
    desk.idle().await;
    desk.approve("lower-ttl").await.unwrap();
    assert_eq!(next(desk.run()), Some(Work::Apply(id("lower-ttl"))));
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    desk.driver.turn().await.unwrap();
    assert!(
        matches!(next(desk.run()), Some(Work::Inspect(_))),
        "{:?}",
        next(desk.run())
    );
    desk.ask(Command::Stop).await.unwrap();
    assert!(
        matches!(next(desk.run()), Some(Work::Inspect(_))),
        "a stop resolves what is in flight first"
    );
    while desk.state("lower-ttl").is_in_flight() {
        match desk.driver.turn().await.unwrap() {
            switchback_engine::Turn::Waiting(_) => fake.clock.advance(std::time::Duration::from_secs(5)),
            turn => assert_eq!(turn, switchback_engine::Turn::Worked),
        }
    }
    assert_eq!(
        next(desk.run()),
        Some(Work::FinishStop),
        "the call is resolved: a stop does not wait for caches"
    );
    desk.driver.turn().await.unwrap();
    assert!(matches!(next(desk.run()), Some(Work::Verify(_))));
    desk.idle().await;
    assert_eq!(desk.run().state, switchback_model::RunState::Stopped);
    desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    assert!(
        matches!(next(desk.run()), Some(Work::Undo { .. })),
        "stopped bars applies, never the way back"
    );
    desk.idle().await;
    assert_eq!(next(desk.run()), None);
}
