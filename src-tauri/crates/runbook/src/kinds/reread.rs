//! `ecs.reread`.

use switchback_model::{CheckKind, RereadCheck};
use toml::de::DeValue;

use super::Authored;
use super::ecs::{CLUSTER, SERVICE, named};
use super::key::{Key, Shape};
use super::parameter;
use super::shared::all_texts;
use crate::reader::{Item, Reader, Table};

/// Parameters that one check may name: each of them is a request of its own.
const MOST: usize = 10;

const PARAMETERS: Key = Key::needed(
    "parameters",
    Shape::Texts,
    "Names in full of the parameters that its tasks read when they start",
    "[\"/tis/usermanagement/profiles\"]",
);

pub(crate) struct Reread;

impl Authored for Reread {
    type Spec = CheckKind;
    const SAYS: &'static str = "Every task of a service of ECS was made after these parameters were last written, so that none has read an older value; it does not look at the values";
    const KEYS: &'static [Key] = &[CLUSTER, SERVICE, PARAMETERS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let (cluster, service) = named(r, t);
        let parameters = r.must(t, PARAMETERS.name, parameter_names);
        Some(CheckKind::Reread(RereadCheck {
            cluster: cluster?,
            service: service?,
            parameters: parameters?,
        }))
    }
}

/// Names of parameters, each once and one at least; every name that is wrong is said.
fn parameter_names(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<String>> {
    let texts = all_texts(r, item)?;
    // Behind a placeholder the list stands elsewhere.
    let at = |at: usize| match item.get_ref() {
        DeValue::Array(written) => written.get(at).map_or(item.span(), |one| one.span()),
        _ => item.span(),
    };
    let read: Vec<Option<String>> = (0..)
        .zip(texts)
        .map(|(n, text)| parameter::named(r, at(n).into(), text))
        .collect();
    let names: Vec<String> = read.into_iter().collect::<Option<_>>()?;
    let twice = names
        .iter()
        .enumerate()
        .find(|(n, name)| names[..*n].contains(name));
    let (at, message, fix) = if let Some((n, name)) = twice {
        let message = format!("{name} stands twice in this list.");
        (at(n), message, "Leave one of them out.")
    } else if names.is_empty() || names.len() > MOST {
        let message = format!(
            "This list names {} parameters: it needs 1 to {MOST}.",
            names.len()
        );
        (
            item.span(),
            message,
            "Name those that the tasks must have read anew.",
        )
    } else {
        return Some(names);
    };
    r.notes.error("parameter-names", at.into(), message, fix);
    None
}
