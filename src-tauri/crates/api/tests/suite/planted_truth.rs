//! Planted truth: what the console says of a world of which we know what is true, and when it says so.
//! `cargo test -p switchback-api --test planted_truth -- --nocapture` prints the tables.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use switchback_api::host::{Host, HostOptions};
use switchback_api::wire::{Deadline, RunSnapshot, Tone};
use switchback_model::{Command, Digest, Operator, RunId, StepId, Submission};
use switchback_rehearsal::Handle;
use tokio::net::UdpSocket;
use tokio::sync::watch::Receiver;

const RUNBOOK: &str = include_str!("../../../../runbooks/dns-switch/runbook.toml");
const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");

/// World seconds from an outage to the second reading of it, with a reading every 10 s.
const NOTICED_S: i64 = 25;

/// What the console said of the site at a moment of world time.
#[derive(Debug, Clone)]
struct SiteStatus {
    at: Timestamp,
    tone: Tone,
    observed: String,
}

/// A run in the closed world, with everything that its console says.
struct Console {
    host: Arc<Host>,
    world: Handle,
    run: RunId,
    seen: Receiver<Arc<RunSnapshot>>,
    said: Arc<Mutex<Vec<SiteStatus>>>,
    stall: Arc<Mutex<Duration>>,
}

impl Console {
    async fn open(home: &Path, speed: u32) -> Self {
        let mut options = HostOptions::new(Operator::new("m.example").unwrap());
        options.home = Some(home.to_owned());
        options.rehearsal_scale = speed;
        options.rehearsal_insync_s = 10;
        let host = Host::start(options).unwrap();
        let world = host.closed_world().await.unwrap();
        let (book, target) = (home.join("runbook.toml"), home.join("targets/rehearsal.toml"));
        std::fs::create_dir_all(home.join("targets")).unwrap();
        // The rule as the written plan has it, with a time that a test can wait for.
        let rule = RUNBOOK.replacen("id = \"R3\"", "id = \"R4\"", 1);
        let rule = rule.replacen("decision_after = \"12 min\"\n", "", 1);
        std::fs::write(&book, rule).unwrap();
        std::fs::write(
            target,
            TARGET.replacen("rollback-after = 12", "rollback-after = 3", 1),
        )
        .unwrap();
        let run = host
            .new_from_runbook(&book.display().to_string(), "rehearsal")
            .unwrap();
        let seen = host.subscribe(&run).await.unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let stall = Arc::new(Mutex::new(Duration::ZERO));
        tokio::spawn(listen(seen.clone(), said.clone()));
        tokio::spawn(measure(stall.clone()));
        Self {
            host,
            world,
            run,
            seen,
            said,
            stall,
        }
    }

    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    async fn inject(&self, fault: &str) {
        let client = self.host.world_client().await.unwrap();
        client.inject(&fault.parse().unwrap()).await.unwrap();
    }

    async fn lift(&self, fault: &str) {
        let client = self.host.world_client().await.unwrap();
        client.lift(fault).await.unwrap();
    }

    async fn pass(&self, world_s: u64) {
        tokio::time::sleep(Duration::from_secs(world_s) / self.world.clock.scale).await;
    }

    /// Waits until the console says this of the site, and gives when.
    async fn says(&mut self, tone: Tone, since: Timestamp) -> Timestamp {
        let what = format!("{tone:?} after {since}");
        until(&mut self.seen, &what, |s| s.now > since && site(s).tone == tone)
            .await
            .now
    }

    async fn ended(&self) -> Vec<SiteStatus> {
        // The listener is told of the last snapshot after us.
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.said.lock().unwrap().clone()
    }

    /// How much later than asked this machine did something, in world time: nobody could have said
    /// anything then.
    fn stalled(&self) -> SignedDuration {
        let stall = *self.stall.lock().unwrap() * self.world.clock.scale;
        SignedDuration::try_from(stall).unwrap()
    }
}

fn site(snapshot: &RunSnapshot) -> SiteStatus {
    let site = snapshot.monitors.iter().find(|m| m.id == "site").unwrap();
    SiteStatus {
        at: snapshot.now,
        tone: site.tone,
        observed: site.observed.clone(),
    }
}

async fn listen(mut seen: Receiver<Arc<RunSnapshot>>, said: Arc<Mutex<Vec<SiteStatus>>>) {
    while seen.changed().await.is_ok() {
        let snapshot = seen.borrow_and_update().clone();
        said.lock().unwrap().push(site(&snapshot));
    }
}

