//! One case: a fresh home and world, a driver that dies at a point, and two ways to go on.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use self::told::{folded, head, intents, objects, rolling_back, state};
use crate::runbook::{RUNBOOK, Runbook};
use crate::twice::{deployed_twice, doubles, left_twice, published_twice};

mod roles;
mod told;

pub use self::roles::{Finished, Role};
pub use self::told::{log, records};

/// Where the driver dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    Never,
    BeforeCommit(Commit),
    AfterCommit(Commit),
    BeforeSend(usize),
    AfterAccept(usize),
    /// By SIGKILL from outside, at this share of a clean run's time.
    At {
        percent: u32,
    },
}

/// A commit by the kinds of its events, and which of that sort. Not by its place in the run: how often a
/// verification is looked at is up to the clock, and every place after it would mean another commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    pub about: &'static str,
    pub nth: usize,
}

impl Commit {
    /// Every commit of a run, in order.
    pub fn all(made: &[String]) -> Vec<Self> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        made.iter()
            .map(|about| {
                let nth = seen.entry(about).or_default();
                *nth += 1;
                Self {
                    about: about.clone().leak(),
                    nth: *nth,
                }
            })
            .collect()
    }
}

/// What follows the kill. Either way the case ends where the world began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The run is completed, then rolled back. A rollback that the kill interrupted is finished before,
    /// and what was undone is done anew.
    Complete,
    /// Straight back.
    Back,
}

/// How often the run that is killed goes there and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    One,
    /// What was taken back is opened again, done anew and taken back again.
    Two,
}

impl Turns {
    fn role(self) -> &'static str {
        match self {
            Self::One => "there-and-back",
            Self::Two => "there-and-back-twice",
        }
    }
}

/// How long each call takes in a case of a random kill.
const SLOW_CALL_MS: u64 = 300;

impl Kill {
    const RANDOM: &'static str = "random:0";

    pub fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::BeforeCommit(_) => "before a commit",
            Self::AfterCommit(_) => "after a commit",
            Self::BeforeSend(_) => "before a send",
            Self::AfterAccept(_) => "after an accept",
            Self::At { .. } => "at random",
        }
    }

    pub fn spec(self) -> String {
        match self {
            Self::Never => "never:0".to_owned(),
            Self::At { .. } => Self::RANDOM.to_owned(),
            Self::BeforeCommit(Commit { about, nth }) => format!("before-commit:{nth}:{about}"),
            Self::AfterCommit(Commit { about, nth }) => format!("after-commit:{nth}:{about}"),
            Self::BeforeSend(n) => format!("before-send:{n}"),
            Self::AfterAccept(n) => format!("after-accept:{n}"),
        }
    }
}

/// How a case ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// Whether the driver died: a run may end before it comes to its point.
    pub died: bool,
    /// The commit that it died before or after, by the kinds of its events.
    pub at: String,
    /// Every commit of the first run, in order.
    pub made: Vec<String>,
    pub commits: usize,
    pub calls: usize,
    pub ms: u64,
    pub killed_in: String,
    pub call_in_flight: bool,
    pub doubles: Vec<String>,
    pub lost: usize,
    pub end_difference: Vec<String>,
}

pub struct Case {
    runbook: Runbook,
    kill: Kill,
    then: Then,
    turns: Turns,
    /// How long a clean run takes and how many calls it makes, for random kills.
    pub clean: (u64, usize),
    tries: usize,
}

/// How often a run makes a commit more or less is up to its clock.
const TRIES: usize = 4;

impl Case {
    pub fn new(runbook: Runbook, kill: Kill, then: Then) -> Self {
        Self {
            runbook,
            kill,
            then,
            turns: Turns::One,
            clean: (0, 0),
            tries: 0,
        }
    }

    pub fn turns(self, turns: Turns) -> Self {
        Self { turns, ..self }
    }

