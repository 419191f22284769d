//! What of an answer may be repeated: a word of AWS that is what such a word can be, and nothing else. A function, a proxy or
//! an endpoint that is not AWS may put an e-mail address or a token in any field, also in one where AWS has a code.
//!
//! There is one constructor a field. What does not fit is named as such and left out.

use std::fmt;

use switchback_model::screen::AT_SIGNS;

/// No code of an error is longer, nor a name of a language's exception that anybody needs to read.
const LONGEST_CODE: usize = 64;
/// No status is longer, nor a name of a type.
const LONGEST_STATUS: usize = 64;
/// More than any id or name of a statement has that AWS makes.
const LONGEST_ID: usize = 128;
/// What an origin may have: a scheme, a host of 253 characters and a port (RFC 6454, section 6.2).
const LONGEST_ORIGIN: usize = 270;
/// A UUID has 36 characters, and the longest id of a request that AWS gives has 52.
const LONGEST_REQUEST: usize = 64;

/// A word that may stand in a message, a journal and a log; or that it may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// As it was said.
    Fits(String),
    /// What it should have been, such as "a code of an error".
    NotRepeated(&'static str),
}

impl Word {
    fn of(text: &str, fits: bool, what: &'static str) -> Self {
        match fits {
            true => Self::Fits(text.to_owned()),
            false => Self::NotRepeated(what),
        }
    }

    /// A code of an error: letters, digits and dots (API references, "Common Errors"; EC2's are dotted).
    pub(crate) fn code(text: &str) -> Self {
        let fits =
            is_of(text, LONGEST_CODE, |c| c == '.') && text.starts_with(|c: char| c.is_ascii_alphabetic());
        Self::of(text, fits, "no code of an error")
    }

    /// The `errorType` with which a function failed: the name of an exception in its language (Lambda developer guide,
    /// "Lambda function handler": errors).
    pub(crate) fn error_type(text: &str) -> Self {
        let fits = is_of(text, LONGEST_CODE, |c| matches!(c, '_' | '.'));
        Self::of(text, fits, "no name of an error")
    }

    /// A status, or the name of a type: letters, digits, `_` and `-`, as the enumerations of the API references have them.
    pub(crate) fn status(text: &str) -> Self {
        let fits = is_of(text, LONGEST_STATUS, |c| matches!(c, '_' | '-'));
        Self::of(text, fits, "no status")
    }

    /// The id of a thing of AWS, such as a deployment of ECS.
    pub(crate) fn id(text: &str) -> Self {
        let fits = is_of(text, LONGEST_ID, |c| matches!(c, '_' | '/' | ':' | '.' | '-'));
        Self::of(text, fits && without_persons(text) == text, "no id")
    }

    /// The name of a statement: letters and digits (IAM user guide, "IAM JSON policy elements: Sid"), and what Lambda takes
    /// and makes (API reference, AddPermission, `StatementId`).
    pub(crate) fn sid(text: &str) -> Self {
        let fits = is_of(text, LONGEST_ID, |c| matches!(c, '_' | '-' | ' '));
        Self::of(text, fits, "no name of a statement")
    }

    /// An origin (RFC 6454, section 6.2), `*`, or what stands for one in a mapping of API Gateway.
    pub(crate) fn origin(text: &str) -> Self {
        let also = |c| matches!(c, '_' | '/' | ':' | '.' | '-' | '*' | '[' | ']');
        let fits = is_of(text, LONGEST_ORIGIN, also) && without_persons(text) == text;
        Self::of(text, fits, "no origin")
    }

    /// The id of a request, under whichever header.
    pub(crate) fn request_id(text: &str) -> Self {
        let fits = is_of(text, LONGEST_REQUEST, |c| matches!(c, '_' | '=' | '-'));
        Self::of(text, fits, "no id of a request")
    }

    /// A user's `sub`: a UUID (Cognito developer guide, "Working with user attributes"). What is none may be the user's name.
    pub(crate) fn sub(text: &str) -> Self {
        let fits = text.len() == uuid::fmt::Hyphenated::LENGTH && uuid::Uuid::try_parse(text).is_ok();
        Self::of(text, fits, "no UUID")
    }

    /// The word itself, if it fits.
    pub(crate) fn fits(self) -> Option<String> {
        match self {
            Self::Fits(text) => Some(text),
            Self::NotRepeated(_) => None,
        }
    }

