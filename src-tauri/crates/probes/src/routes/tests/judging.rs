//! The verdict on a whole check, and its words.

use switchback_model::{RoutesCheck, RoutesExpected, Verdict};

use super::{bare, check, closed, open};
use crate::routes::asked::{Ask, BaseRef, Probe, Rule, each_once, probes};
use crate::routes::judge::{Judgement, judge};
use crate::routes::spelling::Spelling;
use crate::routes::verdict::{Answer, Outcome, Outcomes};

/// A check that is as it should be, but for what `but` says of a request.
fn judged(check: &RoutesCheck, but: impl Fn(&Ask) -> Option<Outcome>) -> Judgement {
    let probes = probes(check);
    let usual = |ask: &Ask| {
        let read = matches!(ask.method.as_str(), "GET" | "HEAD");
        let answer = match (ask.place, check.expected) {
            (BaseRef::Other(_), _) => bare(200),
            (_, RoutesExpected::Open) => open(),
            // A GET of a write's path is no route, with the header or without.
            (_, RoutesExpected::Closed) if read && ask.path != "/api/users" => bare(404),
            (_, RoutesExpected::Closed) if read => open(),
            (_, RoutesExpected::Closed) => closed(),
        };
        Outcome::Answer(answer)
    };
    let heard: Outcomes = each_once(&probes)
        .into_iter()
        .map(|ask| {
            let heard = but(&ask).unwrap_or_else(|| usual(&ask));
            (ask, heard)
        })
        .collect();
    judge(check, &probes, &heard)
}

fn plain(ask: &Ask, method: &str, path: &str) -> bool {
    ask.method == method && ask.path == path && ask.instead.is_none() && ask.base.is_none()
}

fn answer(answer: Answer) -> Option<Outcome> {
    Some(Outcome::Answer(answer))
}

#[test]
fn what_is_closed_everywhere_passes() {
    // 2 writes, plain, in 5 spellings and behind a base in 4, one of them in a spelling more, and a POST instead of a
    // PUT, at 2 bases. A GET instead of either is not honoured, so that it does not count.
    let right = judged(&check(RoutesExpected::Closed), |_| None);
    assert_eq!(right.verdict, Verdict::Pass);
    assert_eq!(
        right.observed,
        "44 of 44 writes closed, 2 of 2 reads open, 1 of 1 other URLs answered"
    );
    assert_eq!(right.mend, None);
}

#[test]
fn what_is_open_again_shows_the_way_only() {
    let check = check(RoutesExpected::Open);
    let right = judged(&check, |_| None);
    assert_eq!(
        (right.verdict, right.observed.as_str()),
        (
            Verdict::Pass,
            "4 of 4 writes open, 2 of 2 reads open, 1 of 1 other URLs answered; \
             this shows the way, not that writes work"
        )
    );
    let still = judged(&check, |ask| match plain(ask, "POST", "/createUser") {
        true if ask.place == BaseRef::Base(1) => answer(closed()),
        _ => None,
    });
    assert_eq!(
        (still.verdict, still.observed.as_str(), still.mend.unwrap()),
        (
            Verdict::Fail,
            "3 of 4 writes open, 2 of 2 reads open, 1 of 1 other URLs answered; still closed: POST /createUser \
             answered 503 by the restriction, at https://lb.example.nhs.test/um",
            "Lift the restriction here too, then look again.",
        )
    );
    assert!(probes(&check).iter().all(|probe| probe.rule != Rule::ByPost));
}

#[test]
fn leaks_come_first_each_route_once_with_the_ways_in_which_it_leaks() {
    let check = check(RoutesExpected::Closed);
    let seen = judged(&check, |ask| {
        if plain(ask, "PUT", "/%61pi/users/{u}") {
            answer(open())
        } else if plain(ask, "POST", "/createUser") {
            answer(bare(403))
        } else if plain(ask, "PUT", "/api/users/{u}/") && ask.place == BaseRef::Base(0) {
            answer(bare(202))
        } else {
            None
        }
    });
    assert_eq!(
        (seen.verdict, seen.observed.as_str()),
        (
            Verdict::Fail,
            "39 of 44 writes closed, 2 of 2 reads open, 1 of 1 other URLs answered; \
             leak: PUT /api/users/{u} answered 401 by the application, escaped, at https://apps.example.nhs.test/um, \
             and in 2 other ways, at 2 addresses in all; \
             not told: POST /createUser, HTTP 403, at https://apps.example.nhs.test/um, and in 1 other way, at 2 addresses in all"
        )
    );
    assert!(seen.mend.unwrap().starts_with("Close this route too"));
}

#[test]
fn a_leak_behind_a_spelt_base_shows_how_it_is_spelt() {
    for (spelling, shown) in Spelling::OF_A_BASE
        .into_iter()
        .zip(["//um", "/um;x=1", "/%75m", "/UM"])
    {
        let seen = judged(&check(RoutesExpected::Closed), |ask| {
            let leaks = ask.base == Some(spelling) && ask.path == "/createUser";
            if leaks && ask.place == BaseRef::Base(1) {
                answer(open())
            } else {
                None
            }
        });
        let leak = format!(
            "; leak: POST /createUser answered 401 by the application, with {shown} before it, \
             at https://lb.example.nhs.test/um"
        );
        assert_eq!(seen.verdict, Verdict::Fail);
        assert!(seen.observed.ends_with(&leak), "{}", seen.observed);
    }
}