async fn measure(stall: Arc<Mutex<Duration>>) {
    const TICK: Duration = Duration::from_millis(20);
    loop {
        let start = Instant::now();
        tokio::time::sleep(TICK).await;
        let late = start.elapsed().saturating_sub(TICK);
        let mut worst = stall.lock().unwrap();
        *worst = late.max(*worst);
    }
}

/// Waits for a snapshot that fits, and gives it.
async fn until(
    stream: &mut Receiver<Arc<RunSnapshot>>,
    what: &str,
    fits: impl Fn(&RunSnapshot) -> bool,
) -> RunSnapshot {
    let found = tokio::time::timeout(Duration::from_secs(40), stream.wait_for(|s| fits(s))).await;
    match found {
        Ok(Ok(snapshot)) => (**snapshot).clone(),
        Ok(Err(_)) => panic!("the stream ended before: {what}"),
        Err(_) => panic!("it never came to this: {what}"),
    }
}

/// Prints each change of what was said, in world seconds from `zero`.
fn table(title: &str, zero: Timestamp, truth: &[(Timestamp, &str)], said: &[SiteStatus]) {
    let second = |at: Timestamp| at.duration_since(zero).as_millis() as f64 / 1000.0;
    let mut rows: Vec<(f64, String)> = truth
        .iter()
        .map(|(at, what)| (second(*at), format!("truth    {what}")))
        .collect();
    let mut last = None;
    for one in said.iter().filter(|one| second(one.at) > -20.0) {
        if last != Some(one.tone) {
            rows.push((
                second(one.at),
                format!("console  {:?} ({})", one.tone, one.observed),
            ));
        }
        last = Some(one.tone);
    }
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    println!("\n{title}");
    for (at, what) in rows {
        println!("{at:>8.1} s  {what}");
    }
}

/// How often "Passing" was said between two moments, and how often it began to be said there.
fn passing(said: &[SiteStatus], from: Timestamp, to: Timestamp) -> (usize, usize) {
    let within = |one: &&SiteStatus| one.at > from && one.at < to;
    let shown = said
        .iter()
        .filter(within)
        .filter(|one| one.tone == Tone::Passing)
        .count();
    let begun = said
        .windows(2)
        .filter(|pair| pair[0].tone != Tone::Passing && pair[1].tone == Tone::Passing)
        .filter(|pair| within(&&pair[1]))
        .count();
    (shown, begun)
}

fn later(at: Timestamp, seconds: i64, stalled: SignedDuration) -> Timestamp {
    at + SignedDuration::from_secs(seconds) + stalled
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_down_for_40_s() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 10).await;
    let zero = console.now();
    console.says(Tone::Passing, zero).await;
    console.inject("site-down:old").await;
    let down = console.now();
    console.pass(40).await;
    let up = console.now();
    console.lift("site-down:old").await;
    let again = console.says(Tone::Passing, up).await;
    let said = console.ended().await;
    table("Down for 40 s", down, &[(down, "down"), (up, "up")], &said);

    let noticed = later(down, NOTICED_S, console.stalled());
    let (shown, _) = passing(&said, noticed, up);
    let (_, begun) = passing(&said, down, up);
    println!(
        "false \"Passing\": {shown} shown, {begun} begun; up again said after {}",
        again.duration_since(up)
    );
    assert_eq!((shown, begun), (0, 0));
    if noticed < up {
        assert!(
            said.iter()
                .any(|one| one.tone == Tone::Failing && one.at > down && one.at < up)
        );
    }
    console.host.release_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_comes_and_goes() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 20).await;
    let zero = console.now();
    console.says(Tone::Passing, zero).await;
    let first = console.now();
    for _ in 0..7 {
        console.inject("site-down:old").await;
        console.pass(9).await;
        console.lift("site-down:old").await;
        console.pass(8).await;
    }
    let last = console.now();
    let calm = console.says(Tone::Passing, last).await;
    let said = console.ended().await;
    table(
        "Flapping: 9 s down, 8 s up",
        first,
        &[(first, "begins to flap"), (last, "is calm")],
        &said,
    );

    // Four readings tell; from then on it is never said to pass until it is calm.
    let noticed = later(first, 2 * NOTICED_S, console.stalled());
    let (shown, begun) = passing(&said, noticed, last);
    println!(
        "false \"Passing\": {shown} shown, {begun} begun; calm said after {}",
        calm.duration_since(last)
    );
    assert_eq!((shown, begun), (0, 0));
    console.host.release_all().await;
}

