//! One append with its fsync, beside a plain INSERT and commit of the same bytes in SQLite with the same
//! settings, and beside the bare write and sync of a file. In turns, so that the disk's moods are shared.

use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

use rusqlite::Connection;

use crate::Outcome;
use crate::report::{Section, Table};
use crate::sandbox::Sandbox;
use crate::stats::{Sample, ms};
use crate::template::Template;

/// Appends of each kind; the first ones warm up and are not counted.
const TIMES: usize = 1_500;
const WARM: usize = 100;

pub(crate) fn measure(place: &Sandbox, template: &Template) -> Outcome<Section> {
    let keyed = template.store(place, "append-keyed", true)?;
    let bare = template.store(place, "append-bare", false)?;
    let intent = template.intent()?;
    let body = serde_json::to_string(&intent)?;
    let peer = peer(place)?;
    let mut file = File::create(place.path("append-file"))?;

    let mut times: [Vec<f64>; 4] = Default::default();
    for turn in 0..TIMES + WARM {
        let mut took = [0.0; 4];
        let start = Instant::now();
        keyed.append(vec![intent.clone()])?;
        took[0] = ms(start.elapsed());
        let start = Instant::now();
        bare.append(vec![intent.clone()])?;
        took[1] = ms(start.elapsed());
        let start = Instant::now();
        peer.prepare_cached("INSERT INTO event (body) VALUES (?1)")?
            .execute([&body])?;
        took[2] = ms(start.elapsed());
        let start = Instant::now();
        file.write_all(body.as_bytes())?;
        file.sync_data()?;
        took[3] = ms(start.elapsed());
        if turn >= WARM {
            for (all, one) in times.iter_mut().zip(took) {
                all.push(one);
            }
        }
    }
    let names = [
        "journal append: lease, head, chain, MAC, event, new head, fsync",
        "the same without a keychain (no MAC)",
        "plain SQLite: INSERT and commit, fsync",
        "plain file: write, fdatasync",
    ];
    let samples = times.map(|all| all.into_iter().collect::<Sample>());
    let plain = samples[2].median();
    let mut table = Table::new(&["", "p50", "p99", "most", "p50 beside plain SQLite"]);
    for (name, sample) in names.iter().zip(&samples) {
        table.row([
            (*name).to_owned(),
            format!("{:.2} ms", sample.median()),
            format!("{:.2} ms", sample.quantile(0.99)),
            format!("{:.2} ms", sample.max()),
            format!("{:.2} x", sample.median() / plain),
        ]);
    }
    Ok(Section {
        title: "Journal: one append".to_owned(),
        how: format!(
            "{} appends of the write-ahead event of `lower-ttl` ({} bytes), each in its own transaction; plain \
             SQLite has one table without triggers and the same settings (WAL, synchronous FULL, secure_delete).",
            samples[0].len(),
            body.len()
        ),
        tables: vec![table],
        required: Vec::new(),
    })
}

/// SQLite with the journal's settings and nothing else.
fn peer(place: &Sandbox) -> Outcome<Connection> {
    let conn = Connection::open(place.path("append-peer.db"))?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA fullfsync = ON; \
         PRAGMA checkpoint_fullfsync = ON; \
         CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )?;
    Ok(conn)
}
