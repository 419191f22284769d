//! Reval moved from one user pool to another, by the real command line against a served world: its authoriser, its
//! deployment, its stage, what the gateway keeps of verdicts, its release and its distribution. There and back, with each
//! thing that goes wrong on such a night: what the console says, when, and that the world ends as it began.

mod answers;
mod before;
mod probes;
mod there_and_back;

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::shared::{Did, Served};
use crate::station::Station;

/// World seconds in a real one.
const SPEED: &str = "40";

/// The steps in their order, and the operation by which each changes something.
const STEPS: [(&str, &str); 6] = [
    ("reval-authorizer", "UpdateAuthorizer"),
    ("reval-snapshot", "CreateDeployment"),
    ("reval-stage", "UpdateStage"),
    ("reval-flush", "FlushStageAuthorizersCache"),
    ("reval-ui", ""),
    ("reval-invalidate", "CreateInvalidation"),
];

/// So many drills at a time, each in a world of its own: they wait more than they work.
const AT_ONCE: usize = 3;

/// What is wrong with each of these drills, some of which are made at once.
pub fn each<T: Sync>(drills: &[T], made: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut wrong = Vec::new();
        while let Some(drill) = drills.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(made(drill));
        }
        wrong
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(some)).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

/// A row of the table that the tests print.
pub fn told(step: &str, trap: &str, when: &str, did: &Did, said: &str) {
    println!("| {step} | {trap} | {when} | exit {} | {said} |", did.code);
}

impl Station {
    fn reval() -> Self {
        Self::reval_with(&[])
    }

    /// With something else in the place of something in the runbook or its target.
    fn reval_with(edits: &[(&str, &str)]) -> Self {
        Self::of_bundled("reval", switchback_testkit::bundled::reval(), edits)
    }

    /// At a part of the bundled plan, with something else in the place of something in the runbook or its target.
    pub fn of_bundled(name: &str, bundled: (String, String), edits: &[(&str, &str)]) -> Self {
        // Another step makes the canary, which is not part of this runbook.
        let stands = |world: &Served| {
            world.control(async |client| {
                client
                    .canary_stands(switchback_rehearsal::ADMINS_POOL)
                    .await
                    .unwrap()
            });
        };
        Self::of_part((name, SPEED), bundled, edits, stands)
    }

    /// Carries out every step in front of this one.
    #[track_caller]
    fn before(&self, step: &str) {
        if step == "reval-stands" {
            return;
        }
        for (id, _) in STEPS.iter().take_while(|(id, _)| *id != step) {
            match *id {
                "reval-ui" => self.released(),
                id => {
                    self.apply(id);
                }
            }
        }
    }

    /// A person releases the UI and says so.
    #[track_caller]
    fn released(&self) {
        let words = ["step", "attest", &self.run, "reval-ui", "--reason", "released"];
        self.say(0, &words);
    }

    /// How often anything at all was changed by us.
    fn requests(&self) -> usize {
        STEPS.iter().map(|(_, operation)| self.done(operation)).sum()
    }

    /// R4: the item that is a person's is done, too.
    #[track_caller]
    fn taken_back(&self) -> Value {
        let did = self.rollback(&["--rule", "R4"]);
        self.until_complete(did)
    }

    /// Whatever a person has to do in a rollback is said to be done.
    #[track_caller]
    fn until_complete(&self, did: Did) -> Value {
        let mut did = did;
        for _item in 0..4 {
            if did.code == 7 {
                return did.json();
            }
            let words = [
                "rollback",
                &self.run,
                "--done",
                "reval-ui",
                "--reason",
                "the old build is released",
            ];
            did = self.did(&words);
        }
        panic!("exit {}: {} {}", did.code, did.out, did.err);
    }
}
