//! `ssm.parameter`, as a check and as an action.

use switchback_model::text::{is_obeyed, is_unseen};
use switchback_model::{
    ActionSpec, CheckKind, ParameterCheck, ParameterExpected, ParameterWish, SetParameter, screen,
};
use toml::de::DeValue;

use super::Authored;
use super::key::{Key, Shape};
use super::shared::one_of;
use crate::notes::At;
use crate::reader::{Item, Reader, Table};

/// Characters of a name in full, and levels of it (Systems Manager API reference, PutParameter).
const LONGEST: usize = 1_011;
const LEVELS: usize = 15;
/// Bytes of a value, in the advanced tier (Systems Manager user guide, "Managing parameter tiers").
const MOST_BYTES: usize = 8_192;
/// The code of all that is wrong with items.
const LIST_ITEM: &str = "list-item";
/// Items that a runbook may append or look for: more are a list of one's own, written whole.
const MOST_ITEMS: usize = 50;

const NAME: Key = Key::needed(
    "name",
    Shape::Text,
    "The parameter's name in full",
    "\"/tis/usermanagement/profiles\"",
);
const EXPECTED: Key = Key::either("value", Shape::Text, "The value expected", "\"prod\"");
const CONTAINS: Key = Key::either(
    "contains",
    Shape::Texts,
    "Items that the value has, as a list with commas between them; others may be there too",
    "[\"cognito\"]",
);
const LACKS: Key = Key {
    words: "Items that the value has not, as a list with commas between them",
    name: "lacks",
    ..CONTAINS
};
const SECURE: Key = Key::optional(
    "secure",
    Shape::Flag,
    "Whether it is a SecureString; false where left out, and never beside `value`",
    "false",
);
const WISHED: Key = Key {
    words: "The value that it shall have, whatever is there",
    ..EXPECTED
};
const APPEND: Key = Key {
    words: "Items that the list which is there shall have too, behind the others; the undo takes out these alone",
    name: "append",
    ..CONTAINS
};

pub(crate) struct Parameter;

impl Authored for Parameter {
    type Spec = CheckKind;
    const SAYS: &'static str = "A parameter of Parameter Store has this value, or has these items in its list, or has them not; a SecureString by its items only";
    const KEYS: &'static [Key] = &[NAME, SECURE, EXPECTED, CONTAINS, LACKS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let name = r.must(t, NAME.name, parameter_name);
        let secure = r.optional(t, SECURE.name, Reader::boolean);
        let key = one_of(r, t, [EXPECTED.name, CONTAINS.name, LACKS.name])?;
        no_secret_value(r, t, key, secure)?;
        let expected = match key {
            key if key == CONTAINS.name => r.may(t, key, list_items).map(ParameterExpected::Contains),
            key if key == LACKS.name => r.may(t, key, list_items).map(ParameterExpected::Lacks),
            key => r.may(t, key, parameter_value).map(ParameterExpected::Value),
        };
        Some(CheckKind::Parameter(ParameterCheck {
            name: name?,
            expected: expected?,
            secure: secure?.unwrap_or_default(),
        }))
    }
}

pub(crate) struct SetsParameter;

impl Authored for SetsParameter {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Gives a parameter of Parameter Store, which is there already, another value, or appends items to its list; a SecureString is only appended to";
    const KEYS: &'static [Key] = &[NAME, SECURE, WISHED, APPEND];
    const WISH: &'static [&'static str] = &[WISHED.name, APPEND.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let name = r.must(t, NAME.name, parameter_name);
        let secure = r.optional(t, SECURE.name, Reader::boolean);
        let key = one_of(r, t, [WISHED.name, APPEND.name])?;
        no_secret_value(r, t, key, secure)?;
        let wish = match key {
            key if key == APPEND.name => r.may(t, key, list_items).map(ParameterWish::Append),
            key => r.may(t, key, parameter_value).map(ParameterWish::Value),
        };
        Some(ActionSpec::SetParameter(SetParameter {
            name: name?,
            wish: wish?,
            secure: secure?.unwrap_or_default(),
        }))
    }
}

/// Refuses the whole value of a SecureString: it would stand in the file, in the plan and in the journal.
fn no_secret_value(
    r: &mut Reader<'_>,
    t: &Table<'_>,
    key: &'static str,
    secure: Option<Option<bool>>,
) -> Option<()> {
    if key != WISHED.name || secure != Some(Some(true)) {
        return Some(());
    }
    r.notes.error(
        "secure-value",
        t.at_key(key),
        "This is the value of a SecureString: a runbook, its plan and its journal are plain.",
        "Append items to it or look for items in it, or write it by hand in a step of kind attest.",
    );
    None
}

