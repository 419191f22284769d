//! Route 53 and STS, with faults.

use switchback_rehearsal::{Fault, Outcome};

use crate::support::{ZONE, route53, send, set, swap, until, world};

#[tokio::test]
async fn who_am_i_by_access_key() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let addr = world.handle().aws_addr();
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    for (key, account) in [
        ("AKIAREHEARSAL", "123456789012"),
        ("AKIAREHEARSALOTHER", "210987654321"),
    ] {
        let reply = send(addr, key, "sts", "POST /", body).await.unwrap();
        assert_eq!((reply.status, reply.tag("Account")), (200, Some(account)));
    }
    let other = send(addr, "AKIAREHEARSALOTHER", "route53", &format!("GET {ZONE}"), "")
        .await
        .unwrap();
    assert_eq!((other.status, other.tag("Code")), (403, Some("AccessDenied")));
    let unsigned = crate::support::exchange(
        tokio::net::TcpStream::connect(addr).await.unwrap(),
        &format!("GET {ZONE} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n"),
    )
    .await
    .unwrap();
    assert_eq!(unsigned.tag("Code"), Some("MissingAuthenticationToken"));
}

#[tokio::test]
async fn a_change_is_pending_then_insync_in_world_time() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    let reply = swap(
        &world,
        &set(300, "192.0.2.10"),
        &set(300, "198.51.100.20"),
        "run 1 &lt;2&gt;",
    )
    .await
    .unwrap();
    assert_eq!((reply.status, reply.tag("Status")), (200, Some("PENDING")));
    assert!(reply.header("x-amzn-requestid").is_some() && reply.header("date").is_some());
    let id = reply.tag("Id").unwrap().trim_start_matches("/change/").to_owned();
    let look = format!("GET /2013-04-01/change/{id}");
    let first = route53(&world, &look, "").await.unwrap();
    assert_eq!(first.tag("Comment"), Some("run 1 &lt;2&gt;"));
    until("INSYNC", || async {
        route53(&world, &look, "").await.unwrap().tag("Status") == Some("INSYNC")
    })
    .await;
    let change = world.snapshot().changes.remove(0);
    assert_eq!(
        (change.insync_at - change.submitted_at)
            .total(jiff::Unit::Second)
            .unwrap(),
        35.0
    );
    assert!(world.snapshot().serving.iter().all(|s| s.current));

    let stale = swap(&world, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "")
        .await
        .unwrap();
    assert_eq!(
        (stale.status, stale.tag("Code")),
        (400, Some("InvalidChangeBatch"))
    );
    let entry = world.log().pop().unwrap();
    assert_eq!(
        (entry.outcome, entry.code.as_deref()),
        (Outcome::Refused, Some("InvalidChangeBatch"))
    );
    assert_eq!(entry.batch.unwrap().len(), 2);
}

#[tokio::test]
async fn reads_and_what_is_not_rehearsed() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (line, status, text) in [
        (
            "GET /2013-04-01/hostedzone",
            200,
            "<Id>/hostedzone/Z0REHEARSALEXAMPLE1</Id>",
        ),
        (
            "GET /2013-04-01/hostedzonesbyname?dnsname=example.nhs.test",
            200,
            "<DNSName>example.nhs.test</DNSName>",
        ),
        (
            "GET /2013-04-01/hostedzonesbyname?dnsname=zzz.test",
            200,
            "<HostedZones></HostedZones>",
        ),
        (
            "GET /2013-04-01/hostedzone/Z0REHEARSALEXAMPLE1",
            200,
            "<NameServer>ns-4.rehearsal.test</NameServer>",
        ),
        (
            "GET /2013-04-01/hostedzone/Z0REHEARSALEXAMPLE1/rrset?maxitems=1&name=apps.example.nhs.test&type=A",
            200,
            "<Value>192.0.2.10</Value>",
        ),
        (
            "GET /2013-04-01/trafficpolicyinstances/hostedzone?id=Z0REHEARSALEXAMPLE1",
            200,
            "<IsTruncated>false</IsTruncated>",
        ),
        (
            "GET /2013-04-01/hostedzone/Z0OTHER",
            404,
            "<Code>NoSuchHostedZone</Code>",
        ),
        (
            "GET /2013-04-01/change/C0NOTHING",
            404,
            "<Code>NoSuchChange</Code>",
        ),
        ("GET /2013-04-01/healthcheck", 501, "ListHealthChecks"),
    ] {
        let reply = route53(&world, line, "").await.unwrap();
        assert_eq!(reply.status, status, "{line}: {}", reply.body);
        assert!(reply.body.contains(text), "{line}: {}", reply.body);
    }
    let addr = world.handle().aws_addr();
    let other = send(addr, "AKIAREHEARSAL", "cognito-idp", "POST /", "{}")
        .await
        .unwrap();
    assert_eq!(other.status, 501);
    assert!(other.body.contains("NotRehearsed"));
}

