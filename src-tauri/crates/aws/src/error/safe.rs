//! What may be said of a text that somebody else wrote.

use crate::grammar::{without_persons, without_tokens};

/// One printable line of at most 300 characters without access key ids, whole account ids, e-mail addresses and tokens.
pub(crate) fn safe(text: &str) -> String {
    safe_up_to(text, 300)
}

/// As [`safe`], with another limit.
pub(crate) fn safe_up_to(text: &str, most: usize) -> String {
    made_safe(text, most, without_persons)
}

/// The same of the settings of a pool, of which an address is what is judged: the sender of its mails. Tokens are left out.
pub(crate) fn settings_up_to(text: &str, most: usize) -> String {
    made_safe(text, most, without_tokens)
}

fn made_safe(text: &str, most: usize, without: fn(&str) -> String) -> String {
    // What no terminal shows must not keep a shape from being seen.
    let plain: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !switchback_model::text::is_obeyed(*c))
        .collect();
    let plain = without(&plain);
    let words = plain.split_whitespace().map(|word| {
        let key = ["AKIA", "ASIA", "aws_secret", "Signature="]
            .iter()
            .any(|mark| word.contains(mark));
        if key {
            "(removed)".to_owned()
        } else {
            without_accounts(word)
        }
    });
    let line: String = words.collect::<Vec<_>>().join(" ");
    let shown = line.chars().filter(|c| !switchback_model::text::is_obeyed(*c));
    shown.take(most).collect()
}

/// Twelve digits that stand alone, as in an ARN, are an account: only its last four stay.
fn without_accounts(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut digits = String::new();
    for c in word.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() => digits.push(c),
            other => {
                match digits.len() {
                    12 => out.push_str(&crate::guard::masked(&digits)),
                    _ => out.push_str(&digits),
                }
                digits.clear();
                out.extend(other);
            }
        }
    }
    out
}
