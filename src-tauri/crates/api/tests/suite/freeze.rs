//! The freeze proof as the bundled runbook makes it, in closed worlds. The runbook's own actions restrict user management
//! and lift it, its own checks look, and what they say is held against what the world saw come as far as user management.

mod seen;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use switchback_api::clock::WorldClock;
use switchback_api::world::{RunWorld, servers};
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::Clock;
use switchback_model::{
    ActionSpec, Base, CheckKind, CheckSpec, Plan, RoutesCheck, RoutesExpected, RuleAction, Step, StepState,
};
use switchback_probes::{ProbeWorld, check_routes};
use switchback_rehearsal::{self as rehearsal, Outcome, Site};
use switchback_testkit::published::only;
use switchback_testkit::{MemoryJournal, Rig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use seen::{Look, Right, Tables};

/// World seconds in a real one, where nothing must be seen on its way.
const FAST: u32 = 10;
/// So many requests at least find nothing where nothing is planted.
const LEAST: usize = 4_000;
/// So many requests at most are one check: it ends within a minute, and a throttle for everybody leaves room beside it.
const MOST: usize = 450;
/// World time until a change is everywhere while `leak:late` lasts, as the rehearsal has it.
const LATE: Duration = Duration::from_secs(40);
/// Looks for one that meets a change on its way, on a machine that does much else.
const TRIES: usize = 5;

fn prove() -> bool {
    std::env::var_os("SWITCHBACK_PROVE").is_some()
}

/// How user management is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Means {
    Firewall,
    Throttle,
}

impl Means {
    const ALL: [Self; 2] = [Self::Firewall, Self::Throttle];

    /// The steps of the runbook that restrict and that lift.
    fn steps(self) -> [&'static str; 2] {
        match self {
            Self::Firewall => ["restrict-writes", "lift-restriction"],
            Self::Throttle => ["restrict-methods", "lift-methods"],
        }
    }

    fn spread(self) -> Duration {
        match self {
            Self::Firewall => rehearsal::WAF_SPREAD,
            Self::Throttle => rehearsal::STAGE_SPREAD,
        }
    }
}

/// Every leak that is there as long as its fault lasts, and what each that is named must say.
const LEAKS: [(&str, &str); 5] = [
    ("leak:route", "POST /api/users/{u}/mfa/reset answered"),
    ("leak:method", "leak: PUT /api/users/{u} answered"),
    ("leak:spelling", ", escaped, at"),
    ("leak:override", ", as a GET with X-HTTP-Method-Override, at"),
    (
        "leak:name",
        "at https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com/",
    ),
];

/// Every way in which the firewall's rule can be a weak one, and what each leak that is named must say. The gateway reads
/// a path as the router does.
const WEAK_RULES: [(&str, &str); 2] = [
    ("leak:undecoded", ", with /%75sermanagement before it, at"),
    ("leak:parameter", ", with /usermanagement;x=1 before it, at"),
];

const CLEAN: &str = "1. nothing is planted, every write is closed";
const PLANTED: &str = "2. a leak is planted";
const LATELY: &str = "3. a change is late everywhere";
const ON_ITS_WAY: &str = "4. a change is on its way";
const OFF: &str = "5. the restriction is off";
const SOMEBODY: &str = "6. somebody else undoes it, or it is not there";
const UNTOLD: &str = "7. neither the restriction nor user management answers";

/// A closed world, the runbook's steps for it, and all that was seen there.
struct Setup {
    means: Means,
    world: rehearsal::World,
    clock: Arc<dyn Clock>,
    run: Arc<RunWorld>,
    probes: ProbeWorld,
    plan: Plan,
    closed: CheckSpec,
    open: CheckSpec,
    tables: Tables,
    _dir: tempfile::TempDir,
}

fn step(plan: &Plan, id: &str) -> Step {
    plan.steps().find(|step| step.id.as_str() == id).unwrap().clone()
}

fn routes(spec: &CheckSpec) -> Option<&RoutesCheck> {
    match &spec.kind {
        CheckKind::Routes(check) => Some(check),
        _ => None,
    }
}

/// The check of these whose routes are expected so.
fn expecting(checks: &[CheckSpec], expected: RoutesExpected) -> CheckSpec {
    let mut checks = checks.iter();
    let found = checks.find(|spec| routes(spec).is_some_and(|check| check.expected == expected));
    found.unwrap().clone()
}

