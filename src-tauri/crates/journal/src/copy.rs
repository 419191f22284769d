//! A run as a file of lines: what the mirror folder holds and what an export is. The first line
//! names the format and the run and carries the key as the recovery code wraps it; each further
//! line is one event with its hash, so that the file verifies by itself.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use switchback_engine::ports::JournalError;
use switchback_files::{Draft, Existing, Readers};
use switchback_model::event::Vouched;
use switchback_model::{EventKind, RunId, TargetKind};

use crate::append::stored_head;
use crate::chain::{Hash, Link, ROOT, hash};
use crate::crypto::Secret;
use crate::fault::{io_not_read, io_not_written, unread, unwritten};
use crate::read::{broken, walk};
use crate::recovery::RecoveryCode;
use crate::schema::FORMAT;
use crate::seal::{self, BY_CODE, Wrapped};
use crate::store::Store;
use crate::vouch;

/// No line of ours is longer; a longer one is not read into memory.
const LONGEST_LINE: u64 = 64 << 20;

/// A fence rises by one with each lease, and a takeover's must still fit above it.
const HIGHEST_FENCE: u64 = 1 << 53;

/// The first line.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    switchback_journal: u32,
    pub run: RunId,
    /// The last event of an export; absent in the mirror, which grows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<u64>,
    keys: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    wrapped_by: String,
    key_id: String,
    salt: String,
    nonce: String,
    ciphertext: String,
}

#[derive(Deserialize)]
struct FormatOnly {
    switchback_journal: u32,
}

/// One event. The body stands as text, so that its bytes are exactly the hashed ones.
#[derive(Serialize, Deserialize)]
pub(crate) struct Line<'a> {
    pub seq: u64,
    #[serde(borrow)]
    pub at: Cow<'a, str>,
    pub fence: u64,
    #[serde(borrow)]
    hash: Cow<'a, str>,
    #[serde(borrow)]
    pub body: Cow<'a, str>,
    /// The MAC of this event's link by a key made of the run's: whoever has the recovery code can tell that
    /// the copy is the home's own up to here.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    mac: Option<Cow<'a, str>>,
}

/// What an offline look at a copy tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyVerification {
    /// The run.
    pub run: RunId,
    /// The last whole event.
    pub to_seq: u64,
    /// What is proven, in words.
    pub sentence: String,
    /// Who vouches for its content.
    pub vouched: Vouched,
    /// Why, or why nobody does.
    pub reason: String,
    /// Whether it is a rehearsal's.
    pub rehearsal: bool,
}

/// Verifies an export or a mirror file without any store. A break is `Tampered` and names the
/// event.
pub fn verify_file(path: &Path) -> Result<CopyVerification, JournalError> {
    verify_file_with(path, None)
}

/// As [`verify_file`]; the run's recovery code tells whether the copy is the exporting home's own.
pub fn verify_file_with(path: &Path, code: Option<&RecoveryCode>) -> Result<CopyVerification, JournalError> {
    let scan = scan(path, Around::WhiteSpace, |_| Ok(()))?;
    let partial = if scan.partial {
        "; an unfinished last line was left out"
    } else {
        ""
    };
    let sentence = format!(
        "consistent to event {}; cannot prove that nothing was cut{partial}",
        scan.seq
    );
    let vouched = scan.vouched_by(code);
    let reason = scan.why(vouched, code.is_some());
    Ok(CopyVerification {
        run: scan.header.run,
        to_seq: scan.seq,
        sentence,
        vouched,
        reason: reason.to_owned(),
        rehearsal: scan.target == Some(TargetKind::Rehearsal),
    })
}

impl Store {
    /// Writes a run to a new file that verifies by itself. It carries the run's key only as the
    /// recovery code wraps it, never the keychain's copy.
    pub fn export(&self, run: &RunId, out: &Path) -> Result<(), JournalError> {
        let draft = Draft::new(out, Existing::Keep, Readers::Owner).map_err(unwritten(out))?;
        self.export_into(run, draft.file(), out)?;
        draft.keep(Existing::Keep).map_err(unwritten(out))
    }

    /// The same into an open, empty file; `out` is its name for messages.
    pub fn export_into(&self, run: &RunId, file: &File, out: &Path) -> Result<(), JournalError> {
        let mut conn = self.inner.conn();
        let path = &self.inner.path;
        let key = self.inner.run_key_at_hand(&conn, run);
        let tx = conn.transaction().map_err(crate::fault::not_read(path))?;
        let head = stored_head(&tx, path, run)?.head;
        let file = file.try_clone().map_err(io_not_written(out))?;
        let end = write_copy(&tx, path, run, key.as_ref(), Some(head.seq), out, file)?;
        if (end.1, end.2) == (head.seq, head.hash) {
            Ok(())
        } else {
            Err(broken(run, end.1 + 1, "is missing"))
        }
    }
}

pub(crate) fn create_new(path: &Path) -> Result<File, JournalError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(io_not_written(path))
}

