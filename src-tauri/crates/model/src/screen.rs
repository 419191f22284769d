//! What people write and the journal keeps for good (reasons, evidence, purposes) must name no user and hold
//! no secret. Here is how addresses and secrets are told from other words: each rule is about a form that only
//! such a thing has; a ticket, a link, a digest or a record's name is none of them.

/// What was found where it must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What it is, with its article.
    pub what: &'static str,
    /// Its first character, from 1.
    pub from: usize,
    /// Its last character, from 1.
    pub to: usize,
}

/// How access key ids of AWS begin (IAM user guide, "Unique identifiers"): long-term, temporary, and those of
/// bearer tokens and of contexts.
const KEY_IDS: [&str; 4] = ["AKIA", "ASIA", "ABIA", "ACCA"];

/// How well-known tokens begin, each with the fewest characters that follow.
const TOKENS: [(&str, usize); 17] = [
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
    ("ghs_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 16),
    ("xoxb-", 8),
    ("xoxp-", 8),
    ("xoxa-", 8),
    ("xoxs-", 8),
    ("xapp-", 8),
    ("sk_live_", 12),
    ("AIza", 30),
    ("npm_", 20),
    ("hvs.", 16),
    ("dop_v1_", 16),
];

/// Words after which a secret follows, in lower case and without what separates their parts.
const NAMES: [&str; 26] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "pw",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "accesskeyid",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "sessiontoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "signature",
    "clientsecret",
    "awssecretaccesskey",
    "awssessiontoken",
];

/// The at sign of an address: as it is typed, escaped as in a link, and in its wide and small forms.
pub const AT_SIGNS: [&str; 4] = ["@", "%40", "\u{ff20}", "\u{fe6b}"];

/// The first e-mail address.
#[must_use]
pub fn address(text: &str) -> Option<Found> {
    let chars: Vec<char> = text.chars().collect();
    let at_sign = |at: usize| {
        let is_here = |sign: &&str| {
            sign.chars()
                .eq(chars[at..].iter().copied().take(sign.chars().count()))
        };
        AT_SIGNS
            .iter()
            .find(|sign| is_here(sign))
            .map(|sign| sign.chars().count())
    };
    let local = |c: &char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.\"".contains(*c);
    let domain = |c: &char| c.is_alphanumeric() || "-.[]:".contains(*c);
    for at in 0..chars.len() {
        let Some(long) = at_sign(at) else { continue };
        let before = chars[..at].iter().rev().take_while(|c| local(c)).count();
        let after = chars[at + long..].iter().take_while(|c| domain(c)).count();
        let host: String = chars[at + long..at + long + after].iter().collect();
        let host = host.trim_end_matches(['.', ':', ']', '-']);
        // A version, as in package@1.2.3, is no host; an address of numbers stands in brackets.
        let version = host.chars().all(|c| c.is_ascii_digit() || c == '.');
        let named = host
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '[');
        let name = chars[at - before..at]
            .iter()
            .any(|c| c.is_alphanumeric() || *c == '"');
        if named && name && !version {
            return Some(Found {
                what: "an e-mail address",
                from: at - before + 1,
                to: at + long + host.chars().count(),
            });
        }
    }
    None
}

/// The first access key, token or password.
#[must_use]
pub fn secret(text: &str) -> Option<Found> {
    private_key(text)
        .or_else(|| words(text).find_map(|word| telling(&word)))
        .or_else(|| named(text))
}

fn private_key(text: &str) -> Option<Found> {
    let at = text.find("-----BEGIN ")?;
    let from = text[..at].chars().count() + 1;
    Some(Found {
        what: "a private key or a certificate",
        from,
        to: text.chars().count(),
    })
}

/// A run of characters that belong together.
struct Word<'a> {
    text: &'a str,
    /// Its first character, from 0.
    at: usize,
}

impl Word<'_> {
    fn found(&self, what: &'static str) -> Found {
        Found {
            what,
            from: self.at + 1,
            to: self.at + self.text.chars().count(),
        }
    }
}

/// The text cut where no key or token goes on.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "+/=_-.".contains(c);
    let mut rest = Some((0, text));
    std::iter::from_fn(move || {
        let (at, text) = rest?;
        let skipped: usize = text
            .chars()
            .take_while(|c| !belongs(*c))
            .map(char::len_utf8)
            .sum();
        let begins = at + text[..skipped].chars().count();
        let text = &text[skipped..];
        if text.is_empty() {
            rest = None;
            return None;
        }
        let long = text.find(|c| !belongs(c)).unwrap_or(text.len());
        // What belongs is ASCII, so that bytes are characters.
        rest = Some((begins + long, &text[long..]));
        Some(Word {
            text: &text[..long],
            at: begins,
        })
    })
}

