//! What titles say, for steps that declare nothing: a plain transcription of a written plan has
//! words only. Wherever a runbook declares a fact (`restricts`, `lifts`, `repeats`, `decisions`, an
//! action, a check), the fact counts and its words do not.

use std::collections::BTreeSet;

/// Words that carry no meaning of their own in a title.
pub(super) const EMPTY: &[&str] = &[
    "a", "all", "an", "and", "any", "are", "as", "at", "be", "by", "for", "from", "get", "has", "have", "in",
    "into", "is", "it", "its", "of", "on", "onto", "our", "please", "s", "that", "the", "their", "them",
    "then", "this", "to", "v", "ver", "version", "we", "will", "with", "your",
];

/// Words that turn what a title says into its contrary or into another occasion.
const TURNS: &[&str] = &[
    "again", "after", "back", "before", "end", "finish", "ends", "finally", "lift", "no", "not", "old",
    "previous", "remove", "restore", "revert", "second", "start", "starts", "stop", "un", "undo", "without",
];

/// The words of a text in lower case; a host name or a number with its unit is one word.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '$' || c == '{' || c == '}'))
        .map(|word| word.trim_matches('.').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The words with meaning, in order: "v6" and "version 6" are both "6".
fn content(title: &str) -> Vec<String> {
    words(title)
        .into_iter()
        .map(|word| match word.strip_prefix('v') {
            Some(number) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.') => {
                number.to_owned()
            }
            _ => word,
        })
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .map(|word| match stem(&word).as_str() {
            "updat" | "bump" | "migrat" => "upgrad".to_owned(),
            "notify" | "inform" | "notice" => "tell".to_owned(),
            stem => stem.to_owned(),
        })
        .collect()
}

/// Takes the ending of a plural or of a form of a verb off, roughly: "restriction" and "restricted"
/// become "restrict".
pub(crate) fn stem(word: &str) -> String {
    for ending in ["ions", "ing", "ion", "ed", "es", "s", "e"] {
        if let Some(short) = word.strip_suffix(ending)
            && short.chars().count() >= 4
        {
            return short.to_owned();
        }
    }
    word.to_owned()
}

/// What a title says is done.
pub(crate) struct Work {
    first: Option<String>,
    words: BTreeSet<String>,
}

impl Work {
    pub(crate) fn of(title: &str) -> Self {
        let words = content(title);
        Self {
            first: words.first().cloned(),
            words: words.into_iter().collect(),
        }
    }

    /// Whether two titles name the same work: each starts with a word that the other has, too, and one
    /// says nothing that the other does not say.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (Some(first), Some(of_other)) = (&self.first, &other.first) else {
            return false;
        };
        if !other.words.contains(first) || !self.words.contains(of_other) {
            return false;
        }
        let (fewer, more) = match self.words.len() <= other.words.len() {
            true => (&self.words, &other.words),
            false => (&other.words, &self.words),
        };
        let turned = || {
            let mut differ = self.words.symmetric_difference(&other.words);
            differ.any(|word| TURNS.iter().any(|turn| stem(turn) == *word))
        };
        fewer.len() >= 2 && fewer.is_subset(more) && !turned()
    }
}

/// Whether two titles name the same work.
#[cfg(test)]
pub(crate) fn same_work(a: &str, b: &str) -> bool {
    Work::of(a).is_same(&Work::of(b))
}

pub(super) fn has(words: &[String], any: &[&str]) -> bool {
    words.iter().any(|word| any.contains(&word.as_str()))
}

/// Whether words speak of a TTL.
fn ttl(words: &[String]) -> bool {
    let spelled = |phrase: &[&str]| words.windows(phrase.len()).any(|part| part == phrase);
    has(words, &["ttl", "ttls"]) || spelled(&["time", "to", "live"]) || spelled(&["cache", "time"])
}

/// Whether a title says that a TTL is lowered, or just what it is set to.
pub(crate) fn lowers_ttl(title: &str) -> bool {
    let words = words(title);
    let down = [
        "lower", "lowering", "reduce", "shorten", "decrease", "drop", "cut", "short", "down",
    ];
    let down = has(&words, &down) || sets(&words).is_some_and(|seconds| seconds <= SHORT);
    ttl(&words) && down && !raises_ttl(title)
}