/// One thread for everything: while it sleeps, nothing of this machine goes on but the world's time.
#[tokio::test(flavor = "current_thread")]
async fn a_laptop_that_sleeps_for_5_min_while_the_site_goes_down() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 60).await;
    let zero = console.now();
    console.says(Tone::Passing, zero).await;
    console.inject("site-down:old").await;
    let down = console.now();
    std::thread::sleep(Duration::from_secs(300) / console.world.clock.scale);
    let awake = console.now();
    console.says(Tone::Failing, awake).await;
    console.pass(60).await;
    let up = console.now();
    console.lift("site-down:old").await;
    console.says(Tone::Passing, up).await;
    let said = console.ended().await;
    let truth = [(down, "down, and asleep"), (awake, "awake"), (up, "up")];
    table("Asleep for 5 min", down, &truth, &said);

    let (shown, begun) = passing(&said, awake, up);
    println!("false \"Passing\": {shown} shown, {begun} begun");
    assert_eq!((shown, begun), (0, 0));
    let first = said.iter().find(|one| one.at >= awake).unwrap();
    assert_eq!(
        first.tone,
        Tone::Unknown,
        "what was read before the sleep says nothing: {first:?}"
    );
    console.host.release_all().await;
}

/// What a resolver answers for the name, asked by ourselves.
async fn answers_old(resolver: SocketAddr) -> bool {
    let mut question = vec![0x2A, 0x2A, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in ["apps", "example", "nhs", "test", ""] {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.bytes());
    }
    question.extend([0, 1, 0, 1]);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(&question, resolver).await.unwrap();
    let mut answer = [0; 512];
    let length = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut answer));
    let length = length.await.unwrap().unwrap();
    let holds = |address: [u8; 4]| answer[..length].windows(4).any(|four| four == address);
    assert!(
        holds([192, 0, 2, 10]) != holds([198, 51, 100, 20]),
        "one side or the other"
    );
    holds([192, 0, 2, 10])
}

fn state<'a>(snapshot: &'a RunSnapshot, step: &str) -> &'a str {
    let mut steps = snapshot.phases.iter().flat_map(|p| &p.steps);
    &steps.find(|s| s.id == step).unwrap().state
}

async fn apply(console: &mut Console, step: &str) {
    let ready = until(&mut console.seen, step, |s| state(s, step) == "ready").await;
    let mut steps = ready.phases.iter().flat_map(|p| &p.steps);
    let preview = steps.find(|s| s.id == step).unwrap().preview.clone().unwrap();
    let basis: Digest = preview.digest.parse().unwrap();
    let step = StepId::new(step).unwrap();
    submit(console, Command::Apply { step }, Some(basis)).await;
}

async fn submit(console: &Console, command: Command, basis: Option<Digest>) {
    let submission = Submission {
        command,
        basis,
        by: Operator::new("m.example").unwrap(),
        reason: Some("scripted".to_owned()),
    };
    console.host.submit_run(&console.run, submission).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_keeps_the_old_answer() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 60).await;
    apply(&mut console, "lower-ttl").await;
    until(&mut console.seen, "lowered", |s| state(s, "lower-ttl") == "done").await;
    until(&mut console.seen, "waited", |s| state(s, "switch") == "ready").await;
    // From here on resolvers keep what they know for 150 s, whatever its TTL says.
    console.inject("stale-resolver:150").await;
    let resolvers: Vec<SocketAddr> = console.world.resolvers.iter().map(|r| r.addr).collect();
    for resolver in &resolvers {
        assert!(answers_old(*resolver).await);
    }
    apply(&mut console, "switch").await;
    let begun = until(&mut console.seen, "verifying", |s| {
        state(s, "switch") == "verifying"
    })
    .await
    .now;
    let (mut last_old, mut premature) = (begun, 0);
    let done = loop {
        let mut old = false;
        for resolver in &resolvers {
            old |= answers_old(*resolver).await;
        }
        let (now, snapshot) = (console.now(), console.seen.borrow().clone());
        if old {
            last_old = now;
        }
        match state(&snapshot, "switch") {
            // What the console said before we asked, of a world that still had the old answer after it.
            "done" if old && snapshot.now < now => premature += 1,
            "done" => break snapshot.now,
            "verifying" => tokio::time::sleep(Duration::from_millis(30)).await,
            other => panic!("the switch is {other}"),
        }
    };
    let said = console.ended().await;
    let truth = [
        (begun, "accepted by Route 53"),
        (last_old, "a resolver answers the old side for the last time"),
        (done, "(the console says: done)"),
    ];
    table("Slow resolver with the old answer", begun, &truth, &said);
    println!("premature \"done\": {premature}");
    assert_eq!(premature, 0);
    assert!(done > last_old);
    assert!(
        last_old.duration_since(begun).as_secs() > 65,
        "longer than its TTL: {last_old}"
    );
    console.host.release_all().await;
}

