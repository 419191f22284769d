//! Reading and folding a journal of 20,000 events: what every start of the program pays.

use std::time::Instant;

use rusqlite::Connection;
use switchback_engine::ports::Journal as _;
use switchback_engine::run::Run;
use switchback_model::{Captured, EventKind, Image};

use crate::Outcome;
use crate::report::{Required, Section, Table};
use crate::sandbox::Sandbox;
use crate::stats::{Sample, ms};
use crate::template::{Filled, Template, What};

const EVENTS: usize = 20_000;
const TIMES: usize = 15;
/// Milliseconds for all that the start of a driver does.
const AT_MOST: f64 = 100.0;
/// The same beside SQLite that hands out the same rows.
const BESIDE_SQLITE: f64 = 1.5;
/// Values that are sealed and read.
const SEALED: usize = 1_000;

/// What is done with the journal.
const DEEDS: [&str; 5] = [
    "**the start of a driver**: rows, chain, the anchor's MAC, parse and fold in one go",
    "SQLite hands out every row, nothing else",
    "parse of every event's body in memory",
    "fold of events in memory",
    "`journal verify`: pages, chain, head and MAC",
];
/// Where each of them stands in [`DEEDS`].
const START: usize = 0;
const ROWS: usize = 1;
const PARSE: usize = 2;
const FOLD: usize = 3;
const VERIFY: usize = 4;

pub(crate) fn measure(place: &Sandbox, template: &Template) -> Outcome<Section> {
    let mut tables = Vec::new();
    let mut required = Vec::new();
    let mut sizes = Vec::new();
    for (what, name, words) in [
        (What::Rehearsals, "fold-rehearsals", "rehearsal after rehearsal"),
        (
            What::Watched,
            "fold-watched",
            "one rehearsal, then monitors' readings",
        ),
    ] {
        let filled = template.store(place, name, true)?;
        template.fill(&filled, what, EVENTS)?;
        let db = Connection::open(place.path(name).join("journal.db"))?;
        sizes.push(scan(&db)? / EVENTS);
        let samples = times(&filled, &db)?;
        tables.push(table(words, &samples));
        let (start, rows) = (&samples[START], &samples[ROWS]);
        required.push(Required {
            what: format!("20,000 events read, verified and folded, {words}"),
            limit: format!("at most {AT_MOST:.0} ms"),
            found: format!("{:.1} ms, least {:.1} ms", start.median(), start.min()),
            holds: start.median() <= AT_MOST,
        });
        let beside = start.median() / rows.median();
        required.push(Required {
            what: format!("the same, against SQLite that hands out the same rows, {words}"),
            limit: format!("at most {BESIDE_SQLITE:.1} x"),
            found: format!("{beside:.1} x"),
            holds: beside <= BESIDE_SQLITE,
        });
        if what == What::Rehearsals {
            let mut apart = Table::new(&["apart", "each"]);
            apart.row([
                "decryption of a sealed before-image".to_owned(),
                format!("{:.1} µs", decrypted(&filled, template)? * 1e3),
            ]);
            tables.push(apart);
        }
    }
    Ok(Section {
        title: "Journal: 20,000 events".to_owned(),
        how: format!(
            "A rehearsal's own events, there and back again and again with reopened steps ({} bytes an event), and a \
             run that was switched and taken back once and is watched ever since ({} bytes an event). The first line \
             is the whole of what a driver reads at its start, on one thread; the others are its parts and, in the \
             last line, what a person asks for. What is left of the first is the chain: SHA-256 over every byte.",
            sizes[0], sizes[1]
        ),
        tables,
        required,
    })
}

fn table(words: &str, samples: &[Sample; DEEDS.len()]) -> Table {
    let mut table = Table::new(&[words, "median", "least", "most", "beside SQLite's rows"]);
    let plain = samples[ROWS].median();
    for (name, sample) in DEEDS.iter().zip(samples) {
        table.row([
            (*name).to_owned(),
            format!("{:.1} ms", sample.median()),
            format!("{:.1} ms", sample.min()),
            format!("{:.1} ms", sample.max()),
            format!("{:.1} x", sample.median() / plain),
        ]);
    }
    table
}

/// Every deed, in turns.
fn times(filled: &Filled, db: &Connection) -> Outcome<[Sample; DEEDS.len()]> {
    let bodies = bodies(db)?;
    let mut times: [Vec<f64>; DEEDS.len()] = Default::default();
    for turn in 0..=TIMES {
        let mut took = [0.0; DEEDS.len()];
        let start = Instant::now();
        let doubt = filled.runtime.block_on(filled.journal.doubt())?;
        let run = filled.runtime.block_on(filled.journal.fold())??;
        took[START] = ms(start.elapsed());
        whole(run.seq)?;
        if let Some(doubt) = doubt {
            return Err(format!("the journal is doubted: {doubt:?}").into());
        }
        drop(run);
        let start = Instant::now();
        scan(db)?;
        took[ROWS] = ms(start.elapsed());
        let mut events = filled.runtime.block_on(filled.journal.read(0))?;
        let start = Instant::now();
        whole(Run::replay(&events)?.seq)?;
        took[FOLD] = ms(start.elapsed());
        let start = Instant::now();
        for (event, body) in events.iter_mut().zip(&bodies) {
            // As in a start: what was read before goes when the next is read.
            event.kind = EventKind::read(body)?;
        }
        took[PARSE] = ms(start.elapsed());
        drop(events);
        let start = Instant::now();
        whole(filled.store.verify(&filled.run)?.to_seq)?;
        took[VERIFY] = ms(start.elapsed());
        // The first turn warms up.
        if turn > 0 {
            for (all, one) in times.iter_mut().zip(took) {
                all.push(one);
            }
        }
    }
    Ok(times.map(|all| all.into_iter().collect()))
}

fn whole(seq: u64) -> Outcome<()> {
    if usize::try_from(seq)? == EVENTS {
        Ok(())
    } else {
        Err(format!("the journal ends at event {seq}, not {EVENTS}").into())
    }
}

/// Every event's body.
fn bodies(db: &Connection) -> Outcome<Vec<String>> {
    let mut statement = db.prepare("SELECT body FROM event ORDER BY run, seq")?;
    let bodies = statement.query_map([], |row| row.get(0))?;
    Ok(bodies.collect::<Result<_, _>>()?)
}

/// The bytes of every event's body, as SQLite gives them.
fn scan(db: &Connection) -> Outcome<usize> {
    let mut statement =
        db.prepare_cached("SELECT seq, at, fence, body, prev_hash, hash FROM event ORDER BY run, seq")?;
    let mut rows = statement.query([])?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        bytes += row.get_ref(3)?.as_str()?.len();
    }
    Ok(bytes)
}

/// Milliseconds to read one sealed image.
fn decrypted(filled: &Filled, template: &Template) -> Outcome<f64> {
    let EventKind::Intended {
        before: Captured::Clear(image),
        ..
    } = template.intent()?
    else {
        return Err("the write-ahead has no clear image".into());
    };
    let sealed = filled.store.seal(&filled.run, &image)?;
    let start = Instant::now();
    for _ in 0..SEALED {
        let read: Image = filled.store.unseal(&filled.run, &sealed)?;
        if read != image {
            return Err("the sealed image is not the one that was sealed".into());
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let times = SEALED as f64;
    Ok(ms(start.elapsed()) / times)
}
