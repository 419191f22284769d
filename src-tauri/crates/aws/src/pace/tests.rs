#![allow(clippy::unwrap_used)]

use super::*;

/// A change and what follows it, asked every 400 ms: whichever second is looked at holds no more than five.
#[test]
fn no_second_holds_more_than_so_many() {
    let window = Window::of(5);
    let start = Instant::now();
    let mut made: Vec<Duration> = Vec::new();
    let mut now = Duration::ZERO;
    // Two reads and the change, then forty looks.
    for wanted in [0, 10, 20].into_iter().chain((0..40).map(|n| 30 + n * 400)) {
        now = now.max(Duration::from_millis(wanted));
        while let Err(left) = window.take(start + now) {
            assert!(left > Duration::ZERO && left <= SECOND, "{left:?}");
            now += left;
        }
        made.push(now);
    }
    assert_eq!(made[4], Duration::from_millis(430));
    assert_eq!(
        made[5], SECOND,
        "the sixth waits for the first to be a second old"
    );
    for at in &made {
        let in_second = made
            .iter()
            .filter(|it| **it >= *at && **it < *at + SECOND)
            .count();
        assert!(in_second <= 5, "{in_second} from {at:?}");
    }
    assert_eq!(
        made.last(),
        Some(&Duration::from_millis(30 + 39 * 400)),
        "it catches up"
    );
}

/// With a full bucket before it: what the two of them let through.
#[test]
fn what_is_shared_leaves_room_for_others() {
    let (rate, burst) = Service::Route53.share().unwrap();
    let most = Service::Route53.most().unwrap();
    assert!(
        rate < 5 && most <= 5 && burst as usize <= most,
        "Route 53 gives five a second to all"
    );
}
