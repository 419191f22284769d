//! The night as a picture in the report: what was done, when, phase by phase; with the moment of the switch. A picture
//! without a script and without styles of its own; the same stands beside it in a sentence and in a table.

use jiff::Timestamp;
use serde::Serialize;

use super::{moment, plain};
use crate::wire::{PhaseView, RunSnapshot, StepView};

/// Sizes of the picture, in pixels.
const WIDTH: i64 = 960;
const LEFT: i64 = 150;
const TOP: i64 = 36;
const ROW: i64 = 44;
/// Nothing begins or ends for longer than this: the line is cut there. In milliseconds.
const LONG: i64 = 45 * 60_000;
/// Room for a cut, in pixels.
const CUT: i64 = 40;
/// The least that can be seen, in pixels.
const LEAST: i64 = 4;

/// The picture with its sentence and its table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Night {
    width: i64,
    height: i64,
    /// How the night went, in one sentence: the picture's name for those who do not see it.
    sentence: String,
    phases: Vec<Row>,
    ticks: Vec<Tick>,
    cuts: Vec<i64>,
    t0: Option<Tick>,
    table: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Row {
    title: String,
    y: i64,
    marks: Vec<Mark>,
    /// Where go was said.
    gates: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Mark {
    x: i64,
    width: i64,
    words: String,
    fill: &'static str,
    /// People did it: drawn with a broken edge.
    by_hand: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Tick {
    x: i64,
    label: String,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    when: String,
    what: String,
    phase: String,
    state: String,
}

/// The night of a run; none where nothing has begun.
pub(super) fn night(seen: &RunSnapshot) -> Option<Night> {
    let moments = moments(seen);
    let axis = Axis::of(&moments)?;
    let (first, last) = (moments.first()?, moments.last()?);
    let phases: Vec<Row> = seen
        .phases
        .iter()
        .zip(0..)
        .map(|(phase, at)| row(phase, TOP + at * ROW, &axis, seen.now))
        .collect();
    let height = TOP + ROW * i64::try_from(phases.len()).unwrap_or(0) + 8;
    let done: u32 = seen.phases.iter().map(|phase| phase.done).sum();
    let of: u32 = seen.phases.iter().map(|phase| phase.of).sum();
    let t0 = seen.t0.as_ref().map(|t0| t0.at);
    let switched = t0.map_or_else(String::new, |at| {
        format!(" The switch (T0) was at {}.", clock(at))
    });
    Some(Night {
        width: WIDTH,
        height,
        sentence: format!(
            "From {} to {}, in UTC: {done} of {of} steps were finished.{switched}",
            clock(*first),
            clock(*last)
        ),
        phases,
        ticks: axis.ticks(),
        cuts: axis.cuts(),
        t0: t0.map(|at| Tick {
            x: axis.x(at),
            label: format!("T0 {}", clock(at)),
        }),
        table: table(seen),
    })
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M").to_string()
}

fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// When a step began and when it was through, or now where it is not. What people say is done has one moment.
fn span(step: &StepView, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let Some(from) = step.times.started_at else {
        let said = step.changed_at.filter(|_| step.state == "done")?;
        return Some((said, said));
    };
    Some((from, step.times.ended_at.unwrap_or(now).max(from)))
}

/// When people said go.
fn go(phase: &PhaseView) -> Option<Timestamp> {
    let decision = phase.gate.as_ref()?.decision.as_ref()?;
    decision.go.then_some(decision.at)
}

/// Every moment at which something began or ended, in order.
fn moments(seen: &RunSnapshot) -> Vec<Timestamp> {
    let steps = seen.phases.iter().flat_map(|phase| &phase.steps);
    let spans = steps.filter_map(|step| span(step, seen.now));
    let mut all: Vec<Timestamp> = spans.flat_map(|(from, to)| [from, to]).collect();
    all.extend(seen.phases.iter().filter_map(go));
    all.extend(seen.t0.as_ref().map(|t0| t0.at));
    all.sort();
    all
}

fn row(phase: &PhaseView, y: i64, axis: &Axis, now: Timestamp) -> Row {
    let marks = phase.steps.iter().filter_map(|step| {
        let (from, to) = span(step, now)?;
        let x = axis.x(from);
        Some(Mark {
            x,
            width: (axis.x(to) - x).max(LEAST),
            words: plain(&format!(
                "{}: {}, {} to {}",
                step.title,
                step.state_words,
                clock(from),
                clock(to)
            )),
            fill: fill(&step.state),
            by_hand: !matches!(step.kind.as_str(), "action" | "check"),
        })
    });
    Row {
        title: plain(&phase.title),
        y,
        marks: marks.collect(),
        gates: go(phase).map(|at| axis.x(at)).into_iter().collect(),
    }
}

/// Green for what holds, grey for what was taken back or left out, red for what failed, ink for what can't be told.
fn fill(state: &str) -> &'static str {
    match state {
        "done" => "#00802f",
        "undone" | "skipped" => "#7d8998",
        "failed" | "undo_failed" => "#d91515",
        "unverified" | "in_doubt" | "foreign" | "undo_unverified" | "undo_in_doubt" | "undo_foreign" => {
            "#16191f"
        }
        _ => "#0972d3",
    }
}

fn table(seen: &RunSnapshot) -> Vec<Line> {
    let mut lines: Vec<(Timestamp, Line)> = Vec::new();
    for phase in &seen.phases {
        let line = |when: String, what: &str, state: &str| Line {
            when,
            what: plain(what),
            phase: plain(&phase.title),
            state: plain(state),
        };
        if let (Some(at), Some(gate)) = (go(phase), &phase.gate) {
            lines.push((at, line(moment(at), &gate.title, &gate.state_words)));
        }
        for step in &phase.steps {
            if let Some((from, to)) = span(step, seen.now) {
                let when = format!("{}, until {}", moment(from), clock(to));
                lines.push((from, line(when, &step.title, &step.state_words)));
            }
        }
    }
    if let Some(t0) = &seen.t0 {
        let phase = seen.phases.iter().find(|phase| phase.id == t0.phase);
        let line = Line {
            when: moment(t0.at),
            what: "T0: the switch took effect".to_owned(),
            phase: plain(phase.map_or(t0.phase.as_str(), |phase| phase.title.as_str())),
            state: String::new(),
        };
        lines.push((t0.at, line));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Time as a line: to one scale where something happens, cut where nothing does for long.
struct Axis(Vec<Piece>);

struct Piece {
    from: i64,
    to: i64,
    x: i64,
    width: i64,
    cut: bool,
}

impl Axis {
    fn of(moments: &[Timestamp]) -> Option<Self> {
        let times: Vec<i64> = moments.iter().map(|at| ms(*at)).collect();
        let (first, last) = (*times.first()?, *times.last()?);
        // Less than a minute gets an hour around it.
        let times = match last - first < 60_000 {
            true => vec![first - LONG / 2, last + LONG / 2],
            false => times,
        };
        let gaps: Vec<(i64, i64)> = times
            .windows(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
            .filter(|(from, to)| to > from)
            .collect();
        let is_cut = |from: i64, to: i64| to - from > LONG && gaps.len() > 1;
        let cuts = gaps.iter().filter(|(from, to)| is_cut(*from, *to)).count();
        let room = WIDTH - LEFT - 12 - CUT * i64::try_from(cuts).unwrap_or(0);
        let kept = gaps.iter().filter(|(from, to)| !is_cut(*from, *to));
        let counted: i64 = kept.map(|(from, to)| to - from).sum();
        let (mut x, mut gone) = (LEFT, 0);
        let pieces = gaps.iter().map(|(from, to)| {
            let cut = is_cut(*from, *to);
            // From the whole so far, so that nothing is lost piece by piece.
            let width = match cut {
                true => CUT,
                false => {
                    let before = room * gone / counted.max(1);
                    gone += to - from;
                    room * gone / counted.max(1) - before
                }
            };
            let piece = Piece {
                from: *from,
                to: *to,
                x,
                width,
                cut,
            };
            x += width;
            piece
        });
        Some(Self(pieces.collect()))
    }

    fn x(&self, at: Timestamp) -> i64 {
        let at = ms(at);
        let piece = self.0.iter().find(|piece| at <= piece.to).or(self.0.last());
        piece.map_or(LEFT, |piece| {
            let inside = (at - piece.from).clamp(0, piece.to - piece.from);
            piece.x + piece.width * inside / (piece.to - piece.from).max(1)
        })
    }

    /// Round times, far enough from each other to be read.
    fn ticks(&self) -> Vec<Tick> {
        const EVERY: i64 = 15 * 60_000;
        let mut ticks: Vec<Tick> = Vec::new();
        for piece in self.0.iter().filter(|piece| !piece.cut) {
            let mut at = piece.from.div_euclid(EVERY) * EVERY + EVERY;
            while at <= piece.to {
                let time = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
                let x = self.x(time);
                if ticks.last().is_none_or(|last| x - last.x >= 56) {
                    let label = clock(time);
                    ticks.push(Tick { x, label });
                }
                at += EVERY;
            }
        }
        ticks
    }

    fn cuts(&self) -> Vec<i64> {
        let cuts = self.0.iter().filter(|piece| piece.cut);
        cuts.map(|piece| piece.x + piece.width / 2).collect()
    }
}

#[cfg(test)]
mod tests;