#[tokio::test]
async fn a_lost_response_is_committed_and_comes_once() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world.inject("lost-response".parse().unwrap()).unwrap();
    let refused = swap(&world, &set(1, "192.0.2.10"), &set(1, "192.0.2.10"), "").await;
    assert_eq!(refused.unwrap().status, 400);
    assert!(
        swap(&world, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "ttl")
            .await
            .is_none()
    );
    let entry = world.log().pop().unwrap();
    assert_eq!(
        (entry.outcome, entry.comment.as_deref()),
        (Outcome::Lost, Some("ttl"))
    );
    assert!(entry.change_id.is_some() && world.snapshot().faults.is_empty());
    let again = swap(&world, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "ttl")
        .await
        .unwrap();
    assert_eq!(again.tag("Code"), Some("InvalidChangeBatch"));
}

#[tokio::test]
async fn errors_before_do_nothing_and_count_down() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world
        .inject("throttle:ChangeResourceRecordSets:2".parse().unwrap())
        .unwrap();
    for expected in [Some("Throttling"), Some("Throttling"), None] {
        let reply = swap(&world, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "")
            .await
            .unwrap();
        assert_eq!(reply.tag("Code"), expected);
    }
    world
        .inject(
            "error-before:GetHostedZone:PriorRequestNotComplete"
                .parse()
                .unwrap(),
        )
        .unwrap();
    let reply = route53(&world, &format!("GET {ZONE}"), "").await.unwrap();
    assert_eq!(
        (reply.status, reply.tag("Code")),
        (400, Some("PriorRequestNotComplete"))
    );
    world.inject(Fault::ExpiredCredentials).unwrap();
    let reply = route53(&world, &format!("GET {ZONE}"), "").await.unwrap();
    assert_eq!((reply.status, reply.tag("Code")), (403, Some("ExpiredToken")));
    assert_eq!(world.lift("expired-credentials").unwrap(), 1);
    assert_eq!(
        route53(&world, &format!("GET {ZONE}"), "").await.unwrap().status,
        200
    );
    world.inject("rate-limit:2".parse().unwrap()).unwrap();
    let mut throttled = false;
    for _ in 0..5 {
        throttled |= route53(&world, &format!("GET {ZONE}"), "").await.unwrap().status == 400;
    }
    assert!(throttled);
}

#[tokio::test]
async fn a_second_writer_keeps_the_ttl() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world.inject("second-writer".parse().unwrap()).unwrap();
    let snapshot = world.snapshot();
    let apps = snapshot
        .records
        .iter()
        .find(|r| r.name == "apps.example.nhs.test.")
        .unwrap();
    assert_eq!(
        (apps.ttl, apps.values.as_slice()),
        (Some(300), &["203.0.113.99".to_owned()][..])
    );
    assert!(snapshot.faults.is_empty());
    assert_eq!(world.log().pop().unwrap().service, "second-writer");
}

#[tokio::test]
async fn a_request_may_land_after_the_client_has_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world
        .inject("lands-late:ChangeResourceRecordSets:300".parse().unwrap())
        .unwrap();
    let (from, to) = (set(300, "192.0.2.10"), set(60, "192.0.2.10"));
    let sent = swap(&world, &from, &to, "late");
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(100), sent)
            .await
            .is_err()
    );
    assert!(world.log().is_empty());
    until("the late landing", || async { !world.log().is_empty() }).await;
    assert_eq!(world.log()[0].outcome, Outcome::Committed);
}
