//! `aws.identity`.

use switchback_model::CheckKind;

use super::Authored;
use super::key::Key;
use crate::reader::{Reader, Table};

pub(crate) struct Identity;

impl Authored for Identity {
    type Spec = CheckKind;
    const SAYS: &'static str = "The caller is the account and role that the target asserts";
    const KEYS: &'static [Key] = &[];

    fn read(_: &mut Reader<'_>, _: &mut Table<'_>) -> Option<CheckKind> {
        Some(CheckKind::Identity)
    }
}
