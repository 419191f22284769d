//! `cognito.recovery`.

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::Key;
use crate::reader::{Reader, Table};

pub(crate) struct Recovery;

impl Authored for Recovery {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "Accounts are recovered by verified e-mail alone, and e-mail addresses are verified by themselves";
    const KEYS: &'static [Key] = &[POOL_ID];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |_, _| Some(PoolExpectation::Recovery))
    }
}
