//! `users`: the look-up. The sentence first; what names a person masked.

use std::io::Read as _;

use serde_json::{Value, json};
use switchback_api::users::{self, DETAIL_COST, LookupAt};
use switchback_api::wire::{AccountView, ApiError, AuditRow, DetailAsk, LookupView, LookupWhere, RevealAsk};
use switchback_directory::{Query, Source};
use switchback_model::text::line;

use crate::args::{LookupPlace, Users};
use crate::exit;
use crate::host::{Cx, Open};
use crate::print::table;

mod progress;
mod reconcile;

/// The longest text that is read from stdin, in bytes: more than any query may have.
const LONGEST: u64 = 16 * 1024;

pub async fn run(cx: &Cx<'_>, command: Users) -> Result<u8, ApiError> {
    match command {
        Users::Find {
            query,
            place,
            source,
            reveal,
            purpose,
        } => {
            // What was typed is judged before anything is opened.
            let query = users::query(&typed(query)?)?;
            let source = source.as_deref().map(users::read_source).transpose()?;
            warn_of_rows(cx, source.as_ref());
            let host = cx.host()?;
            let at = at(&host, place)?;
            let purpose = purpose.purpose.as_deref();
            let found = find(cx, &host, &at, query, purpose, source.as_ref(), &reveal).await;
            host.stop_closed_world().await;
            found
        }
        Users::Reconcile {
            source,
            out,
            place,
            rate,
            reveal,
            purpose,
        } => {
            let asked = reconcile::Asked {
                source,
                out,
                place,
                rate,
                reveal,
                purpose,
            };
            reconcile::run(cx, asked).await
        }
        Users::Show {
            id,
            place,
            reveal,
            purpose,
        } => {
            let id = users::one_account(&typed(id)?)?;
            let host = cx.host()?;
            let at = at(&host, place)?;
            let shown = show(cx, &host, &at, id, &purpose, &reveal).await;
            host.stop_closed_world().await;
            shown
        }
        Users::Audit { last } => {
            let host = cx.host()?;
            let view = host.users().audit(last).await?;
            cx.out.answer(&view, || {
                let head = [
                    "entry", "when", "who", "did", "why", "subject", "matches", "verdict",
                ];
                let rows = view.rows.iter().map(audit_row).collect();
                format!(
                    "{}; the last hash is {}\n{}",
                    entries(view.entries),
                    if view.hash.is_empty() { "none" } else { &view.hash },
                    table(&head, rows)
                )
            });
            Ok(exit::OK)
        }
    }
}

/// The state of a pool that can't be asked before somebody signs in.
const SIGNED_OUT: &str = "sign_in";

/// The code of no clear answer: a sign-in would give one, or it can't be told.
const fn no_answer(signed_out: bool) -> &'static str {
    if signed_out { "sign_in" } else { "unknown" }
}

async fn find(
    cx: &Cx<'_>,
    host: &Open,
    at: &LookupAt,
    query: Query,
    purpose: Option<&str>,
    source: Option<&Source>,
    reveal: &[String],
) -> Result<u8, ApiError> {
    let view = host.look_up(at, query, purpose, source).await?;
    let revealed = revealed(host, &view, reveal, purpose.unwrap_or_default()).await?;
    cx.out
        .answer(document(&view, &revealed), || text(&view, &revealed));
    Ok(ended(cx, &view))
}

async fn show(
    cx: &Cx<'_>,
    host: &Open,
    at: &LookupAt,
    id: Query,
    purpose: &str,
    reveal: &[String],
) -> Result<u8, ApiError> {
    let view = host.look_up(at, id, Some(purpose), None).await?;
    let [_] = view.accounts.as_slice() else {
        let several = "Several accounts: name one pool with --pool.";
        cx.out.say(match view.accounts.len() {
            0 => "No account to show the details of.",
            _ => several,
        });
        cx.out.answer(document(&view, &[]), || text(&view, &[]));
        return Ok(if view.accounts.is_empty() {
            ended(cx, &view)
        } else {
            let error = ApiError::new("unknown", &view.sentence, several, "the look-up");
            exit::told(cx.out, &error)
        });
    };
    cx.out.say(&format!("Cost: {DETAIL_COST}"));
    let ask = DetailAsk {
        lookup: view.lookup.clone(),
        index: 0,
        purpose: purpose.to_owned(),
    };
    let detail = host.users().detail(&ask, host.operator()).await?;
    let mut view = view;
    match detail.account {
        Some(account) => view.accounts = vec![account],
        None => cx.out.warn("The pool no longer has this account.".to_owned()),
    }
    let revealed = revealed(host, &view, reveal, purpose).await?;
    let mut document = document(&view, &revealed);
    document["cost"] = json!(detail.cost);
    cx.out.answer(document, || text(&view, &revealed));
    Ok(ended(cx, &view))
}

/// The fields that somebody asked for, account by account.
async fn revealed(
    host: &Open,
    view: &LookupView,
    fields: &[String],
    purpose: &str,
) -> Result<Vec<(usize, String, String)>, ApiError> {
    let mut values = Vec::new();
    for account in &view.accounts {
        for field in account
            .fields
            .iter()
            .filter(|field| fields.contains(&field.field))
        {
            let ask = RevealAsk {
                lookup: view.lookup.clone(),
                index: account.index,
                field: field.field.clone(),
                purpose: purpose.to_owned(),
            };
            let found = host.users().reveal(&ask, host.operator()).await?;
            values.push((account.index, found.field, found.value));
        }
    }
    Ok(values)
}