fn r4(snapshot: &RunSnapshot) -> &Deadline {
    let mut all = snapshot.deadlines.iter();
    all.find(|deadline| deadline.rule.as_deref() == Some("R4"))
        .unwrap()
}

/// Waits until the journal says for the `times`th time that the decision is due.
async fn announced(console: &mut Console, times: usize) {
    for _ in 0..500 {
        let page = console.host.journal_page(&console.run, 0, 1000).await.unwrap();
        let due = page.events.iter().filter(|event| event.kind == "decision_due");
        if due.count() >= times {
            return;
        }
        let _ = tokio::time::timeout(Duration::from_millis(200), console.seen.changed()).await;
    }
    panic!("not announced {times} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadline_of_r4_is_announced_moved_by_a_person_and_acts_on_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 60).await;
    assert!(
        r4(&console.seen.borrow())
            .note
            .starts_with("Does not run: there is nothing to undo")
    );
    apply(&mut console, "lower-ttl").await;
    until(&mut console.seen, "waited", |s| state(s, "switch") == "ready").await;
    apply(&mut console, "switch").await;
    let done = until(&mut console.seen, "done", |s| state(s, "switch") == "done").await;
    assert_eq!(
        r4(&done).note,
        "Does not run: 3 min from when \"apps.example.nhs.test as users see it\" fails."
    );

    let client = console.host.world_client().await.unwrap();
    let changes = async || {
        let log = client.log(0).await.unwrap();
        let made = log
            .iter()
            .filter(|entry| entry.operation == "ChangeResourceRecordSets");
        made.count()
    };
    let before = changes().await;
    console.inject("site-down:new").await;
    let down = console.now();
    let runs = until(&mut console.seen, "the clock runs", |s| r4(s).at.is_some()).await;
    let (since, first) = (r4(&runs).since.unwrap(), r4(&runs).at.unwrap());
    assert_eq!(first.duration_since(since).as_mins(), 3);
    let due = until(&mut console.seen, "due", |s| r4(s).due).await;
    assert!(due.now >= first);
    // The window counts by itself; the journal says it when the driver has: only then it is moved.
    announced(&mut console, 1).await;
    let extend = Command::ExtendDeadline {
        rule: "R4".parse().unwrap(),
        minutes: 2,
    };
    submit(&console, extend, None).await;
    let moved = until(&mut console.seen, "moved", |s| !r4(s).extended.is_empty()).await;
    assert!(!r4(&moved).due && r4(&moved).extendable);
    assert_eq!(r4(&moved).at.unwrap().duration_since(since).as_mins(), 5);
    // The console restarts; its deadline does not.
    console.host.release_all().await;
    console.seen = console.host.subscribe(&console.run).await.unwrap();
    let again = until(&mut console.seen, "again", |s| r4(s).at.is_some()).await;
    assert_eq!(r4(&again).at, r4(&moved).at);
    until(&mut console.seen, "due again", |s| r4(s).due).await;
    announced(&mut console, 2).await;
    console.pass(60).await;

    let page = console.host.journal_page(&console.run, 0, 1000).await.unwrap();
    let of_r4 = |kind: &str| {
        [
            "decision_due",
            "deadline_extended",
            "monitor_read",
            "driver_started",
        ]
        .contains(&kind)
    };
    println!("\nDeadline of R4: 3 min from when the site fails, moved by 2");
    println!("     0.0 s  truth    down");
    for event in page
        .events
        .iter()
        .filter(|event| event.at >= down && of_r4(&event.kind))
    {
        let second = event.at.duration_since(down).as_millis() as f64 / 1000.0;
        println!("{second:>8.1} s  journal  {}", event.sentence);
    }
    let count = |kind: &str| page.events.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count("decision_due"), count("deadline_extended")), (2, 1));
    assert_eq!(count("rollback_confirmed"), 0);
    assert_eq!(changes().await, before, "nothing acted");
    println!("acted alone: 0 changes, 0 rollbacks");
    console.host.release_all().await;
}
