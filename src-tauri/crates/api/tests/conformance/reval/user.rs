//! Who meets what the gateway answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchback_rehearsal as rehearsal;
use switchback_testkit::Reader;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use super::images::{api, deployment};

/// After so much of world time a user signs in anew.
const SESSION: SignedDuration = SignedDuration::from_mins(30);

/// A user with a token of the new pool.
pub struct User {
    world: Arc<rehearsal::World>,
    session: Mutex<Option<(Timestamp, String)>>,
}

impl User {
    pub fn new(world: Arc<rehearsal::World>) -> Self {
        Self {
            world,
            session: Mutex::default(),
        }
    }

    /// What the stage serves, and what it says to the user.
    pub async fn meets(&self) -> Vec<Reader> {
        self.until_everywhere().await;
        let status = self.asks().await;
        vec![met(&self.world.snapshot(), status)]
    }

    /// The same, if no verdict were kept.
    pub fn would_meet(&self) -> Vec<Reader> {
        let state = self.world.snapshot();
        let tokens = api(&state).stages[0].tokens.iter();
        let mut fresh = tokens.filter(|token| token.pool == rehearsal::ADMINS_POOL);
        let fresh = fresh.next().unwrap().fresh;
        vec![met(&state, fresh)]
    }

    /// Until what the stage was last pointed at is served everywhere: AWS does not say when.
    async fn until_everywhere(&self) {
        let moves = |entry: &rehearsal::LogEntry| {
            matches!(entry.operation.as_str(), "UpdateStage" | "StageMoved")
                && matches!(
                    entry.outcome,
                    rehearsal::Outcome::Committed | rehearsal::Outcome::Lost
                )
        };
        let Some(last) = self.world.log().into_iter().rfind(moves) else {
            return;
        };
        let state = self.world.snapshot();
        let spread = SignedDuration::try_from(rehearsal::STAGE_SPREAD).unwrap();
        let left = (last.world_time + spread).duration_since(state.world_time);
        let left = Duration::try_from(left).unwrap_or_default();
        tokio::time::sleep(left / state.scale + Duration::from_millis(1)).await;
    }

    async fn asks(&self) -> u16 {
        let token = self.token().await;
        let gateway = self.world.handle().stand_in(rehearsal::Site::Gateway.address());
        let request = format!(
            "GET /{}{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n",
            rehearsal::REVAL_STAGE,
            rehearsal::REVAL_USERINFO,
            rehearsal::REVAL_API_HOST
        );
        let answer = exchange(gateway.unwrap(), &request).await;
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Of a session that is not over soon; one token as long as that, because verdicts are kept by it.
    async fn token(&self) -> String {
        let now = self.world.snapshot().world_time;
        let mut session = self.session.lock().await;
        if let Some((since, token)) = &*session
            && now.duration_since(*since) < SESSION
        {
            return token.clone();
        }
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": rehearsal::REVAL_CLIENT,
            "AuthParameters": {
                "USERNAME": rehearsal::CANARY_USER,
                "PASSWORD": rehearsal::CANARY_PASSWORD,
            },
        })
        .to_string();
        let to = self.world.handle().aws_addr();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {to}\r\nContent-Type: application/x-amz-json-1.1\r\n\
             X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(to, &request).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let token = body["AuthenticationResult"]["IdToken"].as_str().unwrap();
        *session = Some((now, token.to_owned()));
        token.to_owned()
    }
}

fn met(state: &rehearsal::Snapshot, status: u16) -> Reader {
    Reader::from([
        (rehearsal::REVAL_STAGE.to_owned(), deployment(state).to_owned()),
        ("a user of the new pool".to_owned(), status.to_string()),
    ])
}

async fn exchange(to: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}
