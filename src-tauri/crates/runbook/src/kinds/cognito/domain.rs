//! `cognito.domain`.

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::reader::{Reader, Table};

const DOMAIN: Key = Key::needed(
    "domain",
    Shape::Text,
    "The domain of the sign-in pages",
    "\"auth.example.nhs.test\"",
);

pub(crate) struct Domain;

impl Authored for Domain {
    type Spec = CheckKind;
    const SAYS: &'static str = "The domain of the sign-in pages belongs to the pool and is active";
    const KEYS: &'static [Key] = &[POOL_ID, DOMAIN];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |r, t| {
            Some(PoolExpectation::Domain {
                domain: r.must(t, DOMAIN.name, Reader::text)?,
            })
        })
    }
}
