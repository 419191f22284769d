//! What a look-up asks of the account, by the served world's own count.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Outcome;
use crate::report::{Required, Section, Table};
use crate::sandbox::{Sandbox, said, text};
use crate::served::{POOL, Served};
use crate::session::Session;

const LIST: &str = "cognito-idp:ListUsers";
const DETAIL: &str = "cognito-idp:AdminGetUser";
/// Look-ups after which nobody may have been asked for by name.
const LOOK_UPS: usize = 1_000;

/// One look-up, and what reached the server.
struct Asked {
    found: Value,
    by_operation: BTreeMap<String, u64>,
}

impl Asked {
    fn count(&self, operation: &str) -> u64 {
        self.by_operation.get(operation).copied().unwrap_or_default()
    }

    fn others(&self) -> u64 {
        let all: u64 = self.by_operation.values().sum();
        all - self.count(LIST) - self.count(DETAIL)
    }
}

/// Runs the work and says how far the world's count went meanwhile.
fn counted<T>(served: &Served, work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, BTreeMap<String, u64>)> {
    let before = served.counts()?;
    let done = work()?;
    let mut after = served.counts()?;
    for (operation, count) in &mut after {
        *count -= before.get(operation).copied().unwrap_or_default();
    }
    after.retain(|_, count| *count > 0);
    Ok((done, after))
}

fn look(place: &Sandbox, session: &Session, served: &Served, query: &str) -> Outcome<Asked> {
    let (found, by_operation) = counted(served, || said(session.enter(&mut served.find(place, query))))?;
    Ok(Asked { found, by_operation })
}

pub(super) fn measure(place: &Sandbox, session: &Session, served: &Served) -> Outcome<Section> {
    let sub = sub_of(place, served, "anna.baker@example.nhs.test")?;
    let cases = [
        ("e-mail, found", "anna.baker@example.nhs.test", "confirmed"),
        ("e-mail, absent", "nobody.here@example.nhs.test", "not_migrated"),
        (
            "e-mail, invited",
            "chloe.davis@example.nhs.test",
            "invitation_open",
        ),
        ("e-mail, several", "isla.jones@example.nhs.test", "several"),
        ("e-mail with capitals", "Anna.Baker@example.nhs.test", "confirmed"),
        ("user id (sub)", &sub, "confirmed"),
        ("name, one word", "Baker", "confirmed"),
        ("name, two words", "Anna Baker", "confirmed"),
        ("name, one word in small letters", "baker", "confirmed"),
        ("name that thousands have", "User", "several"),
    ];
    let mut table = Table::new(&[
        "two pools, a new and an old one, asked for",
        "verdict",
        "ListUsers",
        "AdminGetUser",
        "any other request",
    ]);
    for (name, query, verdict) in cases {
        let asked = look(place, session, served, query)?;
        if asked.found["verdict"] != verdict {
            return Err(format!("{name}: not {verdict}: {}", asked.found).into());
        }
        table.row([
            name.to_owned(),
            format!("`{verdict}`"),
            asked.count(LIST).to_string(),
            asked.count(DETAIL).to_string(),
            asked.others().to_string(),
        ]);
    }

    let queries = cases.map(|(_, query, _)| query);
    let ((), total) = counted(served, || {
        for query in queries.iter().cycle().take(LOOK_UPS) {
            said(session.enter(&mut served.find(place, query)))?;
        }
        Ok(())
    })?;
    // A counter that never moves would show nothing.
    let (_, control) = counted(served, || {
        let mut show = served.show(place, "anna.baker@example.nhs.test");
        said(session.enter(show.args(["--pool", "admins"])))
    })?;
    let count =
        |counts: &BTreeMap<String, u64>, operation: &str| counts.get(operation).copied().unwrap_or_default();
    let details = count(&total, DETAIL);
    let moved = count(&control, DETAIL);
    let mut long = Table::new(&[
        "counted by the world",
        "ListUsers",
        "AdminGetUser",
        "any other request",
    ]);
    for (name, counts) in [
        (format!("{LOOK_UPS} look-ups, each a process"), &total),
        ("control: one `switchback users show`".to_owned(), &control),
    ] {
        let all: u64 = counts.values().sum();
        let (lists, details) = (count(counts, LIST), count(counts, DETAIL));
        long.row([
            name,
            lists.to_string(),
            details.to_string(),
            (all - lists - details).to_string(),
        ]);
    }
    Ok(Section {
        tables: vec![table, long],
        required: vec![Required {
            what: format!("AdminGetUser in {LOOK_UPS} look-ups, by the world's own count"),
            limit: "none".to_owned(),
            found: format!("{details}, and {moved} in one `users show` after them"),
            holds: details == 0 && moved == 1 && count(&total, LIST) >= LOOK_UPS as u64,
        }],
        ..Section::default()
    })
}

/// Whose id it is, by somebody else's program.
fn sub_of(place: &Sandbox, served: &Served, email: &str) -> Outcome<String> {
    let mut aws = served.aws(place);
    super::list_users(&mut aws, POOL, email);
    let found = said(&mut aws)?;
    let attributes = found["Users"][0]["Attributes"].as_array();
    let sub = attributes
        .into_iter()
        .flatten()
        .find(|attribute| attribute["Name"] == "sub")
        .ok_or_else(|| format!("the AWS CLI found no sub: {found}"))?;
    Ok(text(sub, "Value")?.to_owned())
}
