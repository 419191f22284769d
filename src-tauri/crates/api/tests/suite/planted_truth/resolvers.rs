//! A resolver that keeps the old answer.

use std::net::SocketAddr;
use std::time::Duration;

use switchback_api::wire::RunSnapshot;
use switchback_model::{Command, Digest, Operator, StepId, Submission};
use tokio::net::UdpSocket;

use super::console::{Console, table, until};

/// What a resolver answers for the name, asked by ourselves.
async fn answers_old(resolver: SocketAddr) -> bool {
    let mut question = vec![0x2A, 0x2A, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in ["apps", "example", "nhs", "test", ""] {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.bytes());
    }
    question.extend([0, 1, 0, 1]);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(&question, resolver).await.unwrap();
    let mut answer = [0; 512];
    let length = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut answer));
    let length = length.await.unwrap().unwrap();
    let holds = |address: [u8; 4]| answer[..length].windows(4).any(|four| four == address);
    assert!(
        holds([192, 0, 2, 10]) != holds([198, 51, 100, 20]),
        "one side or the other"
    );
    holds([192, 0, 2, 10])
}

pub(super) fn state<'a>(snapshot: &'a RunSnapshot, step: &str) -> &'a str {
    let mut steps = snapshot.phases.iter().flat_map(|p| &p.steps);
    &steps.find(|s| s.id == step).unwrap().state
}

pub(super) async fn apply(console: &mut Console, step: &str) {
    let ready = until(&mut console.seen, step, |s| state(s, step) == "ready").await;
    let mut steps = ready.phases.iter().flat_map(|p| &p.steps);
    let preview = steps.find(|s| s.id == step).unwrap().preview.clone().unwrap();
    let basis: Digest = preview.digest.parse().unwrap();
    let step = StepId::new(step).unwrap();
    submit(console, Command::Apply { step }, Some(basis)).await;
}

pub(super) async fn submit(console: &Console, command: Command, basis: Option<Digest>) {
    let submission = Submission {
        command,
        basis,
        by: Operator::new("m.example").unwrap(),
        reason: Some("scripted".to_owned()),
    };
    console.host.submit_run(&console.run, submission).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_keeps_the_old_answer() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 60).await;
    apply(&mut console, "lower-ttl").await;
    until(&mut console.seen, "lowered", |s| state(s, "lower-ttl") == "done").await;
    until(&mut console.seen, "waited", |s| state(s, "switch") == "ready").await;
    // From here on resolvers keep what they know for 150 s, whatever its TTL says.
    console.inject("stale-resolver:150").await;
    let resolvers: Vec<SocketAddr> = console.world.resolvers.iter().map(|r| r.addr).collect();
    for resolver in &resolvers {
        assert!(answers_old(*resolver).await);
    }
    apply(&mut console, "switch").await;
    let begun = until(&mut console.seen, "verifying", |s| {
        state(s, "switch") == "verifying"
    })
    .await
    .now;
    let (mut last_old, mut premature) = (begun, 0);
    let done = loop {
        let mut old = false;
        for resolver in &resolvers {
            old |= answers_old(*resolver).await;
        }
        let (now, snapshot) = (console.now(), console.seen.borrow().clone());
        if old {
            last_old = now;
        }
        match state(&snapshot, "switch") {
            // What the console said before we asked, of a world that still had the old answer after it.
            "done" if old && snapshot.now < now => premature += 1,
            "done" => break snapshot.now,
            "verifying" => tokio::time::sleep(Duration::from_millis(30)).await,
            other => panic!("the switch is {other}"),
        }
    };
    let said = console.ended().await;
    let truth = [
        (begun, "accepted by Route 53"),
        (last_old, "a resolver answers the old side for the last time"),
        (done, "(the console says: done)"),
    ];
    table("Slow resolver with the old answer", begun, &truth, &said);
    println!("premature \"done\": {premature}");
    assert_eq!(premature, 0);
    assert!(done > last_old);
    assert!(
        last_old.duration_since(begun).as_secs() > 65,
        "longer than its TTL: {last_old}"
    );
    console.host.release_all().await;
}
