//! `run new`: opens a run, and shows its recovery code once where it needs one.

use std::io::IsTerminal as _;
use std::path::Path;

use serde_json::json;
use switchback_api::clock::SystemClock;
use switchback_api::sealing::{needs_sealing, write_code};
use switchback_api::wire::ApiError;
use switchback_engine::ports::Clock as _;
use switchback_journal::RecoveryCode;

use super::runbook::resolve;
use crate::exit;
use crate::host::{Cx, warn_of_mirror};

pub fn run(cx: &Cx<'_>, runbook: &str, target: &str) -> Result<u8, ApiError> {
    let plan = resolve(cx, runbook, target)?;
    let document = json!({
        "run": "",
        "plan_digest": plan.digest(),
        "runbook": plan.runbook,
        "target": plan.target.name,
        "target_kind": plan.target.kind,
    });
    let said = format!("Opened on {} ({}).", plan.target.name, plan.target.kind.banner());
    let file = cx.global.recovery_code_file.as_deref();
    let interactive = std::io::stderr().is_terminal() && !cx.out.json && !cx.global.no_input;
    let showing = Showing::of(file, needs_sealing(&plan), interactive);
    let host = cx.host_for_new()?;
    // Kept by a person before anything can be sealed with it.
    let code = showing.code()?;
    let id = host.run_new_with(plan, code.as_ref()).inspect_err(|_| {
        if let Showing::InFile(path) = showing {
            let _ = std::fs::remove_file(path);
        }
    })?;
    let mut document = document;
    document["run"] = json!(id);
    document["recovery_code_file"] = json!(file);
    cx.out.say(&said);
    match (showing, &code) {
        (Showing::InFile(path), _) => cx.out.say(&format!(
            "The recovery code of this run is in {}. Keep it apart from this computer: it is shown nowhere else.",
            path.display()
        )),
        (Showing::OnScreen, Some(code)) => cx.out.say(&format!(
            "The recovery code of this run, shown this once. Write it down and keep it apart from this computer:\n\n  \
             {}\n",
            *code.reveal()
        )),
        (Showing::Missing, _) => cx.out.warn(
            "This run must seal images, and no recovery code was made: without this computer's keychain nobody can \
             open them. Open the run with --recovery-code-file FILE to have one."
                .to_owned(),
        ),
        _ => {}
    }
    warn_of_mirror(cx, &host, &id, 1, SystemClock::default().now());
    cx.out.answer(document, || id.to_string());
    Ok(exit::OK)
}

/// Where the recovery code of a new run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Showing<'a> {
    /// Into this new file.
    InFile(&'a Path),
    /// On the screen, once.
    OnScreen,
    /// The run seals nothing.
    NotNeeded,
    /// It would be needed, but nobody sees it.
    Missing,
}

impl<'a> Showing<'a> {
    fn of(file: Option<&'a Path>, seals: bool, interactive: bool) -> Self {
        match (file, seals, interactive) {
            (Some(file), _, _) => Self::InFile(file),
            (None, false, _) => Self::NotNeeded,
            (None, true, true) => Self::OnScreen,
            (None, true, false) => Self::Missing,
        }
    }

    /// A new code where one is shown; in its file before it is used.
    fn code(self) -> Result<Option<RecoveryCode>, ApiError> {
        match self {
            Self::InFile(path) => {
                let code = RecoveryCode::generate();
                write_code(path, &code)?;
                Ok(Some(code))
            }
            Self::OnScreen => Ok(Some(RecoveryCode::generate())),
            Self::NotNeeded | Self::Missing => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_only_where_somebody_can_keep_it() {
        let file = Path::new("code.txt");
        for (given, seals, interactive, showing) in [
            (Some(file), false, false, Showing::InFile(file)),
            (Some(file), true, true, Showing::InFile(file)),
            (None, true, true, Showing::OnScreen),
            (None, true, false, Showing::Missing),
            (None, false, true, Showing::NotNeeded),
        ] {
            assert_eq!(Showing::of(given, seals, interactive), showing);
        }
        assert!(Showing::OnScreen.code().is_ok_and(|code| code.is_some()));
        assert!(Showing::Missing.code().is_ok_and(|code| code.is_none()));
    }
}
