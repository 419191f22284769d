//! Kill and restart, two processes, the control plane.

use std::time::Duration;

use switchback_rehearsal::{Client, Fault, Handle, Outcome, World, WorldError, WorldOptions};

use crate::support::{exchange, set, swap, until, world};

#[tokio::test]
async fn a_killed_world_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 10).await;
    let before = first.handle().clone();
    first.inject("site-down:old".parse().unwrap()).unwrap();
    let id = swap(
        &first,
        &set(300, "192.0.2.10"),
        &set(60, "192.0.2.10"),
        "lower the TTL",
    )
    .await
    .unwrap()
    .tag("Id")
    .unwrap()
    .to_owned();
    let seen = first.snapshot();
    drop(first);

    assert_eq!(Handle::read(dir.path()).unwrap(), before);
    let second = World::start(WorldOptions {
        scale: 500,
        insync_delay: Duration::ZERO,
        ..WorldOptions::new(dir.path())
    })
    .await
    .unwrap();
    let now = second.snapshot();
    assert_eq!(
        (second.handle().epoch.as_str(), second.handle().clock),
        (before.epoch.as_str(), before.clock)
    );
    assert_eq!(second.handle().ca_pem, before.ca_pem);
    assert_eq!((now.records, now.faults), (seen.records, seen.faults));
    assert_eq!(id, format!("/change/{}", now.changes[0].id));
    assert!(now.world_time > seen.world_time);
    let log = second.log();
    assert_eq!(
        (log.len(), log[0].seq, log[0].outcome),
        (1, 1, Outcome::Committed)
    );
    second.stop().await;
    assert!(Handle::read(dir.path()).is_err());
}

#[tokio::test]
async fn a_commit_that_the_log_has_not_seen_is_added_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    swap(&first, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "one")
        .await
        .unwrap();
    drop(first);
    std::fs::write(dir.path().join("log.jsonl"), "{\"seq\":").unwrap();
    let second = world(dir.path(), 1).await;
    assert_eq!(second.log()[0].comment.as_deref(), Some("one"));
}

#[tokio::test]
async fn a_second_opener_is_told_who_serves() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    let Err(WorldError::AlreadyServed(handle)) = World::start(WorldOptions::new(dir.path())).await else {
        panic!("the directory is served already");
    };
    assert_eq!(*handle, *first.handle());
}

#[tokio::test]
async fn the_control_plane_drives_the_world_and_wants_its_token() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let client = Client::new(world.handle());
    assert_eq!(client.ping().await.unwrap().epoch, world.handle().epoch);
    let fault: Fault = "lost-response:*:3".parse().unwrap();
    client.inject(&fault).await.unwrap();
    assert_eq!(client.state().await.unwrap().faults, [fault]);
    assert_eq!(client.lift("lost-response:*").await.unwrap(), 1);
    assert_eq!(client.lift("lost-response").await.unwrap(), 0);
    swap(&world, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "x")
        .await
        .unwrap();
    let log = client.log(0).await.unwrap();
    assert_eq!(log.len(), 1);
    client.reset().await.unwrap();
    assert!(client.log(0).await.unwrap().is_empty());
    let apps = client.state().await.unwrap();
    assert!(
        apps.records
            .iter()
            .any(|r| r.values == ["192.0.2.10"] && r.ttl == Some(300))
    );
    swap(&world, &set(300, "192.0.2.10"), &set(60, "192.0.2.10"), "y")
        .await
        .unwrap();
    assert_eq!(client.log(0).await.unwrap()[0].seq, log[0].seq + 1);

    let addr = world.handle().aws_addr();
    for (host, line, status) in [
        (addr.to_string(), "POST /_world/reset", 403),
        ("evil.example.org".to_owned(), "GET /_world/state", 403),
        (addr.to_string(), "GET /_world/nothing", 404),
    ] {
        let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
        let request =
            format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(exchange(stream, &request).await.unwrap().status, status, "{line}");
    }
}

#[tokio::test]
async fn after_a_drop_nobody_answers() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let client = Client::new(world.handle());
    client.ping().await.unwrap();
    drop(world);
    until("the end", || async { client.ping().await.is_err() }).await;
}
