//! Errors at the boundary, and the exit code of each. The chain of causes is rendered once, here.

use switchback_engine::driver::{DriveError, SubmitError};
use switchback_engine::ports::{JournalError, ProviderError, ProviderErrorKind};
use switchback_engine::{Rejection, RejectionCode};

use crate::ApiError;

impl ApiError {
    /// Puts the four together.
    pub fn new(
        code: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
        place: impl Into<String>,
    ) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            hint: hint.into(),
            place: place.into(),
        }
    }

    /// The exit code of the command-line contract: 1 error, 2 usage, 3 check failed, 4 unknown or
    /// stale, 5 refused by a guard, 6 sign-in needed, 8 another run holds the lock.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.code.as_str() {
            "usage" => 2,
            "bad_input" | "check_failed" => 3,
            "unknown" => 4,
            "stale_screen" | "rejected" | "nothing_to_undo" | "guard" => 5,
            "sign_in" => 6,
            "locked" => 8,
            _ => 1,
        }
    }

    /// What should never happen, said as such.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(
            "internal",
            message,
            "This is a fault of Switchback: nothing more was done. The log names the place.",
            "Switchback",
        )
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        let code = match rejection.code {
            RejectionCode::StaleScreen => "stale_screen",
            RejectionCode::NotNow => "rejected",
            RejectionCode::NothingToUndo => "nothing_to_undo",
            RejectionCode::Unknown => "unknown",
            RejectionCode::CheckFailed => "check_failed",
            RejectionCode::Guard => "guard",
            RejectionCode::NeedsReason | RejectionCode::BadValue => "usage",
            RejectionCode::NotFound => "not_found",
        };
        Self::new(code, rejection.message, rejection.hint, "the run")
    }
}

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        if let JournalError::Newer { found, known } = error {
            return Self::new(
                "journal",
                format!("The journal has format {found}; this program reads up to {known}."),
                "Install the newer program. Nothing was written to the file.",
                "the journal",
            );
        }
        // Taken over on another workstation: nothing on this one gives it back but a copy.
        if let JournalError::Fenced(text) = &error
            && let Some((what, mend)) = text.split_once(switchback_engine::ports::TAKE_BACK)
        {
            let hint = format!(
                "Nothing more was sent from here. {}{mend}.",
                switchback_engine::ports::TAKE_BACK
            );
            return Self::new("locked", sentence_case(what.trim_end()), hint, "the journal");
        }
        let (code, hint) = match &error {
            JournalError::Fenced(_) => (
                "locked",
                "Nothing more was sent from here. Watch it, or take the run over with `switchback run take`.",
            ),
            JournalError::NotWritten(_) => (
                "journal",
                "Free disk space or make the folder writable, then go on: what was in flight is looked at first.",
            ),
            JournalError::NotRead(_) => (
                "journal",
                "Nothing was changed. Restore the file from the mirror or an export.",
            ),
            JournalError::Tampered(_) => (
                "journal",
                "Do not go on with this file: take over from the mirror or an export.",
            ),
            JournalError::Newer { .. } => ("journal", "Install the newer program."),
            JournalError::NoRun(_) => ("not_found", "`switchback run list` shows the runs."),
        };
        let (message, mend) = split(&error.to_string());
        let hint = match mend.is_empty() || code == "locked" {
            true => hint.to_owned(),
            false => mend,
        };
        Self::new(code, message, hint, "the journal")
    }
}

/// What happened, and how to mend it: a journal's error says both, in this order. A path may hold a
/// full stop, so the first sentence ends behind the path.
fn split(text: &str) -> (String, String) {
    let path = text.rfind('/').map_or(0, |at| at + 1);
    let end = text
        .get(path..)
        .and_then(|rest| rest.find(". "))
        .map(|at| path + at);
    let (what, mend) = match end {
        Some(end) => (&text[..end], text[end + 2..].trim()),
        None => (text, ""),
    };
    let stop = |text: &str| match text {
        "" => String::new(),
        text if text.ends_with(['.', '?', '!']) => text.to_owned(),
        text => format!("{text}."),
    };
    (stop(&sentence_case(what)), stop(mend))
}

