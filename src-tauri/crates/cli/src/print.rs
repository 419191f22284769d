//! What goes to stdout (data) and to stderr (messages).

use std::hash::{BuildHasher as _, RandomState};
use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use switchback_api::wire::{ApiError, PreviewView, ReadingView, RollbackProgress, SCHEMA_VERSION, Tone};
use switchback_model::text;

/// The columns of a terminal that does not say how many it has.
const USUAL_WIDTH: u16 = 80;

/// Set once nobody reads stdout any more, as after `| head -1`.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Why stdout could not be written, such as a full disk; the first reason stays.
static LOST: Mutex<Option<ErrorKind>> = Mutex::new(None);

/// Keeps what came of writing to stdout: a reader that went away is no error of ours, everything else
/// is one at the end of the program.
pub fn written(outcome: std::io::Result<()>) {
    match outcome.map_err(|error| error.kind()) {
        Ok(()) => {}
        Err(ErrorKind::BrokenPipe) => CLOSED.store(true, Ordering::Relaxed),
        Err(kind) => {
            LOST.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(kind);
        }
    }
}

/// The error of a program whose output did not all reach stdout.
pub fn lost() -> Option<ApiError> {
    let kind = (*LOST.lock().unwrap_or_else(PoisonError::into_inner))?;
    Some(ApiError::new(
        "output",
        format!("The output could not be written: {kind}."),
        "Free space where stdout leads to, or send it elsewhere. What the command did is done; look at it again.",
        "stdout",
    ))
}

/// Where output goes and in which form.
#[derive(Debug)]
pub struct Out {
    /// One JSON document on stdout, and only errors on stderr.
    pub json: bool,
    /// What was warned of; a JSON document carries it.
    warnings: Mutex<Vec<String>>,
}

impl Out {
    /// Text or JSON.
    pub fn new(json: bool) -> Self {
        Self {
            json,
            warnings: Mutex::default(),
        }
    }

    /// Warns of something that stops nothing but must not be passed over, once: on stderr, or as
    /// `warnings` of the JSON documents that follow.
    pub fn warn(&self, message: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&message) {
            let said = text::line(&message);
            self.say(&format!("{} {said}", Style::Warning.of("warning:")));
            warnings.push(message);
        }
    }

    /// The document of a command: JSON with `schema_version` in JSON mode, else what `text` makes.
    pub fn answer(&self, value: impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            let mut document = versioned(value);
            let warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
            if !warnings.is_empty() {
                document["warnings"] = serde_json::json!(*warnings);
            }
            self.data(&document.to_string());
        } else {
            self.data(text().trim_end());
        }
    }

    /// A line of data on stdout. A reader that went away is no error of ours; see [`Self::is_closed`].
    pub fn data(&self, line: &str) {
        let line = harmless(line, self.json);
        let mut stdout = anstream::stdout().lock();
        written(writeln!(stdout, "{line}").and_then(|()| stdout.flush()));
    }

    /// Whether stdout leads nowhere any more: then a stream of looks has no end but this one.
    pub fn is_closed(&self) -> bool {
        CLOSED.load(Ordering::Relaxed) || lost().is_some()
    }

    /// A message for people on stderr; JSON readers get none, so that an error there is a whole
    /// document.
    pub fn say(&self, message: &str) {
        if !self.json {
            complain(message, false);
        }
    }
}

/// A line on stderr. Where stderr can't be written there is nobody to tell.
pub fn complain(message: &str, json: bool) {
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{}", harmless(message, json)).and_then(|()| stderr.flush());
}

/// What of ours a terminal obeys. It stands in a text as a mark that holds a number which this process drew
/// at its start, so that no text of others can hold it; [`harmless`] puts the real sequence there, and
/// nothing else of what a terminal obeys gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The word of a warning.
    Warning,
    /// The word of an error.
    Error,
    /// What goes.
    Old,
    /// What comes.
    New,
    /// The screen is emptied first.
    Cleared,
}

/// Ends a style.
const PLAIN: &str = "\x1b[0m";

/// Drawn anew in each process.
static MARK: LazyLock<String> = LazyLock::new(|| format!("\x1b{:016x}", RandomState::new().hash_one("mark")));

impl Style {
    const ALL: [Self; 5] = [Self::Warning, Self::Error, Self::Old, Self::New, Self::Cleared];

    /// The text in this style; what others wrote is neutralised first.
    pub fn of(self, text: &str) -> String {
        format!("{}{self:?};{}{}Plain;", *MARK, text::line(text), *MARK)
    }

    const fn sequence(self) -> &'static str {
        match self {
            Self::Warning => "\x1b[1;33m",
            Self::Error => "\x1b[1;31m",
            Self::Old => "\x1b[31m",
            Self::New => "\x1b[32m",
            Self::Cleared => "\x1b[H\x1b[2J",
        }
    }
}

