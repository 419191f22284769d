//! Letters: how two writings are compared, what can't be seen, and what only looks like another letter.
//!
//! Compared is in NFC and simple lower case, so that no two people become one: "ß" is not "ss", "ſ" is not
//! "s". What looks alike (UTS #39) is told, and decides nothing.

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::{Script, UnicodeScript as _};

use crate::address::Unfit;

/// A text as it is compared: NFC, each letter in its simple lower case.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().map(simple_lower).nfc().collect()
}

/// One letter for one letter: `İ` is the only one whose full lower case is two (Unicode, `UnicodeData.txt`).
fn simple_lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ if letter == 'İ' => 'i',
        _ => letter,
    }
}

/// A text as two are compared of which one may be an address: its domain by IDNA.
pub(crate) fn compared(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{}", fold(local), domain_key(domain)),
        None => fold(text),
    }
}

/// A domain as DNS has it; what is none stays as it is written.
pub(crate) fn domain_key(domain: &str) -> String {
    let lower = fold(domain);
    if lower.is_ascii() && !lower.contains("xn--") {
        return lower;
    }
    idna::domain_to_ascii(domain).unwrap_or(lower)
}

/// As a server might compare that folds more than we do: only to tell a generous answer from a wrong one.
pub(crate) fn loosely(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// A text composed (NFC) and decomposed (NFD).
pub(crate) fn forms(text: &str) -> [String; 2] {
    [text.nfc().collect(), text.nfd().collect()]
}

/// How an address is asked for: as it was given, in small letters, its domain as DNS and as people write
/// it, and each of them composed and decomposed, as far as they differ. AWS does not say whether a filter
/// on `email` minds any of it.
pub(crate) fn spellings(address: &str) -> Vec<String> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return vec![address.to_owned()];
    };
    let (local, key) = (fold(local), domain_key(domain));
    let mut wholes = vec![address.to_owned(), format!("{local}@{key}")];
    if key.contains("xn--") {
        let (written, _) = idna::domain_to_unicode(&key);
        wholes.push(format!("{local}@{written}"));
    }
    let mut all: Vec<String> = Vec::new();
    for whole in wholes {
        let [composed, decomposed] = forms(&whole);
        for writing in [whole, composed, decomposed] {
            if !all.contains(&writing) {
                all.push(writing);
            }
        }
    }
    all
}

/// Whether it stands on the letter before it.
pub(crate) fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// Refuses what can't be seen: a control character, one that turns the direction of writing, one without
/// width. Copied along from a document they make a person "absent" who is there.
pub(crate) fn visible(text: &str) -> Result<(), Unfit> {
    for (at, letter) in text.chars().enumerate() {
        let (code, position) = (u32::from(letter), at + 1);
        if letter.is_control() {
            return Err(Unfit::ControlCharacter { code, position });
        }
        if matches!(letter, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        {
            return Err(Unfit::TurnsDirection { code, position });
        }
        if is_invisible(letter) {
            return Err(Unfit::Invisible { code, position });
        }
        if letter == char::REPLACEMENT_CHARACTER {
            return Err(Unfit::Lost { position });
        }
    }
    Ok(())
}

/// Without width, or of no ink (Unicode, `Default_Ignorable_Code_Point`, and the separators of lines).
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A letter that may be taken for another: no reason to refuse, and none to call anybody absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd {
    letter: char,
    like: Option<char>,
    script: &'static str,
    position: usize,
}

impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        named(f, self.letter, self.script, self.position)?;
        match self.like {
            Some(like) => write!(f, ", which looks like {like}"),
            None => Ok(()),
        }
    }
}

/// "character 3 is ı (U+0131, Latin)".
pub(crate) fn named(
    f: &mut std::fmt::Formatter<'_>,
    letter: char,
    script: &str,
    position: usize,
) -> std::fmt::Result {
    let code = u32::from(letter);
    write!(f, "character {position} is {letter} (U+{code:04X}, {script})")
}

/// The one ASCII character that a letter looks like, if it does.
fn looks_like(letter: char) -> Option<char> {
    let text = String::from(letter);
    let mut like = unicode_security::skeleton(&text);
    match (like.next(), like.next()) {
        (Some(one), None) if one.is_ascii_graphic() && one != letter => Some(one),
        _ => None,
    }
}

/// Looks at the letters of one part of a name or an address: what stands between dots of a domain, what
/// stands before the `@`, a word. `before` is how many characters stand before it.
///
/// # Errors
/// Another form of a letter ("ａ"), and a letter of another alphabet among Latin ones, or where all of them
/// look Latin: nobody types these, they are pasted.
pub(crate) fn look(part: &str, before: usize) -> Result<Option<Odd>, Unfit> {
    if part.is_ascii() {
        return Ok(None);
    }
    let is_latin = |letter: char| letter.script() == Script::Latin;
    let is_other = |letter: char| {
        !matches!(
            letter.script(),
            Script::Latin | Script::Common | Script::Inherited
        )
    };
    let mut first = None;
    let mut others = (false, true);
    for (at, letter) in part.chars().enumerate().filter(|(_, letter)| !letter.is_ascii()) {
        let position = before + at + 1;
        let once = || std::iter::once(letter);
        if !once().nfkc().eq(once().nfc()) {
            let of = once().nfkc().next().unwrap_or(letter);
            return Err(Unfit::OtherForm { letter, of, position });
        }
        let like = looks_like(letter);
        let odd = Odd {
            letter,
            like,
            script: letter.script().full_name(),
            position,
        };
        if is_other(letter) {
            if !others.0 {
                first = Some(odd);
            }
            others = (true, others.1 && like.is_some());
        } else if like.is_some() && first.is_none() {
            first = Some(odd);
        }
    }
    match first {
        Some(odd) if others.0 && (others.1 || part.chars().any(is_latin)) => Err(Unfit::OtherAlphabet {
            letter: odd.letter,
            script: odd.script,
            like: odd.like,
            position: odd.position,
        }),
        first => Ok(first),
    }
}

#[cfg(test)]
mod tests;
