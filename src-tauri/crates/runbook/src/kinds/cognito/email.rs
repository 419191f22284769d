//! `cognito.email`.

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::reader::{Reader, Table};

const FROM: Key = Key::needed(
    "from",
    Shape::Text,
    "The address in the FROM header",
    "\"no-reply@example.nhs.test\"",
);

pub(crate) struct Email;

impl Authored for Email {
    type Spec = CheckKind;
    const SAYS: &'static str = "Mail is sent by an SES identity of your own, from this address";
    const KEYS: &'static [Key] = &[POOL_ID, FROM];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |r, t| {
            Some(PoolExpectation::Email {
                from: r.must(t, FROM.name, Reader::text)?,
            })
        })
    }
}
