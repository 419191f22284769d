//! The freeze proof as the bundled runbook makes it, in closed worlds. The runbook's own actions restrict user management
//! and lift it, its own checks look, and what they say is held against what the world saw come as far as user management.

use std::time::Duration;

use switchback_rehearsal as rehearsal;

use self::scenarios::{late, on_its_way, there_and_back, untold};
use self::seen::Tables;

mod scenarios;
mod seen;
mod setup;

/// World seconds in a real one, where nothing must be seen on its way.
const FAST: u32 = 10;

/// So many requests at least find nothing where nothing is planted.
const LEAST: usize = 4_000;

/// So many requests at most are one check: it ends within a minute, and a throttle for everybody leaves room beside it.
const MOST: usize = 450;

/// World time until a change is everywhere while `leak:late` lasts, as the rehearsal has it.
const LATE: Duration = Duration::from_secs(40);

/// Looks for one that meets a change on its way, on a machine that does much else.
const TRIES: usize = 5;

fn prove() -> bool {
    std::env::var_os("SWITCHBACK_PROVE").is_some()
}

/// How user management is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Means {
    Firewall,
    Throttle,
}

impl Means {
    const ALL: [Self; 2] = [Self::Firewall, Self::Throttle];

    /// The steps of the runbook that restrict and that lift.
    fn steps(self) -> [&'static str; 2] {
        match self {
            Self::Firewall => ["restrict-writes", "lift-restriction"],
            Self::Throttle => ["restrict-methods", "lift-methods"],
        }
    }

    fn spread(self) -> Duration {
        match self {
            Self::Firewall => rehearsal::WAF_SPREAD,
            Self::Throttle => rehearsal::STAGE_SPREAD,
        }
    }
}

const CLEAN: &str = "1. nothing is planted, every write is closed";

const PLANTED: &str = "2. a leak is planted";

const LATELY: &str = "3. a change is late everywhere";

const ON_ITS_WAY: &str = "4. a change is on its way";

const OFF: &str = "5. the restriction is off";

const SOMEBODY: &str = "6. somebody else undoes it, or it is not there";

const UNTOLD: &str = "7. neither the restriction nor user management answers";

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_leak_is_found_nothing_else_is_said_and_no_probe_writes() {
    let mut running = Vec::new();
    for means in Means::ALL {
        running.push(tokio::spawn(there_and_back(means)));
        running.push(tokio::spawn(late(means)));
        running.push(tokio::spawn(on_its_way(means)));
        // Who answers instead does not ask what restricts.
        if prove() || means == Means::Firewall {
            running.push(tokio::spawn(untold(means)));
        }
    }
    let mut tables = Tables::default();
    for part in running {
        tables.join(part.await.unwrap());
    }
    println!("{tables}");
    assert!(tables.wrong.is_empty(), "{}", tables.wrong.join("\n"));
    assert!(tables.requests(Some(CLEAN)) >= LEAST);
    assert!(tables.most <= MOST, "{} requests in one check", tables.most);
    assert_eq!(tables.invocations, 0);
}
