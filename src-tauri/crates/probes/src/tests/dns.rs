use jiff::Timestamp;
use switchback_model::Verdict;
use switchback_model::dns::RecordType::{A, Aaaa, Cname};

use super::{Manner, name, name_server, spec, zone};
use crate::dns::addresses;
use crate::{ProbeErrorKind, ProbeWorld, authoritative, check_authoritative, check_resolvers, resolvers};

const OLD: &str = "192.0.2.10";
const NEW: &str = "198.51.100.20";

#[tokio::test]
async fn answers_are_followed_and_brought_into_one_form() {
    let server = vec![("ns-1".to_owned(), name_server(zone(OLD), Manner::Authority).await)];
    for (asked, kind, values, ttl) in [
        ("apps", A, vec![OLD], Some(60)),
        ("apps", Aaaa, vec!["2001:db8::1"], Some(60)),
        ("www", A, vec![OLD], Some(30)),
        ("www", Cname, vec!["alias.example.nhs.test."], Some(300)),
        ("loop", A, vec![], Some(30)),
        ("absent", A, vec![], None),
    ] {
        let found = authoritative(&name(&format!("{asked}.example.nhs.test")), kind, &server).await;
        let answer = found[0].answer.clone().unwrap();
        assert_eq!(
            (answer.values, answer.ttl),
            (values.iter().map(ToString::to_string).collect(), ttl),
            "{asked} {kind}"
        );
    }
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_over_tcp_and_a_forged_one_is_dropped() {
    for manner in [Manner::CutOverUdp, Manner::AnswersAnotherQuestionFirst] {
        let server = vec![("ns-1".to_owned(), name_server(zone(OLD), manner).await)];
        let found = authoritative(&name("apps.example.nhs.test"), A, &server).await;
        assert_eq!(found[0].answer.clone().unwrap().values, [OLD], "{manner:?}");
    }
}

#[tokio::test]
async fn a_proxy_in_between_is_no_authority() {
    let server = vec![(
        "ns-1".to_owned(),
        name_server(zone(OLD), Manner::WithoutAuthority).await,
    )];
    let direct = authoritative(&name("apps.example.nhs.test"), A, &server).await;
    assert_eq!(
        direct[0].answer.clone().unwrap_err().kind,
        ProbeErrorKind::Unreadable
    );
    let resolved = resolvers(&name("apps.example.nhs.test"), A, &server).await;
    assert_eq!(resolved[0].answer.clone().unwrap().values, [OLD]);
}

#[tokio::test]
async fn authoritative_passes_only_if_every_server_answers_so() {
    let good = name_server(zone(NEW), Manner::Authority).await;
    let old = name_server(zone(OLD), Manner::Authority).await;
    let silent = name_server(zone(NEW), Manner::Silent).await;
    let refuses = name_server(zone(NEW), Manner::Refuses).await;
    let table = [
        (
            vec![good, good],
            Verdict::Pass,
            "2 of 2 servers answer 198.51.100.20 (TTL 60 s)",
        ),
        (
            vec![good, old],
            Verdict::Fail,
            "1 of 2 servers answer 198.51.100.20 (TTL 60 s); ns-2 answers 192.0.2.10",
        ),
        (
            vec![good, silent],
            Verdict::Error,
            "1 of 2 servers answer 198.51.100.20 (TTL 60 s); ns-2: no answer",
        ),
        (
            vec![refuses],
            Verdict::Error,
            "0 of 1 servers answer 198.51.100.20; ns-1: it answered Query Refused",
        ),
        (
            vec![silent, old],
            Verdict::Fail,
            "0 of 2 servers answer 198.51.100.20; ns-2 answers 192.0.2.10; ns-1: no answer",
        ),
    ];
    for (servers, verdict, observed) in table {
        let servers = servers
            .into_iter()
            .enumerate()
            .map(|(n, at)| (format!("ns-{}.", n + 1), at))
            .collect();
        let world = ProbeWorld {
            name_servers: Some(servers),
            ..ProbeWorld::default()
        };
        let (apps, within) = (name("apps.example.nhs.test"), name("example.nhs.test"));
        let now = Timestamp::UNIX_EPOCH;
        let reading =
            check_authoritative(&spec(), &apps, &within, A, &[vec![NEW.to_owned()]], &world, now).await;
        assert_eq!(
            (&reading.verdict, reading.observed.as_str()),
            (&verdict, observed)
        );
        assert_eq!(reading.mend.is_some(), verdict != Verdict::Pass);
        assert_eq!(reading.believable_s, 60);
    }
}

#[tokio::test]
async fn resolvers_show_how_long_an_old_answer_remains() {
    let world = ProbeWorld {
        resolvers: vec![(
            "resolver-1".to_owned(),
            name_server(zone(OLD), Manner::Authority).await,
        )],
        ..ProbeWorld::default()
    };
    let apps = name("apps.example.nhs.test");
    let reading = check_resolvers(
        &spec(),
        &apps,
        A,
        &[vec![NEW.to_owned()]],
        &world,
        Timestamp::UNIX_EPOCH,
    )
    .await;
    assert_eq!(reading.verdict, Verdict::Fail);
    assert_eq!(
        reading.observed,
        "0 of 1 resolvers answer 198.51.100.20; resolver-1 answers 192.0.2.10 for 60 s more"
    );
    let none = ProbeWorld::default();
    let reading = check_resolvers(
        &spec(),
        &apps,
        A,
        &[vec![NEW.to_owned()]],
        &none,
        Timestamp::UNIX_EPOCH,
    )
    .await;
    assert_eq!(reading.verdict, Verdict::Error);
}

#[tokio::test]
async fn a_host_is_looked_up_by_the_first_resolver() {
    let world = ProbeWorld {
        resolvers: vec![
            (
                "resolver-1".to_owned(),
                name_server(zone(OLD), Manner::Authority).await,
            ),
            (
                "resolver-2".to_owned(),
                name_server(zone(NEW), Manner::Authority).await,
            ),
        ],
        ..ProbeWorld::default()
    };
    let found = addresses(&name("www.example.nhs.test"), &world).await.unwrap();
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [OLD, "2001:db8::1"]
    );
    let missing = addresses(&name("absent.example.nhs.test"), &world)
        .await
        .unwrap_err();
    assert!(missing.kind == ProbeErrorKind::NoAddress && missing.is_evidence());
}

