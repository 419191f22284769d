//! What titles say, for steps that declare nothing: a plain transcription of a written plan has
//! words only. Wherever a runbook declares a fact (`restricts`, `lifts`, `repeats`, `decisions`, an
//! action, a check), the fact counts and its words do not.

use std::collections::BTreeSet;

/// Words that carry no meaning of their own in a title.
const EMPTY: &[&str] = &[
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

/// Whether two titles name the same work: each starts with a word that the other has, too, and one
/// says nothing that the other does not say.
pub(crate) fn same_work(a: &str, b: &str) -> bool {
    let (a, b) = (content(a), content(b));
    let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else {
        return false;
    };
    let (set_a, set_b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().collect(), b.iter().collect());
    let turned = set_a
        .symmetric_difference(&set_b)
        .any(|word| TURNS.iter().any(|turn| stem(turn) == ***word));
    let (fewer, more) = match set_a.len() <= set_b.len() {
        true => (&set_a, &set_b),
        false => (&set_b, &set_a),
    };
    fewer.len() >= 2 && !turned && set_b.contains(first_a) && set_a.contains(first_b) && fewer.is_subset(more)
}

fn has(words: &[String], any: &[&str]) -> bool {
    words.iter().any(|word| any.contains(&word.as_str()))
}

/// Verbs of lifting; "release" is none of them: plans "release to users" what was built.
const LIFTING: &[&str] = &[
    "lift",
    "unblock",
    "unfreeze",
    "unlock",
    "unrestrict",
    "reopen",
    "unpause",
    "resume",
    "reenable",
];
/// What is a restriction by its name.
const RESTRICTION: &[&str] = &[
    "restrict",
    "freeze",
    "block",
    "lock",
    "suspend",
    "pause",
    "deny",
    "throttle",
    "maintenance",
    "readonly",
];
/// Ends a restriction: "remove the block".
const OFF: &[&str] = &[
    "remove", "undo", "end", "revert", "disable", "drop", "stop", "clear", "cancel", "off",
];
/// Gives something back: "restore access".
const ON: &[&str] = &["restore", "enable", "allow", "open", "give", "grant", "return"];
/// Takes something away: "disable writes".
const AWAY: &[&str] = &["disable", "prevent", "forbid", "limit", "close", "stop", "off"];
/// What is taken away or given back.
const ACCESS: &[&str] = &[
    "access",
    "write",
    "writes",
    "writing",
    "edit",
    "change",
    "update",
    "login",
    "request",
    "permission",
    "role",
];
/// Taken away by "remove", too.
const RIGHTS: &[&str] = &["permission", "role"];

fn stems(title: &str) -> Vec<String> {
    let joined = title.to_lowercase().replace("read-only", "readonly");
    let joined = joined
        .replace("re-open", "reopen")
        .replace("re-enable", "reenable");
    let joined = joined.replace("frozen", "freeze").replace("freezing", "freeze");
    words(&joined)
        .iter()
        .map(|word| match stem(word).as_str() {
            // A stem that lost its last letter.
            "freez" => "freeze".to_owned(),
            "paus" => "pause".to_owned(),
            "throttl" => "throttle".to_owned(),
            "restor" => "restore".to_owned(),
            "enabl" => "enable".to_owned(),
            "disabl" => "disable".to_owned(),
            "remov" => "remove".to_owned(),
            "resum" => "resume".to_owned(),
            "denied" => "deny".to_owned(),
            "reenabl" => "reenable".to_owned(),
            "maintenanc" => "maintenance".to_owned(),
            "unfreez" => "unfreeze".to_owned(),
            "unpaus" => "unpause".to_owned(),
            "permiss" => "permission".to_owned(),
            "rol" => "role".to_owned(),
            "writ" => "write".to_owned(),
            "chang" => "change".to_owned(),
            "updat" => "update".to_owned(),
            "clos" => "close".to_owned(),
            other => other.to_owned(),
        })
        .collect()
}

/// Whether a title says that something is lifted: a verb of lifting, the end of a restriction, or
/// that something is given back.
fn lifts(stems: &[String]) -> bool {
    has(stems, LIFTING)
        || (has(stems, OFF) && has(stems, RESTRICTION))
        || (has(stems, ON) && has(stems, ACCESS) && !has(stems, RESTRICTION))
}

/// Whether a title says that something is restricted for a while.
pub(crate) fn restricts(title: &str) -> bool {
    let stems = stems(title);
    let taken_away =
        || (has(&stems, AWAY) && has(&stems, ACCESS)) || (has(&stems, &["remove"]) && has(&stems, RIGHTS));
    !lifts(&stems) && (has(&stems, RESTRICTION) || taken_away())
}

/// Whether a later title lifts what an earlier one restricted: it speaks of the restriction, or of
/// the same thing.
pub(crate) fn lifts_that_of(later: &str, earlier: &str) -> bool {
    let (later_stems, earlier_stems) = (stems(later), stems(earlier));
    let verbs = [OFF, ON, LIFTING].concat();
    let thing = |word: &&String| !EMPTY.contains(&word.as_str()) && !verbs.contains(&word.as_str());
    lifts(&later_stems)
        && (has(&later_stems, RESTRICTION)
            || later_stems
                .iter()
                .filter(thing)
                .any(|word| earlier_stems.contains(word)))
}

/// Whether a title says that a TTL is lowered.
pub(crate) fn lowers_ttl(title: &str) -> bool {
    let words = words(title);
    let down = [
        "lower", "lowering", "reduce", "shorten", "decrease", "drop", "cut", "short",
    ];
    has(&words, &["ttl", "ttls"]) && has(&words, &down)
}

/// Whether a title says that a TTL is raised again.
pub(crate) fn raises_ttl(title: &str) -> bool {
    let words = words(title);
    let up = [
        "restore", "raise", "increase", "reset", "back", "lengthen", "normal", "original", "again", "old",
    ];
    has(&words, &["ttl", "ttls"]) && has(&words, &up)
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
    ];
    let only_ttl = !has(&words, &verb[..verb.len() - 1]) && has(&words, &["ttl"]);
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
    has(&words, &named) && has(&words, &verb) && !only_ttl && !lowers_ttl(title) && !raises_ttl(title)
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
    "more or less",
    "or so",
];

/// The place of an "or" that leaves a choice open, as bytes of the text.
pub(crate) fn open_or(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    let mut from = 0;
    while let Some(found) = lower[from..].find("or") {
        let (start, end) = (from + found, from + found + 2);
        from = end;
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_');
        let alone = edge(lower[..start].chars().next_back()) && edge(lower[end..].chars().next());
        let closed = CLOSED.iter().any(|phrase| {
            let place = phrase.find("or").unwrap_or_default();
            start >= place && lower[start - place..].starts_with(phrase)
        });
        if alone && !closed {
            return text.get(start..end);
        }
    }
    None
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
    let undecided = ["TBD", "TBC", "TODO"];
    let word = text
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| undecided.contains(word));
    word.or_else(|| {
        ["to be decided", "to be confirmed", "to be agreed"]
            .iter()
            .find_map(|phrase| {
                let at = text.to_lowercase().find(phrase)?;
                text.get(at..at + phrase.len())
            })
    })
}

/// A span of time whose length is not sure, such as "1(?) hour" or "1-2 days".
pub(crate) fn unsure_duration(text: &str) -> bool {
    const UNITS: &[&str] = &[
        "min", "mins", "minute", "minutes", "h", "hour", "hours", "hr", "hrs", "day", "days", "week", "weeks",
    ];
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
    range || asked()
}