/// What tells a secret by its own form.
fn telling(word: &Word<'_>) -> Option<Found> {
    let text = word.text;
    for part in text.split(['/', '=', '.', '+']) {
        let key = |begin: &str| {
            part.strip_prefix(begin).is_some_and(|rest| {
                rest.len() >= 12 && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
            })
        };
        if KEY_IDS.iter().any(|begin| key(begin)) {
            return Some(word.found("an access key"));
        }
    }
    let token = |(begin, fewest): &(&str, usize)| {
        text.find(begin).is_some_and(|at| {
            text.len() >= at + begin.len() + fewest
                && !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
        })
    };
    if TOKENS.iter().any(token) || is_web_token(text) {
        return Some(word.found("a token"));
    }
    // A secret access key has 40 characters of Base64 (IAM user guide).
    let trimmed = text.trim_matches(['.', '-', '_']);
    if trimmed.len() == 40
        && mixed(trimmed)
        && trimmed
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
    {
        return Some(word.found("what looks like a secret access key"));
    }
    // Links and paths are made of words; a random text of a length that nobody types is none.
    text.split(['/', '.'])
        .any(is_random)
        .then(|| word.found("what looks like a token or a password"))
}

/// A JSON web token: three parts of Base64, of which the first is JSON (RFC 7519).
fn is_web_token(text: &str) -> bool {
    let mut parts = text.split('.');
    let header = parts
        .next()
        .is_some_and(|part| part.rfind("eyJ").is_some_and(|at| part.len() >= at + 10));
    header && parts.next().is_some_and(|part| part.len() >= 10)
}

fn mixed(text: &str) -> bool {
    let has = |of: fn(&char) -> bool| text.chars().any(|c| of(&c));
    has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
}

/// Small and capital letters and digits, changing at least every third character, over 24 of them.
fn is_random(text: &str) -> bool {
    let class = |c: char| match c {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        _ => 3,
    };
    let changes = std::iter::zip(text.chars(), text.chars().skip(1))
        .filter(|(a, b)| class(*a) != class(*b))
        .count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.len() >= 24 && mixed(text) && digits >= 3 && changes * 3 >= text.len()
}

/// What stands after a word such as "password": behind a colon or an equals sign anything, behind a blank,
/// "is" or "was" only what is no plain word.
fn named(text: &str) -> Option<Found> {
    let chars: Vec<char> = text.chars().collect();
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut at = 0;
    while at < chars.len() {
        if !part(chars[at]) {
            at += 1;
            continue;
        }
        let from = at;
        while at < chars.len() && part(chars[at]) {
            at += 1;
        }
        let name: String = chars[from..at].iter().filter(|c| c.is_alphanumeric()).collect();
        let name = name.to_lowercase();
        let is_name = NAMES.contains(&name.as_str())
            || [
                "password",
                "secretaccesskey",
                "sessiontoken",
                "passphrase",
                "apikey",
            ]
            .iter()
            .any(|known| name.ends_with(known));
        // The second word of "api key", "access key" and the like.
        let second = name == "key" && {
            let before: String = chars[..from].iter().collect();
            let before = before.trim_end().to_lowercase();
            ["api", "access", "secret", "private"]
                .iter()
                .any(|first| before.ends_with(first))
        };
        if (is_name || second)
            && let Some((first, last)) = value(&chars, at)
        {
            return Some(Found {
                what: "what looks like a password, a key or a token",
                from: first + 1,
                to: last,
            });
        }
    }
    None
}

/// The value after a name that ends before `at`: from which character to which.
fn value(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let blank = |at: usize| chars[at..].iter().take_while(|c| c.is_whitespace()).count() + at;
    // A quote may close the name, as in JSON.
    let closed = if matches!(chars.get(at), Some('"' | '\'')) {
        at + 1
    } else {
        at
    };
    let mut from = blank(closed);
    let marked = match chars.get(from) {
        Some('=') => true,
        // "token: expired" is a sentence; a value follows a colon only if it looks like one.
        Some(':') => false,
        _ if from == closed => return None,
        _ => false,
    };
    if matches!(chars.get(from), Some('=' | ':')) {
        from = blank(from + 1);
    }
    loop {
        let ends = chars[from..]
            .iter()
            .take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '"' | '\'' | '`' | '&'))
            .count()
            + from;
        let word: String = chars[from..ends].iter().collect();
        if word.is_empty() && matches!(chars.get(ends), Some('"' | '\'' | '`')) {
            from = ends + 1;
            continue;
        }
        let lower = word.to_lowercase();
        if ["is", "was", "to", "be", "bearer", "basic", "now"].contains(&lower.as_str()) && !marked {
            from = blank(ends);
            continue;
        }
        let word = word.trim_end_matches(['.', ')', '!', '?', ']', '}', ':']);
        let long = word.chars().count();
        let telling = long >= 6 && !is_ticket(word) && {
            let digit = word.chars().any(|c| c.is_ascii_digit());
            let letter = word.chars().any(char::is_alphabetic);
            let sign = word.chars().any(|c| "!$%^*#~?&+=@|<>\\".contains(c));
            letter && (digit || sign)
        };
        return ((marked && long >= 3) || telling).then_some((from, from + long));
    }
}

/// A ticket's number: capital letters, then digits; or a number sign and digits; or a time.
fn is_ticket(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let digits = digits.trim_start_matches(['-', '#', '_']);
    let of_time =
        |c: char| c.is_ascii_digit() || ":-./TZ".contains(c) || matches!(c, 'a' | 'p' | 'm' | 's' | 'h');
    (!digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())) || word.chars().all(of_time)
}

#[cfg(test)]
mod tests;
