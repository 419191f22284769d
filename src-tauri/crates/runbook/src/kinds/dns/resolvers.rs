//! `dns.resolvers`.

use switchback_model::CheckKind;

use super::{RECORD, VALUES};
use crate::kinds::Authored;
use crate::kinds::key::Key;
use crate::kinds::shared::NAME;
use crate::reader::{Reader, Table};

pub(crate) struct Resolvers;

impl Authored for Resolvers {
    type Spec = CheckKind;
    const SAYS: &'static str = "The resolvers of the target answer these values";
    const KEYS: &'static [Key] = &[NAME, RECORD, VALUES];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let name = r.must(t, NAME.name, Reader::dns_name);
        let (record, values, or) = r.answers(t)?;
        Some(CheckKind::Resolvers {
            name: name?,
            record,
            values,
            or,
        })
    }
}
