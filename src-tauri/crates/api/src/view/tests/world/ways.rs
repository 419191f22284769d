//! The way of a request, moment by moment of the made-up night.

use switchback_model::Verdict;

use super::courses::{done, going_back, not_signed_in, ready, shown, undone, waiting_with};
use super::night::Night;
use super::plan;
use crate::view::snapshot;
use crate::wire::{RequestWay, Tone, WayGives, WayHealthOf, WayPlace, WayShare, WaySide, WaySite, WayState};

const APPS: &str = "apps.example.nhs.test";

fn of(night: &Night, name: &str) -> RequestWay {
    let ways = night.snapshot().ways;
    ways.into_iter().find(|way| way.name == name).expect("a way")
}

fn site(way: &RequestWay, side: WaySide) -> &WaySite {
    way.sites.iter().find(|site| site.side == side).expect("a site")
}

fn answer(way: &RequestWay, side: WaySide) -> (Tone, &str) {
    let health = &site(way, side).health;
    let answer = health.iter().find(|health| health.of == WayHealthOf::Answer);
    let answer = answer.expect("a check of its answer");
    (answer.reading.tone, answer.words.as_str())
}

fn gives(way: &RequestWay, server: &str) -> WayGives {
    let server = way.servers.iter().find(|one| one.name == server);
    server.expect("a server").gives
}

fn share(old: u32, new: u32, unknown: u32) -> WayShare {
    WayShare {
        asked: old + new + unknown,
        old,
        new,
        unknown,
        ..WayShare::default()
    }
}

/// The switch was called; so many seconds later.
async fn switching(after: u64) -> Night {
    let mut night = ready(plan::REHEARSAL).await;
    night.approve("mid.3").await;
    night.turns(1).await;
    night.wait(after).await;
    night
}

#[tokio::test]
async fn before_the_switch_every_server_gives_the_old_side() {
    let mut night = ready(plan::REHEARSAL).await;
    let way = of(&night, APPS);
    assert_eq!((way.state, way.since), (WayState::Before, None));
    assert_eq!(way.steps, ["mid.3"]);
    assert_eq!(
        (way.name_servers, way.resolvers),
        (share(4, 0, 0), share(2, 0, 1))
    );
    assert_eq!(
        way.sentence,
        "4 of 4 name servers and 2 of 3 resolvers give the old side. Of 1 resolver it can't be told."
    );
    assert_eq!(gives(&way, "vpn"), WayGives::Unknown);
    // Resolvers stand first: as a request goes.
    assert_eq!(way.servers[0].place, WayPlace::Resolver);
    // Both sites are asked at their addresses, whatever DNS says.
    assert_eq!(answer(&way, WaySide::New).0, Tone::Passing);
    assert_eq!(answer(&way, WaySide::Old).0, Tone::Passing);
    assert_eq!(site(&way, WaySide::New).build.as_deref(), Some("8f2c"));
    assert_eq!(site(&way, WaySide::Old).build.as_deref(), Some("7d19"));
    let certificate = &site(&way, WaySide::New).health[1];
    assert_eq!(
        (certificate.of, certificate.words.as_str()),
        (WayHealthOf::Certificate, "certificate 211 days left")
    );

    night.world.silent(&[]);
    shown(&mut night).await;
    assert_eq!(
        of(&night, APPS).sentence,
        "4 of 4 name servers and 3 of 3 resolvers give the old side."
    );
}

#[tokio::test]
async fn in_flight_the_share_is_counted_and_the_rest_has_a_time() {
    let mut night = ready(plan::REHEARSAL).await;
    night.world.silent(&[]);
    night.approve("mid.3").await;
    night.turns(1).await;
    night.ask_servers().await;
    let way = of(&night, APPS);
    assert_eq!(way.state, WayState::Switching);
    assert!(way.since.is_some());
    assert_eq!(
        (way.name_servers, way.resolvers),
        (share(3, 1, 0), share(3, 0, 0))
    );
    assert!(
        way.sentence
            .starts_with("1 of 4 name servers and 0 of 3 resolvers give the new side. By "),
        "{}",
        way.sentence
    );
    assert!(
        way.sentence
            .ends_with(" none that keeps to its time gives the old one.")
    );
    // Answers that change by the second are not believed for long.
    assert_eq!(way.believable_s, 30);

    night.wait(20).await;
    let way = of(&night, APPS);
    assert_eq!(
        (way.name_servers, way.resolvers),
        (share(1, 3, 0), share(2, 1, 0))
    );
    assert_eq!(gives(&way, "office"), WayGives::New);
    let home = way.servers.iter().find(|server| server.name == "home");
    let home = home.expect("a resolver");
    assert_eq!((home.gives, home.ttl_s), (WayGives::Old, Some(50)));
}

