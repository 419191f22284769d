//! `cognito.admin_create_only`.

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::Key;
use crate::reader::{Reader, Table};

pub(crate) struct AdminCreateOnly;

impl Authored for AdminCreateOnly {
    type Spec = CheckKind;
    const SAYS: &'static str = "Only administrators create users";
    const KEYS: &'static [Key] = &[POOL_ID];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |_, _| Some(PoolExpectation::AdminCreateOnly))
    }
}
