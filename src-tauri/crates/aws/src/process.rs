//! A profile's `credential_process`, run by us: the SDK's own says of an output that it can't take only
//! that it could not, and quotes what the program printed. What is told here is why, and never a value.

use std::process::Command;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_smithy_async::time::{SystemTimeSource, TimeSource as _};
use jiff::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// As much of an output as can be credentials.
const LONGEST: usize = 256 * 1024;

/// Why a program's output was not taken, in words that follow its name: "ended with exit code 3".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the credential_process {why}")]
pub(crate) struct NotTaken {
    /// The reason.
    pub(crate) why: String,
}

impl NotTaken {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

/// The program of a profile.
pub(crate) struct Program(pub(crate) String);

impl std::fmt::Debug for Program {
    // Its arguments may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Program")
    }
}

impl ProvideCredentials for Program {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

impl Program {
    /// In a shell, as the AWS CLI and the SDKs run it.
    fn command(&self) -> Command {
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt as _;
            let mut command = Command::new("cmd.exe");
            // As it stands: cmd.exe knows nothing of Rust's escapes.
            command.arg("/C").raw_arg(format!("\"{}\"", self.0));
            command
        }
        #[cfg(not(windows))]
        {
            let mut command = Command::new("sh");
            command.args(["-c", &self.0]);
            command
        }
    }

    async fn credentials(&self) -> provider::Result {
        let mut command = tokio::process::Command::from(self.command());
        // Nobody can answer it, and one that hangs ends with the wait for it.
        command.stdin(std::process::Stdio::null()).kill_on_drop(true);
        let refused = |why: NotTaken| CredentialsError::provider_error(why);
        let output = command
            .output()
            .await
            .map_err(|_| refused(NotTaken::new("could not be started")))?;
        let printed = Zeroizing::new(output.stdout);
        if !output.status.success() {
            return Err(refused(NotTaken::new(ending(output.status.code()))));
        }
        let now = Timestamp::try_from(SystemTimeSource::new().now()).unwrap_or(Timestamp::UNIX_EPOCH);
        read(&printed, now).map_err(refused)
    }
}

fn ending(code: Option<i32>) -> String {
    match code {
        // What a shell says of a program that is not there, or that may not be run.
        Some(127) => "was not found by the shell (exit code 127)".to_owned(),
        Some(126) => "may not be run (exit code 126)".to_owned(),
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

/// Reads what a program printed (AWS SDKs and Tools reference guide, "Process credential provider").
pub(crate) fn read(printed: &[u8], now: Timestamp) -> Result<Credentials, NotTaken> {
    if printed.len() > LONGEST {
        return Err(NotTaken::new("printed more than 256 KiB"));
    }
    let text = std::str::from_utf8(printed).map_err(|_| NotTaken::new("printed what is no UTF-8 text"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(NotTaken::new("printed nothing"));
    }
    let object = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(NotTaken::new("printed JSON that is no object in { }")),
        Err(error) => return Err(no_json(text, &error)),
    };
    version(&object)?;
    let id = string(&object, "AccessKeyId")?.ok_or_else(|| lacks("AccessKeyId"))?;
    let secret = string(&object, "SecretAccessKey")?.ok_or_else(|| lacks("SecretAccessKey"))?;
    let token = string(&object, "SessionToken")?;
    let end = match string(&object, "Expiration")? {
        None => None,
        Some(text) => Some(text.parse::<Timestamp>().map_err(|_| {
            NotTaken::new("printed an Expiration that is no time such as 2026-01-31T18:00:00Z")
        })?),
    };
    if let Some(end) = end.filter(|end| *end <= now) {
        return Err(NotTaken::new(format!(
            "gave credentials that ended {} ago, at {}",
            ago(end, now),
            end.strftime("%Y-%m-%dT%H:%M:%SZ")
        )));
    }
    Ok(Credentials::new(
        id.to_owned(),
        secret.to_owned(),
        token.map(str::to_owned),
        end.map(Into::into),
        "ProcessProvider",
    ))
}

/// Where the JSON is hidden or breaks off.
fn no_json(text: &str, error: &serde_json::Error) -> NotTaken {
    if !text.starts_with('{') {
        return NotTaken::new(match text.contains('{') {
            true => "printed text before the JSON, which must stand alone",
            false => "printed text that is no JSON",
        });
    }
    let first = serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .next();
    NotTaken::new(match first {
        Some(Ok(_)) => "printed text behind the JSON, which must stand alone".to_owned(),
        _ if error.is_eof() => "printed JSON that breaks off before its end".to_owned(),
        _ => format!(
            "printed JSON with a mistake at line {}, column {}",
            error.line(),
            error.column()
        ),
    })
}

/// By any spelling of its name, as the SDKs take it.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let found = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

fn lacks(name: &str) -> NotTaken {
    NotTaken::new(format!("printed JSON without {name}"))
}

fn version(object: &Map<String, Value>) -> Result<(), NotTaken> {
    match field(object, "Version") {
        None => Err(lacks("Version, which must be 1")),
        Some(Value::Number(number)) if number.as_i64() == Some(1) => Ok(()),
        Some(Value::Number(number)) => Err(NotTaken::new(match number.as_i64() {
            Some(other) => format!("printed credentials of Version {other}; only Version 1 is known"),
            None => "printed a Version that is no whole number; it must be 1".to_owned(),
        })),
        Some(other) => Err(NotTaken::new(format!(
            "printed a Version that is {}; it must be the number 1",
            kind(other)
        ))),
    }
}

fn string<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, NotTaken> {
    match field(object, name) {
        None => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(NotTaken::new(format!("printed JSON with an empty {name}")))
        }
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(NotTaken::new(format!(
            "printed a {name} that is {}; it must be text",
            kind(other)
        ))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// How long ago, as roughly as a person says it.
pub(crate) fn ago(end: Timestamp, now: Timestamp) -> String {
    let s = now.duration_since(end).as_secs().max(0);
    let many = |n: i64, unit: &str| match n {
        1 => format!("1 {unit}"),
        n => format!("{n} {unit}s"),
    };
    match s {
        s if s >= 2 * 365 * 86_400 => many(s / (365 * 86_400), "year"),
        s if s >= 2 * 86_400 => many(s / 86_400, "day"),
        s if s >= 2 * 3_600 => many(s / 3_600, "hour"),
        s if s >= 120 => many(s / 60, "minute"),
        s => many(s, "second"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn how_long_ago_is_said_as_a_person_says_it() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-29T00:00:00Z");
        for (end, words) in [
            ("2020-01-01T00:00:00Z", "6 years"),
            ("2026-11-01T00:00:00Z", "28 days"),
            ("2026-11-28T20:00:00Z", "4 hours"),
            ("2026-11-28T23:50:00Z", "10 minutes"),
            ("2026-11-28T23:59:59Z", "1 second"),
        ] {
            assert_eq!(ago(at(end), now), words);
        }
    }

    #[test]
    fn names_are_taken_in_any_spelling_and_null_is_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let printed = b"\xef\xbb\xbf {\"version\":1,\"accesskeyid\":\"a\",\"SECRETACCESSKEY\":\"b\",\"SessionToken\":null}\n";
        let found = read(printed, now).unwrap();
        assert_eq!((found.access_key_id(), found.session_token()), ("a", None));
        assert_eq!(found.expiry(), None);
    }
}
