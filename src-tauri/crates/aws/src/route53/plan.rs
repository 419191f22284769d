//! From what is there to what shall be there: pure, and full of refusals.

use std::collections::BTreeSet;

use switchback_engine::ports::ProviderError;
use switchback_model::Image;
use switchback_model::dns::{DnsName, RecordData, RecordSet, RecordType};

use super::batch::OPERATION;
use crate::error::refused;

/// The largest TTL that DNS allows (RFC 2181, 8).
const LONGEST_TTL: u32 = 0x7fff_ffff;

/// The object that an action is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) zone_id: &'a str,
    pub(crate) zone: &'a DnsName,
    pub(crate) name: &'a DnsName,
}

impl<'a> Bound<'a> {
    /// The record sets of an image, if it is an image of this object.
    pub(crate) fn sets(&self, image: &'a Image) -> Result<&'a [RecordSet], ProviderError> {
        let other = || {
            refused(
                OPERATION,
                "The records are those of another name or zone",
                "Read them again.",
            )
        };
        let Image::RecordSets {
            zone_id, name, sets, ..
        } = image
        else {
            return Err(other());
        };
        if zone_id == self.zone_id && name == self.name && sets.iter().all(|set| set.name == *self.name) {
            Ok(sets)
        } else {
            Err(other())
        }
    }

    /// Whether one can be made of the other at all.
    pub(crate) fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        if !self.name.is_within(self.zone) {
            let message = format!("{} is not in the zone {}", self.name.host(), self.zone.host());
            return Err(refused(
                OPERATION,
                &message,
                "Correct the name or the zone in the runbook.",
            ));
        }
        let (now, then) = (self.sets(from)?, self.sets(to)?);
        for set in now.iter().chain(then) {
            self.may_switch(set)?;
        }
        fits_together(then)?;
        self.fits_beside(then, from.beside())
    }

    /// An image of this object with these sets, beside what stands there.
    pub(crate) fn image(&self, mut sets: Vec<RecordSet>, now: &Image) -> Image {
        sets.sort();
        Image::RecordSets {
            zone_id: self.zone_id.to_owned(),
            name: self.name.clone(),
            sets,
            beside: now.beside().to_vec(),
        }
    }

    /// A CNAME stands alone at its name (RFC 1034, 3.6.2), also beside types that no switch touches.
    fn fits_beside(&self, to: &[RecordSet], beside: &[String]) -> Result<(), ProviderError> {
        if beside.is_empty() || to.iter().all(|set| set.kind != RecordType::Cname) {
            return Ok(());
        }
        let name = self.name.host();
        let message = format!(
            "{name} has other records as well ({}), and a CNAME cannot stand beside them",
            beside.join(", ")
        );
        Err(refused(
            OPERATION,
            &message,
            "Use an alias or addresses instead, or move the other records first.",
        ))
    }

    fn may_switch(&self, set: &RecordSet) -> Result<(), ProviderError> {
        if set.name != *self.name {
            let message = format!(
                "A record set of {} does not belong to {}",
                set.name.host(),
                self.name.host()
            );
            return Err(refused(
                OPERATION,
                &message,
                "Correct the records in the runbook.",
            ));
        }
        if let Some(refused) = not_switched(set).filter(|_| set.routing.refused.is_some()) {
            return Err(refused);
        }
        if set.kind == RecordType::Cname && self.name == self.zone {
            let message = format!(
                "{} is the top of its zone and cannot be a CNAME",
                self.name.host()
            );
            return Err(refused(OPERATION, &message, "Use an alias instead."));
        }
        match &set.data {
            RecordData::Values { ttl, .. } if *ttl > LONGEST_TTL => Err(refused(
                OPERATION,
                "The TTL is longer than DNS allows",
                "Use at most 2147483647 seconds.",
            )),
            RecordData::Values { values, .. } if values.is_empty() => Err(refused(
                OPERATION,
                "A record set has no value",
                "Name at least one value.",
            )),
            _ => Ok(()),
        }
    }
}

/// The refusal of a set whose routing no switch is offered for.
pub(super) fn not_switched(set: &RecordSet) -> Option<ProviderError> {
    let message = format!(
        "{} {} uses {} routing, which Switchback does not change",
        set.kind,
        set.name.host(),
        set.routing.unswitchable()?
    );
    Some(refused(
        OPERATION,
        &message,
        "Change it by hand, and let Switchback check the result.",
    ))
}

/// Whether the sets can stand beside each other: Route 53 would refuse them, but only on the night.
fn fits_together(sets: &[RecordSet]) -> Result<(), ProviderError> {
    let wrong = |message: &str| Err(refused(OPERATION, message, "Correct the records in the runbook."));
    let cnames = sets.iter().any(|set| set.kind == RecordType::Cname);
    if cnames && sets.iter().any(|set| set.kind != RecordType::Cname) {
        return wrong("A CNAME cannot stand beside other records of its name");
    }
    for (at, set) in sets.iter().enumerate() {
        let same = |other: &&RecordSet| {
            other.kind == set.kind && other.routing.set_identifier == set.routing.set_identifier
        };
        if sets.iter().skip(at + 1).any(|other| same(&other)) {
            return wrong("Two record sets have the same type and identifier");
        }
        match (&set.routing.set_identifier, set.routing.weight) {
            (None, Some(_)) => return wrong("A weighted record set has no identifier"),
            (_, Some(weight)) if !(0..=255).contains(&weight) => {
                return wrong("A weight is not between 0 and 255");
            }
            _ => {}
        }
    }
    share_one_answer(sets)
}

/// What Route 53 asks of several record sets of one name and type: all weighted, and all with one TTL.
fn share_one_answer(sets: &[RecordSet]) -> Result<(), ProviderError> {
    let wrong = |message: String| {
        Err(refused(
            OPERATION,
            &message,
            "Correct the records in the runbook.",
        ))
    };
    for kind in [RecordType::A, RecordType::Aaaa, RecordType::Cname] {
        let of_type = || sets.iter().filter(move |set| set.kind == kind);
        let weighted = of_type().filter(|set| set.routing.weight.is_some()).count();
        if weighted > 0 && weighted < of_type().count() {
            return wrong(format!(
                "A weighted record set of type {kind} cannot stand beside one that is not weighted"
            ));
        }
        let ttls: BTreeSet<u32> = of_type().filter_map(RecordSet::ttl).collect();
        if weighted > 0 && ttls.len() > 1 {
            return wrong(format!(
                "The weighted record sets of type {kind} have different TTLs, which Route 53 refuses"
            ));
        }
    }
    Ok(())
}

/// Whether two lists of sets are the same in the world.
pub(crate) fn same(one: &[RecordSet], two: &[RecordSet]) -> bool {
    let sorted = |sets: &[RecordSet]| {
        let mut sets: Vec<RecordSet> = sets.iter().map(RecordSet::normal).collect();
        sets.sort();
        sets
    };
    sorted(one) == sorted(two)
}
