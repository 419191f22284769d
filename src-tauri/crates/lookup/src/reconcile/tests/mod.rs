#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_directory::Source;
use switchback_model::directory::{Account, AccountStatus, Personal};

use super::{Progress, Reconcile, Reconciled};
use crate::desk::tests::{Fake, NEW, OLD, Room, account, place};
use crate::wire::ApiError;

mod killed;
mod result;

/// A comparison as the tests ask for it; each says what is otherwise about its own.
struct Comparison<'a> {
    purpose: Option<&'a str>,
    reveal: bool,
    /// The result's name in the room's folder.
    out: &'a str,
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// For a ticket, masked, into `out.csv`, and nobody listens.
fn usual() -> Comparison<'static> {
    Comparison {
        purpose: Some("Ticket 4711"),
        reveal: false,
        out: "out.csv",
        progress: &|_| (),
    }
}

impl Comparison<'_> {
    async fn of(self, room: &Room, pools: &Fake, list: &str) -> Result<Reconciled, ApiError> {
        let source = Source::read(list.as_bytes()).unwrap();
        let ask = Reconcile {
            source: &source,
            purpose: self.purpose,
            reveal: self.reveal,
            by: &room.by,
            progress: self.progress,
        };
        let out = room.folder.path().join(self.out);
        room.desk.reconcile(&place(), pools, ask, &out).await
    }
}

fn written(room: &Room) -> String {
    std::fs::read_to_string(room.folder.path().join("out.csv")).unwrap()
}

/// What stays in the folder besides the audit trail and the result.
fn drafts(room: &Room) -> usize {
    let names = std::fs::read_dir(room.folder.path()).unwrap();
    names
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with(".switchback-")
        })
        .count()
}

/// So many people in the new pool, and as many in the old one.
fn crowd(people: usize) -> Vec<Account> {
    let of = |pool: &'static str| {
        (0..people).map(move |n| {
            let mut one = account(pool, 0);
            one.username = Personal::new(format!("u{n}"));
            one.email = Some(Personal::new(format!("u{n}@example.nhs.test")));
            one.status = match n % 3 {
                0 => AccountStatus::Confirmed,
                1 => AccountStatus::ResetRequired,
                _ => AccountStatus::Unconfirmed,
            };
            one
        })
    };
    of(NEW).chain(of(OLD)).collect()
}

fn list(people: usize) -> String {
    let rows: String = (0..people).map(|n| format!("u{n}@example.nhs.test\n")).collect();
    format!("email\n{rows}nobody@example.nhs.test\n")
}
