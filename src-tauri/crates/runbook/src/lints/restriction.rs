//! What titles say of restrictions: that something is taken away for a while, and that it is given back.

use std::collections::BTreeSet;

use super::words::{EMPTY, has, stem, words};

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
    "thaw",
    "defreeze",
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
const ON: &[&str] = &[
    "restore", "enable", "allow", "permit", "open", "give", "grant", "return",
];
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
    "signup",
    "registrat",
    "request",
    "permission",
    "role",
];
/// Taken away by "remove", too.
const RIGHTS: &[&str] = &["permission", "role"];

/// Verbs that look, build or tell: what they speak of is not done by them.
const LOOKS: &[&str] = &[
    "check", "verify", "test", "confirm", "review", "creat", "build", "provis", "measur", "monitor",
    "document", "announc", "tell", "notify",
];
/// Behind such a word it is a thing and not a verb: block storage, a read-only replica, a restricted zone.
const THINGS: &[&str] = &["storag", "size", "devic", "replica", "zone", "list"];

fn stems(title: &str) -> Vec<String> {
    let joined = title
        .to_lowercase()
        .replace("read-only", "readonly")
        .replace("read only", "readonly")
        .replace("sign-up", "signup")
        .replace("sign-in", "login");
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
            "revok" => "revoke".to_owned(),
            "defreez" => "defreeze".to_owned(),
            other => other.to_owned(),
        })
        .collect()
}

/// The clauses of a title, each as its stems: what stands in brackets explains and does nothing.
fn clauses(title: &str) -> Vec<Vec<String>> {
    let mut depth = 0_u32;
    let main: String = title
        .chars()
        .filter(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    // A dot inside a name or a number ends nothing.
    main.replace(". ", "\n")
        .split(['\n', ':', ';', ',', '?', '!'])
        .map(stems)
        .filter(|clause| !clause.is_empty())
        .collect()
}

fn place(stems: &[String], any: &[&str]) -> Option<usize> {
    stems.iter().position(|word| any.contains(&word.as_str()))
}

/// The first word that says something.
fn leading(stems: &[String]) -> &str {
    let mut words = stems.iter().filter(|word| !EMPTY.contains(&word.as_str()));
    words.next().map_or("", String::as_str)
}

/// Whether one kind of word stands before another.
fn before(stems: &[String], one: &[&str], other: &[&str]) -> bool {
    matches!((place(stems, one), place(stems, other)), (Some(a), Some(b)) if a < b)
}

/// Whether a clause says that something is lifted: a verb of lifting, the end of a restriction, or that
/// something is given back.
fn lifts(stems: &[String]) -> bool {
    let only = has(stems, &["only"]);
    has(stems, LIFTING)
        || before(stems, OFF, RESTRICTION)
        || before(stems, &["out"], RESTRICTION)
        || (has(stems, &["off"]) && has(stems, RESTRICTION))
        || (!only && !has(stems, RESTRICTION) && before(stems, ON, ACCESS))
        || (!only && ON.contains(&leading(stems)) && has(stems, &["again"]))
        || (has(stems, &["writabl", "onlin"]) && has(stems, &["again", "back"]))
}

/// Whether a clause says that something is restricted for a while.
fn takes_away(stems: &[String]) -> bool {
    let lead = leading(stems);
    if LOOKS.contains(&lead) || lifts(stems) {
        return false;
    }
    let pair = |a: &str, b: &str| stems.windows(2).any(|two| two[0] == a && two[1] == b);
    // "Block storage" is a thing, and so is "the restricted zone".
    let named = stems.iter().enumerate().any(|(at, word)| {
        let next = stems.get(at + 1).map_or("", String::as_str);
        RESTRICTION.contains(&word.as_str()) && !THINGS.contains(&next)
    });
    named
        || before(stems, AWAY, ACCESS)
        || (has(stems, &["off"]) && has(stems, ACCESS))
        || before(stems, &["remove", "revoke"], RIGHTS)
        || (has(stems, &["only"]) && has(stems, &["allow", "permit", "read"]))
        || pair("stop", "accept")
        || (lead == "stop" && has(stems, &["servic"]))
        || (lead == "take" && has(stems, &["offlin"]))
        || pair("hold", "page")
        || (pair("out", "of") && has(stems, &["servic"]) && !has(stems, &["back"]))
}

/// Whether a title says that something is restricted for a while, and does not end that itself.
pub(crate) fn restricts(title: &str) -> bool {
    let clauses = clauses(title);
    clauses.iter().any(|clause| takes_away(clause)) && !clauses.iter().any(|clause| lifts(clause))
}

/// Whether a later title lifts what an earlier one restricted: it speaks of the same restriction, or of
/// the same thing.
pub(crate) fn lifts_that_of(later: &str, earlier: &str) -> bool {
    let lifting: Vec<String> = clauses(later)
        .into_iter()
        .filter(|clause| lifts(clause))
        .flatten()
        .collect();
    if lifting.is_empty() {
        return false;
    }
    let earlier: Vec<String> = clauses(earlier).concat();
    // "Lift the restriction" speaks of any.
    if has(&lifting, &["restrict"]) {
        return true;
    }
    let shared = |of: &[&str]| {
        let mut words = lifting.iter().filter(|word| of.contains(&word.as_str()));
        words.any(|word| earlier.contains(word))
    };
    let verbs = [
        OFF,
        ON,
        LIFTING,
        RESTRICTION,
        &["again", "back", "out", "make", "take"],
    ]
    .concat();
    let thing = |word: &&String| !EMPTY.contains(&word.as_str()) && !verbs.contains(&word.as_str());
    let things: BTreeSet<&String> = lifting.iter().filter(thing).collect();
    let before: BTreeSet<&String> = earlier.iter().filter(thing).collect();
    let told = |things: &BTreeSet<&String>| things.iter().any(|word| !ACCESS.contains(&word.as_str()));
    if told(&things) && told(&before) {
        let mut common = things.intersection(&before);
        return common.any(|word| !ACCESS.contains(&word.as_str()));
    }
    things.is_empty() || shared(RESTRICTION) || things.intersection(&before).next().is_some()
}