/// Items of a list with commas between them, none of which says anything that the list would not give back.
fn list_items(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<String>> {
    let DeValue::Array(written) = item.get_ref() else {
        r.wrong_type(item, "a list of strings");
        return None;
    };
    let mut items: Vec<String> = Vec::new();
    for one in written.iter() {
        let text = parameter_value(r, one)?;
        if let Some((message, fix)) = item_fault(&text, &items) {
            r.notes.error(LIST_ITEM, one.span().into(), message, fix);
            return None;
        }
        items.push(text);
    }
    let bytes = items.join(",").len();
    let (message, fix) = if items.is_empty() || items.len() > MOST_ITEMS {
        let message = format!("This list has {} items: it needs 1 to {MOST_ITEMS}.", items.len());
        (message, "Name the items that are meant.")
    } else if bytes > MOST_BYTES {
        let message = format!("These items have {bytes} bytes: a parameter holds {MOST_BYTES} at most.");
        (message, "Name fewer, or shorter ones.")
    } else {
        return Some(items);
    };
    r.notes.error(LIST_ITEM, item.span().into(), message, fix);
    None
}

/// What is wrong with an item behind these, and how it is mended.
fn item_fault(item: &str, others: &[String]) -> Option<(String, &'static str)> {
    if item.contains(',') {
        let fix = "Write each item on its own: [\"one\", \"two\"].";
        Some((
            format!("{item:?} holds a comma, which ends an item of the list."),
            fix,
        ))
    } else if let Some(c) = item.chars().find(|c| is_obeyed(*c) || is_unseen(*c)) {
        Some((
            format!(
                "{item:?} holds a character that nobody sees (U+{:04X}).",
                u32::from(c)
            ),
            "Write the item anew, by hand.",
        ))
    } else if item.trim() != item {
        let message = format!("{item:?} has a space around it, which does not count in a list.");
        Some((message, "Write the item alone."))
    } else if others.iter().any(|other| other == item) {
        Some((
            format!("{item:?} stands twice in this list."),
            "Leave one of them out.",
        ))
    } else {
        None
    }
}

/// A value that the journal, the report and the sheet may show in plain.
fn parameter_value(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let value = r.text(item)?;
    let (code, message, fix) = if let Some(found) = screen::secret(&value) {
        (
            "secret-value",
            format!(
                "This value holds {}: characters {} to {}. A plan and its journal are plain.",
                found.what, found.from, found.to
            ),
            "Keep secrets out of runbooks and targets: write the parameter by hand in a step of kind attest.",
        )
    } else if value.len() > MOST_BYTES {
        (
            "parameter-value",
            format!(
                "This value has {} bytes: a parameter holds {MOST_BYTES} at most.",
                value.len()
            ),
            "Shorten it.",
        )
    } else if value.contains("{{") {
        (
            "parameter-value",
            "This value holds {{: Parameter Store takes no reference to another parameter in a value."
                .to_owned(),
            "Write the value itself.",
        )
    } else {
        return Some(value);
    };
    r.notes.error(code, item.span().into(), message, fix);
    None
}

/// A name as Parameter Store takes it: no ARN, no version or label behind a colon.
fn parameter_name(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let name = r.text(item)?;
    named(r, item.span().into(), name)
}

/// A name that was read already, at this place.
pub(super) fn named(r: &mut Reader<'_>, at: At, name: String) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    let parts = || name.trim_start_matches('/').split('/');
    let first = parts().next().unwrap_or_default().to_ascii_lowercase();
    let fault = if name.starts_with("arn:") {
        Some("This is an ARN: a parameter is named by its name.")
    } else if name.contains(':') {
        Some("A version or a label behind a colon is not the parameter that programs read.")
    } else if !name.chars().all(plain) {
        Some("A parameter's name has letters, digits, '_', '.', '-' and '/' only.")
    } else if name.starts_with("//") {
        Some("This name begins with two slashes.")
    } else if name.contains('/') && !name.starts_with('/') {
        Some("A name with levels begins with '/'.")
    } else if parts().any(str::is_empty) {
        Some("A level of this name is empty.")
    } else if parts().count() > LEVELS || name.len() > LONGEST {
        Some("This name is too long: 15 levels and 1011 characters at most.")
    } else if first.starts_with("aws") || first.starts_with("ssm") {
        Some("Names that begin with aws or ssm belong to AWS.")
    } else {
        None
    };
    let Some(message) = fault else {
        // At the root a name means the same with its slash and without: one object has one name here.
        let root = name.strip_prefix('/').filter(|root| !root.contains('/'));
        return Some(root.map_or(name.clone(), str::to_owned));
    };
    let fix = "Write it as Parameter Store shows it, such as \"/tis/usermanagement/profiles\".";
    r.notes.error("parameter-name", at, message, fix);
    None
}
