//! `users reconcile`: a whole list against whole pools.

use std::path::{Path, PathBuf};

use serde_json::json;
use switchback_api::users::{self, Reconcile, Reconciled};
use switchback_api::wire::ApiError;
use switchback_model::directory::PoolRole;
use switchback_model::text::line;

use super::progress::Teller;
use super::{SIGNED_OUT, at, no_answer, warn_of_rows};
use crate::args::LookupPlace;
use crate::exit;
use crate::host::Cx;
use crate::print::table;

/// What was asked for.
pub(super) struct Asked {
    pub source: PathBuf,
    pub out: PathBuf,
    pub place: LookupPlace,
    pub rate: Option<u32>,
    pub reveal: Option<String>,
    pub purpose: Option<String>,
}

pub(super) async fn run(cx: &Cx<'_>, asked: Asked) -> Result<u8, ApiError> {
    let source = users::read_source(&asked.source)?;
    warn_of_rows(cx, Some(&source));
    let host = cx.host()?;
    let at = at(&host, asked.place)?;
    let teller = Teller::new(cx.out);
    let ask = Reconcile {
        source: &source,
        purpose: asked.purpose.as_deref(),
        reveal: asked.reveal.is_some(),
        by: host.operator(),
        progress: &|told| teller.tell(&told),
    };
    let done = host.users_reconcile(&at, ask, asked.rate, &asked.out).await;
    teller.end();
    host.stop_closed_world().await;
    reconciled(cx, &done?, &asked.out)
}

fn reconciled(cx: &Cx<'_>, done: &Reconciled, out: &Path) -> Result<u8, ApiError> {
    let mut document = serde_json::to_value(done).unwrap_or_default();
    document["file"] = json!(out);
    cx.out.answer(document, || {
        let mut text = format!(
            "{} in {}\n\n",
            match done.rows {
                1 => "1 row".to_owned(),
                rows => format!("{rows} rows"),
            },
            out.display()
        );
        let pools = done.pools.iter().map(|pool| {
            let said = match &pool.mend {
                Some(mend) => format!("{} {mend}", pool.says),
                None => pool.says.clone(),
            };
            vec![pool.title.clone(), pool.role.clone(), said]
        });
        text.push_str(&table(&["pool", "role", "answer"], pools.collect()));
        let verdicts = done.verdicts.iter();
        let verdicts = verdicts.map(|(verdict, rows)| vec![verdict.clone(), rows.to_string()]);
        text.push_str(&format!(
            "\n\n{}\n",
            table(&["verdict", "rows"], verdicts.collect())
        ));
        let mut new = done.pools.iter().filter(|pool| pool.role == PoolRole::New.word());
        text.push_str(&match done.not_on_list {
            Some(0) => "Every account of the new pool is on the list.".to_owned(),
            Some(1) => "1 account of the new pool is not on the list.".to_owned(),
            Some(more) => format!("{more} accounts of the new pool are not on the list."),
            None => format!(
                "Who is in the new pool and not on the list can't be told: {}.",
                match new.all(|pool| pool.state == "whole") {
                    true => "a row of the list could not be read",
                    false => "not all of the pool was read",
                }
            ),
        });
        for note in &done.notes {
            text.push_str(&format!("\n{}", line(note)));
        }
        text
    });
    Ok(left_open(done).map_or(exit::OK, |error| exit::told(cx.out, &error)))
}

/// Why a comparison does not answer for every row, if so.
fn left_open(done: &Reconciled) -> Option<ApiError> {
    let rows = done.verdicts.iter();
    let unclear: Vec<String> = rows
        .filter(|(verdict, _)| matches!(verdict.as_str(), "cant_tell" | "row_not_read" | "old_pool_only"))
        .map(|(verdict, rows)| format!("{verdict} {rows}"))
        .collect();
    if done.complete && unclear.is_empty() {
        return None;
    }
    // A pool that only a sign-in opens is said before the others.
    let pools = || done.pools.iter();
    let short = pools().find(|pool| pool.why.as_deref() == Some(SIGNED_OUT));
    let (said, mend) = match short.or_else(|| pools().find(|pool| pool.state != "whole")) {
        Some(pool) => (format!("{}: {}", pool.title, pool.says), pool.mend.as_deref()),
        None => (
            format!("Not every row has a clear answer: {}.", unclear.join(", ")),
            Some("Each of these rows says in the file what to do next."),
        ),
    };
    let mend = mend.unwrap_or_default();
    Some(ApiError::new(
        no_answer(short.is_some()),
        said,
        mend,
        "the comparison",
    ))
}
