//! What goes to stdout (data) and to stderr (messages).

use std::io::Write as _;

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use switchback_api::wire::{PreviewView, ReadingView, SCHEMA_VERSION, Tone};

/// Where output goes and in which form.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    /// One JSON document on stdout, and only errors on stderr.
    pub json: bool,
}

impl Out {
    /// Text or JSON.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// The document of a command: JSON with `schema_version` in JSON mode, else what `text` makes.
    pub fn answer(&self, value: impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            self.data(&versioned(value).to_string());
        } else {
            self.data(text().trim_end());
        }
    }

    /// A line of data on stdout. A reader that went away is no error of ours.
    pub fn data(&self, line: &str) {
        let mut stdout = anstream::stdout().lock();
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }

    /// A message for people on stderr; JSON readers get none, so that an error there is a whole
    /// document.
    pub fn say(&self, message: &str) {
        if !self.json {
            let mut stderr = anstream::stderr().lock();
            let _ = writeln!(stderr, "{message}");
        }
    }
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

/// A table with a head line and no frame, so that it can be cut and searched.
pub fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(head.iter().map(|h| h.to_uppercase()));
    for row in rows {
        table.add_row(row);
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
        Tone::Waiting => "waiting",
        Tone::Running => "running",
        Tone::Failing => "failing",
        Tone::Unknown => "unknown",
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

/// A preview: what changes and the exact calls.
pub fn preview(preview: &PreviewView) -> String {
    let mut text = String::new();
    for change in &preview.changes {
        text.push_str(&format!("{}\n", change.object));
        for line in &change.before {
            text.push_str(&format!("  \x1b[31m- {line}\x1b[0m\n"));
        }
        for line in &change.after {
            text.push_str(&format!("  \x1b[32m+ {line}\x1b[0m\n"));
        }
    }
    if preview.calls.is_empty() {
        text.push_str("Nothing to change.\n");
    }
    for call in preview.calls.iter() {
        text.push_str(&format!("Call: {}\n", call.cli));
    }
    text
}
