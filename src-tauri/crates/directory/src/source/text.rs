//! From the bytes of a file to rows of cells: what a file says of itself, and where a quote swallows more
//! than its cell.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Column, NotASource, columns};

/// What stands between cells, in the order in which it is tried.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The text of a list.
pub(super) struct Text<'a> {
    /// With `\n` alone at the ends of lines, and without what comes before the headings.
    pub text: Cow<'a, str>,
    /// The line with which it begins, counted from 1.
    pub from: u64,
    /// What stands between cells.
    pub delimiter: u8,
}

impl<'a> Text<'a> {
    /// Reads UTF-8 with or without byte order mark, any line end, with or without Excel's `sep=` line.
    pub fn of(bytes: &'a [u8]) -> Result<Self, NotASource> {
        // Before the letters: half of a wide text may be valid UTF-8.
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let (line, position) = place(&bytes[..at]);
            return Err(NotASource::Wide { line, position });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, position) = place(&bytes[..error.valid_up_to()]);
            NotASource::NotText { line, position }
        })?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let text = one_line_end(text);
        let first = text.lines().next().unwrap_or_default();
        if let Some(said) = separator(first) {
            let rest = text[first.len()..].trim_start_matches('\n');
            // As many as were skipped, so that lines keep their numbers.
            let from = 1 + text[..text.len() - rest.len()].matches('\n').count() as u64;
            return Ok(Self {
                delimiter: u8::try_from(said).unwrap_or(b','),
                from,
                text: Cow::Owned(rest.to_owned()),
            });
        }
        let headings = text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let best = DELIMITERS
            .into_iter()
            .filter(|delimiter| headings.contains(*delimiter))
            // The first of the best ones.
            .rev()
            .max_by_key(|delimiter| columns::known(headings, *delimiter));
        Ok(Self {
            delimiter: u8::try_from(best.unwrap_or(',')).unwrap_or(b','),
            from: 1,
            text,
        })
    }
}

/// With `\n` alone at the ends of lines; a list that has no other is not copied.
fn one_line_end(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    Cow::Owned(match text.contains('\r') {
        true => text.replace('\r', "\n"),
        false => text,
    })
}

/// The line and the character at which bytes end, both counted from 1.
fn place(before: &[u8]) -> (u64, usize) {
    let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    (1 + lines, 1 + String::from_utf8_lossy(last).chars().count())
}

/// What `sep=;` says, the line that Excel writes and reads before the headings.
fn separator(line: &str) -> Option<char> {
    let line = line.trim_matches([' ', '"']);
    let said = line.get(..4).filter(|word| word.eq_ignore_ascii_case("sep="));
    let mut said = said.and(line.get(4..))?.chars();
    match (said.next(), said.next()) {
        (Some(one), None) if one.is_ascii() => Some(one),
        // An editor that takes the tab from the line's end.
        (None, None) => Some('\t'),
        _ => None,
    }
}

/// A quoted cell that runs over the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    /// The line of the quote.
    pub opened: u64,
    /// The last line of the row.
    pub last: u64,
    /// Whether it swallows what it should not: it never ends, or something else than the end of a cell
    /// follows it, or what stands in it looks like rows.
    pub swallows: bool,
}

/// The quotes of a file, by the line with which their row begins.
pub(super) type Quotes = HashMap<u64, Quote>;

/// The rows with a quoted cell that runs over the end of a line, by the line with which they begin. Rows and
/// cells are told apart as `csv` does it.
pub(super) fn quotes(text: &Text<'_>, columns: &[Option<Column>]) -> Quotes {
    let mut found = HashMap::new();
    let bytes = text.text.as_bytes();
    let (mut at, mut line) = (0, text.from);
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            (at, line) = (at + 1, line + 1);
            continue;
        }
        let began = line;
        let mut row = RowQuotes::default();
        let mut cell = 0;
        loop {
            let open = bytes.get(at) == Some(&b'"');
            let opened = line;
            let (next, ended) = if open {
                let (end, ended) = end_of_quote(bytes, at + 1);
                line += count_lines(&bytes[at..end]);
                // The end of the last line begins no other.
                if !ended && bytes.ends_with(b"\n") {
                    line -= 1;
                }
                (end, ended)
            } else {
                (at, true)
            };
            // What follows a closed quote, or an unquoted cell: to the delimiter or the line's end.
            let rest = bytes[next..]
                .iter()
                .position(|byte| *byte == text.delimiter || *byte == b'\n');
            let end = rest.map_or(bytes.len(), |rest| next + rest);
            if open && (line > opened || !ended) {
                let inner = &text.text[at + 1..next];
                let clean = ended && end == next;
                row.add(
                    opened,
                    !clean
                        || like_rows(
                            inner,
                            columns.get(cell).copied().flatten(),
                            text.delimiter,
                            columns.len(),
                        ),
                );
            }
            at = end + 1;
            cell += 1;
            if bytes.get(end) != Some(&text.delimiter) {
                break;
            }
        }
        if let Some(opened) = row.opened {
            found.insert(
                began,
                Quote {
                    opened,
                    last: line,
                    swallows: row.swallows,
                },
            );
        }
        line += 1;
    }
    found
}

/// What is known of the quotes of one row.
#[derive(Default)]
struct RowQuotes {
    opened: Option<u64>,
    swallows: bool,
}

impl RowQuotes {
    /// The first that swallows is told, else the first.
    fn add(&mut self, opened: u64, swallows: bool) {
        if self.opened.is_none() || (swallows && !self.swallows) {
            self.opened = Some(opened);
        }
        self.swallows |= swallows;
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The place after the quote that ends a cell, and whether there is one.
fn end_of_quote(bytes: &[u8], mut at: usize) -> (usize, bool) {
    while let Some(quote) = bytes[at..].iter().position(|byte| *byte == b'"') {
        at += quote + 1;
        if bytes.get(at) != Some(&b'"') {
            return (at, true);
        }
        at += 1;
    }
    (bytes.len(), false)
}

/// Whether what stands below the first line of a quoted cell looks like rows of people: a note may have
/// lines, and an address may stand in it, but not both an address and as many cells as a row.
fn like_rows(inner: &str, column: Option<Column>, delimiter: u8, cells: usize) -> bool {
    let below = || inner.split('\n').skip(1);
    let cells_of = |line: &str| line.bytes().filter(|byte| *byte == delimiter).count() + 1;
    match column {
        // Of the headings nothing is known yet.
        _ if cells == 0 => below().any(|line| line.contains('@')),
        Some(_) => below().any(|line| line.contains('@') || (cells > 1 && cells_of(line) >= cells)),
        None => {
            // The last line may have lost the cells that stand behind the quote.
            let person = |line: &str| line.contains('@') && cells_of(line) + 1 >= cells;
            let whole = || below().take(inner.split('\n').count().saturating_sub(2));
            below().any(person)
                || (cells > 2 && whole().next().is_some() && whole().all(|line| cells_of(line) == cells))
        }
    }
}
