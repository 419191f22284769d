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
use crate::template::{Filled, Template};

const EVENTS: usize = 100_000;
const TIMES: usize = 15;
/// Milliseconds for read, parse and fold.
const AT_MOST: f64 = 200.0;
/// Values that are sealed and read.
const SEALED: usize = 1_000;

pub(crate) fn measure(place: &Place, template: &Template) -> Outcome<Section> {
    let filled = template.store(place, "fold", true)?;
    template.fill(&filled, EVENTS)?;
    let mut read = Vec::new();
    let mut fold = Vec::new();
    let mut both = Vec::new();
    let mut rows = Vec::new();
    let mut verify = Vec::new();
    let db = Connection::open(place.path("fold").join("journal.db"))?;
    for turn in 0..=TIMES {
        let start = Instant::now();
        let events = filled.runtime.block_on(filled.journal.read(0))?;
        let was_read = start.elapsed();
        if events.len() != EVENTS {
            return Err(format!("{} events were read, not {EVENTS}", events.len()).into());
        }
        let run = Run::replay(&events)?;
        let folded = start.elapsed();
        if run.seq != u64::try_from(EVENTS)? {
            return Err("the fold ends early".into());
        }
        drop((events, run));
        let start = Instant::now();
        let bytes = scan(&db)?;
        let scanned = start.elapsed();
        if bytes == 0 {
            return Err("there is nothing to read".into());
        }
        let start = Instant::now();
        filled.store.verify(&filled.run)?;
        let verified = start.elapsed();
        if turn > 0 {
            read.push(ms(was_read));
            fold.push(ms(folded - was_read));
            both.push(ms(folded));
            rows.push(ms(scanned));
            verify.push(ms(verified));
        }
    }
    let sample = |values: Vec<f64>| values.into_iter().collect::<Sample>();
    let both = sample(both);
    let mut table = Table::new(&["", "median", "least", "most"]);
    let mut row = |name: &str, sample: &Sample| {
        table.row([
            name.to_owned(),
            format!("{:.0} ms", sample.median()),
            format!("{:.0} ms", sample.min()),
            format!("{:.0} ms", sample.max()),
        ]);
    };
    row("read, chain, parse and fold: the start of a driver", &both);
    row("read, chain and parse", &sample(read));
    row("fold", &sample(fold));
    row("SQLite hands out every row", &sample(rows));
    row("`journal verify`: pages, chain, head, MAC", &sample(verify));
    let decrypted = decrypted(&filled, template)?;
    let mut apart = Table::new(&["", "each"]);
    apart.row([
        "decryption of a sealed before-image".to_owned(),
        format!("{:.1} µs", decrypted * 1e3),
    ]);
    Ok(Section {
        title: "Journal: 100,000 events".to_owned(),
        how: format!(
            "A rehearsal's own events ({} bytes on average), there and back again and again with reopened steps.",
            template.bytes()
        ),
        tables: vec![table, apart],
        required: vec![Required {
            what: "read and fold of 100,000 events".to_owned(),
            limit: format!("at most {AT_MOST:.0} ms"),
            found: format!("{:.0} ms", both.median()),
            holds: both.median() <= AT_MOST,
        }],
    })
}

/// Every byte that the fold needs, as SQLite gives it, without a look at it.
fn scan(db: &Connection) -> Outcome<usize> {
    let mut statement =
        db.prepare_cached("SELECT seq, at, fence, body, prev_hash, hash FROM event ORDER BY seq")?;
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