#[tokio::test]
async fn in_flight_the_side_on_its_way_in_is_asked_itself() {
    let mut night = switching(20).await;
    night.read_monitors().await;
    let way = of(&night, APPS);
    assert_eq!(answer(&way, WaySide::New).0, Tone::Passing);
    // It is down, though resolvers still lead to the other: that is its fault alone.
    night
        .world
        .say("new-build", Verdict::Fail, "503 from 198.51.100.20");
    night.read_monitors().await;
    // One odd sample turns it red no more than the monitor in the rail.
    assert_ne!(answer(&of(&night, APPS), WaySide::New).0, Tone::Failing);
    night.read_monitors().await;
    let way = of(&night, APPS);
    assert_eq!(
        answer(&way, WaySide::New),
        (Tone::Failing, "503 from 198.51.100.20")
    );
    assert_ne!(answer(&way, WaySide::Old).0, Tone::Failing);
}

#[tokio::test]
async fn the_rail_and_the_picture_say_the_same_time() {
    let mut night = not_signed_in(plan::REHEARSAL).await;
    night.turns(12).await;
    night.wait(6).await;
    let seen = night.snapshot();
    let (_, picture) = seen.ways[0].sentence.split_once("By ").expect("a time");
    let (_, rail) = seen.users.note.split_once("others by ").expect("a time");
    assert!(
        picture.starts_with(&format!("{rail} none")),
        "{rail} is not {picture}"
    );
}

#[tokio::test]
async fn a_resolver_that_keeps_the_old_side_is_counted_until_it_lets_go() {
    let night = switching(50).await;
    let way = of(&night, APPS);
    assert_eq!(way.name_servers, share(0, 4, 0));
    assert_eq!(way.resolvers, share(1, 1, 1));
    assert!(
        way.sentence
            .starts_with("4 of 4 name servers and 1 of 3 resolvers give the new side. Of 1 resolver"),
        "{}",
        way.sentence
    );
    let mut night = done().await;
    night.world.silent(&[]);
    night.wait(90).await;
    let way = of(&night, APPS);
    assert_eq!(way.state, WayState::After);
    // Nothing is promised where nothing is on its way.
    assert_eq!(
        way.sentence,
        "4 of 4 name servers and 3 of 3 resolvers give the new side."
    );
    assert_eq!(answer(&way, WaySide::New).0, Tone::Passing);
}

#[tokio::test]
async fn a_site_that_fails_is_red_and_the_other_is_not() {
    let mut night = not_signed_in(plan::REHEARSAL).await;
    night.settle().await;
    super::courses::down(&mut night, 120).await;
    let way = of(&night, APPS);
    let (tone, words) = answer(&way, WaySide::New);
    assert_eq!((tone, words), (Tone::Failing, "503 from 44 of 44 requests"));
    assert_ne!(answer(&way, WaySide::Old).0, Tone::Failing);
}

#[tokio::test]
async fn what_users_meet_elsewhere_makes_no_site_red() {
    // Where DNS leads can't be told: the monitor's failure is of one of the sites, and of which nobody knows.
    let mut night = done().await;
    night.world.silent(&["office"]);
    night
        .world
        .say("admins-new", Verdict::Fail, "503 from 44 of 44 requests");
    night.wait(60).await;
    let way = of(&night, APPS);
    for side in [WaySide::Old, WaySide::New] {
        assert_ne!(answer(&way, side).0, Tone::Failing, "{side:?}");
    }
}

#[tokio::test]
async fn a_fault_is_of_the_side_whose_address_was_met() {
    let mut night = going_back().await;
    night.turns(1).await;
    let met = "no build: the answer is no JSON, HTTP 503, 198.51.100.20, 12 ms";
    for check in ["admins-old", "admins-new"] {
        night.world.say(check, Verdict::Fail, met);
    }
    night.read_monitors().await;
    night.read_monitors().await;
    let way = of(&night, APPS);
    assert_eq!(
        answer(&way, WaySide::New),
        (Tone::Failing, "no build: the answer is no JSON, HTTP 503, 12 ms")
    );
    assert_ne!(answer(&way, WaySide::Old).0, Tone::Failing);

    // One that answers with its own build is at no fault, though the other was expected.
    for check in ["admins-old", "admins-new"] {
        let met = "build 8f2c, HTTP 200, 198.51.100.20, 12 ms";
        night.world.say(check, Verdict::Fail, met);
    }
    night.read_monitors().await;
    let way = of(&night, APPS);
    for side in [WaySide::Old, WaySide::New] {
        assert_ne!(answer(&way, side).0, Tone::Failing, "{side:?}");
    }
}

