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
pub(super) fn words(text: &str) -> Vec<String> {
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
        .map(|word| stem(&word))
        .collect()
}

/// Takes the ending of a plural or of a form of a verb off, roughly: "restriction" and "restricted"
/// become "restrict".
pub(super) fn stem(word: &str) -> String {
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
pub(super) fn same_work(a: &str, b: &str) -> bool {
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
    let near = || 5 * fewer.intersection(more).count() >= 4 * more.len();
    fewer.len() >= 2
        && !turned
        && set_b.contains(first_a)
        && set_a.contains(first_b)
        && (fewer.is_subset(more) || near())
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
const ENDING: &[&str] = &[
    "remove", "undo", "end", "revert", "restore", "enable", "disable", "allow", "open", "drop", "stop",
];
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
            other => other.to_owned(),
        })
        .collect()
}

/// Whether a title says that something is lifted: a verb of lifting, or the end of a restriction.
fn lifts(stems: &[String]) -> bool {
    let again = || has(stems, &["again", "full", "normal", "write", "writes"]);
    has(stems, LIFTING) || (has(stems, ENDING) && (has(stems, RESTRICTION) || again()))
}

/// Whether a title says that something is restricted for a while.
pub(super) fn restricts(title: &str) -> bool {
    let stems = stems(title);
    has(&stems, RESTRICTION) && !lifts(&stems)
}

/// Whether a later title lifts what an earlier one restricted: it speaks of the restriction, or of
/// the same thing.
pub(super) fn lifts_that_of(later: &str, earlier: &str) -> bool {
    let (later_stems, earlier_stems) = (stems(later), stems(earlier));
    let thing = |word: &&String| !EMPTY.contains(&word.as_str()) && !ENDING.contains(&word.as_str());
    lifts(&later_stems)
        && (has(&later_stems, RESTRICTION)
            || later_stems
                .iter()
                .filter(thing)
                .any(|word| earlier_stems.contains(word)))
}

/// Whether a title says that a TTL is lowered.
pub(super) fn lowers_ttl(title: &str) -> bool {
    let words = words(title);
    let down = [
        "lower", "lowering", "reduce", "shorten", "decrease", "drop", "cut", "short",
    ];
    has(&words, &["ttl", "ttls"]) && has(&words, &down)
}

/// Whether a title says that a TTL is raised again.
pub(super) fn raises_ttl(title: &str) -> bool {
    let words = words(title);
    let up = [
        "restore", "raise", "increase", "reset", "back", "lengthen", "normal", "original", "again", "old",
    ];
    has(&words, &["ttl", "ttls"]) && has(&words, &up)
}

/// Whether a title says that a name is switched in DNS.
pub(super) fn switches_dns(title: &str) -> bool {
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
    has(&words, &["dns", "cname", "route53", "nameserver", "nameservers"])
        && has(&words, &verb)
        && !only_ttl
        && !lowers_ttl(title)
        && !raises_ttl(title)
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
pub(super) fn open_or(text: &str) -> Option<&str> {
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
pub(super) fn open_question(text: &str) -> Option<&str> {
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

/// A span of time whose length is not sure, such as "1(?) hour" or "1-2days?".
pub(super) fn unsure_duration(text: &str) -> bool {
    let lower = text.to_lowercase();
    let timed = [
        "min", "minute", "minutes", "h", "hour", "hours", "hr", "hrs", "day", "days", "week", "weeks",
    ];
    let mut words = lower
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    open_question(text).is_some()
        && lower.chars().any(|c| c.is_ascii_digit())
        && words.any(|word| timed.contains(&word))
}
