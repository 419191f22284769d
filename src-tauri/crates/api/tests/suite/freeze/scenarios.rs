//! What is planted, is late, is on its way, or is off.

use serde_json::json;
use switchback_model::{ActionSpec, Base, CheckKind, CheckSpec, RoutesExpected, RuleAction};
use switchback_rehearsal::{self as rehearsal, Site};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::seen::{Right, Tables};
use super::setup::{Setup, step};
use super::{CLEAN, FAST, LATE, LATELY, Means, OFF, ON_ITS_WAY, PLANTED, SOMEBODY, TRIES, UNTOLD, prove};

/// Every leak that is there as long as its fault lasts, and what each that is named must say.
const LEAKS: [(&str, &str); 5] = [
    ("leak:route", "POST /api/users/{u}/mfa/reset answered"),
    ("leak:method", "leak: PUT /api/users/{u} answered"),
    ("leak:spelling", ", escaped, at"),
    ("leak:override", ", as a GET with X-HTTP-Method-Override, at"),
    (
        "leak:name",
        "at https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com/",
    ),
];

/// Every way in which the firewall's rule can be a weak one, and what each leak that is named must say. The gateway reads
/// a path as the router does.
const WEAK_RULES: [(&str, &str); 2] = [
    ("leak:undecoded", ", with /%75sermanagement before it, at"),
    ("leak:parameter", ", with /usermanagement;x=1 before it, at"),
];

/// Off, on with nothing planted, with each leak, undone behind the operator's back, and off again.
pub(super) async fn there_and_back(means: Means) -> Tables {
    let rounds = if prove() { 5 } else { 1 };
    let mut place = Setup::start(means, FAST).await;
    off(
        &mut place,
        "before, expected open",
        "before, expected closed",
        rounds,
    )
    .await;
    place.restrict().await;
    place.everywhere().await;
    for _ in 0..if prove() { 50 } else { 3 } {
        place.closed(CLEAN, "on", Right::Passes).await;
    }
    for (fault, words) in LEAKS {
        for _ in 0..rounds {
            place.inject(fault);
            place.closed(PLANTED, fault, Right::Leaks(words)).await;
            assert_eq!(place.world.lift(fault).unwrap(), 1);
        }
        if prove() {
            place.closed(CLEAN, "a leak was mended", Right::Passes).await;
        }
    }
    for (fault, words) in WEAK_RULES {
        let (table, right) = match means {
            Means::Firewall => (PLANTED, Right::Leaks(words)),
            Means::Throttle => (CLEAN, Right::Passes),
        };
        for _ in 0..rounds {
            place.inject(fault);
            place.closed(table, fault, right).await;
            assert_eq!(place.world.lift(fault).unwrap(), 1);
        }
    }
    place.closed(CLEAN, "every leak was mended", Right::Passes).await;
    match means {
        Means::Firewall => {
            for fault in ["rule-missing", "acl-detached"] {
                place.inject(fault);
                place.closed(SOMEBODY, fault, Right::Leaks("")).await;
                assert_eq!(place.world.lift(fault).unwrap(), 1);
            }
            place.inject("rule-set");
            place
                .closed(SOMEBODY, "rule-set, on its way", Right::Leaks(""))
                .await;
            place.everywhere().await;
            place.closed(SOMEBODY, "rule-set", Right::Leaks("")).await;
        }
        Means::Throttle => {
            place.inject("throttle-set");
            place.everywhere().await;
            place
                .closed(
                    SOMEBODY,
                    "throttle-set",
                    Right::Leaks("POST /createUser answered"),
                )
                .await;
        }
    }
    place.lift().await;
    place.everywhere().await;
    off(
        &mut place,
        "lifted, expected open",
        "lifted, expected closed",
        rounds,
    )
    .await;
    let wrote = place.invocations();
    // That nobody wrote is said by a log that knows who does.
    write_with_credentials(&place.world).await;
    assert_eq!(place.invocations(), wrote + 1);
    let mut tables = place.end();
    tables.invocations -= 1;
    tables
}

async fn off(place: &mut Setup, open: &str, closed: &str, rounds: usize) {
    for _ in 0..rounds {
        place.open(OFF, open, Right::Passes).await;
        place.closed(OFF, closed, Right::Leaks("")).await;
    }
}

/// What no probe ever does.
async fn write_with_credentials(world: &rehearsal::World) {
    let addr = world.handle().stand_in(Site::New.address()).unwrap();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "POST /usermanagement/createUser HTTP/1.1\r\nHost: {}\r\nAuthorization: x\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n",
        Site::New.host()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
}

