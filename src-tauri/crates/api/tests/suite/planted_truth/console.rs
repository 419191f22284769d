//! A console and a site beside it, and how soon it notices.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use switchback_api::host::{Host, HostOptions};
use switchback_api::wire::{RunSnapshot, Tone};
use switchback_model::{Operator, RunId};
use switchback_rehearsal::Handle;
use tokio::sync::watch::Receiver;

use super::{RUNBOOK, TARGET};

/// World seconds from an outage to the second reading of it, with a reading every 10 s.
pub(super) const NOTICED_S: i64 = 25;

/// What the console said of the site at a moment of world time.
#[derive(Debug, Clone)]
pub(super) struct SiteStatus {
    pub(super) at: Timestamp,
    pub(super) tone: Tone,
    pub(super) observed: String,
}

/// A run in the closed world, with everything that its console says.
pub(super) struct Console {
    pub(super) host: Arc<Host>,
    pub(super) world: Handle,
    pub(super) run: RunId,
    pub(super) seen: Receiver<Arc<RunSnapshot>>,
    pub(super) said: Arc<Mutex<Vec<SiteStatus>>>,
    pub(super) stall: Arc<Mutex<Duration>>,
}

impl Console {
    pub(super) async fn open(home: &Path, speed: u32) -> Self {
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

    pub(super) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub(super) async fn inject(&self, fault: &str) {
        let client = self.host.world_client().await.unwrap();
        client.inject(&fault.parse().unwrap()).await.unwrap();
    }

    pub(super) async fn lift(&self, fault: &str) {
        let client = self.host.world_client().await.unwrap();
        client.lift(fault).await.unwrap();
    }

    pub(super) async fn pass(&self, world_s: u64) {
        tokio::time::sleep(Duration::from_secs(world_s) / self.world.clock.scale).await;
    }

    /// Waits until the console says this of the site, and gives when.
    pub(super) async fn says(&mut self, tone: Tone, since: Timestamp) -> Timestamp {
        let what = format!("{tone:?} after {since}");
        until(&mut self.seen, &what, |s| s.now > since && site(s).tone == tone)
            .await
            .now
    }

    pub(super) async fn ended(&self) -> Vec<SiteStatus> {
        // The listener is told of the last snapshot after us.
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.said.lock().unwrap().clone()
    }

    /// How much later than asked this machine did something, in world time: nobody could have said
    /// anything then.
    pub(super) fn stalled(&self) -> SignedDuration {
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
pub(super) async fn until(
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
pub(super) fn table(title: &str, zero: Timestamp, truth: &[(Timestamp, &str)], said: &[SiteStatus]) {
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
pub(super) fn passing(said: &[SiteStatus], from: Timestamp, to: Timestamp) -> (usize, usize) {
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

pub(super) fn later(at: Timestamp, seconds: i64, stalled: SignedDuration) -> Timestamp {
    at + SignedDuration::from_secs(seconds) + stalled
}
