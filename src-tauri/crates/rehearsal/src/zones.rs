//! The hosted zones of the account: the one that holds the name, and those that a fault puts beside it.

use std::borrow::Cow;

use crate::faults::{Fault, OtherZone};
use crate::records::{RecordSet, name_order};
use crate::seed;
use crate::state::State;

/// A hosted zone as the listings show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    /// Bare.
    pub id: &'static str,
    /// With its trailing dot.
    pub name: &'static str,
    /// Whether only VPCs see it.
    pub private: bool,
    /// The delegation set; a private zone has none.
    pub servers: &'static [&'static str],
    /// In no order.
    pub records: Vec<RecordSet>,
}

impl OtherZone {
    /// The zone's id, bare.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::WhiteLabel => seed::ZONE_ID,
            Self::WhiteLabelCopy => "Z0REHEARSALCOPY0001",
            Self::Private => "Z0REHEARSALPRIVATE1",
            Self::Public => "Z0REHEARSALPUBLIC01",
            Self::Delegated => "Z0REHEARSALAPPS0001",
        }
    }

    fn zone(self) -> Zone {
        let name = match self {
            Self::Private | Self::Public | Self::WhiteLabel | Self::WhiteLabelCopy => seed::ZONE_NAME,
            Self::Delegated => seed::APPS_NAME,
        };
        let servers: &[&str] = match self {
            Self::Private => &[],
            Self::Public | Self::WhiteLabelCopy => &["ns-5.rehearsal.test.", "ns-6.rehearsal.test."],
            Self::WhiteLabel => &seed::NAME_SERVERS,
            Self::Delegated => &seed::DELEGATED_SERVERS,
        };
        let first = servers.first().copied().unwrap_or("ns-0.rehearsal.test.");
        let soa = format!("{first} hostmaster.{name} 1 7200 900 1209600 86400");
        let mut records = vec![
            RecordSet::simple(name, "SOA", 900, &[&soa]),
            RecordSet::simple(seed::APPS_NAME, "A", 300, &["192.0.2.10"]),
        ];
        records.push(if servers.is_empty() {
            RecordSet::simple(name, "NS", 172_800, &[first])
        } else {
            RecordSet::simple(name, "NS", 172_800, servers)
        });
        if self == Self::WhiteLabelCopy {
            white_label(&mut records);
        }
        Zone {
            id: self.id(),
            name,
            private: self == Self::Private,
            servers,
            records,
        }
    }
}

/// Puts the zone's servers under names of its own: NS and SOA say so, and the names have addresses.
fn white_label(records: &mut Vec<RecordSet>) {
    let names = &seed::WHITE_LABEL_SERVERS;
    for set in records.iter_mut().filter(|set| set.name == seed::ZONE_NAME) {
        match set.kind.as_str() {
            "NS" => set.values = names.map(str::to_owned).to_vec(),
            "SOA" => {
                set.values = vec![format!(
                    "{} hostmaster.{} 1 7200 900 1209600 86400",
                    names[0],
                    seed::ZONE_NAME
                )];
            }
            _ => {}
        }
    }
    for (name, server) in names.iter().zip(seed::NAME_SERVERS) {
        if let Some(address) = seed::server_address(server) {
            records.push(RecordSet::simple(name, "A", 300, &[&address.to_string()]));
        }
    }
}

impl State {
    /// Whether `apps` is delegated to a zone of its own.
    pub(crate) fn delegated(&self) -> Option<Zone> {
        let zone = OtherZone::Delegated;
        self.faults
            .contains(&Fault::OtherZone { zone })
            .then(|| zone.zone())
    }

    /// The zone's records, or a version of them, as a fault lets them be seen.
    pub(crate) fn shown<'a>(&self, records: &'a [RecordSet]) -> Cow<'a, [RecordSet]> {
        let white = self.faults.iter().any(|fault| {
            let Fault::OtherZone { zone } = fault else {
                return false;
            };
            matches!(zone, OtherZone::WhiteLabel | OtherZone::WhiteLabelCopy)
        });
        if !white {
            return Cow::Borrowed(records);
        }
        let mut records = records.to_vec();
        white_label(&mut records);
        Cow::Owned(records)
    }

    /// Every zone, in the order of ListHostedZonesByName.
    pub(crate) fn zones(&self) -> Vec<Zone> {
        let mut records = self.shown(self.route53.records()).into_owned();
        if self.delegated().is_some() {
            records.push(delegation());
        }
        let mut zones = vec![Zone {
            id: seed::ZONE_ID,
            name: seed::ZONE_NAME,
            private: false,
            servers: &seed::NAME_SERVERS,
            records,
        }];
        zones.extend(self.faults.iter().filter_map(|fault| match fault {
            Fault::OtherZone { zone } if zone.id() != seed::ZONE_ID => Some(zone.zone()),
            _ => None,
        }));
        zones.sort_by_key(|zone| (name_order(zone.name), zone.id));
        zones
    }
}

/// What the zone that holds the name says once the name is delegated.
pub(crate) fn delegation() -> RecordSet {
    RecordSet::simple(seed::APPS_NAME, "NS", 300, &seed::DELEGATED_SERVERS)
}
