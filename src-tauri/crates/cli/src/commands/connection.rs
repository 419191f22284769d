//! `profiles`, `connection` and `report`: they look, and change nothing.

use std::path::Path;
use std::sync::Arc;

use switchback_api::connection::Subject;
use switchback_api::wire::{
    ApiError, ConnectionAsk, ConnectionView, ProfileView, ProfilesView, SettingView, Tone,
};

use switchback_model::text::line;

use crate::args::{Connection, Profiles, Report};
use crate::exit;
use crate::host::{Cx, run_id};
use crate::print::{first_open, readings_with_mends, table};

/// The runbook of a target that is given by its name alone.
const RUNBOOK: &str = "tis-cognito";

pub async fn profiles(cx: &Cx<'_>, command: Profiles) -> Result<u8, ApiError> {
    let Profiles::List = command;
    let host = cx.host()?;
    let view = host.profiles(None).await;
    cx.out.answer(&view, || profiles_text(&view));
    Ok(match &view.problem {
        None => exit::OK,
        Some(problem) => {
            let mend = view.mend.as_deref().unwrap_or_default();
            let error = ApiError::new("check_failed", problem, mend, "the profiles");
            exit::told(cx.out, &error)
        }
    })
}

fn profiles_text(view: &ProfilesView) -> String {
    let mut text = view
        .problem
        .as_ref()
        .map(|problem| {
            format!(
                "{} {}",
                line(problem),
                line(view.mend.as_deref().unwrap_or_default())
            )
        })
        .unwrap_or_default();
    match (text.is_empty(), view.profiles.is_empty()) {
        (true, true) => text.push_str("There is no profile: `aws configure sso` makes one."),
        (false, true) => {}
        (_, false) => {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            let rows = view
                .profiles
                .iter()
                .map(|profile| {
                    let used = match view.selected.as_deref() == Some(&profile.name) {
                        true => "* ",
                        false => "  ",
                    };
                    let role = match (&profile.role, &profile.source) {
                        (Some(role), Some(source)) => format!("{role}, with {source}"),
                        (Some(role), None) => role.clone(),
                        (None, _) => String::new(),
                    };
                    vec![
                        format!("{used}{}", profile.name),
                        profile.kind_words.clone(),
                        profile
                            .account_tail
                            .as_ref()
                            .map(|t| format!("…{t}"))
                            .unwrap_or_default(),
                        role,
                        profile.session_words.clone(),
                        open_words(profile),
                    ]
                })
                .collect();
            text.push_str(&table(
                &["profile", "kind", "account", "role", "session", "mend"],
                rows,
            ));
        }
    }
    // The problem is one of them, and stands above.
    let notes = view.notes.iter().filter(|note| {
        let known = view.problem.as_deref().unwrap_or_default().trim_end_matches('.');
        known.is_empty() || !note.contains(known)
    });
    let notes: Vec<&str> = notes.map(String::as_str).collect();
    if !notes.is_empty() {
        text.push_str(&format!("\n\nNot taken as it stands:\n  {}", notes.join("\n  ")));
    }
    text.push_str(&environment_text(&view.environment));
    text
}

/// What keeps a profile from being used, where its session does not say it already, and the mend.
fn open_words(profile: &ProfileView) -> String {
    let mend = profile.mend.as_deref().unwrap_or_default();
    match (&profile.problem, &profile.sign_in) {
        (Some(problem), None) => format!("{problem} {mend}"),
        _ => mend.to_owned(),
    }
}

fn environment_text(settings: &[SettingView]) -> String {
    if settings.is_empty() {
        return String::new();
    }
    let rows = settings
        .iter()
        .map(|setting| {
            vec![
                setting.variable.clone(),
                setting.value.clone().unwrap_or_else(|| "(set)".to_owned()),
                setting.effect.clone(),
            ]
        })
        .collect();
    format!("\n\n{}", table(&["environment", "value", "effect"], rows))
}

