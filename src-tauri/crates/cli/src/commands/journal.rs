//! `journal`: show, verify, export, import.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::json;
use switchback_api::host::Host;
use switchback_api::wire::{ApiError, EventView};
use switchback_engine::ports::JournalError;
use switchback_journal::{verify_file, verify_file_with};
use switchback_model::RunId;
use switchback_model::event::Vouched;

use crate::args::{Journal, Writing};
use crate::exit;
use crate::host::{Cx, run_id};
use crate::print::{moment, table};

/// Events read at a time.
const PAGE: usize = 500;

pub async fn run(cx: &Cx<'_>, command: Journal) -> Result<u8, ApiError> {
    match command {
        Journal::Show { run, after, limit } => show(cx, &run, after, limit).await,
        Journal::Verify { what, allow_unproven } => verify(cx, &what, allow_unproven),
        Journal::Export { run, out, writing } => export(cx, &run_id(&run)?, out, writing),
        // `takeover` is required by the command line: there is no other import.
        Journal::Import { file, reason, .. } => import(cx, &file, reason.reason).await,
    }
}

async fn show(cx: &Cx<'_>, run: &str, after: u64, limit: Option<usize>) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(run)?;
    let limit = limit.unwrap_or(usize::MAX);
    let (mut events, mut last, mut head) = (Vec::<EventView>::new(), after, 0);
    while events.len() < limit {
        let page = host
            .journal_page(&id, last, PAGE.min(limit - events.len()))
            .await?;
        head = page.head;
        match page.events.last() {
            None => break,
            Some(event) => last = event.seq,
        }
        events.extend(page.events);
    }
    cx.out
        .answer(json!({ "run": id, "events": events, "head": head }), || {
            let rows = events
                .iter()
                .map(|event| {
                    vec![
                        event.seq.to_string(),
                        moment(event.at),
                        event.step.clone().unwrap_or_default(),
                        event.actor.clone().unwrap_or_default(),
                        event.sentence.clone(),
                    ]
                })
                .collect();
            table(&["seq", "at", "step", "who", "what"], rows)
        });
    Ok(exit::OK)
}

fn verify(cx: &Cx<'_>, what: &str, allow_unproven: bool) -> Result<u8, ApiError> {
    let path = Path::new(what);
    // A rehearsal has nothing to lose by what nobody vouches for; missing events are missed in it, too.
    let enough = |vouched: Vouched, rehearsal: bool| vouched != Vouched::None || rehearsal || allow_unproven;
    let passes;
    // A run's id holds no separator and no dot that a path needs, so a file of that name wins.
    // What is there and is no file is refused as that.
    let document = if path.exists() && (path.is_file() || what.contains(['/', '\\'])) {
        let code = cx.recovery_code()?;
        let copy = verify_file_with(path, code.as_ref()).map_err(broken)?;
        passes = enough(copy.vouched, copy.rehearsal);
        json!({
            "run": copy.run,
            "file": what,
            "to_seq": copy.to_seq,
            "valid": true,
            "complete": false,
            "sentence": copy.sentence,
            "vouched": copy.vouched.word(),
            "reason": copy.reason,
            "missing": null,
        })
    } else if what.contains(['/', '\\']) {
        return Err(ApiError::new(
            "not_found",
            "There is no such file.",
            "Check the path.",
            what,
        ));
    } else {
        let id = run_id(what)?;
        let host = cx.host()?;
        host.store().journal(&id).map_err(|error| match error {
            JournalError::NoRun(_) => ApiError::new(
                "not_found",
                format!("There is neither a run nor a file {id}."),
                "`switchback run list` shows the runs; a file is named with its path.",
                what,
            ),
            other => other.into(),
        })?;
        let chain = host.store().verify(&id).map_err(broken)?;
        passes = chain.missing.is_none() && enough(chain.vouched, chain.rehearsal && !chain.contradicted);
        json!({
            "run": id,
            "to_seq": chain.to_seq,
            "valid": true,
            "complete": chain.complete,
            "sentence": chain.sentence,
            "vouched": chain.vouched.word(),
            "reason": chain.reason,
            "missing": chain.missing.map(|(from, to)| json!({ "from": from, "to": to })),
        })
    };
    let part = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let words = format!(
        "{}\nvouched for by: {} ({})",
        part("sentence"),
        part("vouched"),
        part("reason")
    );
    cx.out.answer(document.clone(), || words);
    if passes {
        return Ok(exit::OK);
    }
    let hint =
        "Compare with the mirror folder or an export; --allow-unproven accepts that nobody vouches for it.";
    let error = ApiError::new(
        "unknown",
        format!("Nobody vouches for this journal: {}.", part("reason")),
        hint,
        what,
    );
    Ok(exit::told(cx.out, &error))
}

/// A chain that does not hold is a check that failed, not a command that could not run.
fn broken(error: JournalError) -> ApiError {
    let tampered = matches!(error, JournalError::Tampered(_));
    let mut error = ApiError::from(error);
    if tampered {
        error.code = "check_failed".to_owned();
    }
    error
}

fn export(cx: &Cx<'_>, id: &RunId, out: Option<PathBuf>, writing: Writing) -> Result<u8, ApiError> {
    let host = cx.host()?;
    host.store().journal(id)?;
    let Some(file) = out else {
        return to_stdout(cx, &host, id);
    };
    host.export_journal(id, writing.to(&file))?;
    let copy = verify_file(&file)?;
    let document = json!({ "run": id, "file": file.display().to_string(), "to_seq": copy.to_seq, "sentence": copy.sentence });
    cx.out.answer(document, || file.display().to_string());
    Ok(exit::OK)
}

/// The lines themselves are the data; they pass through a file of the home, because an export is
/// written and synced as a whole.
fn to_stdout(cx: &Cx<'_>, host: &Host, id: &RunId) -> Result<u8, ApiError> {
    let file = host
        .home
        .path()
        .join(format!("export-{id}-{}.tmp", std::process::id()));
    host.store().export(id, &file)?;
    let text = std::fs::read_to_string(&file);
    if let Err(error) = std::fs::remove_file(&file)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, "the temporary export stayed");
    }
    let text = text.map_err(|error| {
        ApiError::new(
            "journal",
            format!("The export could not be read: {}.", error.kind()),
            "Give --out FILE.",
            "the home",
        )
    })?;
    cx.out.data(text.trim_end());
    Ok(exit::OK)
}

async fn import(cx: &Cx<'_>, file: &Path, reason: String) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let by = cx.operator()?;
    let done = host.import(file, &by, reason)?;
    // From here on this computer's keychain opens it too, where there is one.
    host.unlock(&done.run).await?;
    if !done.marked {
        cx.out.say(
            "The takeover could not be marked in a mirror folder: make sure that nobody drives this run elsewhere.",
        );
    }
    if done.cut {
        cx.out.warn(format!(
            "The copy's last line is cut after event {}: what it said is not known here, and a call may have left after it.",
            done.from_seq
        ));
    }
    if done.vouched == Vouched::None {
        cx.out.warn(
            "Nobody vouches for this copy: its links hold, and whoever can write it can have made them. Compare what a \
             rollback would restore with what you know. With the run's recovery code (--recovery-code-file) it would be \
             told whether the copy is the home's own."
                .to_owned(),
        );
    }
    cx.out
        .say("The next command that drives this run looks at every step with an action again.");
    let document = json!({
        "run": done.run,
        "from_seq": done.from_seq,
        "fence": done.fence,
        "marked": done.marked,
        "vouched": done.vouched.word(),
        "cut": done.cut,
    });
    cx.out.answer(document, || done.run.to_string());
    Ok(exit::OK)
}
