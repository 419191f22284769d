//! `canary`: set, show, forget, try. A password is never an argument, is never shown and is in no file.

use serde_json::{Value, json};
use switchback_api::canaries::{canary_refused, no_canary};
use switchback_api::wire::ApiError;
use switchback_journal::{Canary as Kept, CanaryRow, SecretError};
use switchback_model::directory::PoolId;
use switchback_model::{Target, TargetKind, TargetName};

use super::secret::{on_thread, value};
use crate::args::{Canary, CanaryPlace};
use crate::exit;
use crate::host::Cx;
use crate::print::table;

pub async fn run(cx: &Cx<'_>, command: Canary) -> Result<u8, ApiError> {
    match command {
        Canary::Set { place, client, user } => {
            let CanaryPool { whose, pool } = of(&place)?;
            whose.is_no_rehearsal()?;
            // What was typed is judged before anybody is asked for more.
            Kept::named(&client, &user).map_err(no_canary)?;
            let password = value(cx, &format!("Password of the canary of {pool}"))?;
            let canary = Kept::new(&client, &user, &password).map_err(no_canary)?;
            let (target, at) = (whose.name.clone(), pool.clone());
            on_thread(cx, move |store| {
                let set = store.set_canary(&target, &at, &canary);
                set.map_err(|error| canary_refused(error, &target, &at))
            })
            .await?;
            let document = json!({ "target": whose.name, "pool": pool, "client": client, "kept": true });
            cx.out.answer(document, || {
                format!(
                    "kept the canary of {pool} for {}; nobody has signed in",
                    whose.name
                )
            });
            Ok(exit::OK)
        }
        Canary::Show { target } => show(cx, &Whose::of(&target)?).await,
        Canary::Forget { place } => {
            let CanaryPool { whose, pool } = of(&place)?;
            let (target, at) = (whose.name.clone(), pool.clone());
            on_thread(cx, move |store| {
                let forgotten = store.forget_canary(&target, &at);
                forgotten.map_err(|error| canary_refused(error, &target, &at))
            })
            .await?;
            let document = json!({ "target": whose.name, "pool": pool, "forgotten": true });
            cx.out.answer(document, || {
                format!("forgot the canary of {pool} for {}", whose.name)
            });
            Ok(exit::OK)
        }
        Canary::Try { place } => tried(cx, &place).await,
    }
}

struct CanaryPool {
    whose: Whose,
    pool: PoolId,
}

fn of(place: &CanaryPlace) -> Result<CanaryPool, ApiError> {
    let pool = PoolId::new(&place.pool).map_err(|error| {
        exit::usage(
            format!("{:?} is no id of a user pool.", error.text),
            "Give it as Cognito shows it, such as eu-west-2_EXAMPLE1.",
        )
    })?;
    Ok(CanaryPool {
        whose: Whose::of(&place.target)?,
        pool,
    })
}

/// The target as it was named. Only a file, or a target that comes with the program, says more than its name.
struct Whose {
    name: TargetName,
    target: Option<Target>,
}

impl Whose {
    fn of(text: &str) -> Result<Self, ApiError> {
        match switchback_api::plan::target(text) {
            Ok(target) => Ok(Self {
                name: target.name.clone(),
                target: Some(target),
            }),
            // A file that can't be read is no name.
            Err(error) if is_file(text) => Err(error),
            Err(_) => Ok(Self {
                name: TargetName::new(text)?,
                target: None,
            }),
        }
    }

    fn is_rehearsal(&self) -> bool {
        let kind = self.target.as_ref().map(|target| target.kind);
        kind == Some(TargetKind::Rehearsal)
    }

    fn is_no_rehearsal(&self) -> Result<(), ApiError> {
        match self.is_rehearsal() {
            false => Ok(()),
            true => Err(exit::usage(
                "A rehearsal knows its canary: nothing was kept.",
                "Set one for a target of another kind.",
            )),
        }
    }
}

fn is_file(text: &str) -> bool {
    std::path::Path::new(text)
        .extension()
        .is_some_and(|extension| extension == "toml")
}

/// One row for each; where the keychain does not give one, why.
async fn show(cx: &Cx<'_>, whose: &Whose) -> Result<u8, ApiError> {
    let target = whose.name.clone();
    let rows = on_thread(cx, move |store| {
        let rows = store.canaries(&target);
        let rows = rows.map_err(switchback_api::sealing::secret_refused)?;
        let shown = rows.into_iter().map(|row| {
            let canary = store.canary(&row);
            (row, canary)
        });
        Ok(shown.collect::<Vec<_>>())
    })
    .await?;
    let document = json!({
        "target": whose.name,
        "canaries": rows.iter().map(row_document).collect::<Vec<_>>(),
    });
    cx.out.answer(document, || match rows.is_empty() {
        true if whose.is_rehearsal() => "A rehearsal knows its canary; no other is set.".to_owned(),
        true => format!("No canary is set for {}.", whose.name),
        false => table(
            &["pool", "client", "user", "state"],
            rows.iter().map(row_words).collect(),
        ),
    });
    let unread = rows.into_iter().find_map(|(row, canary)| {
        let error = canary.err()?;
        Some(canary_refused(error, &row.target, &row.pool))
    });
    Ok(unread.map_or(exit::OK, |error| exit::told(cx.out, &error)))
}

type Shown = (CanaryRow, Result<Kept, SecretError>);

fn row_document((row, canary): &Shown) -> Value {
    let mut document = json!({
        "pool": row.pool,
        "set": canary.is_ok(),
        "refused": row.refused,
    });
    match canary {
        Ok(canary) => {
            document["client"] = json!(canary.client());
            document["user"] = json!(canary.user());
        }
        Err(error) => document["problem"] = json!(problem(error, row)),
    }
    document
}

fn row_words((row, canary): &Shown) -> Vec<String> {
    let (client, user, state) = match canary {
        Ok(canary) => (
            canary.client(),
            canary.user(),
            match &row.refused {
                None => "set".to_owned(),
                Some(refused) => format!(
                    "set; refused {}: {}",
                    refused.at.strftime("%Y-%m-%d %H:%M UTC"),
                    refused.why
                ),
            },
        ),
        Err(error) => ("", "", problem(error, row)),
    };
    vec![row.pool.to_string(), client.to_owned(), user.to_owned(), state]
}

fn problem(error: &SecretError, row: &CanaryRow) -> String {
    canary_refused(error.clone(), &row.target, &row.pool).message
}

async fn tried(cx: &Cx<'_>, place: &CanaryPlace) -> Result<u8, ApiError> {
    let CanaryPool { whose, pool } = of(place)?;
    let Some(target) = whose.target else {
        return Err(exit::usage(
            "Where this target signs in is not known: a name alone does not say it.",
            "Give its file: --target targets/NAME.toml.",
        ));
    };
    let host = cx.host()?;
    let tried = host.try_canary(&target, &pool).await;
    host.stop_closed_world().await;
    let ends = tried?;
    let document = json!({ "target": target.name, "pool": pool, "signed_in": true, "ends": ends });
    cx.out.answer(document, || match ends {
        Some(ends) => format!(
            "signed in; the token ends at {}",
            ends.strftime("%Y-%m-%d %H:%M UTC")
        ),
        None => "signed in; the token does not say when it ends".to_owned(),
    });
    Ok(exit::OK)
}
