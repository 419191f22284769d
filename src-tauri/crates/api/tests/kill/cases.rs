//! Which homes are harmed: after which kill, how, and how it goes on.

use crate::harm::{Harm, Noticed};
use crate::order::strace;
use crate::points::{Commit, Kill, Then};

/// One cell.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    pub kill: Kill,
    pub harm: Harm,
    pub then: Then,
    /// Goes back without waiting for a look.
    pub hurry: bool,
    pub plant: &'static str,
}

/// Every harm, with a few depths.
const HARMS: [Harm; 11] = [
    Harm::LostTail(1),
    Harm::BitOfAnEvent,
    Harm::NoSeal,
    Harm::LostTail(2),
    Harm::BitOfTheLog(0),
    Harm::NoKey,
    Harm::LostTailMirrored(7),
    Harm::AnchorBehind,
    Harm::LostTail(4),
    Harm::BitOfALink,
    Harm::BitOfTheLog(2),
];

/// Without `SWITCHBACK_PROVE` the calls of the middle step and its undo; else every call, on both sides of it,
/// and what is journalled of it.
pub fn cells() -> Vec<Cell> {
    let plant = "";
    let prove = std::env::var_os("SWITCHBACK_PROVE").is_some();
    let mut cells = Vec::new();
    let mut add = |kill, harm, then, hurry| {
        cells.push(Cell {
            kill,
            harm,
            then,
            hurry,
            plant,
        });
    };
    if prove {
        for call in 1..=6 {
            let after = |about| Kill::AfterCommit(Commit { about, nth: call });
            let kills = [
                Kill::BeforeSend(call),
                Kill::AfterAccept(call),
                after("Intended"),
                after("Answered"),
                after("Verified"),
            ];
            for (at, kill) in kills.into_iter().enumerate() {
                for (nth, harm) in HARMS.into_iter().enumerate() {
                    // The image from before the first step is lost with its check, and so is the way back.
                    let blind = call == 1 && matches!(harm, Harm::LostTail(4) | Harm::BitOfTheLog(2));
                    let then = match (at + nth + call).is_multiple_of(2) {
                        true => Then::Back,
                        false => Then::Complete,
                    };
                    if !blind {
                        // Of the first step there may be nothing in the journal to go back from at once; and of a
                        // copy that was taken over whole nothing is missing, so that nobody waits for a look.
                        let doubted = matches!(harm.noticed(), Noticed::Missing | Noticed::Tampered);
                        let hurry = doubted && call > 1 && then == Then::Back && nth % 2 == 0;
                        add(kill, harm, then, hurry);
                    }
                }
            }
        }
    } else {
        for (at, harm) in HARMS.into_iter().enumerate() {
            let (kill, then) = match at % 2 {
                0 => (Kill::AfterAccept(2), Then::Back),
                _ => (Kill::AfterAccept(5), Then::Complete),
            };
            add(kill, harm, then, harm == Harm::LostTail(4));
        }
        // Of the way back the undo of the last step is lost with its end: what is there is past it.
        add(Kill::AfterAccept(5), Harm::LostTail(4), Then::Back, false);
    }
    if strace("a kill between the log and the anchor") {
        for nth in if prove { vec![1, 2, 3, 4, 5, 6] } else { vec![3] } {
            add(Kill::Never, Harm::KilledAtAnchor(nth), Then::Back, false);
        }
    }
    cells
}
