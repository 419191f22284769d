//! What looks said, against what the world saw; and the tables of all of it.

use std::collections::BTreeMap;
use std::fmt;

use switchback_model::{RoutesExpected, Verdict};

use super::Means;

/// What a look must say.
#[derive(Debug, Clone, Copy)]
pub enum Right {
    /// It passes.
    Passes,
    /// It fails, and each leak that it names has these words in it.
    Leaks(&'static str),
    /// It fails, because something is still closed.
    StillClosed,
    /// It can't be told.
    Untold,
    /// Whatever the world saw.
    AsSeen,
}

/// What came of one look.
#[derive(Debug)]
pub struct Look {
    pub expected: RoutesExpected,
    pub verdict: Verdict,
    pub observed: String,
    /// Requests that came to a site meanwhile: all that the check made.
    pub requests: usize,
    /// Writes of them that came as far as user management, as the world counted them.
    pub reached: usize,
}

impl Look {
    /// Writes that were as expected, and those that count.
    pub fn writes(&self) -> (usize, usize) {
        let words: Vec<&str> = self.observed.split(' ').take(3).collect();
        (words[0].parse().unwrap(), words[2].parse().unwrap())
    }

    /// Writes of which it says that user management answered them.
    fn said(&self) -> usize {
        let (right, all) = self.writes();
        match (self.expected, &self.verdict) {
            (RoutesExpected::Closed, Verdict::Fail) => all - right,
            (RoutesExpected::Closed, _) => 0,
            (RoutesExpected::Open, _) => right,
        }
    }

    /// What is named of one kind.
    fn named<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.observed.split("; ");
        all.filter(move |words| words.starts_with(kind))
    }

    /// What it names first, or how many were as expected.
    fn first(&self) -> &str {
        let kinds = ["leak: ", "still closed: ", "not told: "];
        let mut named = kinds.iter().flat_map(|kind| self.named(kind));
        let counts = self.observed.split("; ").next();
        named.next().or(counts).unwrap_or_default()
    }

    /// What is wrong with it. Beside what is expected of it, nothing may be said but what the world saw.
    fn wrong(&self, right: Right) -> Option<String> {
        let leaks = self.named("leak: ").count();
        let is = match right {
            Right::Passes => self.verdict == Verdict::Pass,
            Right::Leaks(words) => {
                let says = self.named("leak: ").all(|leak| leak.contains(words));
                self.verdict == Verdict::Fail && leaks > 0 && says
            }
            Right::StillClosed => self.verdict == Verdict::Fail && self.named("still closed: ").count() > 0,
            Right::Untold => self.verdict == Verdict::Error && self.named("not told: ").count() > 0,
            Right::AsSeen => true,
        };
        let (found, all) = self.writes();
        let is_named = (self.verdict == Verdict::Fail) == (leaks + self.named("still closed: ").count() > 0);
        let is_whole = self.verdict != Verdict::Pass || found == all;
        let why = match (is, is_named && is_whole && self.said() == self.reached) {
            (true, true) => return None,
            (false, _) => format!("it is not {right:?}"),
            (true, false) => format!(
                "{} writes came to user management, and {} are said",
                self.reached,
                self.said()
            ),
        };
        Some(format!("{why}: {:?}, {}", self.verdict, self.observed))
    }
}

/// Looks of one kind, in one line.
#[derive(Debug, Default)]
struct Line {
    looks: usize,
    right: usize,
    requests: usize,
    reached: usize,
    said: usize,
    observed: String,
}

/// All lines by their table, what restricts, and what is planted or there; and whatever is wrong.
#[derive(Debug, Default)]
pub struct Tables {
    lines: BTreeMap<(&'static str, Means, String), Line>,
    /// Requests of the check that made most.
    pub most: usize,
    /// Handlers of user management that wrote.
    pub invocations: usize,
    pub wrong: Vec<String>,
}

impl Tables {
    pub fn add(&mut self, table: &'static str, means: Means, state: &str, right: Right, look: &Look) {
        let line = self.lines.entry((table, means, state.to_owned())).or_default();
        self.most = self.most.max(look.requests);
        line.looks += 1;
        line.requests += look.requests;
        line.reached += look.reached;
        line.said += look.said();
        if line.looks == 1 {
            line.observed = look.first().to_owned();
        }
        match look.wrong(right) {
            None => line.right += 1,
            Some(why) => self.wrong.push(format!("{table}, {means:?}, {state}: {why}")),
        }
    }

    pub fn join(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.most = self.most.max(other.most);
        self.invocations += other.invocations;
        self.wrong.extend(other.wrong);
    }

    pub fn requests(&self, of: Option<&str>) -> usize {
        let lines = self.lines.iter();
        lines
            .filter(|((table, _, _), _)| of.is_none_or(|of| of == *table))
            .map(|(_, line)| line.requests)
            .sum()
    }
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for ((table, means, state), line) in &self.lines {
            if *table != last {
                writeln!(
                    f,
                    "{table}\n  {:<9} {:<38} {:>7} {:>8} {:>9} {:>6}  seen first",
                    "by", "state", "right", "requests", "reached", "said"
                )?;
                last = table;
            }
            let Line {
                looks,
                right,
                requests,
                reached,
                said,
                observed,
            } = line;
            let means = format!("{means:?}").to_lowercase();
            let right = format!("{right}/{looks}");
            writeln!(
                f,
                "  {means:<9} {state:<38} {right:>7} {requests:>8} {reached:>9} {said:>6}  {observed}"
            )?;
        }
        writeln!(
            f,
            "{} requests, at most {} in a check, {} handlers wrote",
            self.requests(None),
            self.most,
            self.invocations
        )
    }
}
