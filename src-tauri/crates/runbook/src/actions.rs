//! Reads actions: one reader a kind.

use switchback_model::dns::DnsName;
use switchback_model::{ActionSpec, ActionWord, SetTtl, SwitchRecord};

use crate::reader::{Item, Reader, Table};
use crate::steps::action_kinds;

/// Every key that some kind of action has of its own.
const KIND_KEYS: &[&str] = &["zone_id", "zone", "name", "ttl", "to"];

/// The name that an action of Route 53 is about, as far as it could be read.
struct Named {
    zone_id: Option<String>,
    zone: Option<DnsName>,
    name: Option<DnsName>,
}

impl Reader<'_> {
    /// The action's kind, and the action where every field could be read.
    pub fn action(&mut self, item: Item<'_>) -> Option<(ActionWord, Option<ActionSpec>)> {
        let mut t = self.table(item, "action")?;
        let kind = self.must(&mut t, "kind", |r, item| r.choice(item, &action_kinds()));
        let read = kind.map(|kind| {
            let spec = match kind {
                ActionWord::SetTtl => self.set_ttl(&mut t),
                ActionWord::SwitchRecord => self.switch_record(&mut t),
                ActionWord::SetParameter => None,
            };
            (kind, spec)
        });
        if read.is_none() {
            // Without its kind nobody knows which keys it may have.
            for key in KIND_KEYS {
                t.get(key);
            }
        }
        self.finish(t);
        read
    }

    fn named(&mut self, t: &mut Table<'_>) -> Named {
        let zone_id = self.must(t, "zone_id", Reader::zone_id);
        let zone = self.must(t, "zone", Reader::dns_name);
        let name_at = t.at_key("name");
        let name = self.must(t, "name", Reader::dns_name);
        if let (Some(zone), Some(name)) = (&zone, &name) {
            self.inside(name, zone, name_at);
        }
        Named { zone_id, zone, name }
    }

    /// `route53.set_ttl`.
    fn set_ttl(&mut self, t: &mut Table<'_>) -> Option<ActionSpec> {
        let Named { zone_id, zone, name } = self.named(t);
        let ttl = self.must(t, "ttl", Reader::ttl);
        Some(ActionSpec::SetTtl(SetTtl {
            zone_id: zone_id?,
            zone: zone?,
            name: name?,
            ttl: ttl?,
        }))
    }

    /// `route53.switch`.
    fn switch_record(&mut self, t: &mut Table<'_>) -> Option<ActionSpec> {
        let Named { zone_id, zone, name } = self.named(t);
        let to = self.must(t, "to", Reader::records);
        if let (Some(to), Some(name)) = (&to, &name) {
            self.answers_of(to, name, zone.as_ref(), zone_id.as_deref());
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
