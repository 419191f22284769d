//! `route53.set_ttl`.

use switchback_model::{ActionSpec, SetTtl};

use super::{Named, PROVEN_ZONE, ZONE_ID, named};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::kinds::shared::NAME;
use crate::reader::{Reader, Table};

const TTL: Key = Key::needed("ttl", Shape::Duration, "The TTL to set", "\"1 min\"");

pub(crate) struct SetsTtl;

impl Authored for SetsTtl {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Sets the TTL of every A, AAAA and CNAME record set of a name";
    const KEYS: &'static [Key] = &[ZONE_ID, PROVEN_ZONE, NAME, TTL];
    const WISH: &'static [&'static str] = &[TTL.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let Named { zone_id, zone, name } = named(r, t);
        let ttl = r.must(t, TTL.name, Reader::ttl);
        Some(ActionSpec::SetTtl(SetTtl {
            zone_id: zone_id?,
            zone: zone?,
            name: name?,
            ttl: ttl?,
        }))
    }
}
