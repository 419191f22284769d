//! The spellings of a path that many routers take for the path itself, and many restrictions do not.

/// A spelling of a segment, or of the end of a path.
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
    /// As [`Self::Escaped`], of every segment behind the first: `/api/%75sers/{u}/%6Dfa`. A restriction that does not
    /// decode misses it whichever of them it names.
    EscapedLater,
}

impl Spelling {
    pub(crate) const ALL: [Self; 6] = [
        Self::Doubled,
        Self::Semicolon,
        Self::Escaped,
        Self::Case,
        Self::Slash,
        Self::EscapedLater,
    ];
    /// Those that the last segment before the routes may have, too: a restriction names that as well.
    pub(crate) const OF_A_BASE: [Self; 4] = [Self::Doubled, Self::Semicolon, Self::Escaped, Self::Case];

    /// How it is shown.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Doubled => "with a doubled slash",
            Self::Semicolon => "with a semicolon",
            Self::Escaped => "escaped",
            Self::Case => "in another case",
            Self::Slash => "with a slash at the end",
            Self::EscapedLater => "escaped behind its first part",
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
            Self::EscapedLater => {
                let later = rest.split('/').map(|segment| match segment.contains('{') {
                    true => segment.to_owned(),
                    false => escaped(segment).unwrap_or_else(|| segment.to_owned()),
                });
                let later = later.collect::<Vec<_>>().join("/");
                (later != rest).then(|| format!("/{first}{later}"))
            }
        }
    }

    /// A base whose last segment is spelt so; none of one that has no segment.
    pub(crate) fn of_base(self, url: &str) -> Option<String> {
        let (before, last) = parted(url)?;
        Some(format!("{before}{}", self.of(last)?))
    }

    /// The last segment of a base, spelt so.
    pub(crate) fn of_last(self, url: &str) -> Option<String> {
        self.of(parted(url)?.1)
    }
}

/// A base before its last segment, and that segment with the slash before it.
fn parted(url: &str) -> Option<(&str, &str)> {
    let host = url.find("://")? + "://".len();
    let at = host + url[host..].rfind('/')?;
    Some(url.split_at(at))
}

fn escaped(segment: &str) -> Option<String> {
    // What is escaped already stays so.
    let bytes = segment.as_bytes();
    let in_an_escape = |at: usize| (1..=2).any(|back| at >= back && bytes[at - back] == b'%');
    let mut letters = segment.char_indices();
    let (at, letter) = letters.find(|(at, c)| c.is_ascii_alphanumeric() && !in_an_escape(*at))?;
    let (before, after) = (&segment[..at], &segment[at + letter.len_utf8()..]);
    Some(format!("{before}%{:02X}{after}", u32::from(letter)))
}

/// In capital letters, or in small ones where it has no other.
fn in_another_case(segment: &str) -> Option<String> {
    let others = [segment.to_ascii_uppercase(), segment.to_ascii_lowercase()];
    others.into_iter().find(|other| other != segment)
}
