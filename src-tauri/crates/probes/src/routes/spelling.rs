//! The spellings of a path that many routers take for the path itself, and many restrictions do not.

/// A spelling of the first segment of a route, or of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Spelling {
    /// An empty segment before the first one: `//api/users`.
    Doubled,
    /// A parameter behind the first segment: `/api;x=1/users` (RFC 3986, section 3.3).
    Semicolon,
    /// The first letter of the first segment by its number: `/%61pi/users`. For a letter both mean the same (RFC 3986,
    /// section 6.2.2.2).
    Escaped,
    /// The first segment in capital letters, which mean something else (RFC 3986, section 6.2.2.1): `/API/users`.
    Case,
    /// A slash at the end: `/api/users/`.
    Slash,
}

impl Spelling {
    pub(crate) const ALL: [Self; 5] = [
        Self::Doubled,
        Self::Semicolon,
        Self::Escaped,
        Self::Case,
        Self::Slash,
    ];

    /// How it is shown.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Doubled => "with a doubled slash",
            Self::Semicolon => "with a semicolon",
            Self::Escaped => "escaped",
            Self::Case => "in another case",
            Self::Slash => "with a slash at the end",
        }
    }

    /// The path of a route spelt so; none where it can't be, or would be the same.
    pub(crate) fn of(self, path: &str) -> Option<String> {
        let segments = path.strip_prefix('/')?;
        let (first, rest) = match segments.find('/') {
            Some(at) => segments.split_at(at),
            None => (segments, ""),
        };
        if first.is_empty() {
            return None;
        }
        // Who is nowhere stays so: an address is filled in where the braces are.
        let of_first = |change: fn(&str) -> Option<String>| match first.contains('{') {
            true => None,
            false => change(first),
        };
        match self {
            Self::Doubled => Some(format!("/{path}")),
            Self::Semicolon => Some(format!("/{first};x=1{rest}")),
            Self::Escaped => of_first(escaped).map(|first| format!("/{first}{rest}")),
            Self::Case => of_first(in_another_case).map(|first| format!("/{first}{rest}")),
            Self::Slash => (!path.ends_with('/')).then(|| format!("{path}/")),
        }
    }
}

fn escaped(segment: &str) -> Option<String> {
    let (at, letter) = segment.char_indices().find(|(_, c)| c.is_ascii_alphanumeric())?;
    let (before, after) = (&segment[..at], &segment[at + letter.len_utf8()..]);
    Some(format!("{before}%{:02X}{after}", u32::from(letter)))
}

/// In capital letters, or in small ones where it has no other.
fn in_another_case(segment: &str) -> Option<String> {
    let others = [segment.to_ascii_uppercase(), segment.to_ascii_lowercase()];
    others.into_iter().find(|other| other != segment)
}
