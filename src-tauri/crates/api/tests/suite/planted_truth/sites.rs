//! Sites that are down, that come and go, and a laptop that sleeps.

use std::time::Duration;

use switchback_api::wire::Tone;

use super::console::{Console, NOTICED_S, later, passing, table};

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_down_for_40_s() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 10).await;
    let zero = console.now();
    console.says(Tone::Passing, zero).await;
    console.inject("site-down:old").await;
    let down = console.now();
    console.pass(40).await;
    let up = console.now();
    console.lift("site-down:old").await;
    let again = console.says(Tone::Passing, up).await;
    let said = console.ended().await;
    table("Down for 40 s", down, &[(down, "down"), (up, "up")], &said);

    let noticed = later(down, NOTICED_S, console.stalled());
    let (shown, _) = passing(&said, noticed, up);
    let (_, begun) = passing(&said, down, up);
    println!(
        "false \"Passing\": {shown} shown, {begun} begun; up again said after {}",
        again.duration_since(up)
    );
    assert_eq!((shown, begun), (0, 0));
    if noticed < up {
        assert!(
            said.iter()
                .any(|one| one.tone == Tone::Failing && one.at > down && one.at < up)
        );
    }
    console.host.release_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_comes_and_goes() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 20).await;
    let zero = console.now();
    console.says(Tone::Passing, zero).await;
    let first = console.now();
    for _ in 0..7 {
        console.inject("site-down:old").await;
        console.pass(9).await;
        console.lift("site-down:old").await;
        console.pass(8).await;
    }
    let last = console.now();
    let calm = console.says(Tone::Passing, last).await;
    let said = console.ended().await;
    table(
        "Flapping: 9 s down, 8 s up",
        first,
        &[(first, "begins to flap"), (last, "is calm")],
        &said,
    );

    // Four readings tell; from then on it is never said to pass until it is calm.
    let noticed = later(first, 2 * NOTICED_S, console.stalled());
    let (shown, begun) = passing(&said, noticed, last);
    println!(
        "false \"Passing\": {shown} shown, {begun} begun; calm said after {}",
        calm.duration_since(last)
    );
    assert_eq!((shown, begun), (0, 0));
    console.host.release_all().await;
}

/// One thread for everything: while it sleeps, nothing of this machine goes on but the world's time.
#[tokio::test(flavor = "current_thread")]
async fn a_laptop_that_sleeps_for_5_min_while_the_site_goes_down() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 60).await;
    let zero = console.now();
    console.says(Tone::Passing, zero).await;
    console.inject("site-down:old").await;
    let down = console.now();
    std::thread::sleep(Duration::from_secs(300) / console.world.clock.scale);
    let awake = console.now();
    console.says(Tone::Failing, awake).await;
    console.pass(60).await;
    let up = console.now();
    console.lift("site-down:old").await;
    console.says(Tone::Passing, up).await;
    let said = console.ended().await;
    let truth = [(down, "down, and asleep"), (awake, "awake"), (up, "up")];
    table("Asleep for 5 min", down, &truth, &said);

    let (shown, begun) = passing(&said, awake, up);
    println!("false \"Passing\": {shown} shown, {begun} begun");
    assert_eq!((shown, begun), (0, 0));
    let first = said.iter().find(|one| one.at >= awake).unwrap();
    assert_eq!(
        first.tone,
        Tone::Unknown,
        "what was read before the sleep says nothing: {first:?}"
    );
    console.host.release_all().await;
}
