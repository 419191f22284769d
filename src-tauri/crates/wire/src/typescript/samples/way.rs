//! Who answers what in DNS, and the way of a request.

use super::run::reading;
use super::{Samples, list, maybe, text, texts, time};
use crate::{
    NameAnswers, RequestWay, ServerAnswer, WayGives, WayHealth, WayHealthOf, WayPlace, WayServer, WayShare,
    WaySide, WaySite, WayState,
};

pub(super) fn add(samples: &mut Samples) {
    samples.both(server);
    samples.both(name);
    samples.each([
        WayState::Before,
        WayState::Switching,
        WayState::After,
        WayState::SwitchingBack,
    ]);
    samples.each([WayPlace::Resolver, WayPlace::NameServer]);
    samples.each([
        WayGives::Old,
        WayGives::New,
        WayGives::Both,
        WayGives::Neither,
        WayGives::Unknown,
    ]);
    samples.each([WaySide::Old, WaySide::New]);
    samples.each([WayHealthOf::Answer, WayHealthOf::Certificate]);
    samples.each([share()]);
    samples.both(on_the_way);
    samples.both(health);
    samples.both(site);
    samples.both(way);
}

fn server(full: bool) -> ServerAnswer {
    ServerAnswer {
        server: text(),
        place: text(),
        values: texts(full),
        ttl_s: maybe(full, || 60),
        problem: maybe(full, text),
    }
}

pub(super) fn name(full: bool) -> NameAnswers {
    NameAnswers {
        name: text(),
        record: text(),
        observed_at: maybe(full, time),
        believable_s: 90,
        servers: list(full, || server(full)),
    }
}

fn share() -> WayShare {
    WayShare {
        asked: 4,
        old: 1,
        new: 3,
        ..WayShare::default()
    }
}

fn on_the_way(full: bool) -> WayServer {
    WayServer {
        name: text(),
        place: WayPlace::Resolver,
        gives: WayGives::New,
        said: text(),
        ttl_s: maybe(full, || 51),
    }
}

fn health(full: bool) -> WayHealth {
    WayHealth {
        of: WayHealthOf::Answer,
        words: text(),
        reading: reading(full),
    }
}

fn site(full: bool) -> WaySite {
    WaySite {
        side: WaySide::New,
        build: maybe(full, text),
        health: list(full, || health(full)),
        guards: texts(full),
    }
}

pub(super) fn way(full: bool) -> RequestWay {
    RequestWay {
        name: text(),
        steps: texts(full),
        state: WayState::Switching,
        since: maybe(full, time),
        observed_at: maybe(full, time),
        believable_s: 30,
        servers: list(full, || on_the_way(full)),
        resolvers: share(),
        name_servers: share(),
        sites: list(full, || site(full)),
        sentence: text(),
        once_stale: text(),
    }
}