    /// The case, tried again where the run ended before its point came.
    pub fn run(mut self) -> Ended {
        loop {
            let ended = self.once();
            self.tries += 1;
            if ended.died || self.kill == Kill::Never || self.tries == TRIES {
                return ended;
            }
            if let Kill::At { percent } = &mut self.kill {
                *percent /= 2;
            }
        }
    }

    fn once(&self) -> Ended {
        let home = tempfile::tempdir().unwrap();
        let start_role = |role: &str, kill: &str| {
            let mut copy = Command::new(std::env::current_exe().unwrap());
            copy.env(RUNBOOK, self.runbook.word());
            Role::launch(copy, role, home.path(), kill)
        };
        let world = start_role("world", &self.kill.spec()).served();
        let start = objects(home.path());

        let began = Instant::now();
        let mut driver = start_role(self.turns.role(), &self.kill.spec());
        if let Kill::At { percent } = self.kill {
            let (ms, calls) = self.clean;
            let whole = ms + calls as u64 * SLOW_CALL_MS;
            let at = Duration::from_millis(whole * u64::from(percent) / 100);
            std::thread::sleep(at.saturating_sub(began.elapsed()));
            driver.kill();
        }
        let first = driver.end();
        // A driver that gives up by itself has not been killed.
        let gave_up = !first.success && !first.killed;
        assert!(!gave_up, "{:?}:\n{}", self.kill, first.lines.join("\n"));
        let line = |start: &str| {
            let line = first.lines.iter().find_map(|line| line.split_once(start));
            line.map_or(String::new(), |(_, rest)| rest.to_owned())
        };
        let mut ended = Ended {
            died: first.killed,
            at: line("died "),
            made: first
                .lines
                .iter()
                .filter_map(|line| line.split_once("commit ").map(|(_, about)| about.to_owned()))
                .collect(),
            ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..Ended::default()
        };
        for line in &first.lines {
            if let Some(counts) = line.strip_prefix("counts ") {
                let mut counts = counts.split(' ').map(|n| n.parse::<usize>().unwrap());
                // Printed after each half; the last line has both.
                ended.commits = ended.commits.max(counts.next().unwrap());
                ended.calls = ended.calls.max(counts.next().unwrap());
            }
        }
        let acked = first.acked();
        if self.kill == Kill::Never {
            assert!(first.success, "the clean run failed:\n{}", first.lines.join("\n"));
            ended.killed_in = "nothing".to_owned();
        } else {
            let seen = state(home.path());
            ended.killed_in = seen
                .as_ref()
                .map_or_else(|| "no run".to_owned(), |(words, _)| words.clone());
            ended.call_in_flight = seen.as_ref().is_some_and(|(_, flying)| *flying);
            ended.lost = usize::try_from(acked.saturating_sub(head(home.path()))).unwrap_or(usize::MAX);
        }

        let go = |role: &str| {
            let ended = start_role(role, "never:0").end();
            let lines = ended.lines.join("\n");
            assert!(ended.success, "{:?}: {role} did not end:\n{lines}", self.kill);
        };
        if self.then == Then::Complete {
            if rolling_back(home.path()) {
                go("back");
            }
            go("forward");
        }
        go("back");
        ended.end_difference = difference(&start, &objects(home.path()));
        ended.doubles = match self.runbook {
            Runbook::Records => doubles(&log(home.path())),
            Runbook::Published => published_twice(&log(home.path()), intents(&folded(home.path()).unwrap())),
            Runbook::Restricted => left_twice(&log(home.path()), intents(&folded(home.path()).unwrap()).0),
            Runbook::Deployed => deployed_twice(&log(home.path()), intents(&folded(home.path()).unwrap())),
        };
        drop(world);
        ended
    }
}

/// Objects that are in one of the two and not in the other.
pub fn difference<T: std::fmt::Debug + PartialEq>(start: &[T], end: &[T]) -> Vec<String> {
    start
        .iter()
        .filter(|set| !end.contains(set))
        .chain(end.iter().filter(|set| !start.contains(set)))
        .map(|set| format!("{set:?}"))
        .collect()
}