    /// The same between brackets, as codes stand behind a sentence.
    pub(crate) fn in_brackets(&self) -> String {
        match self {
            Self::Fits(text) => format!("({text})"),
            Self::NotRepeated(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fits(text) => f.write_str(text),
            Self::NotRepeated(what) => write!(f, "(not repeated: {what})"),
        }
    }
}

fn is_of(text: &str, longest: usize, also: impl Fn(char) -> bool) -> bool {
    (1..=longest).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || also(c))
}

/// A text of AWS in which no e-mail address and no token stands any more. Each is told by its shape, so that neither the name
/// of a session in an ARN nor what a function threw is repeated with them.
pub(crate) fn without_persons(text: &str) -> String {
    without_mail(&without_tokens(text))
}

/// Tokens: parts of base64url with dots between them, of which the first is a JSON object and so begins with `eyJ` (RFC 7519,
/// section 3.1; RFC 7515, section 7.1). An encrypted one has five parts (RFC 7516, section 3.1).
pub(crate) fn without_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let (before, from) = rest.split_at(at);
        let ends = from.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
        let (word, after) = from.split_at(ends.unwrap_or(from.len()));
        out.push_str(before);
        match word.matches('.').count() {
            0 | 1 => out.push_str(word),
            _ => out.push_str("(not repeated: a token)"),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Addresses: `name@host.domain`. What people write is refused more broadly (`switchback_model::screen`); of what AWS says an
/// image's digest behind its `@` has to stay.
fn without_mail(text: &str) -> String {
    // Letters that nobody sees must not keep an address from being one.
    let unseen = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    let in_name = |c: char| c.is_alphanumeric() || unseen(c) || "._%+-&'~!#$*".contains(c);
    let in_host = |c: char| c.is_alphanumeric() || unseen(c) || matches!(c, '-' | '.');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, sign)) = AT_SIGNS
        .into_iter()
        .filter_map(|sign| rest.find(sign).map(|at| (at, sign)))
        .min()
    {
        let (before, from) = rest.split_at(at);
        let after = from.get(sign.len()..).unwrap_or_default();
        let name = before.trim_end_matches(in_name);
        let host_ends = after.find(|c: char| !in_host(c)).unwrap_or(after.len());
        let (host, beyond) = after.split_at(host_ends);
        let domain = host.trim_matches('.');
        match name.len() < before.len() && domain.contains('.') {
            true => {
                out.push_str(name);
                out.push_str("(not repeated: an e-mail address)");
                // The stop of a sentence is none of it.
                out.push_str(&host[host.trim_end_matches('.').len()..]);
                rest = beyond;
            }
            false => {
                out.push_str(before);
                out.push_str(sign);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Names of claims that a function set, for a sentence: those that the runbook names too. The others are a function's own
/// words, and are counted.
pub(crate) fn claims(set: &[String], named: &[String]) -> String {
    let (known, others): (Vec<&String>, Vec<&String>) = set.iter().partition(|claim| named.contains(claim));
    let mut words: Vec<String> = known.into_iter().cloned().collect();
    if !others.is_empty() {
        words.push(format!(
            "{} that the runbook does not name (not repeated)",
            others.len()
        ));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "anna.smith@example.nhs.test";
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.c2lnbmVk_-";
    const UUID: &str = "11111111-2222-3333-4444-555555555555";

    #[test]
    fn only_what_such_a_word_can_be_is_repeated() {
        let long = "A".repeat(65);
        type Of = fn(&str) -> Word;
        let longer = "A".repeat(300);
        let table: [(&str, Of, &[&str], &[&str]); 8] = [
            (
                "status",
                Word::status,
                &["Active", "IN_PROGRESS", "COGNITO_USER_POOLS", "Deployed"],
                &["", MAIL, TOKEN, "Sup3rS3cret!pw", "two words", &long],
            ),
            (
                "id",
                Word::id,
                &["ecs-svc/4791003202693467661", "a1b2c3d4e5", UUID],
                &["", MAIL, TOKEN, "Sup3rS3cret!pw", "a b", &longer],
            ),
            (
                "Sid",
                Word::sid,
                &["cognito-eu-west-2_EXAMPLE1", "AllowCognito", "Allow Cognito"],
                &["", MAIL, TOKEN, "Sup3rS3cret!pw", &longer],
            ),
            (
                "origin",
                Word::origin,
                &["https://apps.example.nhs.test", "*", "stageVariables.origin"],
                &["", MAIL, TOKEN, "https://anna@example.nhs.test", "a b", &longer],
            ),
            (
                "code",
                Word::code,
                &["AccessDeniedException", "InvalidVpc.NotFound", "Throttling", "E2"],
                &[
                    "",
                    MAIL,
                    TOKEN,
                    "two words",
                    "line\nfeed",
                    "2fast",
                    "anna-smith",
                    "anna_smith",
                    &long,
                ],
            ),
            (
                "errorType",
                Word::error_type,
                &[
                    "KeycloakError",
                    "Runtime.ExitError",
                    "my_app.errors.No",
                    "TypeError",
                ],
                &["", MAIL, TOKEN, "no: bad password", &long],
            ),
            (
                "request id",
                Word::request_id,
                &[
                    UUID,
                    "C3D13FE58DE4C810",
                    "Z2XL5ZJB1UIEZVPGBEEGFTIHQV",
                    "abc_DEF==",
                ],
                &["", MAIL, TOKEN, "a b", "a\u{1b}[31m", &long],
            ),
            (
                "sub",
                Word::sub,
                &[UUID, "a1b2c3d4-0000-4000-8000-000000000000"],
                &[
                    "",
                    MAIL,
                    TOKEN,
                    "anna",
                    "111111112222333344445555555555555555",
                    "{11111111-2222-3333-4444-555555555555}",
                ],
            ),
        ];
        for (what, of, fit, do_not) in table {
            for text in fit {
                assert_eq!(of(text).fits().as_deref(), Some(*text), "{what}");
                assert_eq!(of(text).in_brackets(), format!("({text})"), "{what}");
            }
            for text in do_not {
                let said = format!("{0} {0:?} {1}", of(text), of(text).in_brackets());
                assert!(said.contains("(not repeated: no "), "{what}: {said}");
                assert!(text.is_empty() || !said.contains(text), "{what}: {said}");
                assert_eq!(of(text).fits(), None, "{what}: {text}");
            }
        }
    }

    #[test]
    fn neither_addresses_nor_tokens_stand_in_what_is_repeated() {
        let mail = "(not repeated: an e-mail address)";
        let token = "(not repeated: a token)";
        let five = "eyJhbGciOiJSU0EifQ.a_b.c-d.e.f";
        for (text, said) in [
            (format!("failed for {MAIL}."), format!("failed for {mail}.")),
            (format!("<{MAIL}>, {MAIL}"), format!("<{mail}>, {mail}")),
            ("anna%40example.nhs.test x".to_owned(), format!("{mail} x")),
            ("anna\u{ff20}example.nhs.test x".to_owned(), format!("{mail} x")),
            (
                format!("User: arn:aws:sts::…9012:assumed-role/operator/{MAIL} is not authorized"),
                format!("User: arn:aws:sts::…9012:assumed-role/operator/{mail} is not authorized"),
            ),
            (format!("email={MAIL}&token={TOKEN}"), format!("email={mail}")),
            (format!("Bearer {TOKEN}!"), format!("Bearer {token}!")),
            (five.to_owned(), token.to_owned()),
            // None of these is one.
            ("api@sha256:abc".to_owned(), "api@sha256:abc".to_owned()),
            (
                "a @ b, @x.y, eyJ eyJ.a".to_owned(),
                "a @ b, @x.y, eyJ eyJ.a".to_owned(),
            ),
        ] {
            let masked = without_persons(&text);
            assert!(masked.starts_with(&said), "{text}: {masked}");
            assert!(!masked.contains(MAIL) && !masked.contains(TOKEN), "{masked}");
            assert_eq!(without_persons(&masked), masked);
        }
    }

    #[test]
    fn claims_that_the_runbook_does_not_name_are_counted() {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let named = all(&["preferred_username", "cognito:groups"]);
        for (set, said) in [
            (all(&["cognito:groups"]), "cognito:groups"),
            (
                all(&["cognito:groups", MAIL]),
                "cognito:groups, 1 that the runbook does not name (not repeated)",
            ),
            (
                all(&[MAIL, TOKEN]),
                "2 that the runbook does not name (not repeated)",
            ),
        ] {
            assert_eq!(claims(&set, &named), said);
        }
    }
}