#[test]
fn a_header_that_names_another_method_leaks_too() {
    let seen = judged(&check(RoutesExpected::Closed), |ask| {
        let leaks = ask.instead.as_deref() == Some("POST") && ask.place == BaseRef::Base(0);
        if leaks { answer(open()) } else { None }
    });
    assert!(
        seen.observed.ends_with(
            "; leak: POST /createUser answered 401 by the application, as a GET with X-HTTP-Method-Override, \
             at https://apps.example.nhs.test/um"
        ),
        "{}",
        seen.observed
    );
}

#[test]
fn what_is_closed_beside_the_writes_fails() {
    let check = check(RoutesExpected::Closed);
    let read = judged(&check, |ask| match plain(ask, "GET", "/api/users") {
        true if ask.place == BaseRef::Base(0) => answer(closed()),
        _ => None,
    });
    assert_eq!(read.verdict, Verdict::Fail);
    assert!(
        read.observed.contains(
            "1 of 2 reads open, 1 of 1 other URLs answered; what reads is closed too: GET /api/users answered 503 \
             by the restriction, at https://apps.example.nhs.test/um"
        ),
        "{}",
        read.observed
    );
    assert!(
        read.mend
            .unwrap()
            .starts_with("Narrow the restriction to the routes")
    );
    let other = judged(&check, |ask| match ask.place {
        BaseRef::Other(_) => answer(closed()),
        BaseRef::Base(_) => None,
    });
    assert_eq!(other.verdict, Verdict::Fail);
    assert!(
        other.observed.ends_with(
            "0 of 1 other URLs answered; another application is closed too: \
             GET https://apps.example.nhs.test/auth (192.0.2.7) answered 503 by the restriction"
        ),
        "{}",
        other.observed
    );
}

#[test]
fn who_can_not_be_told_lets_nobody_through() {
    let check = check(RoutesExpected::Closed);
    let seen = judged(&check, |ask| match plain(ask, "PUT", "/api/users/{u}") {
        true if ask.place == BaseRef::Base(1) => answer(bare(403)),
        _ => None,
    });
    assert_eq!(
        (seen.verdict, seen.observed.as_str()),
        (
            Verdict::Error,
            "43 of 44 writes closed, 2 of 2 reads open, 1 of 1 other URLs answered; \
             not told: PUT /api/users/{u}, HTTP 403, at https://lb.example.nhs.test/um"
        )
    );
    assert!(seen.mend.unwrap().starts_with("Whoever answered is neither"));
    let nobody = judged(&check, |ask| match ask.place {
        BaseRef::Base(0) => Some(Outcome::Nothing("not asked within 60 s".to_owned())),
        BaseRef::Base(_) | BaseRef::Other(_) => None,
    });
    assert_eq!(nobody.verdict, Verdict::Error);
    assert!(
        nobody.observed.contains(
            "not told: POST /createUser, not asked within 60 s, at https://apps.example.nhs.test/um, and in "
        ) && nobody.observed.matches("; not told: ").count() == 3,
        "{}",
        nobody.observed
    );
    assert!(nobody.mend.unwrap().starts_with("Look at the network"));
}

#[test]
fn each_request_is_made_once_and_what_says_most_comes_first() {
    let mut check = check(RoutesExpected::Closed);
    check.writes.push("DELETE /api/users/{u}".parse().unwrap());
    let all = probes(&check);
    let asks = each_once(&all);
    let gets = asks.iter().filter(|ask| plain(ask, "GET", "/api/users/{u}"));
    assert_eq!(gets.count(), 2, "once at each base, for two writes");
    let rules: Vec<_> = all.iter().map(|probe: &Probe| &probe.rule).collect();
    assert!(rules[..6].iter().all(|rule| **rule == Rule::Write));
    assert_eq!((rules[6], rules[8]), (&Rule::Read, &Rule::Other));
    // 6 plain, 2 reads, 1 other, 34 spelt with 12 controls, 24 behind a spelt base with 8 controls, 6 by GET with 4
    // controls, 4 by POST.
    assert_eq!(asks.len(), 6 + 2 + 1 + 34 + 12 + 24 + 8 + 6 + 4 + 4);
    // A base without a path has nothing to spell.
    for base in &mut check.bases {
        base.url = base.url.replace("/um", "");
    }
    assert!(probes(&check).iter().all(|probe| probe.ask.base.is_none()));
    assert_eq!(each_once(&probes(&check)).len(), asks.len() - 24 - 8);
    // Behind a spelt base, those between the first of a method and the last are not asked.
    let mut longer = self::check(RoutesExpected::Closed);
    for route in ["POST /b", "PUT /c", "POST /d", "POST /e"] {
        longer.writes.push(route.parse().unwrap());
    }
    let of_base = probes(&longer)
        .into_iter()
        .filter(|probe| (probe.ask.base, probe.ask.place) == (Some(Spelling::Case), BaseRef::Base(1)));
    let routes: Vec<String> = of_base.map(|probe| probe.route.to_string()).collect();
    assert_eq!(
        routes,
        ["POST /createUser", "PUT /api/users/{u}", "PUT /c", "POST /e"]
    );
    // A GET that writes is asked, but not by a header that names itself.
    check.writes = vec!["GET /run".parse().unwrap()];
    assert!(
        probes(&check)
            .iter()
            .all(|probe| !matches!(probe.rule, Rule::ByGet { .. }))
    );
}
