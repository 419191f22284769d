//! One reading of who is meant, for what is typed, what stands in a list, what is pasted and what a script
//! passes: what plainly is none of an address is taken off and said, what can't be part of one is refused
//! with its place.

use std::fmt;

use crate::letters::{self, Odd};

mod unfit;

pub use unfit::Unfit;

/// The longest chain of decorations that is taken off: each takes at least one character.
const ROUNDS: usize = 64;

/// What stands around an address and is none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoration {
    /// `mailto:` or `smtp:` before it.
    Scheme,
    /// A name before `<…>`, or in brackets after it.
    Name,
    /// Brackets around it.
    Brackets,
    /// Quotes around it.
    Quotes,
    /// A full stop, comma or semicolon at its end.
    Stop,
    /// White space that no space bar makes, such as U+00A0.
    Space,
}

impl Decoration {
    const ALL: [Self; 6] = [
        Self::Scheme,
        Self::Name,
        Self::Brackets,
        Self::Quotes,
        Self::Stop,
        Self::Space,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Scheme => "mailto:",
            Self::Name => "a name beside the address",
            Self::Brackets => "brackets around it",
            Self::Quotes => "quotes around it",
            Self::Stop => "a full stop, comma or semicolon",
            Self::Space => "a space that can't be told from others (such as U+00A0)",
        }
    }
}

/// All that was taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenOff(u8);

impl TakenOff {
    fn add(&mut self, decoration: Decoration) {
        self.0 |= 1 << (decoration as u8);
    }

    /// Whether nothing was.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this was.
    #[must_use]
    pub fn holds(self, decoration: Decoration) -> bool {
        self.0 & (1 << (decoration as u8)) != 0
    }
}

impl fmt::Display for TakenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Decoration::ALL
            .into_iter()
            .filter(|one| self.holds(*one))
            .peekable();
        let mut first = true;
        while let Some(next) = words.next() {
            let joint = match (first, words.peek()) {
                (true, _) => "",
                (false, Some(_)) => ", ",
                (false, None) => " and ",
            };
            first = false;
            write!(f, "{joint}{}", next.word())?;
        }
        Ok(())
    }
}

/// Who is meant, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<'a> {
    /// The address; without an `@`, the text.
    pub text: &'a str,
    /// What was taken off it.
    pub taken_off: TakenOff,
    /// A letter that may be taken for another.
    pub odd: Option<Odd>,
}

/// Reads who is meant. Blanks around it are none of it, and nobody is told of those.
///
/// # Errors
/// [`Unfit`], with its place in the text without the white space around it.
pub fn read(given: &str) -> Result<Reading<'_>, Unfit> {
    let text = given.trim();
    let mut taken_off = TakenOff::default();
    if given.trim_matches(|c: char| c.is_ascii_whitespace()) != text {
        taken_off.add(Decoration::Space);
    }
    letters::visible(text)?;
    if !text.contains('@') {
        return Ok(Reading {
            text,
            taken_off,
            odd: words(text)?,
        });
    }
    let mut peel = Peel {
        text,
        start: 0,
        end: text.len(),
        taken_off,
    };
    for _ in 0..ROUNDS {
        if !peel.once()? {
            break;
        }
    }
    let before = text[..peel.start].chars().count();
    Ok(Reading {
        text: peel.rest(),
        taken_off: peel.taken_off,
        odd: address(peel.rest(), before)?,
    })
}

/// Looks at the words of a name.
fn words(text: &str) -> Result<Option<Odd>, Unfit> {
    let (mut before, mut odd) = (0, None);
    for word in text.split_inclusive(char::is_whitespace) {
        // A name with one of the wide signs was meant as an address.
        if let Some(at) = word.chars().position(|c| matches!(c, '＠' | '﹫')) {
            return Err(Unfit::OtherForm {
                letter: word.chars().nth(at).unwrap_or('＠'),
                of: '@',
                position: before + at + 1,
            });
        }
        odd = odd.or(letters::look(word.trim_end(), before)?);
        before += word.chars().count();
    }
    Ok(odd)
}

const QUOTES: [(char, char); 9] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('‘', '’'),
    ('“', '”'),
    ('„', '“'),
    ('‚', '‘'),
    ('«', '»'),
    ('”', '”'),
];
const BRACKETS: [(char, char); 3] = [('<', '>'), ('(', ')'), ('[', ']')];

/// An address that loses one decoration after the other.
struct Peel<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    taken_off: TakenOff,
}

