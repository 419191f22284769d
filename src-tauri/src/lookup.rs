//! The window's commands about people. What names somebody crosses masked; one value crosses as it is when
//! a person asks for it, and that is recorded.

use serde::Deserialize;
use serde_json::Value;
use switchback_api::wire::{
    ApiError, DetailAsk, DetailView, LookupAsk, LookupPlace, LookupView, RevealAsk, Revealed,
};
use tauri::State;

use crate::commands::read;
use crate::state::Shell;

/// What a person asks to be done about an account. Nothing here changes the account.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum SupportCommand {
    /// One value as it is.
    Reveal(RevealAsk),
}

/// The pools that would be asked.
#[tauri::command]
pub(crate) async fn users_place(
    shell: State<'_, Shell>,
    run: Option<String>,
) -> Result<LookupPlace, ApiError> {
    shell.host()?.users_place(run).await
}

/// Looks somebody up over the pools of a target.
#[tauri::command]
pub(crate) async fn users_find(shell: State<'_, Shell>, ask: Value) -> Result<LookupView, ApiError> {
    let ask: LookupAsk = read("question", ask)?;
    shell.host()?.users_find(&ask).await
}

/// The details of one account, which Cognito counts as an active user.
#[tauri::command]
pub(crate) async fn users_detail(shell: State<'_, Shell>, ask: Value) -> Result<DetailView, ApiError> {
    let ask: DetailAsk = read("question", ask)?;
    let host = shell.host()?;
    host.users().detail(&ask, host.operator()).await
}

/// The screen was left: what was found is forgotten here too.
#[tauri::command]
pub(crate) async fn users_forget(shell: State<'_, Shell>) -> Result<(), ApiError> {
    shell.host()?.users().forget(None).await;
    Ok(())
}

/// A command about one account: recorded with who asks and why.
#[tauri::command]
pub(crate) async fn submit_support(shell: State<'_, Shell>, command: Value) -> Result<Revealed, ApiError> {
    let SupportCommand::Reveal(ask) = read("command", command)?;
    let host = shell.host()?;
    host.users().reveal(&ask, host.operator()).await
}
