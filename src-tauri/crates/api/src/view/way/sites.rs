//! What is known of the two sites of a switch: by checks of the plan that are about one of them, each with its age.
//!
//! A check that dials an address asks that site itself. One that goes where DNS leads speaks for a site only where it is
//! known which one it met: by the address or the build that it found, by what the resolver gives that it asked, or because
//! it says so.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::Timestamp;
use switchback_engine::run::Run;

use super::looks::{Look, looks};
use super::{KnownName, Switch, guards};
use crate::view::run::Live;
use crate::wire::{WayHealthOf, WaySide, WaySite};

/// Where a request is led that goes by the resolver which this program asks first.
pub(super) struct Led {
    /// To which side; none where it can't be told.
    pub to: Option<WaySide>,
    /// When it was asked.
    pub at: Option<Timestamp>,
    /// Whether nothing is on its way.
    pub settled: bool,
}

/// By what a site is known.
#[derive(Default)]
pub(super) struct Marks {
    builds: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

/// The marks of both sides: those of one that are not the other's as well.
pub(super) struct Sides {
    old: Marks,
    new: Marks,
}

impl Sides {
    fn of(looks: &[Look<'_>], known: &[KnownName<'_>]) -> Self {
        let mut sides = Self {
            old: Marks::default(),
            new: Marks::default(),
        };
        for known in known {
            sides
                .old
                .addresses
                .extend(known.right.old.iter().flatten().cloned());
            sides
                .new
                .addresses
                .extend(known.right.new.iter().flatten().cloned());
        }
        for look in looks {
            let (Some(side), Some(build)) = (look.stands_for, look.build) else {
                continue;
            };
            sides.marks(side).builds.insert(build.to_owned());
        }
        // Behind an alias only a check says at which address a side is reached.
        for look in looks {
            if let (Some(address), Some(build)) = (look.address, look.build)
                && let Some(side) = sides.by(|marks| marks.builds.contains(build))
            {
                sides.marks(side).addresses.insert(address.to_string());
            }
        }
        sides
    }

    fn marks(&mut self, side: WaySide) -> &mut Marks {
        match side {
            WaySide::Old => &mut self.old,
            WaySide::New => &mut self.new,
        }
    }

    fn marks_of(&self, side: WaySide) -> &Marks {
        match side {
            WaySide::Old => &self.old,
            WaySide::New => &self.new,
        }
    }

    fn by(&self, has: impl Fn(&Marks) -> bool) -> Option<WaySide> {
        match (has(&self.old), has(&self.new)) {
            (true, false) => Some(WaySide::Old),
            (false, true) => Some(WaySide::New),
            (true, true) | (false, false) => None,
        }
    }

    /// The side that stands at an address.
    pub(super) fn at(&self, address: IpAddr) -> Option<WaySide> {
        self.by(|marks| marks.addresses.contains(&address.to_string()))
    }

    fn of_look(&self, look: &Look<'_>) -> Option<WaySide> {
        if let (Some(reading), Some(address)) = (look.reading, look.dialled())
            && let Some(side) = self.at(address)
        {
            // The other side was expected, and this one answers as it should: that is no fault of a site.
            let found = reading
                .observed
                .split(", ")
                .next()
                .and_then(|part| part.strip_prefix("build "));
            let own = found.is_some_and(|build| self.marks_of(side).builds.contains(build));
            return Some(side).filter(|_| reading.verdict.lets_through() || !own);
        }
        let by_build = look
            .build
            .and_then(|build| self.by(|marks| marks.builds.contains(build)));
        match look.address {
            Some(address) => by_build.or_else(|| self.at(address)),
            None => by_build.or(look.stands_for),
        }
    }
}

/// Both sites, the old one first.
pub(super) fn sites(
    run: &Run,
    live: &Live,
    switch: &Switch<'_>,
    known: &[KnownName<'_>],
    led: &Led,
    now: Timestamp,
) -> Vec<WaySite> {
    let looks = looks(run, live, switch);
    let sides = Sides::of(&looks, known);
    let site = |side| {
        let about: Vec<&Look<'_>> = looks
            .iter()
            .filter(|look| sides.of_look(look) == Some(side))
            .collect();
        let newest = |of| {
            let all = about
                .iter()
                .filter(|look| look.of == of && look.met(side, &sides, led));
            all.max_by_key(|look| look.reading.map(|reading| reading.observed_at))
        };
        let newest = [WayHealthOf::Answer, WayHealthOf::Certificate].map(newest);
        let seen = about.iter().filter(|look| {
            let passed = look.reading.is_some_and(|reading| reading.verdict.lets_through());
            passed && look.build.is_some()
        });
        let seen = seen.max_by_key(|look| look.reading.map(|reading| reading.observed_at));
        WaySite {
            side,
            build: seen.and_then(|look| look.build).map(str::to_owned),
            health: newest.iter().flatten().map(|look| look.health(now)).collect(),
            guards: guards::of(run, switch, &sides, side),
        }
    };
    [WaySide::Old, WaySide::New].map(site).into()
}