/// Whether a title says that somebody waits until caches have forgotten the old TTL.
pub(crate) fn waits_for_ttl(title: &str) -> bool {
    let words = words(title);
    let waits = [
        "wait", "waiting", "waited", "expire", "expired", "expires", "elapse", "elapsed", "passed", "out",
        "over",
    ];
    let caches = has(&words, &["cache", "caches", "cached", "resolver", "resolvers"]);
    has(&words, &waits) && (ttl(&words) || caches)
}

/// Seconds up to which a TTL that is just "set" is taken to be lowered.
const SHORT: u64 = 120;

/// What is set, where a title says no more than that.
fn sets(words: &[String]) -> Option<u64> {
    let number = |word: &String| word.trim_end_matches('s').parse().ok();
    has(words, &["set"])
        .then(|| words.iter().find_map(number))
        .flatten()
}

/// Whether a title says that a TTL is raised again.
pub(crate) fn raises_ttl(title: &str) -> bool {
    let words = words(title);
    let up = [
        "restore", "raise", "increase", "reset", "back", "lengthen", "normal", "original", "again", "old",
        "up",
    ];
    ttl(&words) && (has(&words, &up) || sets(&words).is_some_and(|seconds| seconds > SHORT))
}

/// Whether a title says that a name is switched in DNS.
pub(crate) fn switches_dns(title: &str) -> bool {
    let words = words(title);
    let verb = [
        "switch",
        "switching",
        "repoint",
        "point",
        "move",
        "flip",
        "redirect",
        "cut",
        "cutover",
        "swap",
        "change",
        "update",
    ];
    let only_ttl = !has(&words, &verb[..verb.len() - 2]) && ttl(&words);
    let named = [
        "dns",
        "cname",
        "route53",
        "nameserver",
        "nameservers",
        "domain",
        "domains",
        "hostname",
        "hostnames",
    ];
    let two = |one: &str, other: &str| words.windows(2).any(|two| two[0] == one && two[1] == other);
    let record = || {
        let kinds = ["a", "aaaa", "cname", "alias", "dns", "53"];
        kinds
            .iter()
            .any(|kind| two(kind, "record") || two(kind, "records"))
    };
    // "Point shop.example.org at the new side".
    let points = || has(&words, &["point", "repoint"]) && words.iter().any(|word| word.contains('.'));
    let spoken = (has(&words, &named) || two("route", "53") || record()) && has(&words, &verb);
    (spoken || points()) && !only_ttl && !lowers_ttl(title) && !raises_ttl(title)
}

/// Whether words stand where a way back should, and say none.
pub(crate) fn says_nothing(text: &str) -> bool {
    let said = words(text).join(" ");
    let none = [
        "",
        "n a",
        "na",
        "none",
        "no",
        "nothing",
        "tbd",
        "tbc",
        "todo",
        "not possible",
        "impossible",
        "cannot be undone",
        "can t be undone",
        "cannot undo",
        "not needed",
        "unknown",
    ];
    none.contains(&said.as_str())
}

/// Phrases in which "or" leaves nothing open.
const CLOSED: &[&str] = &[
    "one or more",
    "or more",
    "or later",
    "or less",
    "or fewer",
    "or not",
    "or older",
    "or newer",
    "or above",
    "or below",
    "or higher",
    "or lower",
    "or greater",
    "or better",
    "or equal",
    "or earlier",
    "or until",
    "or else",
    "or so",
    "more or less",
    "sooner or later",
];

/// Words that stand between alternatives, or before them.
const CHOICE: &[&str] = &["or", "either", "vs", "versus", "alternatively"];

/// The word that leaves a choice open, as it stands in the text.
pub(crate) fn open_or(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_');
    let leaves_open = |start: usize, word: &str| {
        let end = start + word.len();
        let alone = edge(lower[..start].chars().next_back()) && edge(lower[end..].chars().next());
        let closed = || {
            CLOSED.iter().any(|phrase| {
                let place = phrase.find("or").unwrap_or_default();
                start >= place && lower[start - place..].starts_with(phrase)
            })
        };
        alone && !(word == "or" && closed())
    };
    let found = CHOICE.iter().flat_map(|word| {
        let places = lower.match_indices(word);
        places.filter(|(start, word)| leaves_open(*start, word))
    });
    let (start, word) = found.min_by_key(|(start, _)| *start)?;
    text.get(start..start + word.len())
}

