//! `ssm.parameter`, as a check and as an action.

use switchback_model::screen;
use switchback_model::{ActionSpec, CheckKind, ParameterCheck, SetParameter};

use super::Authored;
use super::key::{Key, Shape};
use crate::reader::{Item, Reader, Table};

/// Characters of a name in full, and levels of it (Systems Manager API reference, PutParameter).
const LONGEST: usize = 1_011;
const LEVELS: usize = 15;
/// Bytes of a value, in the advanced tier (Systems Manager user guide, "Managing parameter tiers").
const MOST_BYTES: usize = 8_192;

const NAME: Key = Key::needed(
    "name",
    Shape::Text,
    "The parameter's name in full",
    "\"/tis/usermanagement/profiles\"",
);
const EXPECTED: Key = Key::needed("value", Shape::Text, "The value expected", "\"prod\"");
const WISHED: Key = Key {
    words: "The value that it shall have",
    ..EXPECTED
};

pub(crate) struct Parameter;

impl Authored for Parameter {
    type Spec = CheckKind;
    const SAYS: &'static str = "A parameter of Parameter Store has this value; a SecureString is not read";
    const KEYS: &'static [Key] = &[NAME, EXPECTED];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let (name, value) = named(r, t);
        Some(CheckKind::Parameter(ParameterCheck {
            name: name?,
            value: value?,
        }))
    }
}

pub(crate) struct SetsParameter;

impl Authored for SetsParameter {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Gives a parameter of Parameter Store, which is there already, another value; a SecureString is refused";
    const KEYS: &'static [Key] = &[NAME, WISHED];
    const WISH: Option<&'static str> = Some(WISHED.name);

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let (name, value) = named(r, t);
        Some(ActionSpec::SetParameter(SetParameter {
            name: name?,
            value: value?,
        }))
    }
}

fn named(r: &mut Reader<'_>, t: &mut Table<'_>) -> (Option<String>, Option<String>) {
    let name = r.must(t, NAME.name, parameter_name);
    let value = r.must(t, WISHED.name, parameter_value);
    (name, value)
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
    r.notes.error("parameter-name", item.span().into(), message, fix);
    None
}
