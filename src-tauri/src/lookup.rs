//! The window's commands about people. What names somebody crosses masked; one value crosses as it is when
//! a person asks for it, and that is recorded.

use switchback_api::wire::{
    ApiError, DetailAsk, DetailView, LookupAsk, LookupPlace, LookupPlaces, LookupView, LookupWhere, Revealed,
    SupportCommand, WindowKind,
};
use tauri::{State, WebviewWindow};

use crate::state::Shell;
use crate::unread::Unread;

/// The places that can be asked, as far as they are known without a person naming one.
#[tauri::command]
pub(crate) async fn users_places(shell: State<'_, Shell>) -> Result<LookupPlaces, ApiError> {
    let host = shell.host()?;
    host.users_places(shell.place(), shell.only_rehearsal()).await
}

/// The pools that would be asked. The support window's title says which environment that is.
#[tauri::command]
pub(crate) async fn users_place(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    at: Unread<LookupWhere>,
) -> Result<LookupPlace, ApiError> {
    let at = at.read("place")?;
    allowed(&shell, &at)?;
    let place = shell.host()?.users_place(&at).await?;
    if shell.window() == WindowKind::Support {
        let _ = window.set_title(&title(&place));
    }
    Ok(place)
}

/// Where it looks, never at whom.
fn title(place: &LookupPlace) -> String {
    let endpoint = if place.test_endpoint { "TEST ENDPOINT" } else { "" };
    let words = [&place.banner, endpoint, &place.target, "Look-up", "Switchback"];
    let said: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    said.join(" · ")
}

/// A window that was started on the rehearsal asks nothing else, whatever its page says.
fn allowed(shell: &Shell, at: &LookupWhere) -> Result<(), ApiError> {
    if !shell.only_rehearsal() || *at == LookupWhere::rehearsal() {
        return Ok(());
    }
    Err(ApiError::new(
        "guard",
        "This window was started on the rehearsal and looks nowhere else.",
        "For real people start it without --rehearse.",
        "the look-up",
    ))
}

/// Looks somebody up over the pools of a target.
#[tauri::command]
pub(crate) async fn users_find(
    shell: State<'_, Shell>,
    ask: Unread<LookupAsk>,
) -> Result<LookupView, ApiError> {
    let ask = ask.read("question")?;
    allowed(&shell, &ask.place())?;
    shell.host()?.users_find(&ask).await
}

/// The details of one account, which Cognito counts as an active user.
#[tauri::command]
pub(crate) async fn users_detail(
    shell: State<'_, Shell>,
    ask: Unread<DetailAsk>,
) -> Result<DetailView, ApiError> {
    let ask = ask.read("question")?;
    let host = shell.host()?;
    host.users().detail(&ask, host.operator()).await
}

/// The screen was left: what was found is forgotten here too.
#[tauri::command]
pub(crate) async fn users_forget(shell: State<'_, Shell>) -> Result<(), ApiError> {
    shell.host()?.users().forget(None).await;
    Ok(())
}

/// The source list is forgotten: its people stand in no later answer.
#[tauri::command]
pub(crate) async fn forget_source(shell: State<'_, Shell>) -> Result<(), ApiError> {
    shell.host()?.users().forget_source().await;
    Ok(())
}

/// A command about one account: recorded with who asks and why.
#[tauri::command]
pub(crate) async fn submit_support(
    shell: State<'_, Shell>,
    command: Unread<SupportCommand>,
) -> Result<Revealed, ApiError> {
    let SupportCommand::Reveal(ask) = command.read("command")?;
    let host = shell.host()?;
    host.users().reveal(&ask, host.operator()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_where_and_that_it_is_a_test_endpoint() {
        let mut place = LookupPlace {
            banner: "TEST".to_owned(),
            kind: "test".to_owned(),
            target: "tis-test".to_owned(),
            run: None,
            regions: vec!["eu-west-2".to_owned()],
            account_tail: None,
            profile: None,
            test_endpoint: true,
            pools: Vec::new(),
            detail_cost: String::new(),
        };
        assert_eq!(
            title(&place),
            "TEST · TEST ENDPOINT · tis-test · Look-up · Switchback"
        );
        place.banner.clear();
        place.target.clear();
        place.test_endpoint = false;
        assert_eq!(title(&place), "Look-up · Switchback");
    }
}
