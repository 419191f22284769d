//! How far a comparison is, on stderr: a bar on a terminal, and elsewhere a line now and then. Readers of JSON hear
//! nothing before the one document, whose `plan` says the same.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use switchback_api::users::{Counts, Plan, Progress};
use switchback_model::text;

use crate::print::Out;

/// The first line comes soon, so that whoever watches knows that it works; the others seldom.
const FIRST: Duration = Duration::from_secs(2);
const THEN: Duration = Duration::from_secs(10);
/// How often a terminal draws the bar anew, at most.
const DRAWN: u8 = 8;
/// So long the rate of the whole says more than that of the last pages.
const SETTLED: Duration = Duration::from_secs(1);

/// Tells how far it is.
pub(super) struct Teller<'a> {
    out: &'a Out,
    /// None where stderr is no terminal, or JSON is read.
    bar: Option<ProgressBar>,
    since: Mutex<Since>,
}

#[derive(Clone, Copy)]
struct Since {
    began: Instant,
    /// When the next line is due.
    due: Instant,
}

impl<'a> Teller<'a> {
    pub(super) fn new(out: &'a Out) -> Self {
        let seen = !out.json && std::io::stderr().is_terminal();
        let now = Instant::now();
        Self {
            out,
            bar: seen.then(bar),
            since: Mutex::new(Since {
                began: now,
                due: now + FIRST,
            }),
        }
    }

    /// Tells one thing.
    pub(super) fn tell(&self, told: &Progress<'_>) {
        match told {
            Progress::Plan(plan) => self.plan(plan),
            Progress::Note(note) => self.say(note),
            Progress::Read(counts) => self.read(*counts, Instant::now()),
        }
    }

    fn plan(&self, plan: &Plan) {
        plan.sentences().iter().for_each(|sentence| self.say(sentence));
        let now = Instant::now();
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Since {
            began: now,
            due: now + FIRST,
        };
    }

    /// Above the bar, where there is one.
    fn say(&self, message: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.out.say(message)),
            None => self.out.say(message),
        }
    }

    fn read(&self, counts: Counts, now: Instant) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let said = words(counts, now - since.began);
        if let Some(bar) = &self.bar {
            // An estimate that is too low would be a bar that is full too soon.
            let of = counts
                .left
                .and(counts.of)
                .unwrap_or_default()
                .max(counts.accounts);
            bar.set_length(of as u64);
            bar.set_position(counts.accounts as u64);
            bar.set_message(text::line(&said));
        } else if now >= since.due {
            since.due = now + THEN;
            self.out.say(&said);
        }
    }

    /// Takes the bar away: the answer follows.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(DRAWN);
    // Of no length it would be drawn full.
    let bar = ProgressBar::with_draw_target(Some(1), target);
    // Without colours, which say nothing here.
    if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {wide_msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// "12000 of about 100000 accounts read; 3.0 requests a second, about 8 minutes left."
fn words(counts: Counts, since: Duration) -> String {
    let Counts {
        accounts,
        of,
        requests,
        left,
    } = counts;
    let read = match (of, left) {
        (Some(of), Some(_)) => format!("{accounts} of about {of} accounts read"),
        (Some(of), None) => format!("{accounts} accounts read, though only about {of} were expected"),
        (None, _) => format!("{accounts} accounts read"),
    };
    if since < SETTLED {
        return format!("{read}.");
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = requests as f64 / since.as_secs_f64();
    let left = match left {
        #[expect(clippy::cast_precision_loss, reason = "minutes for people")]
        Some(left) => format!("about {} left", span(left as f64 / rate.max(f64::MIN_POSITIVE))),
        None => "how long it takes is not known".to_owned(),
    };
    format!("{read}; {rate:.1} requests a second, {left}.")
}

/// Seconds in words, rounded up.
fn span(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds.ceil())
        .unwrap_or(Duration::MAX)
        .as_secs();
    match whole {
        0..=1 => "1 second".to_owned(),
        2..=90 => format!("{whole} seconds"),
        91..=5_400 => format!("{} minutes", whole.div_ceil(60)),
        _ => format!("{} hours", whole.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_and_the_time_left_are_those_of_the_whole() {
        let counts = |of, left| Counts {
            accounts: 12_000,
            of,
            requests: 30,
            left,
        };
        let ten = Duration::from_secs(10);
        for (of, left, says) in [
            (
                Some(100_000),
                Some(1_467),
                "12000 of about 100000 accounts read; 3.0 requests a second, about 9 minutes left.",
            ),
            (
                Some(12_060),
                Some(1),
                "12000 of about 12060 accounts read; 3.0 requests a second, about 1 second left.",
            ),
            (
                Some(11_000),
                None,
                "12000 accounts read, though only about 11000 were expected; 3.0 requests a second, how long it takes \
                 is not known.",
            ),
            (
                None,
                None,
                "12000 accounts read; 3.0 requests a second, how long it takes is not known.",
            ),
        ] {
            assert_eq!(words(counts(of, left), ten), says);
        }
        assert_eq!(
            words(counts(Some(20_000), Some(134)), Duration::from_millis(10)),
            "12000 of about 20000 accounts read."
        );
    }

    #[test]
    fn a_span_is_rounded_up_and_has_one_unit() {
        for (seconds, says) in [
            (0.0, "1 second"),
            (1.2, "2 seconds"),
            (90.0, "90 seconds"),
            (91.0, "2 minutes"),
            (3_601.0, "61 minutes"),
            (5_401.0, "2 hours"),
            (f64::INFINITY, "5124095576030432 hours"),
        ] {
            assert_eq!(span(seconds), says);
        }
    }
}