impl Setup {
    async fn start(means: Means, scale: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut options = rehearsal::WorldOptions::new(dir.path());
        options.scale = scale;
        let world = rehearsal::World::start(options).await.unwrap();
        let handle = world.handle().clone();
        let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
        let aws = Aws::connect(&AwsOptions {
            endpoint: Some(handle.endpoint.clone()),
            region: "eu-west-2".to_owned(),
            rehearsal_credentials: Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
            clock: Some(clock.clone()),
            ..AwsOptions::default()
        })
        .unwrap();
        let probes = ProbeWorld {
            dial: handle.dial.clone(),
            ca_pem: Some(handle.ca_pem.clone()),
            name_servers: Some(servers(&handle.name_servers)),
            resolvers: servers(&handle.resolvers),
        };
        let plan = switchback_api::plan::resolve("tis-cognito", "rehearsal").unwrap();
        let [restrict, lift] = means.steps().map(|id| step(&plan, id));
        let closed = expecting(&restrict.verify, RoutesExpected::Closed);
        let open = expecting(&restrict.before, RoutesExpected::Open);
        // Whoever lifts it looks at the same.
        let lifted = expecting(&lift.verify, RoutesExpected::Open);
        assert_eq!(routes(&lifted), routes(&open));
        Self {
            means,
            run: Arc::new(RunWorld::new(
                aws,
                probes.clone(),
                plan.target.clone(),
                clock.clone(),
            )),
            world,
            clock,
            probes,
            plan,
            closed,
            open,
            tables: Tables::default(),
            _dir: dir,
        }
    }

    /// Carries a step of the runbook out, without its checks: those are made here.
    async fn apply(&self, step: Step) {
        let id = step.id.clone();
        let bare = Step {
            needs: Vec::new(),
            after: Vec::new(),
            decisions: Vec::new(),
            only_if: None,
            before: Vec::new(),
            verify: Vec::new(),
            undo_before: Vec::new(),
            undo_verify: Vec::new(),
            ..step
        };
        let plan = only(self.plan.clone(), "R", vec![bare]);
        let journal = MemoryJournal::open(&plan, self.clock.now());
        let mut desk = Rig::start(self.clock.clone(), journal, self.run.clone(), Arc::default())
            .await
            .unwrap();
        desk.apply(id.as_str()).await.unwrap();
        let state = desk.state(id.as_str());
        assert!(matches!(state, StepState::Done { .. }), "{id}: {state:?}");
    }

    async fn restrict(&self) {
        self.apply(step(&self.plan, self.means.steps()[0])).await;
    }

    async fn lift(&self) {
        self.apply(step(&self.plan, self.means.steps()[1])).await;
    }

    fn inject(&self, fault: &str) {
        self.world.inject(fault.parse().unwrap()).unwrap();
    }

    /// The moment when the last change is everywhere, if that takes so long.
    fn everywhere_after(&self, spread: Duration) -> Timestamp {
        let mut log = self.world.log().into_iter();
        let changed = log.rfind(|entry| {
            let restricts = ["UpdateWebACL", "UpdateStage", "RuleSet", "ThrottleSet"];
            entry.outcome == Outcome::Committed && restricts.contains(&entry.operation.as_str())
        });
        changed.unwrap().world_time + spread
    }

    /// Waits until the last change is everywhere.
    async fn everywhere(&self) {
        self.until(self.everywhere_after(self.means.spread())).await;
    }

    /// Waits for a moment of the world.
    async fn until(&self, at: Timestamp) {
        while self.clock.now() < at {
            let rest = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
            self.clock.sleep(rest).await;
        }
    }

    async fn look_by(&self, spec: &CheckSpec) -> Look {
        let check = routes(spec).unwrap();
        let before = self.world.arrivals();
        let reading = check_routes(spec, check, &self.probes, self.clock.now()).await;
        let after = self.world.arrivals();
        Look {
            expected: check.expected,
            verdict: reading.verdict,
            observed: reading.observed,
            requests: after.at_sites - before.at_sites,
            reached: after.refused_writes - before.refused_writes,
        }
    }

    async fn look(&self, expected: RoutesExpected) -> Look {
        match expected {
            RoutesExpected::Closed => self.look_by(&self.closed).await,
            RoutesExpected::Open => self.look_by(&self.open).await,
        }
    }

    fn add(&mut self, table: &'static str, state: &str, right: Right, look: &Look) {
        self.tables.add(table, self.means, state, right, look);
    }

    async fn closed(&mut self, table: &'static str, state: &str, right: Right) {
        let look = self.look(RoutesExpected::Closed).await;
        self.add(table, state, right, &look);
    }

    async fn open(&mut self, table: &'static str, state: &str, right: Right) {
        let look = self.look(RoutesExpected::Open).await;
        self.add(table, state, right, &look);
    }