/// Text in which a terminal obeys nothing but our own styles; in JSON, where all of it stands in
/// strings, such characters are escaped, so that the document says the same.
fn harmless(line: &str, json: bool) -> String {
    if json {
        let mut out = String::with_capacity(line.len());
        let mut units = [0; 2];
        for c in line.chars() {
            match c {
                '\n' => out.push(c),
                c if text::is_obeyed(c) || text::is_unseen(c) => {
                    for unit in c.encode_utf16(&mut units) {
                        out.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                c => out.push(c),
            }
        }
        return out;
    }
    let mut parts = line.split(MARK.as_str());
    let mut out = text::shown(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or(("", part));
        let style = Style::ALL.into_iter().find(|style| format!("{style:?}") == name);
        out.push_str(style.map_or(PLAIN, Style::sequence));
        out.push_str(&text::shown(rest));
    }
    out
}

/// Puts `schema_version` in front of an object.
pub fn versioned(value: impl Serialize) -> Value {
    let value = serde_json::to_value(value).unwrap_or_default();
    let mut document = Map::new();
    document.insert("schema_version".to_owned(), SCHEMA_VERSION.into());
    match value {
        Value::Object(fields) => document.extend(fields),
        other => {
            document.insert("value".to_owned(), other);
        }
    }
    Value::Object(document)
}

/// A table with a head line and no frame, so that it can be cut and searched. A cell is one line of its
/// own, whatever stands in it, so that no text of others looks like a row.
pub fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    table_in(Table::new(), head, rows)
}

fn table_in(mut table: Table, head: &[&str], rows: Vec<Vec<String>>) -> String {
    // A terminal that nobody gave a size says 0 columns.
    if table.width() == Some(0) {
        table.set_width(USUAL_WIDTH);
    }
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(head.iter().map(|h| h.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| text::line(cell)));
    }
    table
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A moment for people: UTC to the second.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What a reading means, in one word with its shape, so that nothing rests on colour.
pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Passing => "✓ passing",
        Tone::NotApplicable => "– not applicable",
        Tone::Switching => "→ switching",
        Tone::Waiting => "… waiting",
        Tone::Running => "… running",
        Tone::Failing => "✗ failing",
        Tone::Unknown => "? unknown",
    }
}

/// The tone's name as in JSON.
pub fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Passing => "passing",
        Tone::NotApplicable => "not_applicable",
        Tone::Switching => "switching",
        Tone::Waiting => "waiting",
        Tone::Running => "running",
        Tone::Failing => "failing",
        Tone::Unknown => "unknown",
    }
}

/// How a rollback stands, in one line.
pub fn rollback_line(rollback: &RollbackProgress) -> String {
    let why = match &rollback.why {
        Some(why) => format!(": {}", text::line(why)),
        None => String::new(),
    };
    match rollback.your_turn {
        true => format!("Rollback: your turn{why}"),
        false => format!("Rollback {}{why}", rollback.state),
    }
}

/// Readings as a table.
pub fn readings(readings: &[ReadingView]) -> String {
    let rows = readings
        .iter()
        .map(|r| {
            vec![
                tone(r.tone).to_owned(),
                r.id.clone(),
                r.observed.clone(),
                r.expected.clone(),
                r.source.clone(),
                r.age_s.map(|s| format!("{s} s")).unwrap_or_default(),
            ]
        })
        .collect();
    table(&["state", "check", "observed", "expected", "source", "age"], rows)
}

/// Readings as a table, with what mends it under each that does not pass, and at the end what to mend
/// first.
pub fn readings_with_mends(all: &[ReadingView]) -> String {
    let mut rest = all.iter();
    let mut text = String::new();
    let mut mend = None;
    for line in readings(all).lines() {
        // A row may be several lines long: its first one begins with the shape of its state.
        if line.starts_with(['✓', '–', '…', '✗', '?']) {
            text.push_str(&fix(mend));
            mend = rest.next().and_then(open_mend);
        }
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(&fix(mend));
    text.trim_end().to_owned()
}

/// The row to look at first: one that fails, else one that is not known; of each, one that has a mend.
pub fn first_open<'a>(all: impl Iterator<Item = &'a ReadingView> + Clone) -> Option<&'a ReadingView> {
    [Tone::Failing, Tone::Unknown].into_iter().find_map(|tone| {
        let mut of_tone = all.clone().filter(move |row| row.tone == tone);
        let first = of_tone.clone().next();
        of_tone.find(|row| row.mend.is_some()).or(first)
    })
}

fn open_mend(reading: &ReadingView) -> Option<&str> {
    let stands = matches!(reading.tone, Tone::Passing | Tone::NotApplicable);
    reading.mend.as_deref().filter(|_| !stands)
}

fn fix(mend: Option<&str>) -> String {
    let Some(mend) = mend else {
        return String::new();
    };
    format!("  fix: {}\n", mend.trim_end().replace('\n', "\n       "))
}

/// A preview: what changes and the exact calls.
pub fn preview(preview: &PreviewView) -> String {
    let mut text = String::new();
    for change in &preview.changes {
        text.push_str(&format!("{}\n", text::line(&change.object)));
        for line in &change.before {
            text.push_str(&format!(
                "  {}\n",
                Style::Old.of(&format!("- {}", text::line(line)))
            ));
        }
        for line in &change.after {
            text.push_str(&format!(
                "  {}\n",
                Style::New.of(&format!("+ {}", text::line(line)))
            ));
        }
        if !change.asked.is_empty() {
            text.push_str("  Asked on the way:\n");
        }
        for line in &change.asked {
            text.push_str(&format!("    {}\n", text::line(line)));
        }
        if let Some(caution) = &change.caution {
            text.push_str(&format!("  {}\n", text::line(caution)));
        }
    }
    if preview.calls.is_empty() {
        text.push_str("Nothing to change.\n");
    }
    for call in preview.calls.iter() {
        text.push_str(&format!("Call: {}\n", text::line(&call.cli)));
    }
    text
}

#[cfg(test)]
mod tests;