impl<'a> Peel<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.start..self.end]
    }

    fn cut(&mut self, front: usize, back: usize, what: Decoration) -> bool {
        self.start += front;
        self.end -= back;
        self.taken_off.add(what);
        true
    }

    /// Takes one off, if there is one.
    fn once(&mut self) -> Result<bool, Unfit> {
        let rest = self.rest();
        // What stood between two of them.
        let inner = rest.trim();
        if inner.len() < rest.len() {
            self.start += rest.len() - rest.trim_start().len();
            self.end -= rest.len() - rest.trim_end().len();
            return Ok(true);
        }
        for scheme in ["mailto:", "smtp:"] {
            let has = rest.get(..scheme.len());
            if has.is_some_and(|has| has.eq_ignore_ascii_case(scheme)) {
                let asked = rest.find('?').map_or(0, |at| rest.len() - at);
                return Ok(self.cut(scheme.len(), asked, Decoration::Scheme));
            }
        }
        if rest.ends_with('>')
            && let Some(open) = rest.rfind('<').filter(|open| *open > 0)
        {
            let name = rest[..open].trim().trim_matches(['"', '\'']);
            // Outlook writes the address twice; two addresses are not one.
            let twice =
                || letters::compared(name) == letters::compared(rest[open + 1..rest.len() - 1].trim());
            if name.contains('@') && !twice() {
                return Err(Unfit::NotAnAddress);
            }
            return Ok(self.cut(open + 1, 1, Decoration::Name));
        }
        if rest.ends_with(')')
            && let Some(open) = rest.rfind('(')
            && rest[..open].ends_with(char::is_whitespace)
            && !rest[open..].contains('@')
        {
            return Ok(self.cut(0, rest.len() - open, Decoration::Name));
        }
        let around = |pair: &(char, char)| {
            rest.strip_prefix(pair.0)
                .is_some_and(|rest| rest.ends_with(pair.1))
                .then_some((pair.0.len_utf8(), pair.1.len_utf8()))
        };
        if let Some((front, back)) = QUOTES.iter().find_map(around) {
            return Ok(self.cut(front, back, Decoration::Quotes));
        }
        if let Some((front, back)) = BRACKETS.iter().find_map(around) {
            return Ok(self.cut(front, back, Decoration::Brackets));
        }
        if rest.ends_with(['.', ';', ',']) {
            return Ok(self.cut(0, 1, Decoration::Stop));
        }
        Ok(false)
    }
}

/// Whether what is left is one address, and what is odd about its letters.
fn address(text: &str, before: usize) -> Result<Option<Odd>, Unfit> {
    let place = |found: fn(char) -> bool, of: &str, from: usize| {
        of.chars().position(found).map(|at| before + from + at + 1)
    };
    if let Some(position) = place(char::is_whitespace, text, 0) {
        return Err(Unfit::Space { position });
    }
    let (local, domain) = text.rsplit_once('@').ok_or(Unfit::NotAnAddress)?;
    let length = text.chars().count();
    // `"ann smith"@…` is an address of old; `"ann@…` is half of a quotation.
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let opens = |c: char| QUOTES.iter().chain(&BRACKETS).any(|pair| pair.0 == c);
    let closes = |c: char| QUOTES.iter().chain(&BRACKETS).any(|pair| pair.1 == c);
    if !quoted && local.starts_with(opens) {
        return Err(Unfit::Unpaired { position: before + 1 });
    }
    if domain.ends_with(closes) {
        return Err(Unfit::Unpaired {
            position: before + length,
        });
    }
    if local.is_empty() || domain.is_empty() {
        return Err(Unfit::NotAnAddress);
    }
    // What stands between two addresses is told before the second one's sign.
    let between = |c: char| matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':');
    let stray = place(between, local, 0).or_else(|| place(|c| c == '@', local, 0));
    if !quoted && let Some(position) = stray {
        return Err(Unfit::Stray { position });
    }
    let from = local.chars().count() + 1;
    let stray = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '_');
    if let Some(position) = place(stray, domain, from) {
        return Err(Unfit::Stray { position });
    }
    let mut odd = letters::look(local, before)?;
    let mut at = before + from;
    for label in domain.split('.') {
        let (written, _) = idna::domain_to_unicode(label);
        odd = odd.or(letters::look(label, at)?);
        if label.is_ascii() && !written.is_ascii() {
            // What it stands for has no places of its own.
            odd = odd.or(letters::look(&written, at)?);
        }
        at += label.chars().count() + 1;
    }
    if domain.split('.').any(str::is_empty) || idna::domain_to_ascii(domain).is_err() {
        return Err(Unfit::NotADomain);
    }
    Ok(odd)
}

#[cfg(test)]
mod tests;
