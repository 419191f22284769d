//! `cognito.triggers`.

use switchback_model::CheckKind;
use switchback_model::cognito::{PoolExpectation, PreTokenVersion};

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape, written};
use crate::reader::{Reader, Table};

const VERSIONS: &[(&str, PreTokenVersion)] = &[
    ("V1_0", PreTokenVersion::V1),
    ("V2_0", PreTokenVersion::V2),
    ("V3_0", PreTokenVersion::V3),
];

const USER_MIGRATION: Key = Key::optional(
    "user_migration",
    Shape::Text,
    "The ARN of the migrate-user trigger",
    "\"arn:aws:lambda:eu-west-2:123456789012:function:migrate\"",
);
const PRE_TOKEN: Key = Key::optional(
    "pre_token",
    Shape::Text,
    "The ARN of the pre-token trigger",
    "\"arn:aws:lambda:eu-west-2:123456789012:function:pre-token\"",
);
const PRE_TOKEN_VERSION: Key = Key::optional(
    "pre_token_version",
    Shape::Word(|| written(VERSIONS)),
    "The version of the pre-token event; any where left out",
    "\"V2_0\"",
);

pub(crate) struct Triggers;

impl Authored for Triggers {
    type Spec = CheckKind;
    const SAYS: &'static str = "The pool calls these Lambda triggers; one at least is named";
    const KEYS: &'static [Key] = &[POOL_ID, USER_MIGRATION, PRE_TOKEN, PRE_TOKEN_VERSION];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, triggers)
    }
}

fn triggers(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<PoolExpectation> {
    let at = t.at;
    let user_migration = r.optional(t, USER_MIGRATION.name, Reader::text);
    let pre_token = r.optional(t, PRE_TOKEN.name, Reader::text);
    let version = r.optional(t, PRE_TOKEN_VERSION.name, |r, item| r.choice(item, VERSIONS));
    let (user_migration, pre_token) = (user_migration?, pre_token?);
    if user_migration.is_none() && pre_token.is_none() {
        r.notes.error(
            "missing-key",
            at,
            "This check names no trigger.",
            "Add `user_migration = …`, `pre_token = …` or both.",
        );
        return None;
    }
    Some(PoolExpectation::Triggers {
        user_migration,
        pre_token,
        pre_token_version: version?,
    })
}
