//! `route53.record`.

use switchback_model::CheckKind;

use super::ZONE_ID;
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::kinds::shared::NAME;
use crate::reader::{Reader, Table};

const VALUES: Key = Key::needed(
    "values",
    Shape::Answers,
    "The record sets expected, a line each such as \"A 192.0.2.10\", or a placeholder of type record-sets",
    "[\"A 192.0.2.10\"]",
);

pub(crate) struct Record;

impl Authored for Record {
    type Spec = CheckKind;
    const SAYS: &'static str = "The record sets of a name are these, with any TTL, and may be switched";
    const KEYS: &'static [Key] = &[ZONE_ID, NAME, VALUES];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let zone_id = r.must(t, ZONE_ID.name, Reader::zone_id);
        let name = r.must(t, NAME.name, Reader::dns_name);
        let values = r.must(t, VALUES.name, Reader::record_lines);
        Some(CheckKind::Record {
            zone_id: zone_id?,
            name: name?,
            values: values?,
        })
    }
}
