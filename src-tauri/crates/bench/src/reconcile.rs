//! A whole list against a whole pool: `switchback users reconcile` as a process, beside the bare pages by the SDK alone and
//! beside boto3's paginator, all from one served rehearsal that holds nothing up. And what it costs as lists grow, what it
//! holds in memory, and what it loses when it is killed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::Outcome;
use crate::report::{Required, Section, Table};
use crate::sandbox::{Sandbox, said};
use crate::served::{POOL, Served};
use crate::session::Session;
use crate::stats::{Sample, ms};

mod bare;
mod ours;

use ours::{Ours, Run};

/// Rows of the list, and made-up accounts of the pool.
const PEOPLE: u32 = 100_000;
/// What is measured on the way to them.
const GROWING: [u32; 3] = [20_000, 40_000, 80_000];
/// Turns of each way, in rotating order.
const ROUNDS: usize = 5;
const KILLS: usize = 10;
/// Pages may take so many times as long as they take the SDK alone.
const OVER_BARE: f64 = 1.1;
/// How many times faster than boto3's paginator the whole process must be.
const FASTER: f64 = 3.0;
/// Four times the list and the pool may take so many times as long to judge: linear is 4.
const GROWTH: f64 = 5.0;

pub(crate) fn measure(place: &Sandbox) -> Outcome<Section> {
    let session = Session::start(place, None)?;
    let served = Served::at(place, place.path("reconciled"))?;
    let ours = Ours {
        place,
        session: &session,
        served: &served,
    };
    fs::write(place.path("pages.py"), include_str!("peers/pages.py"))?;

    let mut growing = Vec::new();
    let mut people = 0;
    for size in GROWING {
        served.add(size - people)?;
        people = size;
        growing.push((size, ours.run(&list(place, size)?, "growing")?));
    }
    served.add(PEOPLE - people)?;
    let whole = list(place, PEOPLE)?;
    let mut turns = Turns::default();
    for round in 0..=ROUNDS {
        for turn in 0..3 {
            match (round + turn) % 3 {
                0 => turns.ours.push(ours.run(&whole, "whole")?),
                1 => turns.bare.push(bare::pages(served.endpoint(), POOL)?),
                _ => turns.boto3.push(boto3(place, &served)?),
            }
        }
        // The first warms the caches.
        if round == 0 {
            turns = Turns::default();
        }
    }
    let killed = ours.killed(&whole, KILLS)?;
    report(&turns, &growing, &killed)
}

/// What each way took.
#[derive(Default)]
struct Turns {
    ours: Vec<Run>,
    /// Milliseconds.
    bare: Vec<f64>,
    boto3: Vec<f64>,
}

fn sample(values: impl Iterator<Item = f64>) -> Sample {
    values.collect()
}

