#![expect(clippy::unwrap_used, reason = "tests")]

mod gone;
mod shown;
mod sign_in;
mod whose;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use switchback_engine::ports::{Marks, NotMarked, ProviderError, Sent};
use switchback_model::event::{Mark, Receipt};
use switchback_model::{CanaryUser, Image, MadeCanary, PoolCanary, SignInCanary, Way, Witness};
use zeroize::Zeroizing;

use super::port::{Canaries, Held, Known, NoCanary};
use super::send::Holds;
use super::{CanaryChange, send};
use crate::tests::server::{DATE_S, Play, Server, server};
use crate::{Aws, Bound};

const POOL: &str = "eu-west-2_EXAMPLE";
const CLIENT: &str = "1exampleclient";
const USER: &str = "canary@example.nhs.test";
const PASSWORD: &str = "not-a-real-password";
const TOKEN: &str = "switchback run canary g1 apply 1 0123456789";
const SUB: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "11111111-2222-3333-4444-666666666666";

/// The keychain: one canary, or none, or one that must wait.
#[derive(Default)]
struct Keychain {
    empty: bool,
    paused: bool,
    refusals: Arc<Mutex<Vec<String>>>,
    holds: Arc<Mutex<u32>>,
}

struct Hold(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Held for Hold {
    async fn refused(&mut self, why: &str, _mend: &str) {
        self.0.lock().unwrap().push(why.to_owned());
    }
}

#[async_trait]
impl Canaries for Keychain {
    async fn canary(&self, _pool: &str) -> Result<Known, NoCanary> {
        match self.empty {
            true => Err(NoCanary {
                message: "no canary user is known here".to_owned(),
                hint: "switchback canary set".to_owned(),
            }),
            false => Ok(Known {
                client: CLIENT.to_owned(),
                user: Zeroizing::new(USER.to_owned()),
                password: Zeroizing::new(PASSWORD.to_owned()),
            }),
        }
    }

    async fn hold(&self, _pool: &str) -> Box<dyn Held> {
        *self.holds.lock().unwrap() += 1;
        Box::new(Hold(self.refusals.clone()))
    }

    async fn hold_to_sign_in(&self, pool: &str) -> Result<Box<dyn Held>, NoCanary> {
        match self.paused {
            true => Err(NoCanary {
                message: "not tried again before 10:15 UTC".to_owned(),
                hint: "Wait.".to_owned(),
            }),
            false => Ok(self.hold(pool).await),
        }
    }
}

/// The journal: keeps what was asked by the time of the mark, or can't be written.
#[derive(Default)]
struct Marked {
    full: bool,
    /// For how long it is not written.
    takes: Duration,
    marks: Mutex<Vec<Mark>>,
}

#[async_trait]
impl Marks for Marked {
    async fn mark(&self, mark: Mark) -> Result<(), NotMarked> {
        if self.full {
            return Err(NotMarked(
                "the journal could not be written: disk full".to_owned(),
            ));
        }
        tokio::time::sleep(self.takes).await;
        self.marks.lock().unwrap().push(mark);
        Ok(())
    }
}

fn spec(made: Option<MadeCanary>) -> SignInCanary {
    let arn = |name: &str| format!("arn:aws:lambda:eu-west-2:123456789012:function:{name}");
    SignInCanary {
        pool_id: POOL.to_owned(),
        client_id: CLIENT.to_owned(),
        migrate_trigger: arn("migrate"),
        token_trigger: arn("token"),
        claims: vec!["preferred_username".to_owned()],
        made,
    }
}

fn aws_with(server: &Server, keychain: Keychain) -> Aws {
    crate::tests::aws(&server.url).with_canaries(Arc::new(keychain))
}

fn bound(server: &Server, made: Option<MadeCanary>) -> Bound<CanaryChange> {
    Bound::new(aws_with(server, Keychain::default()), CanaryChange(spec(made)))
}

fn answer(body: &Value) -> Play {
    Play::Answer(200, body.to_string())
}

fn error(code: &str) -> Play {
    said(code, &format!("{USER} with {PASSWORD}: no"))
}

fn said(code: &str, message: &str) -> Play {
    Play::Answer(400, json!({"__type": code, "message": message}).to_string())
}

/// Made after a moment at which the pool did not have it.
fn made(sub: &str) -> MadeCanary {
    MadeCanary::Sub {
        sub: sub.to_owned(),
        absent: "2026-01-01T09:59:58Z".parse().unwrap(),
    }
}

fn at() -> Timestamp {
    Timestamp::from_second(DATE_S).unwrap()
}

/// AdminGetUser's answer, changed.
fn stands(change: impl FnOnce(&mut Value)) -> Play {
    let mut user = json!({
        "Username": SUB,
        "Enabled": true,
        "UserStatus": "CONFIRMED",
        "UserCreateDate": DATE_S + 5,
        "UserLastModifiedDate": DATE_S + 5,
        "UserAttributes": [
            {"Name": "sub", "Value": SUB},
            {"Name": "email", "Value": USER},
            {"Name": "email_verified", "Value": "true"},
        ],
    });
    change(&mut user);
    answer(&user)
}

fn migrated() -> Value {
    json!({"response": {
        "userAttributes": {"email": USER, "email_verified": "true", "given_name": "Canary"},
        "finalUserStatus": "CONFIRMED",
        "messageAction": "SUPPRESS",
    }})
}

fn overridden() -> Value {
    json!({"response": {"claimsAndScopeOverrideDetails": {
        "idTokenGeneration": {"claimsToAddOrOverride": {"preferred_username": USER}},
        "groupOverrideDetails": {"groupsToOverride": ["1-1RSG4X0"], "iamRolesToOverride": ["a role"]},
    }}})
}

fn token(change: impl FnOnce(&mut Value)) -> Play {
    let mut claims = json!({
        "sub": SUB,
        "iss": format!("https://cognito-idp.eu-west-2.amazonaws.com/{POOL}"),
        "aud": CLIENT,
        "token_use": "id",
    });
    change(&mut claims);
    let id = format!("a.{}.c", URL_SAFE_NO_PAD.encode(claims.to_string()));
    answer(&json!({"AuthenticationResult": {"IdToken": id, "AccessToken": "d.e.f", "RefreshToken": "r"}}))
}

/// The answers up to the positive sign-in, where all is well.
fn proven() -> Vec<Play> {
    vec![
        answer(&migrated()),
        answer(&overridden()),
        error("NotAuthorizedException"),
        // Nobody came meanwhile.
        error("UserNotFoundException"),
    ]
}

struct Tried {
    outcome: Result<Receipt, ProviderError>,
    marks: Vec<Mark>,
    requests: Vec<String>,
    refusals: Vec<String>,
}

/// Signs in against these answers; nothing that is said names the canary.
async fn tried(plays: Vec<Play>) -> Tried {
    tried_with(plays, Marked::default(), Holds::USUAL).await
}

async fn tried_with(plays: Vec<Play>, journal: Marked, holds: Holds) -> Tried {
    let server = server(plays).await;
    let keychain = Keychain::default();
    let refusals = keychain.refusals.clone();
    let outcome = send::sign_in(
        &aws_with(&server, keychain),
        &spec(None),
        (&journal, TOKEN),
        holds,
    )
    .await;
    let said = format!("{outcome:?}");
    assert!(!said.contains(USER) && !said.contains(PASSWORD), "{said}");
    let refusals = refusals.lock().unwrap().clone();
    let marks = journal.marks.into_inner().unwrap();
    assert!(!format!("{marks:?}").contains(USER), "{marks:?}");
    Tried {
        outcome,
        marks,
        requests: server.requests(),
        refusals,
    }
}

fn image(user: Option<CanaryUser>) -> Image {
    Image::Canary {
        pool: POOL.to_owned(),
        content: Box::new(PoolCanary { user }),
    }
}

fn user(sub: &str, ours: bool) -> CanaryUser {
    CanaryUser {
        sub: Some(sub.to_owned()),
        created: Some(at()),
        ours,
        ..CanaryUser::wished()
    }
}

fn mark() -> Mark {
    Mark {
        proven: Vec::new(),
        last_look: Witness::Time { at: at() },
    }
}

fn sent<'a>(receipt: Option<&'a Receipt>, mark: Option<&'a Mark>) -> Sent<'a> {
    Sent {
        way: Way::Apply,
        token: "switchback r step g1 apply 1 abcd",
        at: at(),
        witness: None,
        mark,
        receipt,
    }
}

fn receipt() -> Receipt {
    Receipt {
        request_id: None,
        change_id: Some(SUB.to_owned()),
        version: None,
        proven: Vec::new(),
        server_date: at(),
    }
}