/// Of weighted record sets each server gives one, and each is right.
#[tokio::test]
async fn any_answer_that_has_a_share_is_right() {
    let servers = [OLD, NEW, "203.0.113.9"];
    let mut at = Vec::new();
    for (n, address) in servers.into_iter().enumerate() {
        at.push((
            format!("ns-{}.", n + 1),
            name_server(zone(address), Manner::Authority).await,
        ));
    }
    let right = [vec![OLD.to_owned()], vec![NEW.to_owned()]];
    let (apps, within) = (name("apps.example.nhs.test"), name("example.nhs.test"));
    for (servers, verdict, observed) in [
        (
            &at[..2],
            Verdict::Pass,
            "2 of 2 servers answer 192.0.2.10 or 198.51.100.20 (TTL 60 s)",
        ),
        (
            &at[..],
            Verdict::Fail,
            "2 of 3 servers answer 192.0.2.10 or 198.51.100.20 (TTL 60 s); ns-3 answers 203.0.113.9",
        ),
    ] {
        let world = ProbeWorld {
            name_servers: Some(servers.to_vec()),
            ..ProbeWorld::default()
        };
        let now = Timestamp::UNIX_EPOCH;
        let reading = check_authoritative(&spec(), &apps, &within, A, &right, &world, now).await;
        assert_eq!(
            (&reading.verdict, reading.observed.as_str()),
            (&verdict, observed)
        );
    }
}