/// The exit code: 0 a clear answer, 6 where a sign-in would give one, else 4.
fn ended(cx: &Cx<'_>, view: &LookupView) -> u8 {
    if view.clear {
        return exit::OK;
    }
    let code = no_answer(view.pools.iter().any(|pool| pool.state == SIGNED_OUT));
    let error = ApiError::new(code, &view.sentence, &view.next_step, "the look-up");
    exit::told(cx.out, &error)
}

/// The argument, or stdin where it is `-`.
fn typed(argument: String) -> Result<String, ApiError> {
    if argument != "-" {
        return Ok(argument);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| {
            exit::usage(
                format!("Stdin can't be read: {}.", error.kind()),
                "Give it as text in UTF-8.",
            )
        })?;
    Ok(text)
}

fn warn_of_rows(cx: &Cx<'_>, source: Option<&Source>) {
    let faults = source.map(Source::faults).unwrap_or_default();
    for fault in faults.iter().take(5) {
        cx.out.warn(format!("source list: {fault}."));
    }
    if faults.len() > 5 {
        cx.out.warn(format!("source list: {} more.", faults.len() - 5));
    }
}

fn at(host: &Open, place: LookupPlace) -> Result<LookupAt, ApiError> {
    let LookupPlace { target, run, pools } = place;
    host.lookup_at(&LookupWhere { run, target, pools })
}

fn document(view: &LookupView, revealed: &[(usize, String, String)]) -> Value {
    let mut document = serde_json::to_value(view).unwrap_or_default();
    if let Some(fields) = document.as_object_mut() {
        // Good for this process only.
        fields.remove("lookup");
    }
    for (index, field, value) in revealed {
        document["accounts"][*index]["revealed"][field] = json!(value);
    }
    document
}

fn text(view: &LookupView, revealed: &[(usize, String, String)]) -> String {
    let mut text = format!("{}\nNext: {}\n", line(&view.sentence), line(&view.next_step));
    for note in &view.notes {
        text.push_str(&format!("Note: {}\n", line(note)));
    }
    let rows = view.pools.iter().map(|pool| {
        let said = match &pool.mend {
            Some(mend) => format!("{} {mend}", pool.says),
            None => pool.says.clone(),
        };
        vec![
            pool.title.clone(),
            pool.role.clone(),
            said,
            format!("{} ms", pool.ms),
        ]
    });
    text.push_str(&format!(
        "\n{}\n",
        table(&["pool", "role", "answer", "took"], rows.collect())
    ));
    for account in &view.accounts {
        text.push_str(&format!("\n{}\n", account_text(account, revealed)));
    }
    if view.matches > view.accounts.len() {
        text.push_str(&format!(
            "\n{} more are not shown.\n",
            view.matches - view.accounts.len()
        ));
    }
    text
}

fn account_text(account: &AccountView, revealed: &[(usize, String, String)]) -> String {
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let when = |at: Option<jiff::Timestamp>| at.map_or("not known".to_owned(), minute);
    let mut rows = vec![
        vec![
            "pool".to_owned(),
            format!("{} ({})", account.pool_title, account.pool),
        ],
        vec!["state".to_owned(), account.status.clone()],
        vec![
            "enabled".to_owned(),
            account.enabled.map_or("not said".to_owned(), yes_no),
        ],
        vec![
            "e-mail verified".to_owned(),
            account.email_verified.map_or("not said".to_owned(), yes_no),
        ],
    ];
    for field in &account.fields {
        let plain = revealed
            .iter()
            .find(|(index, name, _)| *index == account.index && *name == field.field)
            .map(|(.., value)| value.clone());
        rows.push(vec![
            field.field.replace('_', " "),
            plain.unwrap_or_else(|| field.masked.clone()),
        ]);
    }
    rows.push(vec!["made".to_owned(), when(account.created_at)]);
    rows.push(vec!["changed".to_owned(), when(account.modified_at)]);
    if let Some(mfa) = &account.mfa {
        let factors = if mfa.is_empty() {
            "none".to_owned()
        } else {
            mfa.join(", ")
        };
        rows.push(vec!["second factors".to_owned(), factors]);
    }
    table(&["account", ""], rows)
}

/// To the minute, in UTC.
fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How many entries there are, and that they belong together.
fn entries(count: u64) -> String {
    match count {
        0 => "No entry yet".to_owned(),
        1 => "1 entry".to_owned(),
        more => format!("{more} entries, each following from the one before"),
    }
}

fn audit_row(row: &AuditRow) -> Vec<String> {
    let did = match &row.field {
        Some(field) => format!("{} {field}", row.did),
        None => row.did.clone(),
    };
    vec![
        row.seq.to_string(),
        minute(row.at),
        row.by.clone(),
        did,
        row.purpose.clone().unwrap_or_default(),
        row.subject.chars().take(12).collect(),
        row.matches.map(|n| n.to_string()).unwrap_or_default(),
        row.verdict.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn entries_are_counted_in_words() {
        assert_eq!(entries(0), "No entry yet");
        assert_eq!(entries(1), "1 entry");
        assert_eq!(entries(2), "2 entries, each following from the one before");
    }
}
