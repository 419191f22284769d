//! Reading and folding a journal of 100,000 events: what every start of the program pays.

use std::time::Instant;

use rusqlite::Connection;
use switchback_engine::ports::Journal as _;
use switchback_engine::run::Run;
use switchback_model::{Captured, EventKind, Image};

use crate::Outcome;
use crate::place::Place;
use crate::report::{Required, Section, Table};
use crate::stats::{Sample, ms};
use crate::template::{Filled, Template, What};

const EVENTS: usize = 100_000;
const TIMES: usize = 15;
/// Milliseconds for read, parse and fold.
const AT_MOST: f64 = 200.0;
/// Values that are sealed and read.
const SEALED: usize = 1_000;

/// What is done with the journal.
const DEEDS: [&str; 5] = [
    "read, chain, parse and fold in one go: the start of a driver",
    "read, chain and parse, every event kept in memory",
    "fold of events in memory",
    "SQLite hands out every row, one thread",
    "`journal verify`: pages, chain, head and MAC, one thread",
];

pub(crate) fn measure(place: &Place, template: &Template) -> Outcome<Section> {
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
        let mut table = Table::new(&[words, "median", "least", "most"]);
        for (name, sample) in DEEDS.iter().zip(&samples) {
            table.row([
                (*name).to_owned(),
                format!("{:.0} ms", sample.median()),
                format!("{:.0} ms", sample.min()),
                format!("{:.0} ms", sample.max()),
            ]);
        }
        tables.push(table);
        required.push(Required {
            what: format!("read and fold of 100,000 events, {words}"),
            limit: format!("at most {AT_MOST:.0} ms"),
            found: format!("{:.0} ms, least {:.0} ms", samples[0].median(), samples[0].min()),
            holds: samples[0].median() <= AT_MOST,
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
        title: "Journal: 100,000 events".to_owned(),
        how: format!(
            "A rehearsal's own events, there and back again and again with reopened steps ({} bytes an event), and a \
             run that was switched and taken back once and is watched ever since ({} bytes an event). The first line \
             is the whole of what a start does; the chain is verified in it, and the parts below do not add up to it \
             because they overlap there.",
            sizes[0], sizes[1]
        ),
        tables,
        required,
    })
}

/// Every deed, in turns.
fn times(filled: &Filled, db: &Connection) -> Outcome<[Sample; DEEDS.len()]> {
    let mut times: [Vec<f64>; DEEDS.len()] = Default::default();
    for turn in 0..=TIMES {
        let mut took = [0.0; DEEDS.len()];
        let start = Instant::now();
        let run = filled.runtime.block_on(filled.journal.fold())??;
        took[0] = ms(start.elapsed());
        whole(run.seq)?;
        drop(run);
        let start = Instant::now();
        let events = filled.runtime.block_on(filled.journal.read(0))?;
        took[1] = ms(start.elapsed());
        let start = Instant::now();
        let run = Run::replay(&events)?;
        took[2] = ms(start.elapsed());
        whole(run.seq)?;
        drop((events, run));
        let start = Instant::now();
        scan(db)?;
        took[3] = ms(start.elapsed());
        let start = Instant::now();
        whole(filled.store.verify(&filled.run)?.to_seq)?;
        took[4] = ms(start.elapsed());
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