#[tokio::test]
async fn going_back_counts_towards_the_old_side() {
    let mut night = going_back().await;
    night.turns(1).await;
    night.ask_servers().await;
    let way = of(&night, APPS);
    assert_eq!(way.state, WayState::SwitchingBack);
    assert_eq!(way.name_servers, share(1, 3, 0));
    assert!(
        way.sentence
            .starts_with("1 of 4 name servers and 0 of 3 resolvers give the old side."),
        "{}",
        way.sentence
    );
    assert!(
        way.sentence
            .ends_with(" none that keeps to its time gives the new one.")
    );
    let way = of(&undone().await, APPS);
    assert_eq!((way.state, way.name_servers), (WayState::Before, share(4, 0, 0)));
}

#[tokio::test]
async fn what_is_too_old_tells_nothing() {
    let night = switching(20).await;
    let heard = of(&night, APPS);
    let later = night
        .now()
        .checked_add(jiff::SignedDuration::from_secs(31))
        .expect("a time");
    let ways = snapshot(night.run(), &night.live(), later).ways;
    let way = ways.into_iter().find(|way| way.name == APPS).expect("a way");
    assert_eq!(way.name_servers, share(0, 0, 4));
    assert!(way.servers.iter().all(|server| server.gives == WayGives::Unknown));
    assert_eq!(way.sentence, heard.once_stale);
    assert!(
        way.sentence
            .starts_with("Which side is given can't be told: the servers were last asked at "),
        "{}",
        way.sentence
    );
}

#[tokio::test]
async fn what_is_neither_is_said() {
    let mut night = done().await;
    night.world.silent(&[]);
    night.world.write_beside("198.51.100.99");
    night.wait(90).await;
    let way = of(&night, APPS);
    assert_eq!(way.name_servers.neither, 4);
    assert_eq!(
        way.sentence,
        "0 of 4 name servers and 0 of 3 resolvers give the new side. 4 name servers and 3 resolvers give neither."
    );
}

#[tokio::test]
async fn of_what_nobody_asks_nothing_is_said() {
    let night = ready(plan::REHEARSAL).await;
    let reval = of(&night, "reval.example.nhs.test");
    assert_eq!((reval.servers.len(), reval.observed_at), (0, None));
    assert_eq!(
        reval.sentence,
        "No check of this plan asks DNS for reval.example.nhs.test, so nothing is said of its servers."
    );

    let mut blind = plan::on(plan::REHEARSAL);
    blind.target.observers.dns = false;
    let night = waiting_with(blind, None).await;
    let way = of(&night, APPS);
    assert!(night.snapshot().name_answers.is_empty());
    assert_eq!(
        way.sentence,
        "This target has no DNS observer, so nothing is said of the servers of apps.example.nhs.test."
    );
}

#[tokio::test]
async fn the_table_and_the_picture_are_of_one_look() {
    let night = switching(20).await;
    let seen = night.snapshot();
    let truth = &seen.name_answers[0];
    let way = &seen.ways[0];
    assert_eq!((truth.name.as_str(), truth.observed_at), (APPS, way.observed_at));
    let new = truth
        .servers
        .iter()
        .filter(|server| server.values == ["198.51.100.20"])
        .count();
    assert_eq!(
        new,
        usize::try_from(way.name_servers.new + way.resolvers.new).expect("a few")
    );
}

#[tokio::test]
async fn what_restricts_stands_before_the_side_that_it_restricts() {
    let with_base = plan::edited(
        plan::REHEARSAL,
        &[(
            "bases = [\"https://um.example.nhs.test\"]",
            "bases = [\"https://apps.example.nhs.test/um at 192.0.2.10\"]",
        )],
    );
    let mut night = waiting_with(with_base, None).await;
    shown(&mut night).await;
    let way = of(&night, APPS);
    assert_eq!(site(&way, WaySide::Old).guards, ["Restrict UserManagement"]);
    assert!(site(&way, WaySide::New).guards.is_empty());
}
