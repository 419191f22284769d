//! Where the window is led: by the arguments that it was started with, and by those of a second start, which
//! hands them over and ends.

use std::{
    ffi::OsString,
    sync::{Mutex, PoisonError},
};

use switchback_api::wire::{ApiError, Lead};
use switchback_model::RunId;
use tauri::{AppHandle, Manager as _, State, ipc::Channel};

use crate::state::{Options, Shell};

/// What the page listens to for later starts.
#[derive(Default)]
pub(crate) struct Leads(Mutex<Option<Channel<Lead>>>);

impl Leads {
    /// A page that was loaded again listens anew; nobody listens to the channel before.
    fn listen(&self, channel: Channel<Lead>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(channel);
    }

    /// Tells the page. Without one nobody is led: the person sees the window at its front and asks again.
    fn tell(&self, lead: Lead) {
        let line = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(line) = line
            && let Err(error) = line.send(lead)
        {
            tracing::warn!(%error, "the window could not be led");
        }
    }
}

/// Where later starts lead the window.
#[tauri::command]
pub(crate) async fn follow_leads(shell: State<'_, Shell>, channel: Channel<Lead>) -> Result<(), ApiError> {
    shell.leads.listen(channel);
    Ok(())
}

/// The program was started a second time: its window is to lead where that one was asked to.
pub(crate) fn second_start(app: &AppHandle, arguments: Vec<String>) {
    // So early that nothing is open yet, there is nobody to lead.
    let Some(shell) = app.try_state::<Shell>() else {
        return;
    };
    let has = |run: &RunId| shell.host().is_ok_and(|host| host.has_run(run).unwrap_or(false));
    if let Some(lead) = led_by(arguments, has) {
        shell.leads.tell(lead);
    }
}

/// Where these arguments lead, the program's name being the first of them; none where they name no run, or
/// are not understood. A run that this home has not leads nowhere, and that is said.
fn led_by(arguments: Vec<String>, has: impl Fn(&RunId) -> bool) -> Option<Lead> {
    let options = Options::parse(arguments.into_iter().skip(1).map(OsString::from)).ok()?;
    let run = options.run.clone()?;
    let mut lead = options.lead()?;
    if !has(&run) {
        lead.problem = Some(format!(
            "This home has no run {run}. The window stays where it is."
        ));
    }
    Some(lead)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use switchback_api::wire::RunPage;

    use super::*;

    fn second(words: &str) -> Option<Lead> {
        let arguments = words.split_whitespace().map(str::to_owned).collect();
        led_by(arguments, |run| run.as_str() == "r-1")
    }

    #[test]
    fn a_second_start_leads_to_the_page_that_it_names() {
        let to = |words| second(words).unwrap().to;
        assert_eq!(to("switchback-console --run r-1"), RunPage::Run);
        let step = "mid.3".to_owned();
        assert_eq!(
            to("switchback-console --run r-1 --step mid.3"),
            RunPage::Step { step }
        );
        let phase = "mid".to_owned();
        assert_eq!(
            to("switchback-console --gate mid --run r-1"),
            RunPage::Gate { phase }
        );
    }

    #[test]
    fn a_run_that_this_home_has_not_leads_nowhere_and_is_named() {
        let known = second("switchback-console --run r-1").unwrap();
        assert_eq!((known.run.as_str(), known.problem), ("r-1", None));
        let other = second("switchback-console --run r-2 --step mid.3").unwrap();
        assert!(other.problem.unwrap().contains("no run r-2"));
    }

    #[test]
    fn a_second_start_without_a_run_leads_nowhere() {
        for words in [
            "switchback-console",
            "switchback-console --rehearse",
            "switchback-console --step mid.3",
            "switchback-console --run r-1 --nonsense",
            "",
        ] {
            assert_eq!(second(words), None, "{words}");
        }
    }
}
