//! `cognito.sign_in_names`.

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape, written};
use crate::reader::{Reader, Table};

const ATTRIBUTES: &[(&str, &str)] = &[("email", "email"), ("phone_number", "phone_number")];

const USERNAME_ATTRIBUTES: Key = Key::optional(
    "username_attributes",
    Shape::Words(|| written(ATTRIBUTES)),
    "What people sign in with; email where left out",
    "[\"email\"]",
);
const CASE_SENSITIVE: Key = Key::optional(
    "case_sensitive",
    Shape::Flag,
    "Whether case counts in a user name; false where left out",
    "false",
);

pub(crate) struct SignInNames;

impl Authored for SignInNames {
    type Spec = CheckKind;
    const SAYS: &'static str = "People sign in with these; neither can be changed later";
    const KEYS: &'static [Key] = &[POOL_ID, USERNAME_ATTRIBUTES, CASE_SENSITIVE];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |r, t| {
            let names = r.optional(t, USERNAME_ATTRIBUTES.name, |r, item| r.words(item, ATTRIBUTES));
            let case_sensitive = r.optional(t, CASE_SENSITIVE.name, Reader::boolean);
            Some(PoolExpectation::SignInNames {
                username_attributes: names?.unwrap_or_else(|| vec!["email".to_owned()]),
                case_sensitive: case_sensitive?.unwrap_or(false),
            })
        })
    }
}
