//! What each answer says of each kind of probe.

use switchback_model::RoutesExpected;

use super::{bare, check, closed, open};
use crate::routes::asked::{Ask, Probe, Rule, probes};
use crate::routes::spelling::Spelling;
use crate::routes::verdict::{Answer, Outcome, Outcomes, ProbeVerdict, verdict};

/// The first probe of the check that is such.
fn first(such: impl Fn(&Probe) -> bool) -> Probe {
    let all = probes(&check(RoutesExpected::Closed));
    all.into_iter().find(|probe| such(probe)).unwrap()
}

fn hear(of: &[(&Ask, Option<Answer>)]) -> Outcomes {
    let silent = || Outcome::Nothing("the connection failed".to_owned());
    of.iter()
        .map(|(ask, answer)| ((*ask).clone(), answer.map_or_else(silent, Outcome::Answer)))
        .collect()
}

fn both() -> Answer {
    Answer {
        open: true,
        ..closed()
    }
}

fn unknown(why: &str) -> ProbeVerdict {
    ProbeVerdict::Unknown(why.to_owned())
}

#[test]
fn a_plain_write_and_a_read_are_told_by_marks() {
    let probe = first(|probe| probe.rule == Rule::Write);
    let read = first(|probe| probe.rule == Rule::Read);
    let table = [
        (Some(closed()), ProbeVerdict::Closed(closed())),
        (Some(open()), ProbeVerdict::Open(open())),
        (Some(bare(204)), ProbeVerdict::Open(bare(204))),
        (Some(bare(403)), unknown("HTTP 403")),
        (Some(bare(429)), unknown("HTTP 429")),
        (Some(bare(404)), unknown("HTTP 404")),
        (Some(bare(405)), unknown("HTTP 405")),
        (Some(bare(302)), unknown("HTTP 302")),
        (Some(bare(503)), unknown("HTTP 503")),
        (Some(both()), unknown("HTTP 503 with the marks of both")),
        (None, unknown("the connection failed")),
    ];
    for (answer, right) in table {
        for probe in [&probe, &read] {
            assert_eq!(
                verdict(probe, &hear(&[(&probe.ask, answer)])),
                right,
                "{answer:?}"
            );
        }
    }
    assert_eq!(verdict(&probe, &Outcomes::new()), unknown("not asked"));
}

#[test]
fn another_application_answers_as_it_likes() {
    let probe = first(|probe| probe.rule == Rule::Other);
    let table = [
        (Some(closed()), ProbeVerdict::Closed(closed())),
        (Some(bare(404)), ProbeVerdict::Open(bare(404))),
        (Some(bare(302)), ProbeVerdict::Open(bare(302))),
        (Some(bare(500)), unknown("HTTP 500")),
        (None, unknown("the connection failed")),
    ];
    for (answer, right) in table {
        assert_eq!(
            verdict(&probe, &hear(&[(&probe.ask, answer)])),
            right,
            "{answer:?}"
        );
    }
}

#[test]
fn a_control_shows_whether_a_spelling_leads_anywhere() {
    let escaped = |probe: &Probe| {
        let Rule::Spelt { spelling, .. } = &probe.rule else {
            return false;
        };
        *spelling == Spelling::Escaped
    };
    let probe = first(escaped);
    let Rule::Spelt {
        control: Some([plain, spelt]),
        ..
    } = &probe.rule
    else {
        panic!("{probe:?}");
    };
    assert_eq!(
        (plain.path.as_str(), spelt.path.as_str()),
        ("/api/users", "/%61pi/users")
    );
    // What the plain read and the spelt one are answered, and whether the spelling leads nowhere then; `None` = who
    // knows.
    let controls = [
        (Some(open()), Some(open()), Some(false)),
        (Some(bare(200)), Some(bare(200)), Some(false)),
        (Some(open()), Some(bare(404)), Some(true)),
        (Some(open()), Some(bare(400)), Some(true)),
        (Some(open()), Some(bare(403)), Some(true)),
        (Some(open()), Some(bare(301)), Some(true)),
        (Some(open()), Some(bare(500)), Some(true)),
        (Some(open()), Some(bare(200)), Some(true)),
        (Some(open()), None, None),
        (None, Some(open()), None),
        (Some(bare(403)), Some(bare(403)), None),
        (Some(closed()), Some(closed()), None),
        (Some(open()), Some(closed()), None),
        (Some(open()), Some(bare(429)), None),
        (Some(open()), Some(bare(502)), None),
    ];
    for (of_plain, of_spelt, nowhere) in controls {
        let said = |answer| {
            let heard = hear(&[(plain, of_plain), (spelt, of_spelt), (&probe.ask, answer)]);
            verdict(&probe, &heard)
        };
        let words = format!("{of_plain:?} {of_spelt:?}");
        // Marks say what they say, whatever the control.
        assert_eq!(said(Some(closed())), ProbeVerdict::Closed(closed()), "{words}");
        assert_eq!(said(Some(open())), ProbeVerdict::Open(open()), "{words}");
        assert_eq!(said(Some(bare(202))), ProbeVerdict::Open(bare(202)), "{words}");
        assert_eq!(said(None), unknown("the connection failed"), "{words}");
        assert_eq!(said(Some(both())), unknown("HTTP 503 with the marks of both"));
        for status in [301, 400, 403, 404, 405, 500] {
            // It leads nowhere as the read in that spelling does, or as what is not there.
            let alike = of_spelt.is_some_and(|spelt| spelt.status == status) || matches!(status, 404 | 405);
            let right = match nowhere {
                Some(true) if alike => ProbeVerdict::Nowhere,
                Some(_) | None => unknown(&format!("HTTP {status}")),
            };
            assert_eq!(said(Some(bare(status))), right, "{words} {status}");
        }
    }
}

