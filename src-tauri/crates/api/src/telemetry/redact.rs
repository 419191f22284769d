//! The last guard of the log: what looks like a secret does not reach the file, wherever it came from.
//! The first guard is that no type of ours shows one.

use std::io::{self, Write};

/// What stands in a secret's place.
const REMOVED: &[u8] = b"(removed)";
/// How AWS access key ids begin (IAM user guide, "Understanding unique ID prefixes").
const KEY_IDS: [&[u8]; 2] = [b"AKIA", b"ASIA"];
/// Access key ids have 16 to 128 characters (IAM API reference, AccessKey).
const KEY_ID: usize = 16;
/// Names whose value is a secret, in lower case and without `-` and `_`.
const NAMES: [&str; 9] = [
    "authorization",
    "secretaccesskey",
    "sessiontoken",
    "securitytoken",
    "accesstoken",
    "refreshtoken",
    "password",
    "signature",
    "credential",
];

/// A writer that takes whole lines and passes them on without secrets.
#[derive(Debug)]
pub(super) struct Redacting<W>(pub(super) W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(&redacted(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line with access key ids, and the values of secret names, replaced.
fn redacted(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.first() {
        if !is_word(*first) {
            out.push(*first);
            rest = &rest[1..];
            continue;
        }
        let length = rest.iter().position(|b| !is_word(*b)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        let is_key = word.len() >= KEY_ID && KEY_IDS.iter().any(|start| word.starts_with(start));
        out.extend_from_slice(if is_key { REMOVED } else { word });
        rest = after;
        if is_secret_name(word)
            && let Some((gap, value)) = value(rest)
        {
            out.extend_from_slice(&rest[..gap]);
            out.extend_from_slice(REMOVED);
            rest = &rest[gap + value..];
        }
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_secret_name(word: &[u8]) -> bool {
    let name: String = word
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    NAMES.iter().any(|secret| name.ends_with(secret))
}

/// Behind a name: how far off its value begins, and how long it is. It stands behind `=` or `:`, and
/// ends with its quote, or with the next `,`, quote or brace.
fn value(rest: &[u8]) -> Option<(usize, usize)> {
    let quote = |b: &u8| matches!(b, b'"' | b'\\' | b'\'');
    let mark = rest.iter().position(|b| !quote(b))?;
    if !matches!(rest.get(mark), Some(b'=' | b':')) {
        return None;
    }
    let skipped = rest[mark + 1..].iter().position(|b| !quote(b) && *b != b' ')?;
    let gap = mark + 1 + skipped;
    let length = rest[gap..]
        .iter()
        .position(|b| quote(b) || matches!(b, b',' | b'}' | b'\n'))
        .unwrap_or(rest.len() - gap);
    (length > 0).then_some((gap, length))
}

#[cfg(test)]
mod tests {
    use super::redacted;

    fn shown(line: &str) -> String {
        String::from_utf8_lossy(&redacted(line.as_bytes())).into_owned()
    }

    #[test]
    fn secrets_are_removed_and_the_rest_stays() {
        for (line, wanted) in [
            (
                r#"{"fields":{"message":"key AKIAIOSFODNN7EXAMPLE used"}}"#,
                r#"{"fields":{"message":"key (removed) used"}}"#,
            ),
            (
                r#"{"aws_secret_access_key":"abc/+d","run":"01a2"}"#,
                r#"{"aws_secret_access_key":"(removed)","run":"01a2"}"#,
            ),
            (
                r#"{"message":"headers: {\"Authorization\": \"AWS4-HMAC-SHA256 x\", \"a\": 1}"}"#,
                r#"{"message":"headers: {\"Authorization\": \"(removed)\", \"a\": 1}"}"#,
            ),
            (
                "x-amz-security-token: FwoG/abc, b",
                "x-amz-security-token: (removed), b",
            ),
            ("SessionToken=abc", "SessionToken=(removed)"),
            ("the password was wrong", "the password was wrong"),
            (
                r#"{"preview":"c4fbbd14eff1","request_id":"c3e848cf-5dd0"}"#,
                r#"{"preview":"c4fbbd14eff1","request_id":"c3e848cf-5dd0"}"#,
            ),
        ] {
            assert_eq!(shown(line), wanted);
        }
    }
}
