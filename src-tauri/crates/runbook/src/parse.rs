//! A file's text as TOML, and what no text of it may hold.

use switchback_model::text::is_obeyed;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::notes::{At, Notes};
use crate::source::{MAX_BYTES, MAX_STRING, Source};

/// Parses a file; `None` after a syntax error, since what follows from it is noise.
pub(crate) fn parse<'s>(notes: &mut Notes<'s>) -> Option<Spanned<DeTable<'s>>> {
    let source: &'s Source = notes.source();
    if source.text.len() > MAX_BYTES {
        notes.error(
            "too-large",
            At::default(),
            "The file is larger than 1 MiB, so it was not parsed.",
            "Check that this is the right file: a runbook is a few hundred lines of TOML.",
        );
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        syntax(notes, errors);
        return None;
    }
    for (key, item) in root.get_ref() {
        sane(notes, key.get_ref(), key.span().into());
        walk(notes, item);
    }
    Some(root)
}

/// Notes the first error of each line, up to an open bracket: behind it every line looks wrong.
fn syntax(notes: &mut Notes<'_>, mut errors: Vec<toml::de::Error>) {
    // The parser reports what it finds in several passes.
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let mut last_line = 0;
    for error in errors {
        let at = error.span().map_or(At::default(), At::from);
        let (line, _) = notes.source().position(at.start);
        if line == last_line {
            continue;
        }
        last_line = line;
        let said = error.message().trim().replace('\n', "; ");
        let message = format!("This is not valid TOML: {said}.");
        notes.error("syntax", at, message, "Correct the TOML at this place.");
        if said.contains("array") || said.contains("table") {
            return;
        }
    }
}

/// Looks at every string of the file, wherever it stands.
fn walk(notes: &mut Notes<'_>, item: &Spanned<DeValue<'_>>) {
    match item.get_ref() {
        DeValue::String(text) => sane(notes, text, item.span().into()),
        DeValue::Array(items) => items.iter().for_each(|item| walk(notes, item)),
        DeValue::Table(table) => {
            for (key, item) in table {
                sane(notes, key.get_ref(), key.span().into());
                walk(notes, item);
            }
        }
        _ => {}
    }
}

pub(crate) fn sane(notes: &mut Notes<'_>, text: &str, at: At) {
    let length = text.chars().count();
    if length > MAX_STRING {
        // The label covers the start only: nobody wants to see the whole string.
        let start = At {
            start: at.start,
            end: at.start + 1,
        };
        notes.error(
            "string-too-long",
            start,
            format!("This string has {length} characters; the most is {MAX_STRING}."),
            "Shorten it, or link to a page that holds it.",
        );
    }
    let bad = |c: &char| is_obeyed(*c) && *c != '\n' && *c != '\t';
    if let Some(found) = text.chars().find(bad) {
        notes.error(
            "control-character",
            at,
            format!(
                "This string holds the control character U+{:04X}, which could change how a terminal shows it.",
                u32::from(found)
            ),
            "Remove it.",
        );
    }
}
