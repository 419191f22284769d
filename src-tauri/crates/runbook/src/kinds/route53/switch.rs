//! `route53.switch`.

use switchback_model::{ActionSpec, SwitchRecord};

use super::{Named, PROVEN_ZONE, ZONE_ID, named};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::kinds::shared::NAME;
use crate::reader::{Reader, Table};

const TO: Key = Key::needed(
    "to",
    Shape::RecordSets,
    "What the name shall answer",
    "[{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"] }]",
);

pub(crate) struct Switches;

impl Authored for Switches {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Replaces every A, AAAA and CNAME record set of a name by these, in one batch";
    const KEYS: &'static [Key] = &[ZONE_ID, PROVEN_ZONE, NAME, TO];
    const WISH: &'static [&'static str] = &[TO.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let Named { zone_id, zone, name } = named(r, t);
        let to = r.must(t, TO.name, Reader::records);
        if let (Some(to), Some(name)) = (&to, &name) {
            r.answers_of(to, name, zone.as_ref(), zone_id.as_deref());
        }
        let (zone_id, zone, name) = (zone_id?, zone?, name?);
        let mut to: Vec<_> = to?.iter().map(|entry| entry.at(&name)).collect();
        to.sort();
        Some(ActionSpec::SwitchRecord(SwitchRecord {
            zone_id,
            zone,
            name,
            to,
        }))
    }
}