    /// Handlers that wrote, as the world's log has them.
    fn invocations(&self) -> usize {
        let log = self.world.log().into_iter();
        log.filter(|entry| entry.service == "usermanagement").count()
    }

    fn end(mut self) -> Tables {
        self.tables.invocations += self.invocations();
        self.tables
    }
}

/// Off, on with nothing planted, with each leak, undone behind the operator's back, and off again.
async fn there_and_back(means: Means) -> Tables {
    let rounds = if prove() { 5 } else { 1 };
    let mut place = Setup::start(means, FAST).await;
    off(
        &mut place,
        "before, expected open",
        "before, expected closed",
        rounds,
    )
    .await;
    place.restrict().await;
    place.everywhere().await;
    for _ in 0..if prove() { 50 } else { 3 } {
        place.closed(CLEAN, "on", Right::Passes).await;
    }
    for (fault, words) in LEAKS {
        for _ in 0..rounds {
            place.inject(fault);
            place.closed(PLANTED, fault, Right::Leaks(words)).await;
            assert_eq!(place.world.lift(fault).unwrap(), 1);
        }
        if prove() {
            place.closed(CLEAN, "a leak was mended", Right::Passes).await;
        }
    }
    for (fault, words) in WEAK_RULES {
        let (table, right) = match means {
            Means::Firewall => (PLANTED, Right::Leaks(words)),
            Means::Throttle => (CLEAN, Right::Passes),
        };
        for _ in 0..rounds {
            place.inject(fault);
            place.closed(table, fault, right).await;
            assert_eq!(place.world.lift(fault).unwrap(), 1);
        }
    }
    place.closed(CLEAN, "every leak was mended", Right::Passes).await;
    match means {
        Means::Firewall => {
            for fault in ["rule-missing", "acl-detached"] {
                place.inject(fault);
                place.closed(SOMEBODY, fault, Right::Leaks("")).await;
                assert_eq!(place.world.lift(fault).unwrap(), 1);
            }
            place.inject("rule-set");
            place
                .closed(SOMEBODY, "rule-set, on its way", Right::Leaks(""))
                .await;
            place.everywhere().await;
            place.closed(SOMEBODY, "rule-set", Right::Leaks("")).await;
        }
        Means::Throttle => {
            place.inject("throttle-set");
            place.everywhere().await;
            place
                .closed(
                    SOMEBODY,
                    "throttle-set",
                    Right::Leaks("POST /createUser answered"),
                )
                .await;
        }
    }
    place.lift().await;
    place.everywhere().await;
    off(
        &mut place,
        "lifted, expected open",
        "lifted, expected closed",
        rounds,
    )
    .await;
    let wrote = place.invocations();
    // That nobody wrote is said by a log that knows who does.
    write_with_credentials(&place.world).await;
    assert_eq!(place.invocations(), wrote + 1);
    let mut tables = place.end();
    tables.invocations -= 1;
    tables
}

async fn off(place: &mut Setup, open: &str, closed: &str, rounds: usize) {
    for _ in 0..rounds {
        place.open(OFF, open, Right::Passes).await;
        place.closed(OFF, closed, Right::Leaks("")).await;
    }
}

/// What no probe ever does.
async fn write_with_credentials(world: &rehearsal::World) {
    let addr = world.handle().stand_in(Site::New.address()).unwrap();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "POST /usermanagement/createUser HTTP/1.1\r\nHost: {}\r\nAuthorization: x\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n",
        Site::New.host()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
}

/// A change that is everywhere late: no look passes that meets what was before, and every one that begins later does.
async fn late(means: Means) -> Tables {
    let mut place = Setup::start(means, FAST).await;
    place.inject("leak:late");
    place.restrict().await;
    let everywhere = place.everywhere_after(LATE);
    let mut met = 0;
    loop {
        let begun = place.clock.now();
        let look = place.look(RoutesExpected::Closed).await;
        if begun >= everywhere {
            place.add(LATELY, "leak:late, everywhere", Right::Passes, &look);
            break;
        }
        let (state, right) = match place.clock.now() < everywhere {
            true => ("leak:late, not everywhere yet", Right::Leaks("")),
            false => ("leak:late, everywhere meanwhile", Right::AsSeen),
        };
        met += usize::from(look.reached > 0);
        place.add(LATELY, state, right, &look);
        if met == 2 && !prove() {
            place.until(everywhere).await;
        }
    }
    assert!(met > 0, "no look met the change on its way");
    place.closed(LATELY, "leak:late, everywhere", Right::Passes).await;
    place.end()
}

