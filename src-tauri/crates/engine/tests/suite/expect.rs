//! What a monitor is expected to show before a change, while it spreads, and after it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use switchback_engine::expect::{flight, in_flight, read};
use switchback_engine::ports::{Action, Clock, History, Identity, ProviderError, World};
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::plan::MonitorCheck;
use switchback_model::{
    ActionSpec, Answers, Base, CheckKind, CheckReading, CheckSpec, Mark, Plan, RollbackScope, Route,
    RoutesCheck, RoutesExpected, StepState, Target, Verdict, Way,
};
use switchback_testkit::plans::{check, dns_switch, id, name};
use switchback_testkit::rig::FakeRig;

const OLD: &str = "192.0.2.10";
const NEW: &str = "198.51.100.20";

/// What each check would read.
#[derive(Default)]
struct Shown {
    now: Timestamp,
    /// Of the name servers: who answers what; none of them = silent.
    servers: Vec<Option<&'static str>>,
    /// The build where the name leads, and the builds of both sides asked directly; none = down.
    leads_to: Option<&'static str>,
    sides: BTreeMap<&'static str, bool>,
    /// Whether some routes are not as they are expected.
    leaks: bool,
}

fn counted(servers: &[Option<&'static str>], expected: &[String]) -> Answers {
    let mut answers = Answers::default();
    for server in servers {
        match server {
            None => answers.silent += 1,
            Some(value) if [(*value).to_owned()] == expected => answers.right += 1,
            Some(value) => answers.others.push((vec![(*value).to_owned()], 1)),
        }
    }
    answers
}

#[async_trait]
impl World for Shown {
    fn action(&self, _: &ActionSpec) -> Box<dyn Action> {
        unreachable!("a monitor changes nothing")
    }
    async fn identity(&self, _: &Target) -> Result<Identity, ProviderError> {
        unreachable!("a monitor asks nobody who it is")
    }
    async fn check(&self, spec: &CheckSpec, _: &History) -> CheckReading {
        let (verdict, answers) = match &spec.kind {
            CheckKind::Authoritative { values, .. } => {
                let answers = counted(&self.servers, values);
                let verdict = match (answers.others.is_empty(), answers.silent) {
                    (false, _) => Verdict::Fail,
                    (true, 0) => Verdict::Pass,
                    (true, _) => Verdict::Error,
                };
                (verdict, Some(answers))
            }
            CheckKind::HttpBuild { address, build, .. } => {
                let build = build.as_deref().unwrap();
                let up = match address {
                    Some(_) => self.sides[build],
                    None => self.leads_to == Some(build),
                };
                (if up { Verdict::Pass } else { Verdict::Fail }, None)
            }
            CheckKind::Routes(_) => (if self.leaks { Verdict::Fail } else { Verdict::Pass }, None),
            other => panic!("{other:?}"),
        };
        CheckReading {
            check: spec.id.clone(),
            verdict,
            observed: "as shown".to_owned(),
            expected: String::new(),
            source: String::new(),
            observed_at: self.now,
            believable_s: 60,
            mend: None,
            answers,
        }
    }
}

fn dns(text: &str, value: &str) -> CheckSpec {
    CheckSpec {
        kind: CheckKind::Authoritative {
            name: name("apps"),
            zone: DnsName::new("example.nhs.test").unwrap(),
            record: RecordType::A,
            values: vec![value.to_owned()],
            or: Vec::new(),
        },
        ..check(text, None)
    }
}

fn site(text: &str, build: &str, address: Option<&str>) -> CheckSpec {
    CheckSpec {
        kind: CheckKind::HttpBuild {
            url: "https://apps.example.nhs.test/version.json".to_owned(),
            address: address.map(|address| address.parse().unwrap()),
            build: Some(build.to_owned()),
        },
        ..check(text, None)
    }
}

fn looks(old: CheckSpec, new: CheckSpec) -> Vec<MonitorCheck> {
    let of = |check, done| MonitorCheck {
        while_done: Some(id("switch")).filter(|_| done),
        until_done: Some(id("switch")).filter(|_| !done),
        check,
    };
    vec![of(old, false), of(new, true)]
}

/// One monitor of the name servers and one of the site, as the built-in switch has them.
fn plan() -> Plan {
    let mut plan = dns_switch();
    let mut servers = plan.monitors[0].clone();
    servers.id = "dns".parse().unwrap();
    servers.checks = looks(dns("dns-old", OLD), dns("dns-new", NEW));
    plan.monitors[0].checks = looks(site("old", "7d19", None), site("new", "8f2c", None));
    plan.monitors.push(servers);
    let step = plan.phases[0]
        .steps
        .iter_mut()
        .find(|step| step.id.as_str() == "switch")
        .unwrap();
    step.before[1] = site("new-site", "8f2c", Some(NEW));
    step.undo_before[0] = site("old-site", "7d19", Some(OLD));
    plan
}

async fn seen(fake: &FakeRig, monitor: usize, shown: &Shown) -> (String, Verdict) {
    let run = fake.desk.run();
    let reading = read(run, &run.plan.monitors[monitor], shown).await.unwrap();
    (reading.check.to_string(), reading.verdict)
}

/// A run in which the switch is on its way, or on its way back.
async fn on_its_way(way: Way) -> FakeRig {
    on_its_way_of(&plan(), way).await
}

async fn on_its_way_of(plan: &Plan, way: Way) -> FakeRig {
    let mut fake = FakeRig::open(plan).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.check("switch").await.unwrap();
    if way == Way::Apply {
        fake.fake.script("switched", [Verdict::Fail]);
        fake.desk.approve("switch").await.unwrap();
    } else {
        fake.desk.approve("switch").await.unwrap();
        fake.desk.idle().await;
        fake.fake.script("switched-back", [Verdict::Fail]);
        fake.desk
            .confirm(RollbackScope::Step(id("switch")), &[], &[])
            .await
            .unwrap();
    }
    for _ in 0..40 {
        if matches!(
            fake.desk.state("switch"),
            StepState::Verifying { .. } | StepState::UndoVerifying { .. }
        ) {
            return fake;
        }
        fake.desk.some_turns(1).await.unwrap();
    }
    panic!("{:?}", fake.desk.state("switch"));
}

#[tokio::test]
async fn while_a_change_spreads_old_and_new_are_right_and_nothing_else_is() {
    for (way, old, new, coming) in [
        (Way::Apply, OLD, NEW, "dns-new"),
        (Way::Undo, NEW, OLD, "dns-old"),
    ] {
        let fake = on_its_way(way).await;
        assert_eq!(in_flight(fake.desk.run()).len(), 1);
        let landed = flight(fake.desk.run(), &id("switch"))
            .unwrap()
            .attempt
            .applied_at
            .unwrap();
        let third = "203.0.113.9";
        let table: [(i64, [Option<&'static str>; 4], Verdict); 9] = [
            (1, [Some(old); 4], Verdict::Pass),
            (2, [Some(new), Some(old), Some(old), Some(old)], Verdict::Pass),
            (60, [Some(new), Some(new), Some(new), Some(old)], Verdict::Pass),
            (60, [Some(new); 4], Verdict::Pass),
            (60, [Some(new), Some(third), Some(old), Some(new)], Verdict::Fail),
            (60, [Some(third); 4], Verdict::Fail),
            (60, [Some(new), None, Some(old), Some(new)], Verdict::Error),
            (300, [Some(new), Some(new), Some(new), Some(old)], Verdict::Pass),
            // Past the time of its after-check only the new answer is right.
            (301, [Some(new), Some(new), Some(new), Some(old)], Verdict::Fail),
        ];
        for (after, servers, verdict) in table {
            let shown = Shown {
                now: landed + SignedDuration::from_secs(after),
                servers: servers.to_vec(),
                ..Shown::default()
            };
            let said = seen(&fake, 1, &shown).await;
            assert_eq!(
                said,
                (coming.to_owned(), verdict),
                "{way:?} after {after} s: {servers:?}"
            );
        }
    }
}

fn routes(text: &str, expected: RoutesExpected) -> CheckSpec {
    let mark = |status, value: &str| Mark {
        status,
        header: Some(("x-restricted".to_owned(), value.to_owned())),
    };
    let route = |text: &str| text.parse::<Route>().unwrap();
    CheckSpec {
        kind: CheckKind::Routes(RoutesCheck {
            bases: vec![Base {
                url: "https://apps.example.nhs.test/users".to_owned(),
                address: None,
            }],
            writes: vec![route("POST /api/users")],
            reads: vec![route("GET /api/users")],
            others: Vec::new(),
            closed: vec![mark(503, "firewall")],
            open: vec![mark(401, "none")],
            expected,
        }),
        ..check(text, None)
    }
}

/// Routes that are being closed, or opened again, are met as before for a while: that is no failure within the time of
/// the after-check, and one past it. What another step meanwhile does excuses nothing.
#[tokio::test]
async fn routes_on_their_way_to_be_closed_leak_only_past_their_time() {
    for (turns, way) in [(true, Way::Apply), (true, Way::Undo), (false, Way::Apply)] {
        let mut plan = plan();
        plan.monitors[0].checks = vec![MonitorCheck {
            while_done: Some(id("switch")),
            until_done: None,
            check: routes("holds", RoutesExpected::Closed),
        }];
        let steps = &mut plan.phases[0].steps;
        let step = steps
            .iter_mut()
            .find(|step| step.id.as_str() == "switch")
            .unwrap();
        step.verify.push(routes("closed", RoutesExpected::Closed));
        step.verify.last_mut().unwrap().within_s = Some(300);
        if turns {
            step.undo_verify.push(routes("open", RoutesExpected::Open));
            step.undo_verify.last_mut().unwrap().within_s = Some(300);
        }
        let fake = on_its_way_of(&plan, way).await;
        let landed = flight(fake.desk.run(), &id("switch"))
            .unwrap()
            .attempt
            .applied_at
            .unwrap();
        let until = landed + SignedDuration::from_secs(300);
        let waiting = match turns {
            true => Verdict::Waiting { until },
            false => Verdict::Fail,
        };
        for (after, leaks, verdict) in [
            (1, false, Verdict::Pass),
            (1, true, waiting.clone()),
            (300, true, waiting),
            (301, true, Verdict::Fail),
            (301, false, Verdict::Pass),
        ] {
            let shown = Shown {
                now: landed + SignedDuration::from_secs(after),
                leaks,
                ..Shown::default()
            };
            let said = seen(&fake, 0, &shown).await;
            assert_eq!(
                said,
                ("holds".to_owned(), verdict),
                "{way:?} after {after} s, turns {turns}"
            );
        }
    }
}

#[tokio::test]
async fn a_side_on_its_way_in_that_is_down_is_wrong_though_users_still_reach_the_other() {
    for (way, old, new) in [(Way::Apply, "7d19", "8f2c"), (Way::Undo, "8f2c", "7d19")] {
        let fake = on_its_way(way).await;
        let now = fake.clock.now();
        let shown = |leads_to, up: [bool; 2]| Shown {
            now,
            leads_to,
            sides: BTreeMap::from([(old, up[0]), (new, up[1])]),
            ..Shown::default()
        };
        for (leads_to, up, verdict) in [
            (Some(old), [true, true], Verdict::Pass),
            (Some(new), [true, true], Verdict::Pass),
            (Some(new), [false, true], Verdict::Pass),
            (Some(old), [true, false], Verdict::Fail),
            (None, [true, true], Verdict::Fail),
            (Some("0000"), [true, true], Verdict::Fail),
        ] {
            let (_, said) = seen(&fake, 0, &shown(leads_to, up)).await;
            assert_eq!(said, verdict, "{way:?}: {leads_to:?}, up {up:?}");
        }
    }
}

#[tokio::test]
async fn before_and_after_only_one_side_is_right() {
    let mut fake = FakeRig::open(&plan()).await;
    let shown = |now, value| Shown {
        now,
        servers: vec![Some(value), Some(OLD), Some(value)],
        ..Shown::default()
    };
    assert!(in_flight(fake.desk.run()).is_empty());
    assert_eq!(
        seen(&fake, 1, &shown(fake.clock.now(), OLD)).await.1,
        Verdict::Pass
    );
    assert_eq!(
        seen(&fake, 1, &shown(fake.clock.now(), NEW)).await.1,
        Verdict::Fail
    );
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(
        seen(&fake, 1, &shown(fake.clock.now(), NEW)).await,
        ("dns-new".to_owned(), Verdict::Fail)
    );
}

#[tokio::test]
async fn since_when_a_share_was_seen_is_kept_until_it_changes() {
    let mut fake = on_its_way(Way::Apply).await;
    fake.desk.some_turns(12).await.unwrap();
    let since = |fake: &FakeRig| {
        let step = &fake.desk.run().steps[&id("switch")];
        step.current().unwrap().since.values().next().copied()
    };
    let first = since(&fake).unwrap();
    fake.desk.some_turns(6).await.unwrap();
    assert_eq!(since(&fake), Some(first), "it says the same as before");
    fake.fake.script("switched", [Verdict::Pass]);
    fake.desk.idle().await;
    assert!(since(&fake).unwrap() > first);
}