/// Writes header and events to a file and syncs it; gives its length, last event and hash.
pub(crate) fn write_copy(
    conn: &Connection,
    db: &Path,
    run: &RunId,
    key: Option<&Secret>,
    through: Option<u64>,
    out: &Path,
    file: File,
) -> Result<(u64, u64, Hash), JournalError> {
    let mut writer = Counted {
        out: BufWriter::new(file),
        length: 0,
    };
    writer
        .line(&header(conn, db, run, through)?)
        .map_err(io_not_written(out))?;
    let (seq, hash) = write_events(conn, db, run, key, (0, ROOT), out, &mut writer)?;
    let file = writer
        .out
        .into_inner()
        .map_err(|error| io_not_written(out)(error.into_error()))?;
    file.sync_all().map_err(io_not_written(out))?;
    Ok((writer.length, seq, hash))
}

/// The same in memory: its bytes, last event and hash.
pub(crate) fn copy_bytes(
    conn: &Connection,
    db: &Path,
    run: &RunId,
    key: Option<&Secret>,
    out: &Path,
) -> Result<(Vec<u8>, u64, Hash), JournalError> {
    let mut writer = Counted {
        out: Vec::new(),
        length: 0,
    };
    writer
        .line(&header(conn, db, run, None)?)
        .map_err(io_not_written(out))?;
    let (seq, hash) = write_events(conn, db, run, key, (0, ROOT), out, &mut writer)?;
    Ok((writer.out, seq, hash))
}

/// Appends the events after `start`.
pub(crate) fn write_events<W: Write>(
    conn: &Connection,
    db: &Path,
    run: &RunId,
    key: Option<&Secret>,
    start: (u64, Hash),
    out: &Path,
    writer: &mut Counted<W>,
) -> Result<(u64, Hash), JournalError> {
    let mut prev = start.1;
    let key = key.map(vouch::copy_key);
    walk(conn, db, run, start, None, |link| {
        // The walk has just compared it with the stored one.
        prev = hash(*link, &prev);
        let body = std::str::from_utf8(link.body).map_err(|_| broken(run, link.seq, "is no text"))?;
        let line = Line {
            seq: link.seq,
            at: Cow::Borrowed(link.at),
            fence: link.fence,
            hash: Cow::Owned(hex::encode(prev)),
            body: Cow::Borrowed(body),
            mac: key
                .as_ref()
                .map(|key| Cow::Owned(hex::encode(vouch::mac_of(key, run, link.seq, &prev)))),
        };
        writer.line(&line).map_err(io_not_written(out))
    })
}

fn header(conn: &Connection, db: &Path, run: &RunId, through: Option<u64>) -> Result<Header, JournalError> {
    let key = seal::load(conn, db, run, BY_CODE)?.map(|wrapped| Key {
        wrapped_by: BY_CODE.to_owned(),
        key_id: wrapped.key_id,
        salt: BASE64.encode(wrapped.salt),
        nonce: BASE64.encode(wrapped.nonce),
        ciphertext: BASE64.encode(wrapped.ciphertext),
    });
    Ok(Header {
        switchback_journal: FORMAT,
        run: run.clone(),
        through,
        keys: key.into_iter().collect(),
    })
}

impl Header {
    /// The run's key as the recovery code wraps it.
    pub fn by_code(&self) -> Option<Wrapped> {
        let key = self.keys.iter().find(|key| key.wrapped_by == BY_CODE)?;
        Some(Wrapped {
            kind: BY_CODE,
            key_id: key.key_id.clone(),
            salt: BASE64.decode(&key.salt).ok()?,
            nonce: BASE64.decode(&key.nonce).ok()?,
            ciphertext: BASE64.decode(&key.ciphertext).ok()?,
        })
    }
}

/// A writer of JSON lines that knows how long the file has become.
pub(crate) struct Counted<W> {
    pub out: W,
    pub length: u64,
}

impl<W: Write> Counted<W> {
    fn line(&mut self, value: &impl Serialize) -> std::io::Result<()> {
        let mut json = serde_json::to_vec(value)?;
        json.push(b'\n');
        self.length += json.len() as u64;
        self.out.write_all(&json)
    }
}

/// What a whole, verified copy holds.
pub(crate) struct Scan {
    pub header: Header,
    pub seq: u64,
    pub hash: Hash,
    /// The time of the last event.
    pub at: Option<String>,
    /// The highest fence in it.
    pub fence: u64,
    /// How many bytes are whole lines.
    pub length: u64,
    /// Whether an unfinished line follows: the writer was killed.
    pub partial: bool,
    /// The MAC of the last event, as it stands there.
    pub mac: Option<Vec<u8>>,
    /// What kind of target it acts on, by its first event.
    pub target: Option<TargetKind>,
}

/// One verified event of a copy.
pub(crate) struct Copied<'a> {
    pub run: &'a RunId,
    pub line: &'a Line<'a>,
    pub prev: &'a Hash,
    pub hash: &'a Hash,
}