fn report(turns: &Turns, growing: &[(u32, Run)], killed: &ours::Killed) -> Outcome<Section> {
    let of = |part: fn(&Run) -> f64| sample(turns.ours.iter().map(part));
    let (process, pages, judged) = (of(|run| run.process), of(|run| run.pages), of(|run| run.judged));
    let kept = of(|run| run.kept);
    let (bare, boto3) = (
        sample(turns.bare.iter().copied()),
        sample(turns.boto3.iter().copied()),
    );
    let mut beside = Table::new(&[
        "100000 rows, 100000 accounts",
        "median",
        "least",
        "most",
        "beside the bare pages",
    ]);
    for (name, sample) in [
        ("`switchback users reconcile`, whole process", &process),
        ("its pages: asked, understood, kept sealed", &pages),
        ("of that, each page kept sealed", &kept),
        ("its rows: judged and written, with an fsync", &judged),
        ("the bare pages: the SDK alone, each dropped", &bare),
        ("boto3's paginator, each dropped, without its start", &boto3),
    ] {
        beside.row([
            name.to_owned(),
            format!("{:.0} ms", sample.median()),
            format!("{:.0} ms", sample.min()),
            format!("{:.0} ms", sample.max()),
            format!("{:.2} x", sample.median() / bare.median()),
        ]);
    }
    let mut sizes = Table::new(&[
        "rows, and as many accounts",
        "whole process",
        "pages",
        "kept sealed",
        "judged and written",
        "most memory",
    ]);
    let whole = turns.ours.last().ok_or("nothing was measured")?;
    for (size, run) in growing
        .iter()
        .map(|(size, run)| (*size, run))
        .chain([(PEOPLE, whole)])
    {
        sizes.row([
            size.to_string(),
            format!("{:.0} ms", run.process),
            format!("{:.0} ms", run.pages),
            format!("{:.0} ms", run.kept),
            format!("{:.0} ms", run.judged),
            format!("{} MiB", run.peak_kib >> 10),
        ]);
    }
    let peak = turns
        .ours
        .iter()
        .map(|run| run.peak_kib)
        .max()
        .unwrap_or_default();
    let mut kills = Table::new(&["killed with SIGKILL", "requests", "the result"]);
    kills.row([
        format!("{} times, and gone on to the end", killed.kills),
        format!("{}, undisturbed {}", killed.requests, killed.undisturbed),
        if killed.same {
            "the same, byte for byte"
        } else {
            "**another**"
        }
        .to_owned(),
    ]);
    let over = (pages.median() - kept.median()) / bare.median();
    let faster = boto3.median() / process.median();
    let (first, last) = (growing.first(), growing.last());
    let growth = first.zip(last).map_or(f64::INFINITY, |((_, first), (_, last))| {
        (last.judged + last.kept) / (first.judged + first.kept)
    });
    Ok(Section {
        title: "A list of 100,000 against a pool of 100,000".to_owned(),
        how: format!(
            "One new pool of a served rehearsal, a process of its own, which holds nothing up; {ROUNDS} turns of each way in \
             rotating order after one turn that is not counted. Ours reads the list and the pool in pages of 60, seals each page \
             under a key of the session's keychain, judges each row and writes a file of its own. A tenth of the rows are of \
             nobody. Pages are held against the bare ones; keeping them sealed, judging and writing, which the bare way has not, \
             is linear work and stands by itself."
        ),
        tables: vec![beside, sizes, kills],
        required: vec![
            Required {
                what: "comparison: its pages, against the bare pages by the SDK alone".to_owned(),
                limit: format!("at most {OVER_BARE} x, and linear work"),
                found: format!(
                    "{over:.2} x, {:.0} ms of keeping them sealed, {:.0} ms of judging and writing",
                    kept.median(),
                    judged.median()
                ),
                holds: over <= OVER_BARE,
            },
            Required {
                what: "comparison, whole process, against boto3's paginator alone".to_owned(),
                limit: format!("at least {FASTER:.0} x faster"),
                found: format!("{faster:.1} x"),
                holds: faster >= FASTER,
            },
            Required {
                what: "comparison: keeping and judging 80000 rows, against 20000".to_owned(),
                limit: format!("at most {GROWTH:.0} x as long"),
                found: format!("{growth:.1} x"),
                holds: growth <= GROWTH,
            },
            Required {
                what: "comparison: memory with 100000 rows and accounts".to_owned(),
                limit: "is shown".to_owned(),
                found: format!("{} MiB", peak >> 10),
                holds: peak > 0,
            },
            Required {
                what: format!("comparison, killed {KILLS} times and gone on"),
                limit: "the same result".to_owned(),
                found: format!(
                    "{}, {} kills, {} requests more",
                    if killed.same { "the same" } else { "another" },
                    killed.kills,
                    killed.requests.saturating_sub(killed.undisturbed)
                ),
                holds: killed.same && killed.kills == KILLS,
            },
        ],
    })
}

/// A list of so many, nine tenths of whom the pool has.
fn list(place: &Sandbox, rows: u32) -> Outcome<PathBuf> {
    let mut text = String::from("email,active\n");
    for row in 0..rows {
        let who = if row % 10 == 9 { "nobody" } else { "user" };
        writeln!(text, "{who}{row:06}@example.nhs.test,yes")?;
    }
    let path = place.path(&format!("list-{rows}.csv"));
    fs::write(&path, text)?;
    Ok(path)
}

fn boto3(place: &Sandbox, served: &Served) -> Outcome<f64> {
    let mut command = served.signed_in(place.python("python"));
    let answer = said(command.args(["pages.py", POOL]))?;
    let (people, seconds) = (answer["people"].as_u64(), answer["seconds"].as_f64());
    match (people, seconds) {
        (Some(people), Some(seconds)) if people >= u64::from(PEOPLE) => Ok(seconds * 1e3),
        _ => Err(format!("boto3 did not read everybody: {answer}").into()),
    }
}

/// Milliseconds that some work took.
fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let began = Instant::now();
    let done = work()?;
    Ok((done, ms(began.elapsed())))
}

/// A file that must not be there.
fn without(path: &Path) -> Outcome<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
