//! A comparison that is killed, and one that a person watches, on a workstation with a real keychain.

use std::path::Path;

use super::comparison;
use crate::shared::{Served, until};
use crate::way_back::aws::Aws;
use crate::way_back::laptop::{Laptop, is_nowhere, keyrings_are_there};

const POOL: &str = "eu-west-2_REHEARSAL1";
const PEOPLE: u32 = 2_400;
const KILLS: u64 = 5;

fn pages(world: &Served) -> u64 {
    let counts = world.control(async |client| client.counts().await.unwrap());
    counts.get("cognito-idp:ListUsers").copied().unwrap_or_default()
}

#[test]
fn a_comparison_that_is_killed_again_and_again_gives_the_same_result() {
    if !keyrings_are_there() {
        return;
    }
    let aws = Aws::serve();
    let world = aws.world();
    world.control(async |client| client.add_users(POOL, PEOPLE).await.unwrap());
    let laptop = Laptop::with_keychain("laptop", &aws, "one");
    let rows: String = (0..400)
        .map(|n| format!("user{:06}@example.nhs.test,yes\n", n * 7))
        .collect();
    let list = laptop.path("list.csv");
    std::fs::write(&list, format!("email,active\n{rows}")).unwrap();
    let list = list.display().to_string();
    let ask = |out: &Path, more: &[&str]| comparison(&list, out, more);
    let run = |args: &[String]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        laptop.json(&args).code(0).json()
    };

    let whole = laptop.path("whole.csv");
    let undisturbed = run(&ask(&whole, &[]));
    let needed = pages(world);
    assert_eq!(undisturbed["plan"]["read_before"], 0);

    let out = laptop.path("out.csv");
    let slowly = ask(&out, &["--rate", "15"]);
    let slowly: Vec<&str> = slowly.iter().map(String::as_str).collect();
    for _ in 0..KILLS {
        let asked = pages(world);
        let mut child = laptop.spawn(&slowly);
        until("a few pages", || (pages(world) >= asked + 3).then_some(()));
        // SIGKILL, which nobody hears.
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
        assert!(!out.exists());
    }
    // What was kept names nobody to whom the keychain gives no key.
    let kept: Vec<_> = std::fs::read_dir(laptop.home().join("reconcile"))
        .unwrap()
        .collect();
    assert_eq!(kept.len(), 1);
    for word in ["user00", "anna.baker", "example.nhs.test"] {
        is_nowhere(&laptop.home(), word.as_bytes());
    }
    let done = run(&ask(&out, &[]));
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&whole).unwrap());
    assert_eq!(done["verdicts"], undisturbed["verdicts"]);
    assert!(
        done["plan"]["read_before"].as_u64().unwrap() >= 60 * KILLS,
        "{done}"
    );
    // A kill loses no more than the page that each of the two pools was waiting for.
    let again = pages(world) - needed;
    assert!(
        (needed..=needed + 2 * KILLS).contains(&again),
        "{again} and {needed}"
    );
    assert_eq!(
        std::fs::read_dir(laptop.home().join("reconcile"))
            .unwrap()
            .count(),
        0
    );

    // A person at a terminal sees a bar, and after it the answer.
    let seen = ask(&laptop.path("seen.csv"), &["--rate", "25"]).join(" ");
    let seen = laptop.typed(&seen, "").code(0).out;
    assert!(
        seen.contains("requests to read them, at most 25 a second"),
        "{seen}"
    );
    assert!(seen.contains("[=") && seen.contains("accounts read; "), "{seen}");
    assert!(seen.contains("400 rows in "), "{seen}");
}