/// What may stand around the lines of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// White space that mail programs and editors add or take away: line ends of Windows, empty lines, a
    /// byte order mark, no line end after the last line. The lines themselves are hashed as they are, so
    /// none of it can hide a change.
    WhiteSpace,
    /// Nothing: the file is appended to, so its last line ends where the file does.
    Nothing,
}

/// Reads a copy line by line, verifying every link before it is visited.
pub(crate) fn scan(
    path: &Path,
    around: Around,
    mut visit: impl FnMut(&Copied<'_>) -> Result<(), JournalError>,
) -> Result<Scan, JournalError> {
    let mut lines = Lines {
        reader: BufReader::new(switchback_files::open(path).map_err(unread(path))?),
        path,
    };
    let mut buffer = Vec::new();
    if lines.next(&mut buffer)? != Next::Whole {
        return Err(not_a_copy(path));
    }
    let mark: &[u8] = match around {
        Around::WhiteSpace => b"\xef\xbb\xbf",
        Around::Nothing => b"",
    };
    let header = parse_header(path, buffer.strip_prefix(mark).unwrap_or(&buffer))?;
    let mut scan = Scan {
        header,
        seq: 0,
        hash: ROOT,
        at: None,
        fence: 0,
        length: buffer.len() as u64,
        partial: false,
        mac: None,
        target: None,
    };
    loop {
        let whole = match lines.next(&mut buffer)? {
            Next::End => break,
            Next::Whole => true,
            Next::Partial => false,
        };
        if around == Around::WhiteSpace && buffer.iter().all(u8::is_ascii_whitespace) {
            scan.length += buffer.len() as u64;
            continue;
        }
        if !whole && around == Around::Nothing {
            scan.partial = true;
            break;
        }
        match link(&scan, &buffer) {
            // Without its end, a line counts only if it holds.
            Err(_) if !whole => {
                scan.partial = true;
                break;
            }
            Err(how) => return Err(broken(&scan.header.run, scan.seq + 1, how)),
            Ok((line, computed)) => {
                visit(&Copied {
                    run: &scan.header.run,
                    line: &line,
                    prev: &scan.hash,
                    hash: &computed,
                })?;
                scan.fence = scan.fence.max(line.fence);
                scan.mac = line.mac.as_deref().and_then(|mac| hex::decode(mac).ok());
                if line.seq == 1
                    && let Ok(EventKind::RunOpened { plan, .. }) = EventKind::read(&line.body)
                {
                    scan.target = Some(plan.target.kind);
                }
                scan.at = Some(line.at.into_owned());
                (scan.seq, scan.hash) = (line.seq, computed);
                scan.length += buffer.len() as u64;
            }
        }
    }
    if let Some(through) = scan
        .header
        .through
        .filter(|through| *through != scan.seq || scan.partial)
    {
        return Err(JournalError::Tampered(format!(
            "{}: the copy should end at event {through}, but its last whole event is {}. Copy the file again",
            path.display(),
            scan.seq
        )));
    }
    Ok(scan)
}

/// The next event of a copy and its hash, or what is wrong with it.
fn link<'a>(scan: &Scan, buffer: &'a [u8]) -> Result<(Line<'a>, Hash), &'static str> {
    let next = scan.seq + 1;
    let line: Line<'a> = serde_json::from_slice(buffer).map_err(|_| "is no line of a journal")?;
    if line.seq != next {
        return Err("is missing");
    }
    let link = Link {
        run: scan.header.run.as_str(),
        seq: next,
        at: &line.at,
        fence: line.fence,
        body: line.body.as_bytes(),
    };
    let computed = hash(link, &scan.hash);
    if line.hash != hex::encode(computed) {
        return Err("is not as it was written");
    }
    if line.fence > HIGHEST_FENCE {
        return Err("names a fence that no lease ever had");
    }
    Ok((line, computed))
}

fn parse_header(path: &Path, line: &[u8]) -> Result<Header, JournalError> {
    let FormatOnly {
        switchback_journal: found,
    } = serde_json::from_slice(line).map_err(|_| not_a_copy(path))?;
    if found > FORMAT {
        return Err(JournalError::Newer { found, known: FORMAT });
    }
    serde_json::from_slice(line).map_err(|_| not_a_copy(path))
}

fn not_a_copy(path: &Path) -> JournalError {
    JournalError::NotRead(format!(
        "{}: this is not a journal copy, or its first line is damaged. Give the file that journal export or the \
         mirror folder made",
        path.display()
    ))
}

#[derive(PartialEq)]
enum Next {
    Whole,
    Partial,
    End,
}

struct Lines<'a> {
    reader: BufReader<File>,
    path: &'a Path,
}

impl Lines<'_> {
    fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Next, JournalError> {
        buffer.clear();
        let mut limited = (&mut self.reader).take(LONGEST_LINE);
        limited
            .read_until(b'\n', buffer)
            .map_err(io_not_read(self.path))?;
        Ok(match buffer.last() {
            None => Next::End,
            Some(b'\n') => Next::Whole,
            Some(_) if buffer.len() as u64 == LONGEST_LINE => return Err(not_a_copy(self.path)),
            Some(_) => Next::Partial,
        })
    }
}