pub async fn connection(cx: &Cx<'_>, command: Connection) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let view = match &command.target {
        Some(target) => {
            let runbook = match &command.runbook {
                Some(runbook) => runbook.clone(),
                None => beside(target)?,
            };
            let plan = switchback_api::plan::resolve(&runbook, target)?;
            let subject = Subject {
                plan: Some(Arc::new(plan)),
                endpoint: cx
                    .global
                    .aws_endpoint
                    .clone()
                    .filter(|url| !url.trim().is_empty()),
                ..Subject::default()
            };
            host.check_connection(subject).await
        }
        None => {
            let ask = ConnectionAsk {
                run: command.run,
                profile: command.profile,
                region: command.region,
            };
            host.connection_check(&ask).await
        }
    };
    host.stop_closed_world().await;
    let view = view?;
    cx.out.answer(&view, || text(&view));
    Ok(trouble(&view).map_or(exit::OK, |error| exit::told(cx.out, &error)))
}

/// What is wrong with a connection, if anything: what fails is known, and often why the rest can't be told.
fn trouble(view: &ConnectionView) -> Option<ApiError> {
    let row = first_open(view.rows.iter().chain(&view.permissions))?;
    let code = match row.tone {
        _ if view.sign_in_needed => "sign_in",
        Tone::Failing => "check_failed",
        _ => "unknown",
    };
    let said = format!("{}: {}", row.title, row.observed);
    let mend = row.mend.as_deref().unwrap_or_default();
    Some(ApiError::new(code, said, mend, &row.id))
}

/// A target's file lies in a folder of its runbook; a name is one of a built-in runbook.
fn beside(target: &str) -> Result<String, ApiError> {
    let folder = Path::new(target)
        .parent()
        .filter(|folder| folder.file_name().is_some_and(|name| name == "targets"))
        .and_then(Path::parent);
    let by_name = !target.contains(['/', '\\']) && !target.ends_with(".toml");
    let built_in = || {
        switchback_runbook::bundled::ALL
            .iter()
            .find(|built_in| built_in.name == RUNBOOK)
    };
    match folder {
        Some(folder) if folder.as_os_str().is_empty() => Ok(".".to_owned()),
        Some(folder) => Ok(folder.display().to_string()),
        // Nobody named that runbook, so what targets it has is no answer.
        None if by_name && built_in().is_none_or(|built_in| built_in.target(target).is_none()) => {
            Err(ApiError::new(
                "check_failed",
                format!("No built-in target has the name {target}, and no runbook is named."),
                "Give the target's file, such as --target my-switch/targets/prod.toml, or its runbook with --runbook.",
                "--target",
            ))
        }
        None => Ok(RUNBOOK.to_owned()),
    }
}

fn text(view: &ConnectionView) -> String {
    let rows = readings_with_mends(&view.rows);
    let mut text = format!("The connection for {}\n\n{rows}", line(&view.about));
    if !view.permissions.is_empty() {
        let permissions = readings_with_mends(&view.permissions);
        text.push_str(&format!("\n\nPermissions\n{permissions}"));
    }
    text.push_str(&environment_text(&view.environment));
    if let Some(keychain) = &view.keychain {
        let mark = if keychain.works { "✓" } else { "!" };
        let mend = keychain.mend.as_deref().unwrap_or_default();
        let words = format!("{} {} {mend}", keychain.says, keychain.means);
        text.push_str(&format!("\n\nThis computer\n{mark} {}", line(words.trim_end())));
    }
    if let Some(mend) = trouble(view)
        .map(|error| error.hint)
        .filter(|mend| !mend.is_empty())
    {
        text.push_str(&format!("\n\nFirst: {}", line(&mend)));
    }
    text
}

pub async fn report(cx: &Cx<'_>, command: Report) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(&command.run)?;
    match command.html {
        Some(file) => {
            let written = host.export_report(&id, Some(command.writing.to(&file))).await?;
            cx.out.answer(&written, || written.file.clone());
        }
        None => {
            let report = host.report(&id).await?;
            cx.out.answer(&report, || {
                format!(
                    "{} on {}. {}\nThe report: switchback report {} --html FILE",
                    line(&report.title),
                    line(&report.target),
                    line(&report.summary),
                    report.run
                )
            });
        }
    }
    Ok(exit::OK)
}
