//! The fields of a plan in words, for a person who amends it: what a field is called, and what it says.

use serde_json::{Map, Value};
use switchback_model::text::lasting;

/// What a field of a plan is called. A field that is not known here is called by its own name, in words.
pub(super) fn label(field: &str) -> String {
    known(field).map_or_else(|| capital(&plain(field)), str::to_owned)
}

/// The name that was given to a field.
fn known(field: &str) -> Option<&'static str> {
    Some(match field {
        "accept_loss" => "A loss is accepted by name",
        "action" => "What it changes",
        "affects" => "Whom it affects",
        "after" => "Comes after",
        "also_triggers" => "Also proposed when",
        "automated" => "Done by the console",
        "because" => "Why that is wrong",
        "before" => "Checks before it",
        "checks" => "What it looks at",
        "decision" => "Decision that it waits for",
        "decision_after_s" => "Decision due after",
        "decisions" => "Decisions that it waits for",
        "done" => "Not while this is done",
        "every_s" => "Read every",
        "expected_s" => "Expected time",
        "fail_after" => "Readings until it fails",
        "gate" => "Go or no-go",
        "keep" => "Keeps",
        "kind" => "Kind",
        "look_at" => "Look at",
        "name_servers" => "Name servers",
        "needs" => "Needs",
        "notice" => "What the notice says",
        "only_if" => "Only if",
        "order" => "Order of the steps",
        "owner" => "Owner",
        "pass_after" => "Readings until it passes",
        "phase" => "Phase",
        "plan_ref" => "Item of the written plan",
        "pools" => "User pools",
        "profile" => "Profile that signs in",
        "publishes" => "Makes seen",
        "question" => "Question",
        "repair" => "What mends it",
        "resolvers" => "Resolvers",
        "reversibility" => "How it is taken back",
        "risks" => "What can go wrong",
        "runbook" => "Runbook",
        "t0" => "Start of T0",
        "then" => "Who is told afterwards",
        "title" => "Title",
        "trigger" => "Proposed when",
        "undo" => "Takes back",
        "undo_before" => "Checks before going back",
        "undo_loses" => "What going back loses",
        "undo_verify" => "Checks after going back",
        "undone" => "Not without this",
        "verify" => "Checks after it",
        "why" => "Why it is done",
        "why_not_automated" => "Why a person does it",
        _ => return None,
    })
}

/// Both values of a field in words; where the short words are the same, with everything that they leave out.
pub(super) fn both(field: &str, before: &Value, after: &Value) -> (String, String) {
    let short = (said(field, before, false), said(field, after, false));
    if short.0 != short.1 {
        return short;
    }
    (said(field, before, true), said(field, after, true))
}

fn said(field: &str, value: &Value, whole: bool) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_u64().filter(|_| field.ends_with("_s")) {
            Some(seconds) => lasting(seconds),
            None => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| said(field, item, whole)).collect();
            items.join("; ")
        }
        Value::Object(parts) => object(parts, whole),
    }
}

/// A check by its title and its time; anything else, and a check of which these are the same, part by part.
fn object(parts: &Map<String, Value>, whole: bool) -> String {
    if let (false, Some(title)) = (whole, parts.get("title").and_then(Value::as_str)) {
        let within = parts.get("within_s").and_then(Value::as_u64);
        return match within {
            Some(within) => format!("{title} (within {})", lasting(within)),
            None => title.to_owned(),
        };
    }
    let parts: Vec<String> = parts
        .iter()
        .map(|(key, value)| (key, said(key, value, whole)))
        .filter(|(_, words)| !words.is_empty())
        .map(|(key, words)| format!("{} {words}", plain(key)))
        .collect();
    parts.join(", ")
}

/// A name of a field as words: `expected_s` is "expected".
fn plain(field: &str) -> String {
    field.strip_suffix("_s").unwrap_or(field).replace('_', " ")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use switchback_engine::amend::{SOFT, TARGET};

    use super::{both, known, label};

    #[test]
    fn a_time_is_a_time_and_a_list_is_a_list() {
        assert_eq!(label("expected_s"), "Expected time");
        let (before, after) = both("expected_s", &json!(720), &json!(1200));
        assert_eq!((before.as_str(), after.as_str()), ("12 min", "20 min"));
        let (before, after) = both("risks", &json!([]), &json!(["DNS may lag", "Caches"]));
        assert_eq!((before.as_str(), after.as_str()), ("", "DNS may lag; Caches"));
        assert_eq!(
            both("t0", &json!(false), &json!(true)),
            ("no".to_owned(), "yes".to_owned())
        );
        assert_eq!(both("owner", &json!(null), &json!("t.example")).1, "t.example");
    }

    #[test]
    fn a_check_is_its_title_and_where_that_says_no_difference_its_parts() {
        let check = |within: u32, url: &str| json!([{ "id": "a", "title": "Reval answers", "within_s": within, "url": url }]);
        let (before, after) = both("verify", &check(60, "x"), &check(300, "x"));
        assert_eq!(before, "Reval answers (within 1 min)");
        assert_eq!(after, "Reval answers (within 5 min)");
        let (before, after) = both(
            "verify",
            &check(60, "https://one.test"),
            &check(60, "https://two.test"),
        );
        assert!(before.contains("url https://one.test"), "{before}");
        assert!(after.contains("url https://two.test"), "{after}");
        assert!(!after.contains('{'), "{after}");
    }

    /// No field is shown by a name that only its writers know.
    #[test]
    fn every_field_that_may_be_amended_has_a_name_in_words() {
        // Those of a monitor may be amended whatever they are called.
        let others = ["every_s", "decision_after_s"];
        for field in SOFT.into_iter().chain(TARGET).chain(others) {
            assert!(known(field).is_some(), "{field} has no name");
            let words = label(field);
            assert!(!words.contains('_') && words != field, "{field}: {words}");
        }
        let words = label("a_field_of_tomorrow_s");
        assert_eq!(words, "A field of tomorrow");
    }
}