/// A change that is everywhere late: no look passes that meets what was before, and every one that begins later does.
pub(super) async fn late(means: Means) -> Tables {
    let mut place = Setup::start(means, FAST).await;
    place.inject("leak:late");
    place.restrict().await;
    let everywhere = place.everywhere_after(LATE);
    let mut met = 0;
    loop {
        let begun = place.clock.now();
        let look = place.look(RoutesExpected::Closed).await;
        if begun >= everywhere {
            place.add(LATELY, "leak:late, everywhere", Right::Passes, &look);
            break;
        }
        let (state, right) = match place.clock.now() < everywhere {
            true => ("leak:late, not everywhere yet", Right::Leaks("")),
            false => ("leak:late, everywhere meanwhile", Right::AsSeen),
        };
        met += usize::from(look.reached > 0);
        place.add(LATELY, state, right, &look);
        if met == 2 && !prove() {
            place.until(everywhere).await;
        }
    }
    assert!(met > 0, "no look met the change on its way");
    place.closed(LATELY, "leak:late, everywhere", Right::Passes).await;
    place.end()
}

/// The usual time until a change is everywhere, in real time: there and back.
pub(super) async fn on_its_way(means: Means) -> Tables {
    let mut place = Setup::start(means, 1).await;
    for (state, expected, right) in [
        ("half on", RoutesExpected::Closed, Right::Leaks("")),
        ("half off", RoutesExpected::Open, Right::StillClosed),
    ] {
        let mut met = 0;
        for _ in 0..TRIES {
            match expected {
                RoutesExpected::Closed => place.restrict().await,
                RoutesExpected::Open => place.lift().await,
            }
            let look = place.look(expected).await;
            let is_half = match expected {
                RoutesExpected::Closed => look.reached > 0,
                RoutesExpected::Open => look.reached < look.writes().1,
            };
            let right = if is_half { right } else { Right::AsSeen };
            place.add(ON_ITS_WAY, state, right, &look);
            met += usize::from(is_half);
            place.everywhere().await;
            let all = format!("{state}, then everywhere");
            let look = place.look(expected).await;
            place.add(ON_ITS_WAY, &all, Right::Passes, &look);
            if met == if prove() { 3 } else { 1 } {
                break;
            }
            match expected {
                RoutesExpected::Closed => place.lift().await,
                RoutesExpected::Open => place.restrict().await,
            }
            place.everywhere().await;
        }
        assert!(met > 0, "no look of {TRIES} met the change on its way");
    }
    place.end()
}

/// Somebody else answers: it is neither closed nor open, and nothing leaks.
pub(super) async fn untold(means: Means) -> Tables {
    let mut place = Setup::start(means, FAST).await;
    for expected in [RoutesExpected::Open, RoutesExpected::Closed] {
        if expected == RoutesExpected::Closed {
            place.restrict().await;
            place.everywhere().await;
        }
        for fault in ["site-down", "site-refused"] {
            for site in [Site::Old, Site::New, Site::Gateway] {
                let fault = format!("{fault}:{site}");
                place.inject(&fault);
                let look = place.look(expected).await;
                place.add(
                    UNTOLD,
                    &format!("{fault}, expected {expected:?}"),
                    Right::Untold,
                    &look,
                );
                assert_eq!(place.world.lift(&fault).unwrap(), 1);
            }
        }
        // The gateway's own 403 for a stage that it doesn't have.
        let look = place.look_by(&at_no_stage(&place, expected)).await;
        place.add(
            UNTOLD,
            &format!("no such stage, expected {expected:?}"),
            Right::Untold,
            &look,
        );
    }
    if means == Means::Firewall {
        // And its 403 where a rule blocks and says nothing.
        let mut bare = step(&place.plan, means.steps()[0]);
        let Some(ActionSpec::SetRuleAction(action)) = &mut bare.action else {
            unreachable!("the step sets a rule's action")
        };
        action.action = RuleAction::of(&json!({"Block": {}}));
        place.apply(bare).await;
        place.everywhere().await;
        place.open(UNTOLD, "bare 403, expected Open", Right::Untold).await;
        place
            .closed(UNTOLD, "bare 403, expected Closed", Right::Untold)
            .await;
    }
    place.end()
}

/// The check with the gateway's own name under another stage.
fn at_no_stage(place: &Setup, expected: RoutesExpected) -> CheckSpec {
    let mut spec = match expected {
        RoutesExpected::Closed => place.closed.clone(),
        RoutesExpected::Open => place.open.clone(),
    };
    let CheckKind::Routes(check) = &mut spec.kind else {
        unreachable!("the check asks routes")
    };
    let own = |base: &&mut Base| base.url.contains("execute-api");
    let base = check.bases.iter_mut().find(own).unwrap();
    base.url = base.url.replace("/prod/", "/test/");
    spec
}