/// A question mark that asks something, or a word for what is not decided yet.
pub(crate) fn open_question(text: &str) -> Option<&str> {
    let asks = text.char_indices().find(|(at, c)| {
        let next = text[at + c.len_utf8()..].chars().next();
        // In a URL a question mark is followed by the query.
        *c == '?' && next.is_none_or(|n| !n.is_alphanumeric() && n != '$')
    });
    if let Some((at, _)) = asks {
        return text.get(at..=at);
    }
    let word = text.split(|c: char| !c.is_alphanumeric()).find(|word| {
        // A "todo" may be a thing; what is written in capitals is a mark.
        *word == "TODO" || ["tbd", "tbc", "undecided"].contains(&word.to_lowercase().as_str())
    });
    word.or_else(|| {
        let phrases = [
            "to be decided",
            "to be confirmed",
            "to be agreed",
            "to be determined",
            "to be defined",
            "to be discussed",
            "to be clarified",
            "not decided",
            "not yet decided",
        ];
        phrases.iter().find_map(|phrase| {
            let at = text.to_lowercase().find(phrase)?;
            text.get(at..at + phrase.len())
        })
    })
}

/// Units of time, as they are written.
const UNITS: &[&str] = &[
    "s", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "h", "hour", "hours", "hr",
    "hrs", "day", "days", "week", "weeks",
];

/// Times that everybody understands otherwise: "about an hour", "a few minutes", "N days", "a while".
fn vague_duration(text: &str) -> bool {
    const NEAR: &[&str] = &[
        "about",
        "around",
        "roughly",
        "approximately",
        "approx",
        "circa",
        "ca",
        "nearly",
        "almost",
        "maybe",
    ];
    const COUNTS: &[&str] = &[
        "few", "some", "several", "couple", "many", "n", "x", "xx", "y", "nn",
    ];
    const WHOLE: &[&str] = &[
        "a while",
        "some time",
        "too long",
        "long enough",
        "long time",
        "hour or so",
    ];
    let words = words(&text.replace(['~', '≈'], " about "));
    let number = |word: &String| word.chars().next().is_some_and(|c| c.is_ascii_digit());
    let article = |word: &String| ["a", "an", "one", "half", "of"].contains(&word.as_str());
    let unit = |word: &String| {
        let written = word.trim_start_matches(|c: char| c.is_ascii_digit());
        UNITS.contains(&written)
    };
    let then_unit = |rest: &[String]| {
        let measured = rest
            .iter()
            .skip_while(|word| article(word) || number(word) && !unit(word));
        measured.take(1).any(unit)
    };
    let by_word = words.iter().enumerate().any(|(at, word)| {
        let rest = &words[at + 1..];
        match word.as_str() {
            word if NEAR.contains(&word) => {
                rest.first().is_some_and(|next| number(next) || article(next)) && then_unit(rest)
            }
            word if COUNTS.contains(&word) => then_unit(rest),
            _ => false,
        }
    });
    let said = format!(" {} ", words.join(" "));
    by_word || WHOLE.iter().any(|phrase| said.contains(&format!(" {phrase} ")))
}

/// A span of time whose length is not sure, such as "1(?) hour", "1-2 days" or "about an hour".
pub(crate) fn unsure_duration(text: &str) -> bool {
    // Numbers, words and what stands between them.
    let mut parts: Vec<String> = Vec::new();
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
    for c in text.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        match parts.last_mut() {
            Some(last) if last.chars().next().map(kind) == Some(kind(c)) => last.push(c),
            _ => parts.push(c.to_string()),
        }
    }
    let number = |part: &String| part.chars().all(|c| c.is_ascii_digit());
    // Words run together where blanks were: "1to2days" is "1", "to", "2", "days".
    let unit = |part: &String| UNITS.iter().any(|unit| part.starts_with(unit));
    let range = parts.windows(4).any(|four| {
        number(&four[0])
            && matches!(four[1].as_str(), "-" | "–" | "to" | "or")
            && number(&four[2])
            && unit(&four[3])
    });
    let asked = || {
        let timed = parts.windows(2).any(|two| number(&two[0]) && unit(&two[1]))
            || parts.windows(3).any(|three| number(&three[0]) && unit(&three[2]));
        timed && open_question(text).is_some()
    };
    range || asked() || vague_duration(text)
}
