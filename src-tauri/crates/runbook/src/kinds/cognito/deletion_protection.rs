//! `cognito.deletion_protection`.

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::Key;
use crate::reader::{Reader, Table};

pub(crate) struct DeletionProtection;

impl Authored for DeletionProtection {
    type Spec = CheckKind;
    const SAYS: &'static str = "The pool can't be deleted by mistake";
    const KEYS: &'static [Key] = &[POOL_ID];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |_, _| Some(PoolExpectation::DeletionProtection))
    }
}
