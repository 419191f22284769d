//! One line of the AWS files. What is taken, and what is refused with which words.

use super::FileNote;
use crate::error::safe;

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Blank, or a comment.
    Nothing,
    /// The head of a section.
    Section(Parts),
    /// A key in lower case and its text.
    Property(String, &'a str),
    /// The text of the key before goes on.
    More(&'a str),
}

/// A kind of section that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Profile,
    Session,
    Services,
}

/// The words between `[` and `]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// As they stand.
    pub(super) inner: String,
    /// Parted at blanks, as a shell does: quotes hold words together.
    pub(super) words: Vec<String>,
}

/// What is wrong, and what mends it.
type Refused = (String, String);

const BLANKS: [char; 2] = [' ', '\t'];

/// A line as text, and whether a byte of it was no UTF-8.
pub(super) fn decoded(raw: &[u8]) -> (String, bool) {
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    match std::str::from_utf8(raw) {
        Ok(text) => (text.to_owned(), false),
        Err(error) => {
            // A comment behind a property is none of it.
            let (sound, _) = raw.split_at(error.valid_up_to());
            let sound = String::from_utf8_lossy(sound);
            let own = without_comment(&sound);
            match own.len() < sound.len() {
                true => (format!("{own} #"), true),
                false => (String::from_utf8_lossy(raw).into_owned(), true),
            }
        }
    }
}

/// Whether what is unreadable of a line stands in a comment of it.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start_matches(BLANKS).starts_with(['#', ';']) || line.ends_with(" #")
}

/// Reads a line. `section`: one has begun. `last`: the key before. `has_value`: whether that key says
/// something on its own line.
pub(super) fn read<'a>(
    line: &'a str,
    section: bool,
    last: Option<&str>,
    has_value: impl Fn(&str) -> bool,
) -> Result<Line<'a>, Refused> {
    let trimmed = line.trim_matches(BLANKS);
    if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
        return Ok(Line::Nothing);
    }
    let indented = line.starts_with(BLANKS);
    if trimmed.starts_with('[') {
        return match indented {
            true => Err((
                "a blank stands before the [".to_owned(),
                "Take the blank at the beginning of the line away".to_owned(),
            )),
            false => head(trimmed).map(Line::Section),
        };
    }
    if !section {
        return Err((
            "it stands before the first section".to_owned(),
            "Write the section that it belongs to, such as [profile NAME], above it".to_owned(),
        ));
    }
    let own = without_comment(trimmed).trim_matches(BLANKS);
    if indented {
        let key = own.split_once('=').map(|(key, _)| key.trim_matches(BLANKS));
        return match (last, key) {
            (None, _) => Err(blank_before(key, None)),
            (Some(before), key) if !has_value(before) => match key {
                Some(key) if !key.is_empty() => Ok(Line::More(trimmed)),
                _ => Err(no_equals(own)),
            },
            (Some(before), Some(key)) if is_key(key) => Err(blank_before(Some(key), Some(before))),
            (Some(_), _) => Ok(Line::More(trimmed)),
        };
    }
    let Some((key, text)) = own.split_once('=') else {
        return Err(no_equals(own));
    };
    let key = key.trim_matches(BLANKS);
    if key.is_empty() {
        return Err((
            "there is no name before the =".to_owned(),
            "Write the key before the =".to_owned(),
        ));
    }
    Ok(Line::Property(
        key.to_ascii_lowercase(),
        text.trim_matches(BLANKS),
    ))
}

/// A key as AWS's are, which a text that merely goes on is not.
fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn blank_before(key: Option<&str>, before: Option<&str>) -> Refused {
    let which = key.filter(|key| is_key(key)).unwrap_or("the text");
    let so = match before {
        Some(before) => format!(", so that it would become part of {}", safe(before)),
        None => String::new(),
    };
    (
        format!("a blank stands before {}{so}", safe(which)),
        "Take the blank at the beginning of the line away".to_owned(),
    )
}

/// The line may hold a secret, so that it is not repeated.
fn no_equals(own: &str) -> Refused {
    let mend = match own.contains(':') {
        true => "Write KEY = VALUE, with = and not with :",
        false => "Write KEY = VALUE, or begin the line with # if it is a comment",
    };
    ("there is no = in it".to_owned(), mend.to_owned())
}

/// Less a comment, which has a blank before its `#` or `;`.
fn without_comment(line: &str) -> &str {
    let mut blank = false;
    for (at, c) in line.char_indices() {
        if blank && matches!(c, '#' | ';') {
            return line.get(..at).unwrap_or(line);
        }
        blank = c.is_whitespace();
    }
    line
}

