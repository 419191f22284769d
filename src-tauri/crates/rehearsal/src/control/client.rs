//! A small client of the control plane, for other processes and for the window.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{PREFIX, Pong, TOKEN_HEADER};
use crate::faults::Fault;
use crate::handle::Handle;
use crate::log::LogEntry;
use crate::snapshot::Snapshot;

/// The control plane could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody answers at the handle's port; the world is not served (any more).
    #[error("the rehearsal world does not answer")]
    Unreachable(#[source] io::Error),
    /// The world refused the request.
    #[error("the rehearsal world refused: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why.
        message: String,
    },
    /// The answer is not one of the control plane.
    #[error("the answer of the rehearsal world could not be read: {0}")]
    Unreadable(String),
}

/// Drives a world that this or another process serves. One short connection a request.
#[derive(Debug, Clone)]
pub struct Client {
    addr: SocketAddr,
    token: String,
    patience: Duration,
}

impl Client {
    /// A client of the world that the handle describes.
    #[must_use]
    pub fn new(handle: &Handle) -> Self {
        Self {
            addr: handle.aws_addr(),
            token: handle.token.clone(),
            patience: Duration::from_secs(10),
        }
    }

    /// The same client with another time-out, which is 10 s otherwise.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks who serves the world.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn ping(&self) -> Result<Pong, ControlError> {
        self.send("GET", "ping", None).await
    }

    /// The whole world at this moment.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn state(&self) -> Result<Snapshot, ControlError> {
        self.send("GET", "state", None).await
    }

    /// The AWS requests after a sequence number; 0 gives all.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn log(&self, after: u64) -> Result<Vec<LogEntry>, ControlError> {
        self.send("GET", &format!("log?after={after}"), None).await
    }

    /// How often each operation was asked for since the beginning or the last reset, refused requests
    /// too, by `service:Operation` such as `cognito-idp:ListUsers`; an operation that is not there was
    /// never asked for.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn counts(&self) -> Result<BTreeMap<String, u64>, ControlError> {
        self.send("GET", "counts", None).await
    }

    /// Adds made-up users to a pool, up to 200,000, and says how many of them it has now. The n-th of
    /// them, from 0, is `user000000@example.nhs.test`, User Number 000000.
    ///
    /// # Errors
    /// When it can't be reached, or has no such pool.
    pub async fn add_users(&self, pool: &str, add: u32) -> Result<u64, ControlError> {
        let body = json!({ "pool": pool, "add": add });
        let answer: Value = self.send("POST", "users", Some(body)).await?;
        Ok(answer["generated"].as_u64().unwrap_or(0))
    }

    /// Has the canary stand in a pool that does not have it, as if it had been brought over by itself long ago.
    ///
    /// # Errors
    /// When it can't be reached, or has no such pool.
    pub async fn canary_stands(&self, pool: &str) -> Result<(), ControlError> {
        self.canary_is(pool, "there").await
    }

    /// What somebody does with the canary of a pool: it is `there`, `gone`, `disabled`, or `reset`.
    ///
    /// # Errors
    /// When it can't be reached, or has no such pool, no canary in it, or no such word.
    pub async fn canary_is(&self, pool: &str, how: &str) -> Result<(), ControlError> {
        let body = json!({ "pool": pool, "is": how });
        self.send::<Value>("POST", "canary", Some(body)).await.map(drop)
    }

    /// Puts a fault in force.
    ///
    /// # Errors
    /// When it can't be reached or refuses.
    pub async fn inject(&self, fault: &Fault) -> Result<(), ControlError> {
        let body = json!(fault);
        self.send::<Value>("POST", "fault", Some(body)).await.map(drop)
    }

    /// Lifts the faults of a name (`site-down`) or of a name and subject (`site-down:old`) and says how
    /// many there were; 0 is no error.
    ///
    /// # Errors
    /// When it can't be reached or refuses.
    pub async fn lift(&self, name: &str) -> Result<usize, ControlError> {
        // Names of operations are plain; only the one wildcard and the colon occur besides letters.
        let path = format!("fault/{name}");
        match self.send::<Value>("DELETE", &path, None).await {
            Ok(answer) => Ok(answer["lifted"]
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(0)),
            Err(ControlError::Refused { status: 404, .. }) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Starts the world anew: records, changes, faults and log; world time goes on.
    ///
    /// # Errors
    /// When it can't be reached or refuses.
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.send::<Value>("POST", "reset", None).await.map(drop)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, ControlError> {
        if path.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(ControlError::Refused {
                status: 400,
                message: "the name has blanks in it".to_owned(),
            });
        }
        let body = body.map(|b| b.to_string()).unwrap_or_default();
        let request = format!(
            "{method} {PREFIX}{path} HTTP/1.1\r\nHost: {}\r\n{TOKEN_HEADER}: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.addr,
            self.token,
            body.len()
        );
        let exchange = async {
            let mut stream = TcpStream::connect(self.addr).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok(answer)
        };
        let answer = tokio::time::timeout(self.patience, exchange)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(ControlError::Unreachable)?;
        let (status, body) = split(&answer)?;
        if status != 200 {
            let value: Value = serde_json::from_slice(body).unwrap_or_default();
            let message = value["error"].as_str().unwrap_or("no reason given");
            return Err(ControlError::Refused {
                status,
                message: message.to_owned(),
            });
        }
        serde_json::from_slice(body).map_err(|e| ControlError::Unreadable(e.to_string()))
    }
}

/// Status and body of an answer; the world never sends chunks, and closes when asked to.
fn split(answer: &[u8]) -> Result<(u16, &[u8]), ControlError> {
    let unreadable = || ControlError::Unreadable("it is not HTTP".to_owned());
    let end = answer
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .ok_or_else(unreadable)?;
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| unreadable())?;
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    Ok((status.ok_or_else(unreadable)?, &answer[end + 4..]))
}