#[test]
fn a_spelling_that_no_read_can_try_is_not_told() {
    let mut check = check(RoutesExpected::Closed);
    check.reads = vec!["GET /".parse().unwrap()];
    let all = probes(&check);
    let probe = all
        .iter()
        .find(|probe| matches!(probe.rule, Rule::Spelt { .. }))
        .unwrap();
    let said = |answer| verdict(probe, &hear(&[(&probe.ask, Some(answer))]));
    assert_eq!(said(bare(404)), unknown("HTTP 404"));
    assert_eq!(said(closed()), ProbeVerdict::Closed(closed()));
    // The first that can be spelt so serves.
    check.reads.push("HEAD /api/users".parse().unwrap());
    let all = probes(&check);
    let with_control = |probe: &&Probe| matches!(&probe.rule, Rule::Spelt { control: Some([plain, _]), .. } if plain.method == "HEAD");
    assert!(all.iter().any(|probe| with_control(&probe)));
}

#[test]
fn a_get_that_names_another_method_is_held_against_a_plain_get() {
    let probe = first(|probe| matches!(probe.rule, Rule::ByGet { .. }));
    let Rule::ByGet { control } = &probe.rule else {
        panic!("{probe:?}");
    };
    assert_eq!(
        (
            probe.ask.method.as_str(),
            probe.ask.instead.as_deref(),
            &control.instead
        ),
        ("GET", Some("POST"), &None)
    );
    let table = [
        (Some(closed()), Some(open()), ProbeVerdict::Closed(closed())),
        (Some(closed()), None, ProbeVerdict::Closed(closed())),
        (
            Some(open()),
            Some(open()),
            unknown(
                "HTTP 401, as without the header: who asks for credentials first does not tell whether it counts",
            ),
        ),
        (Some(bare(200)), Some(bare(200)), ProbeVerdict::Nowhere),
        (Some(bare(405)), Some(bare(405)), ProbeVerdict::Nowhere),
        (Some(open()), Some(bare(404)), ProbeVerdict::Open(open())),
        (Some(bare(202)), Some(bare(405)), ProbeVerdict::Open(bare(202))),
        (Some(bare(403)), Some(bare(404)), unknown("HTTP 403")),
        (
            Some(open()),
            None,
            unknown("HTTP 401, and a GET without the header: the connection failed"),
        ),
        (None, Some(open()), unknown("the connection failed")),
    ];
    for (answer, of_control, right) in table {
        let heard = hear(&[(&probe.ask, answer), (control, of_control)]);
        assert_eq!(verdict(&probe, &heard), right, "{answer:?} {of_control:?}");
    }
    // Elsewhere at the same place it is overlooked, so that it means nothing here either.
    let elsewhere = Ask {
        path: "/elsewhere".to_owned(),
        ..probe.ask.clone()
    };
    let without = Ask {
        instead: None,
        ..elsewhere.clone()
    };
    let alike = |answer| {
        hear(&[
            (&probe.ask, Some(open())),
            (control, Some(open())),
            (&elsewhere, Some(answer)),
            (&without, Some(answer)),
        ])
    };
    assert_eq!(verdict(&probe, &alike(bare(405))), ProbeVerdict::Nowhere);
    // What the gateway does not have says nothing of the application.
    let gateway = Answer {
        no_route: true,
        ..bare(403)
    };
    assert!(matches!(
        verdict(&probe, &alike(gateway)),
        ProbeVerdict::Unknown(_)
    ));
}

#[test]
fn a_post_that_names_another_method_may_find_no_route() {
    let probe = first(|probe| probe.rule == Rule::ByPost);
    assert_eq!(
        (probe.ask.method.as_str(), probe.ask.instead.as_deref()),
        ("POST", Some("PUT"))
    );
    let no_route = Answer {
        no_route: true,
        ..bare(403)
    };
    let table = [
        (closed(), ProbeVerdict::Closed(closed())),
        (open(), ProbeVerdict::Open(open())),
        (bare(202), ProbeVerdict::Open(bare(202))),
        (bare(404), ProbeVerdict::Nowhere),
        (bare(405), ProbeVerdict::Nowhere),
        (no_route, ProbeVerdict::Nowhere),
        (bare(403), unknown("HTTP 403")),
    ];
    for (answer, right) in table {
        assert_eq!(verdict(&probe, &hear(&[(&probe.ask, Some(answer))])), right);
    }
}
