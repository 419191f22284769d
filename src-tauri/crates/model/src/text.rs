//! Texts that others wrote, on their way to a terminal or a log.

/// Whether a terminal would obey a character instead of showing it: a control character, or one that
/// turns the direction of what follows (Unicode Standard Annex 9), which makes a line read as another.
#[must_use]
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with each character that a terminal would obey, but for the end of a line and a tab,
/// replaced by one of the same length in UTF-8, so that every byte offset still fits.
#[must_use]
pub fn shown(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        c if !is_obeyed(c) => c,
        c => match c.len_utf8() {
            1 => '?',
            2 => '\u{b7}',
            _ => '\u{fffd}',
        },
    };
    text.chars().map(shown).collect()
}
