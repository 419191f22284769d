//! Whether a document fits a JSON Schema: as much of draft 2020-12 as the schemas of this crate use. Any
//! other keyword is an error of the test, so that none is passed over in silence.

use serde_json::{Map, Value};

/// What does not fit, a line each.
pub(super) fn faults(root: &Value, document: &Value) -> Vec<String> {
    look(root, root, document, "")
}

/// What does not fit one of the tables that the schema defines.
pub(super) fn faults_of(root: &Value, table: &str, value: &Value) -> Vec<String> {
    look(root, &root["$defs"][table], value, "")
}

fn look(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = match schema {
        Value::Object(schema) => schema,
        Value::Bool(true) => return Vec::new(),
        other => panic!("no schema: {other}"),
    };
    let keywords = schema.iter();
    keywords
        .flat_map(|(keyword, is)| judge(root, schema, keyword, is, value, at))
        .collect()
}

fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    look(root, schema, value, "").is_empty()
}

fn judge(
    root: &Value,
    schema: &Map<String, Value>,
    keyword: &str,
    is: &Value,
    value: &Value,
    at: &str,
) -> Vec<String> {
    let list = || is.as_array().unwrap().iter();
    let unless = |fits: bool, what: &str| match fits {
        true => Vec::new(),
        false => vec![format!("{at}: {value} {what} {is}")],
    };
    let object = value.as_object().into_iter().flatten();
    match keyword {
        "$schema" | "$defs" | "title" | "description" | "examples" | "format" | "x-taplo" => Vec::new(),
        // Judged with `if`.
        "then" => Vec::new(),
        "$ref" => {
            let pointer = is.as_str().unwrap().strip_prefix('#').unwrap();
            let target = root.pointer(pointer);
            look(root, target.unwrap_or_else(|| panic!("no {pointer}")), value, at)
        }
        "type" => {
            let one = |is: &Value| match is.as_str().unwrap() {
                "string" => value.is_string(),
                "integer" => value.is_i64(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                other => panic!("type {other}"),
            };
            unless(
                is.as_array().map_or_else(|| one(is), |list| list.iter().any(one)),
                "is no",
            )
        }
        "enum" => unless(list().any(|word| word == value), "is none of"),
        "const" => unless(is == value, "is not"),
        "minimum" => unless(
            value.as_i64().is_none_or(|n| n >= is.as_i64().unwrap()),
            "is below",
        ),
        "anyOf" => unless(list().any(|schema| fits(root, schema, value)), "fits none of"),
        "oneOf" => match list().filter(|schema| fits(root, schema, value)).count() {
            1 => Vec::new(),
            _ => vec![format!("{at}: not exactly one of them fits")],
        },
        "allOf" => list().flat_map(|schema| look(root, schema, value, at)).collect(),
        "if" if fits(root, is, value) => look(root, &schema["then"], value, at),
        "if" => Vec::new(),
        "required" => {
            let missing =
                list().filter(|key| value.is_object() && value.get(key.as_str().unwrap()).is_none());
            missing.map(|key| format!("{at}: {key} is missing")).collect()
        }
        "items" => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items
                .flat_map(|(n, item)| look(root, is, item, &format!("{at}/{n}")))
                .collect()
        }
        "properties" => object
            .filter_map(|(key, item)| Some(look(root, is.get(key)?, item, &format!("{at}/{key}"))))
            .flatten()
            .collect(),
        "additionalProperties" => {
            let others = object.filter(|(key, _)| {
                schema
                    .get("properties")
                    .is_none_or(|p| p.get(key.as_str()).is_none())
            });
            others
                .flat_map(|(key, item)| match is {
                    Value::Bool(false) => vec![format!("{at}/{key}: unexpected")],
                    schema => look(root, schema, item, &format!("{at}/{key}")),
                })
                .collect()
        }
        other => panic!("the keyword {other} is not judged"),
    }
}