impl From<DriveError> for ApiError {
    fn from(error: DriveError) -> Self {
        match error {
            DriveError::Journal(error) => error.into(),
            DriveError::NoKey(error) => Self::new(
                "guard",
                sentence_case(&error.to_string()),
                "Unlock the keychain, or give the run's recovery code with --recovery-code-file.",
                "the run's key",
            ),
            DriveError::Illegal(error) => Self::new(
                "journal",
                sentence_case(&error.to_string()),
                "Do not go on with this file: verify it, and take over from the mirror or an export.",
                "the journal",
            ),
        }
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Rejected(rejection) => rejection.into(),
            SubmitError::Drive(error) => error.into(),
        }
    }
}

impl From<ProviderError> for ApiError {
    fn from(error: ProviderError) -> Self {
        let code = match error.kind {
            ProviderErrorKind::Credentials => "sign_in",
            ProviderErrorKind::Guard | ProviderErrorKind::Aside => "guard",
            ProviderErrorKind::NotFound => "not_found",
            _ => "provider",
        };
        let message = match error.message.ends_with(['.', '?', '!']) {
            true => error.message,
            false => format!("{}.", error.message),
        };
        let hint = error.hint.filter(|hint| !hint.is_empty());
        let hint = hint.unwrap_or_else(|| usual_mend(error.kind).to_owned());
        Self::new(code, message, hint, error.operation)
    }
}

/// What is done about a failure of this kind where whoever failed says nothing of its own.
fn usual_mend(kind: ProviderErrorKind) -> &'static str {
    match kind {
        ProviderErrorKind::Throttled | ProviderErrorKind::Busy => "Wait a moment, then try again.",
        ProviderErrorKind::Refused => {
            "Look at the values of the step in the runbook and in the target file, then check the step again."
        }
        ProviderErrorKind::Conflict => {
            "Somebody changed it meanwhile: look at it again, and approve what you see then."
        }
        ProviderErrorKind::Credentials => "Sign in with the profile of the target, then try again.",
        ProviderErrorKind::Denied => {
            "Have the role given what `switchback plan --iam operator` prints, then try again."
        }
        ProviderErrorKind::NotFound => {
            "Look at the names in the runbook, and at the account and region of the target."
        }
        ProviderErrorKind::Connect | ProviderErrorKind::Tls => {
            "Look at the network and at the endpoint, then try again: nothing was sent."
        }
        ProviderErrorKind::NoAnswer | ProviderErrorKind::Unclear | ProviderErrorKind::Untrue => {
            "Look at what is there before anything is sent again: it may have been done."
        }
        ProviderErrorKind::Aside => {
            "Look for what the message names and clear it away; then look at what this step is told in the runbook."
        }
        ProviderErrorKind::Guard => {
            "Look at what this step is told in the runbook and in the target file: nothing was sent."
        }
    }
}

impl From<switchback_model::ids::InvalidId> for ApiError {
    fn from(error: switchback_model::ids::InvalidId) -> Self {
        let hint = match error.what {
            "operator name" => "Use 1 to 120 characters that can be printed.",
            "run id" => "`switchback run list` shows the ids of the runs.",
            _ => "Use 1 to 64 of a-z, A-Z, 0-9, '.', '-' and '_', starting with a letter or digit.",
        };
        let message = format!("{} {:?} is not valid.", sentence_case(error.what), error.text);
        Self::new("usage", message, hint, error.what)
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ApiError {}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + chars.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever says nothing of how to mend it is not shown with an empty hint.
    #[test]
    fn every_failure_says_how_to_mend_it() {
        use ProviderErrorKind as Kind;
        for kind in [
            Kind::Throttled,
            Kind::Busy,
            Kind::Refused,
            Kind::Conflict,
            Kind::Credentials,
            Kind::Denied,
            Kind::NotFound,
            Kind::Connect,
            Kind::Tls,
            Kind::NoAnswer,
            Kind::Unclear,
            Kind::Untrue,
            Kind::Guard,
            Kind::Aside,
        ] {
            for (said, own) in [(None, false), (Some(""), false), (Some("Do this."), true)] {
                let error = ApiError::from(ProviderError {
                    kind,
                    operation: "read".to_owned(),
                    message: "It failed".to_owned(),
                    hint: said.map(str::to_owned),
                    request_id: None,
                    sent: false,
                });
                assert!(error.hint.ends_with('.'), "{kind:?}: {}", error.hint);
                assert_eq!(error.hint == "Do this.", own, "{kind:?}");
            }
        }
    }
}