fn head(line: &str) -> Result<Parts, Refused> {
    let mut quote = None;
    let mut end = None;
    for (at, c) in line.char_indices().skip(1) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ']') => {
                end = Some(at);
                break;
            }
            (None, _) => {}
        }
    }
    let Some(end) = end else {
        return Err(match quote {
            Some(quote) => (
                format!("the quote {quote} in the section's name never ends"),
                format!("End the name with {quote} before the ]"),
            ),
            None => (
                "the section's name has no ] at its end".to_owned(),
                "Write a ] behind the name".to_owned(),
            ),
        });
    };
    let behind = line.get(end + 1..).unwrap_or_default().trim_matches(BLANKS);
    if !behind.is_empty() && !behind.starts_with(['#', ';']) {
        return Err((
            "text stands behind the ]".to_owned(),
            "Put what stands behind the ] on a line of its own, or begin it with #".to_owned(),
        ));
    }
    let inner = line
        .get(1..end)
        .unwrap_or_default()
        .trim_matches(BLANKS)
        .to_owned();
    let words = shlex::split(&inner).unwrap_or_else(|| vec![inner.clone()]);
    match words.is_empty() {
        true => Err((
            "the section has no name".to_owned(),
            "Write the name between [ and ], such as [profile NAME]".to_owned(),
        )),
        false => Ok(Parts { inner, words }),
    }
}

/// A name as it stands in a section's head.
fn quoted(name: &str) -> String {
    match name.contains(char::is_whitespace) {
        true => format!("'{name}'"),
        false => name.to_owned(),
    }
}

fn passed(parts: &Parts, name: &str, why: &str, right: &str) -> FileNote {
    FileNote {
        place: String::new(),
        what: format!("the section [{}] is passed over: {why}", safe(&parts.inner)),
        mend: format!("Write {} instead, if that is what you mean.", safe(right)),
        name: Some(name.to_owned()),
    }
}

/// What a section of `~/.aws/config` is; `None` = the AWS CLI's own affair.
pub(super) fn of_config(parts: &Parts) -> Result<Option<(Head, String)>, FileNote> {
    let words: Vec<&str> = parts.words.iter().map(String::as_str).collect();
    match words[..] {
        ["default"] => Ok(Some((Head::Profile, "default".to_owned()))),
        ["plugins" | "preview"] => Ok(None),
        ["profile", name] => Ok(Some((Head::Profile, name.to_owned()))),
        ["sso-session", name] => Ok(Some((Head::Session, name.to_owned()))),
        ["services", name] => Ok(Some((Head::Services, name.to_owned()))),
        [kind @ ("profile" | "sso-session" | "services"), ref rest @ ..] if rest.len() > 1 => {
            let name = rest.join(" ");
            Err(passed(
                parts,
                &name,
                "a name with a blank needs quotes",
                &format!("[{kind} {}]", quoted(&name)),
            ))
        }
        [kind @ ("profile" | "sso-session" | "services")] => {
            Err(passed(parts, kind, "it has no name", &format!("[{kind} NAME]")))
        }
        [name] => Err(passed(
            parts,
            name,
            "in this file the section of a profile begins with the word profile",
            &format!("[profile {}]", quoted(name)),
        )),
        [kind, name] if kind.eq_ignore_ascii_case("profile") => Err(passed(
            parts,
            name,
            "the word profile is written small",
            &format!("[profile {}]", quoted(name)),
        )),
        [kind, name] if kind.to_ascii_lowercase().replace(['_', '-'], "") == "ssosession" => Err(passed(
            parts,
            name,
            "the word is sso-session",
            &format!("[sso-session {}]", quoted(name)),
        )),
        [ref first @ .., name] => {
            let why = format!(
                "no AWS program knows sections of the kind {}",
                safe(&first.join(" "))
            );
            Err(passed(parts, name, &why, &format!("[profile {}]", quoted(name))))
        }
        [] => Ok(None),
    }
}

/// What a section of `~/.aws/credentials` is: a profile's name as it stands.
pub(super) fn of_credentials(parts: &Parts) -> Result<Option<(Head, String)>, FileNote> {
    let words: Vec<&str> = parts.words.iter().map(String::as_str).collect();
    match words[..] {
        [kind @ ("profile" | "sso-session" | "services"), name] => {
            let right = match kind {
                "profile" => format!("[{name}]"),
                _ => format!("[{kind} {}] in ~/.aws/config", quoted(name)),
            };
            let why = match kind {
                "profile" => "in this file a profile's section has its name alone",
                _ => "such a section belongs into the other file",
            };
            Err(passed(parts, name, why, &right))
        }
        [name] => Ok(Some((Head::Profile, name.to_owned()))),
        _ => Ok(Some((Head::Profile, parts.inner.clone()))),
    }
}
