//! How the scenes are written down: a scene as what differs from the one that it grew out of, and JSON that a person can
//! review, with whatever fits on one line on one line.

use serde_json::{Map, Value, json};

/// A line is not made longer than this by putting a whole list or object on it.
const WIDTH: usize = 150;

/// JSON for a file: fields in the order in which they are declared.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    lay(value, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Writes a value whose line already holds `used` characters.
fn lay(value: &Value, indent: usize, used: usize, text: &mut String) {
    let line = one_line(value);
    let (open, close, parts): (char, char, Vec<(String, &Value)>) = match value {
        Value::Array(items) if used + line.chars().count() > WIDTH => {
            ('[', ']', items.iter().map(|item| (String::new(), item)).collect())
        }
        Value::Object(fields) if used + line.chars().count() > WIDTH => {
            let named = |(name, value): (&String, _)| (format!("{}: ", Value::from(name.as_str())), value);
            ('{', '}', fields.iter().map(named).collect())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => return text.push_str(&line),
    };
    text.push(open);
    for (at, (name, part)) in parts.iter().enumerate() {
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        let deeper = indent + 2;
        text.push_str(&" ".repeat(deeper));
        text.push_str(name);
        lay(part, deeper, deeper + name.chars().count(), text);
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), one_line(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// A value whole, or as a JSON Patch (RFC 6902) of an earlier one.
pub(super) fn grown(value: &Value, from: Option<(&str, &Value)>) -> Value {
    match from {
        None => json!({ "whole": value }),
        Some((name, before)) => {
            let patch = serde_json::to_value(json_patch::diff(before, value));
            json!({ "from": name, "patch": patch.expect("a patch is JSON") })
        }
    }
}

/// How many of the first entries are those of an earlier list.
pub(super) fn kept(entries: &[Value], earlier: &[Value]) -> usize {
    std::iter::zip(entries, earlier)
        .take_while(|(one, other)| one == other)
        .count()
}

/// Values by their names, in the order given.
pub(super) fn named(values: impl IntoIterator<Item = (impl Into<String>, Value)>) -> Value {
    let fields = values.into_iter().map(|(name, value)| (name.into(), value));
    Value::Object(fields.collect::<Map<_, _>>())
}