/// The usual time until a change is everywhere, in real time: there and back.
async fn on_its_way(means: Means) -> Tables {
    let mut place = Setup::start(means, 1).await;
    for (state, expected, right) in [
        ("half on", RoutesExpected::Closed, Right::Leaks("")),
        ("half off", RoutesExpected::Open, Right::StillClosed),
    ] {
        let mut met = 0;
        for _ in 0..TRIES {
            match expected {
                RoutesExpected::Closed => place.restrict().await,
                RoutesExpected::Open => place.lift().await,
            }
            let look = place.look(expected).await;
            let is_half = match expected {
                RoutesExpected::Closed => look.reached > 0,
                RoutesExpected::Open => look.reached < look.writes().1,
            };
            let right = if is_half { right } else { Right::AsSeen };
            place.add(ON_ITS_WAY, state, right, &look);
            met += usize::from(is_half);
            place.everywhere().await;
            let all = format!("{state}, then everywhere");
            let look = place.look(expected).await;
            place.add(ON_ITS_WAY, &all, Right::Passes, &look);
            if met == if prove() { 3 } else { 1 } {
                break;
            }
            match expected {
                RoutesExpected::Closed => place.lift().await,
                RoutesExpected::Open => place.restrict().await,
            }
            place.everywhere().await;
        }
        assert!(met > 0, "no look of {TRIES} met the change on its way");
    }
    place.end()
}

/// Somebody else answers: it is neither closed nor open, and nothing leaks.
async fn untold(means: Means) -> Tables {
    let mut place = Setup::start(means, FAST).await;
    for expected in [RoutesExpected::Open, RoutesExpected::Closed] {
        if expected == RoutesExpected::Closed {
            place.restrict().await;
            place.everywhere().await;
        }
        for fault in ["site-down", "site-refused"] {
            for site in [Site::Old, Site::New, Site::Gateway] {
                let fault = format!("{fault}:{site}");
                place.inject(&fault);
                let look = place.look(expected).await;
                place.add(
                    UNTOLD,
                    &format!("{fault}, expected {expected:?}"),
                    Right::Untold,
                    &look,
                );
                assert_eq!(place.world.lift(&fault).unwrap(), 1);
            }
        }
        // The gateway's own 403 for a stage that it doesn't have.
        let look = place.look_by(&at_no_stage(&place, expected)).await;
        place.add(
            UNTOLD,
            &format!("no such stage, expected {expected:?}"),
            Right::Untold,
            &look,
        );
    }
    if means == Means::Firewall {
        // And its 403 where a rule blocks and says nothing.
        let mut bare = step(&place.plan, means.steps()[0]);
        let Some(ActionSpec::SetRuleAction(action)) = &mut bare.action else {
            unreachable!("the step sets a rule's action")
        };
        action.action = RuleAction::of(&json!({"Block": {}}));
        place.apply(bare).await;
        place.everywhere().await;
        place.open(UNTOLD, "bare 403, expected Open", Right::Untold).await;
        place
            .closed(UNTOLD, "bare 403, expected Closed", Right::Untold)
            .await;
    }
    place.end()
}

/// The check with the gateway's own name under another stage.
fn at_no_stage(place: &Setup, expected: RoutesExpected) -> CheckSpec {
    let mut spec = match expected {
        RoutesExpected::Closed => place.closed.clone(),
        RoutesExpected::Open => place.open.clone(),
    };
    let CheckKind::Routes(check) = &mut spec.kind else {
        unreachable!("the check asks routes")
    };
    let own = |base: &&mut Base| base.url.contains("execute-api");
    let base = check.bases.iter_mut().find(own).unwrap();
    base.url = base.url.replace("/prod/", "/test/");
    spec
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_leak_is_found_nothing_else_is_said_and_no_probe_writes() {
    let mut running = Vec::new();
    for means in Means::ALL {
        running.push(tokio::spawn(there_and_back(means)));
        running.push(tokio::spawn(late(means)));
        running.push(tokio::spawn(on_its_way(means)));
        // Who answers instead does not ask what restricts.
        if prove() || means == Means::Firewall {
            running.push(tokio::spawn(untold(means)));
        }
    }
    let mut tables = Tables::default();
    for part in running {
        tables.join(part.await.unwrap());
    }
    println!("{tables}");
    assert!(tables.wrong.is_empty(), "{}", tables.wrong.join("\n"));
    assert!(tables.requests(Some(CLEAN)) >= LEAST);
    assert!(tables.most <= MOST, "{} requests in one check", tables.most);
    assert_eq!(tables.invocations, 0);
}
