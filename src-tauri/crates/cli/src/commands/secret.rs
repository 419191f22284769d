//! `secret`: set, list, delete. A value is never an argument, is never shown and is in no file.

use std::io::{IsTerminal as _, Read as _};

use serde_json::json;
use switchback_api::sealing::secret_refused;
use switchback_api::wire::ApiError;
use switchback_journal::{InvalidSecretName, LONGEST_SECRET, SecretName, Store};
use zeroize::Zeroizing;

use crate::args::Secret;
use crate::exit;
use crate::host::Cx;

pub async fn run(cx: &Cx<'_>, command: Secret) -> Result<u8, ApiError> {
    match command {
        Secret::Set { name } => {
            let name = parsed(&name)?;
            let value = value(cx, &format!("Value of {name}"))?;
            let kept = name.clone();
            on_thread(cx, move |store| {
                store.set_secret(&name, &value).map_err(secret_refused)
            })
            .await?;
            cx.out
                .answer(json!({ "secret": kept, "kept": true }), || format!("kept {kept}"));
        }
        Secret::List => {
            let names = on_thread(cx, |store| store.secret_names().map_err(secret_refused)).await?;
            cx.out.answer(json!({ "secrets": names }), || listed(&names));
        }
        Secret::Delete { name } => {
            let name = parsed(&name)?;
            let gone = name.clone();
            on_thread(cx, move |store| {
                store.delete_secret(&name).map_err(secret_refused)
            })
            .await?;
            cx.out.answer(json!({ "secret": gone, "deleted": true }), || {
                format!("deleted {gone}")
            });
        }
    }
    Ok(exit::OK)
}

/// One name a line; that there is none is said, as silence could mean anything.
fn listed(names: &[SecretName]) -> String {
    if names.is_empty() {
        return "No secret is kept.".to_owned();
    }
    let lines: Vec<&str> = names.iter().map(SecretName::as_str).collect();
    lines.join("\n")
}

/// The keychain may take its time.
pub(super) async fn on_thread<T: Send + 'static>(
    cx: &Cx<'_>,
    act: impl FnOnce(&Store) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let store = cx.host()?.store().clone();
    tokio::task::spawn_blocking(move || act(&store))
        .await
        .map_err(|_| ApiError::internal("the keychain's thread broke off"))?
}

fn parsed(name: &str) -> Result<SecretName, ApiError> {
    name.parse().map_err(|error: InvalidSecretName| {
        exit::usage(
            "This is no name for a secret.",
            format!("Take another one: {error}."),
        )
    })
}

/// A value as typed or piped, such as `Value of NAME`. One line end at its end belongs to the pipe, not to the value.
pub(super) fn value(cx: &Cx<'_>, what: &str) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let unread = |error: std::io::Error| {
        exit::usage(
            format!("The value could not be read: {}.", error.kind()),
            "Give it on stdin.",
        )
    };
    if std::io::stdin().is_terminal() {
        if cx.global.no_input {
            return Err(exit::usage(
                "Nobody may be asked for the value.",
                "Give it on stdin, from a file or another program.",
            ));
        }
        let typed = rpassword::prompt_password(format!("{what} (not shown): ")).map_err(unread)?;
        return Ok(Zeroizing::new(typed.into_bytes()));
    }
    let mut value = Zeroizing::new(Vec::with_capacity(LONGEST_SECRET + 3));
    // Two more than the longest, for the line end; what is longer still is refused as too long.
    let most = u64::try_from(LONGEST_SECRET + 3).unwrap_or(u64::MAX);
    std::io::stdin()
        .lock()
        .take(most)
        .read_to_end(&mut value)
        .map_err(unread)?;
    for end in [b'\n', b'\r'] {
        if value.last() == Some(&end) {
            value.pop();
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_empty_keychain_says_so() {
        assert_eq!(listed(&[]), "No secret is kept.");
        let names = ["one", "two"].map(|name| name.parse().unwrap());
        assert_eq!(listed(&names), "one\ntwo");
    }
}
