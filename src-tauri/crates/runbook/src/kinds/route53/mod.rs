//! The kinds of Route 53.

pub(super) mod record;
pub(super) mod set_ttl;
pub(super) mod switch;
pub(super) mod zone;

use switchback_model::dns::DnsName;

use super::key::{Key, Shape};
use super::shared;
use crate::reader::{Reader, Table};

const ZONE_ID: Key = Key::needed("zone_id", Shape::Text, "The hosted zone's id", "\"Z0EXAMPLE\"");

/// The zone of what is changed.
const PROVEN_ZONE: Key = Key {
    words: "The zone's name, to prove that the id means the zone you think",
    ..shared::ZONE
};

/// The name that an action is about, as far as it could be read.
struct Named {
    zone_id: Option<String>,
    zone: Option<DnsName>,
    name: Option<DnsName>,
}

fn named(r: &mut Reader<'_>, t: &mut Table<'_>) -> Named {
    let zone_id = r.must(t, ZONE_ID.name, Reader::zone_id);
    let zone = r.must(t, PROVEN_ZONE.name, Reader::dns_name);
    let name_at = t.at_key(shared::NAME.name);
    let name = r.must(t, shared::NAME.name, Reader::dns_name);
    if let (Some(zone), Some(name)) = (&zone, &name) {
        r.inside(name, zone, name_at);
    }
    Named { zone_id, zone, name }
}
