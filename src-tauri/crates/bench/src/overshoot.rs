//! How long after the server's true INSYNC the journal says that a change is verified. Time is not
//! scaled; the world's own commit says when INSYNC is, never we.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use switchback_journal::{MemoryKeyRing, Store};
use switchback_model::{Event, EventKind, RunId};
use switchback_rehearsal::{ACCESS_KEY, World, WorldOptions};
use tokio::runtime::{Handle, Runtime};

use crate::Outcome;
use crate::report::{Required, Section, Table};
use crate::sandbox::{Sandbox, done, said, test_target, text};
use crate::stats::{Sample, between, now};

/// Milliseconds from INSYNC to the journalled `verified`.
const AT_MOST: f64 = 500.0;
/// The same, for the median of each series.
const MEDIAN: f64 = 250.0;

/// About the interval at which the engine asks for INSYNC.
const POLL: Duration = Duration::from_millis(410);

/// How the run sees the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    /// As the rehearsal: name servers are asked, and requests are not paced.
    Rehearsal,
    /// As a custom endpoint of kind `test`: our own 3 requests a second, as on a real account.
    Paced,
}

/// Runs of one kind.
struct Series {
    delay_s: u64,
    runs: usize,
    /// How many are under way at a time.
    lanes: usize,
    seen: As,
}

const SERIES: [Series; 4] = [
    Series {
        delay_s: 60,
        runs: 5,
        lanes: 5,
        seen: As::Rehearsal,
    },
    Series {
        delay_s: 20,
        runs: 10,
        lanes: 4,
        seen: As::Rehearsal,
    },
    Series {
        delay_s: 5,
        runs: 20,
        lanes: 2,
        seen: As::Rehearsal,
    },
    Series {
        delay_s: 5,
        runs: 10,
        lanes: 1,
        seen: As::Paced,
    },
];

/// One run, in milliseconds after INSYNC.
#[derive(Debug, Clone, Copy)]
struct Overshoot {
    in_sync: f64,
    verified: f64,
    ended: f64,
}

pub(crate) fn measure(place: &Sandbox) -> Outcome<Section> {
    let runtime = Runtime::new()?;
    let all: Vec<Outcome<Vec<Overshoot>>> = thread::scope(|scope| {
        let lanes: Vec<_> = SERIES
            .iter()
            .map(|series| scope.spawn(|| series.run(place, runtime.handle())))
            .collect();
        let ended = lanes.into_iter().map(|lane| match lane.join() {
            Ok(found) => found,
            Err(_) => Err("a lane broke off".into()),
        });
        ended.collect()
    });
    let mut table = Table::new(&[
        "INSYNC after",
        "runs",
        "`in_sync` median",
        "most",
        "`verified` median",
        "most",
        "process ended, median",
        "most",
    ]);
    let mut worst: f64 = 0.0;
    let mut median: f64 = 0.0;
    for (series, found) in SERIES.iter().zip(all) {
        let found = found?;
        let sample = |part: fn(&Overshoot) -> f64| -> Sample { found.iter().map(part).collect() };
        let verified = sample(|it| it.verified);
        worst = worst.max(verified.max());
        median = median.max(verified.median());
        let how = match series.seen {
            As::Rehearsal => "",
            As::Paced => ", paced as on a real account, no DNS observer",
        };
        let mut row = vec![format!("{} s{how}", series.delay_s), verified.len().to_string()];
        for part in [sample(|it| it.in_sync), verified, sample(|it| it.ended)] {
            row.push(format!("{:.0} ms", part.median()));
            row.push(format!("{:.0} ms", part.max()));
        }
        table.row(row);
    }
    Ok(Section {
        title: "Verified, after the server's true INSYNC".to_owned(),
        how: "`switchback step apply` against a rehearsal world of its own for each run, in real time (no scale); \
              runs overlap. The delays \
              of a series are spread over one interval of our polling (5.00 s to 5.39 s, and so on), which would \
              else meet INSYNC at the same point each time. The world fixes the moment of INSYNC when it commits the change. `in_sync` and \
              `verified` are the times of the journal's events: between the two, every name server is asked and \
              the object is read again."
            .to_owned(),
        tables: vec![table],
        required: vec![Required {
            what: "`verified` after true INSYNC, delays of 5, 20 and 60 s".to_owned(),
            limit: format!("median at most {MEDIAN:.0} ms, most {AT_MOST:.0} ms"),
            found: format!("highest median {median:.0} ms, most {worst:.0} ms"),
            holds: worst <= AT_MOST && median <= MEDIAN,
        }],
    })
}

