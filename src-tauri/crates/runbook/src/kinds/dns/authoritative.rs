//! `dns.authoritative`.

use switchback_model::CheckKind;

use super::{RECORD, VALUES};
use crate::kinds::Authored;
use crate::kinds::key::Key;
use crate::kinds::shared::{NAME, ZONE};
use crate::reader::{Reader, Table};

pub(crate) struct Authoritative;

impl Authored for Authoritative {
    type Spec = CheckKind;
    const SAYS: &'static str = "Every name server of the zone answers these values";
    const KEYS: &'static [Key] = &[NAME, ZONE, RECORD, VALUES];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let name_at = t.at_key(NAME.name);
        let name = r.must(t, NAME.name, Reader::dns_name);
        let zone = r.must(t, ZONE.name, Reader::dns_name);
        let answers = r.answers(t);
        let (name, zone) = (name?, zone?);
        r.inside(&name, &zone, name_at);
        let (record, values, or) = answers?;
        Some(CheckKind::Authoritative {
            name,
            zone,
            record,
            values,
            or,
        })
    }
}
