//! `route53.zone`.

use switchback_model::CheckKind;

use super::ZONE_ID;
use crate::kinds::Authored;
use crate::kinds::key::Key;
use crate::kinds::shared::ZONE;
use crate::reader::{Reader, Table};

pub(crate) struct Zone;

impl Authored for Zone {
    type Spec = CheckKind;
    const SAYS: &'static str = "The id names this public zone, its delegation is what its parent says, and no private zone of the same name hides it";
    const KEYS: &'static [Key] = &[ZONE_ID, ZONE];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let zone_id = r.must(t, ZONE_ID.name, Reader::zone_id);
        let zone = r.must(t, ZONE.name, Reader::dns_name);
        Some(CheckKind::Zone {
            zone_id: zone_id?,
            zone: zone?,
        })
    }
}