impl Series {
    fn run(&self, place: &Sandbox, runtime: &Handle) -> Outcome<Vec<Overshoot>> {
        let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            let lane = || -> Outcome<()> {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= self.runs {
                        return Ok(());
                    }
                    let name = format!("overshoot-{}-{:?}-{number}", self.delay_s, self.seen);
                    let one = self.one(place, runtime, place.path(&name), number)?;
                    found.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                }
            };
            let lanes: Vec<_> = (0..self.lanes).map(|_| scope.spawn(lane)).collect();
            for lane in lanes {
                lane.join().map_err(|_| "a run broke off")??;
            }
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Our polling begins with the change, so that one delay would always meet it at one point of its
    /// interval: the delays are spread over one.
    fn share_of_poll(&self, number: usize) -> Duration {
        let runs = u32::try_from(self.runs).unwrap_or(u32::MAX);
        POLL * u32::try_from(number).unwrap_or_default() / runs
    }

    fn one(&self, place: &Sandbox, runtime: &Handle, home: PathBuf, number: usize) -> Outcome<Overshoot> {
        let options = WorldOptions {
            dir: home.join("rehearsal"),
            scale: 1,
            insync_delay: Duration::from_secs(self.delay_s) + self.share_of_poll(number),
            keys: Vec::new(),
        };
        let world = runtime.block_on(World::start(options))?;
        let ours = || {
            let mut command = place.switchback(&home);
            if self.seen == As::Paced {
                command
                    .args(["--aws-endpoint", &world.handle().endpoint])
                    .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
                    .env("AWS_SECRET_ACCESS_KEY", "rehearsal");
            }
            command
        };
        let (target, name) = match self.seen {
            As::Rehearsal => ("rehearsal".to_owned(), "rehearsal"),
            As::Paced => {
                let role = "account = \"123456789012\"\nrole = \"operator\"";
                let target = test_target(&[
                    ("Z0REPLACETHIS", &world.handle().zone_id),
                    ("account = \"123456789012\"", role),
                ])?;
                let file = home.join("target.toml");
                std::fs::write(&file, target)?;
                (file.display().to_string(), "test")
            }
        };
        let opened = said(ours().args(["run", "new", "dns-switch", "--target", &target]))?;
        let run = text(&opened, "run")?;
        let preview = said(ours().args(["step", "preview", run, "lower-ttl"]))?;
        let mut apply = ours();
        apply.args(["step", "apply", run, "lower-ttl", "--confirm", name]);
        apply.args(["--preview", text(&preview, "digest")?]);
        done(&mut apply)?;
        let ended = now();
        let changes = world.snapshot().changes;
        let [change] = changes.as_slice() else {
            return Err(format!("the world saw {} changes, not one", changes.len()).into());
        };
        let events = events(&home, run)?;
        let after = |what: &str, is: fn(&EventKind) -> bool| -> Outcome<f64> {
            let event = events.iter().find(|event| is(&event.kind));
            let event = event.ok_or_else(|| format!("nothing was `{what}`"))?;
            Ok(between(change.insync_at, event.at))
        };
        runtime.block_on(world.stop());
        Ok(Overshoot {
            in_sync: after("in_sync", |it| matches!(it, EventKind::InSync { .. }))?,
            verified: after("verified", |it| matches!(it, EventKind::Verified { .. }))?,
            ended: between(change.insync_at, ended),
        })
    }
}

fn events(home: &Path, run: &str) -> Outcome<Vec<Event>> {
    let store = Store::open(home, Arc::new(MemoryKeyRing::default()))?;
    Ok(store.read_page(&RunId::new(run)?, 0, 1000)?)
}
