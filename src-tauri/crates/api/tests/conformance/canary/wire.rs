//! A proxy between the real adapter and the world, which knows one request of the step from another: it has chosen ones
//! fail, has somebody else act right before them, and holds the planted bugs.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use switchback_rehearsal as rehearsal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::wire::{ask, signed_again, whole};

/// What the step asks of Cognito.
const OF_COGNITO: [&str; 3] = ["AdminGetUser", "InitiateAuth", "AdminDeleteUser"];

/// One request by what it is, in which part of the way there and back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallPoint {
    /// `apply` or `undo`.
    pub phase: String,
    /// AWS's name of it.
    pub operation: &'static str,
    /// Counts such requests in the phase, from 1.
    pub nth: usize,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A refusal comes, and the world never hears of it.
    Before,
    /// It is carried out, and an error of the service comes.
    After,
    /// It is carried out, and the connection ends without an answer.
    Lost,
    /// Something on the way sends it twice: the answer to the second comes.
    Repeated,
    /// Somebody else acts right before it.
    SomebodyElse(Act),
    /// The process dies before it is carried out.
    KilledBefore,
    /// It is carried out and the process dies before the answer.
    KilledAfter,
    /// The process dies before it is carried out, and somebody else brings the canary over right then.
    KilledAndMade,
}

/// What somebody else does with the canary in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Brings it over, where the pool does not have it.
    Makes,
    /// Deletes it.
    Deletes,
    /// Disables it.
    Disables,
    /// Deletes it and brings it over: the same name, and another sub.
    Replaces,
}

/// What a careless adapter would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// It deletes by the user name.
    DeletesByName,
    /// It takes whoever has the name for the user that was made, whenever that was.
    TakesAnySub,
}

#[derive(Default)]
struct State {
    phase: String,
    trace: Vec<CallPoint>,
    counts: BTreeMap<(String, &'static str), usize>,
    fired: usize,
    /// The sub that a look answered first, and the last one.
    subs: Option<(String, String)>,
    /// When the user was made whom a look answered first.
    created: Option<String>,
}

/// What the proxy knows and has seen.
pub struct Wire {
    world: SocketAddr,
    control: rehearsal::Client,
    fate: Option<(CallPoint, Fault)>,
    bug: Option<Bug>,
    /// Ends the driver, as if by power off.
    killed: Arc<Notify>,
    state: Mutex<State>,
}

impl Wire {
    /// Starts a proxy. It ends with the set that is given with it.
    pub async fn start(
        handle: &rehearsal::Handle,
        fate: Option<(CallPoint, Fault)>,
        bug: Option<Bug>,
        killed: Arc<Notify>,
    ) -> (Arc<Self>, String, JoinSet<()>) {
        let wire = Arc::new(Self {
            world: handle.aws_addr(),
            control: rehearsal::Client::new(handle),
            fate,
            bug,
            killed,
            state: Mutex::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        let at = wire.clone();
        tasks.spawn(async move {
            let mut clients = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let at = at.clone();
                clients.spawn(async move {
                    // A client or a world that goes away ends the exchange.
                    let _ = at.exchange(client).await;
                });
            }
        });
        (wire, endpoint, tasks)
    }

    /// Names what is going on. A generation begins without what was seen of the one before.
    pub fn phase(&self, name: &str) {
        let mut state = self.state.lock().unwrap();
        name.clone_into(&mut state.phase);
        if name.ends_with("apply") {
            state.subs = None;
            state.created = None;
        }
    }

    /// Every request so far.
    pub fn trace(&self) -> Vec<CallPoint> {
        self.state.lock().unwrap().trace.clone()
    }

    /// How often the fault came about.
    pub fn fired(&self) -> usize {
        self.state.lock().unwrap().fired
    }

    /// What somebody else does. What can't be done, because nobody is there or is there already, is as it would be.
    pub async fn act(&self, act: Act) {
        let words: &[&str] = match act {
            Act::Makes => &["there"],
            Act::Deletes => &["gone"],
            Act::Disables => &["disabled"],
            Act::Replaces => &["gone", "there"],
        };
        for how in words {
            let _ = self.control.canary_is(rehearsal::ADMINS_POOL, how).await;
        }
    }

    /// Notes a request, and says what is to become of it.
    fn arrived(&self, operation: &'static str) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        let phase = state.phase.clone();
        let nth = state.counts.entry((phase.clone(), operation)).or_default();
        *nth += 1;
        let place = CallPoint {
            phase,
            operation,
            nth: *nth,
        };
        let fault = self
            .fate
            .as_ref()
            .filter(|(at, _)| *at == place)
            .map(|(_, fault)| *fault);
        state.fired += usize::from(fault.is_some());
        state.trace.push(place);
        fault
    }

    /// One request and its answer, then the end of the connection.
    async fn exchange(&self, mut client: TcpStream) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        let (head, body) = loop {
            if client.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
            if let Some(whole) = whole(&bytes) {
                break whole;
            }
        };
        let operation = operation(&head);
        let fault = operation.and_then(|operation| self.arrived(operation));
        if fault == Some(Fault::Before) {
            client
                .write_all(&error("403 Forbidden", "AccessDeniedException"))
                .await?;
            return client.shutdown().await;
        }
        if let Some(Fault::SomebodyElse(act)) = fault {
            self.act(act).await;
        }
        if let Some(Fault::KilledBefore | Fault::KilledAndMade) = fault {
            if fault == Some(Fault::KilledAndMade) {
                self.act(Act::Makes).await;
            }
            self.killed.notify_one();
            return Ok(());
        }
        let sent = match operation {
            Some("AdminDeleteUser") => self.deletes(&body)?,
            _ => body.clone(),
        };
        let head = match sent == body {
            true => head,
            false => signed_again(&head, &sent),
        };
        let mut answer = ask(self.world, &head, &sent).await?;
        match fault {
            Some(Fault::Lost) => return Ok(()),
            Some(Fault::After) => answer = error("500 Internal Server Error", "InternalErrorException"),
            Some(Fault::Repeated) => answer = ask(self.world, &head, &sent).await?,
            Some(Fault::KilledAfter) => {
                self.killed.notify_one();
                return Ok(());
            }
            Some(Fault::Before | Fault::SomebodyElse(_) | Fault::KilledBefore | Fault::KilledAndMade)
            | None => {}
        }
        if operation == Some("AdminGetUser") {
            answer = self.told(answer)?;
        }
        client.write_all(&answer).await?;
        client.shutdown().await
    }

    /// The body of a deletion, as a bug has it.
    fn deletes(&self, body: &str) -> std::io::Result<String> {
        let mut asked: Value = serde_json::from_str(body)?;
        asked["Username"] = match (self.bug, &self.state.lock().unwrap().subs) {
            (Some(Bug::DeletesByName), _) => rehearsal::CANARY_USER.into(),
            (Some(Bug::TakesAnySub), Some((_, last))) => last.as_str().into(),
            (Some(Bug::TakesAnySub), None) | (None, _) => return Ok(body.to_owned()),
        };
        Ok(asked.to_string())
    }

    /// The answer of a look, in which a bug sees the sub and the time that it saw first.
    fn told(&self, answer: Vec<u8>) -> std::io::Result<Vec<u8>> {
        if self.bug != Some(Bug::TakesAnySub) {
            return Ok(answer);
        }
        let text = String::from_utf8(answer).map_err(std::io::Error::other)?;
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let user: Value = serde_json::from_str(body)?;
        let attributes = user["UserAttributes"].as_array().into_iter().flatten();
        let mut subs = attributes.filter(|one| one["Name"] == "sub");
        let Some(sub) = subs.next().and_then(|one| one["Value"].as_str()) else {
            return Ok(text.into_bytes());
        };
        let mut state = self.state.lock().unwrap();
        let state = &mut *state;
        let (first, last) = state.subs.get_or_insert_with(|| (sub.to_owned(), sub.to_owned()));
        sub.clone_into(last);
        let told = body.replace(sub, first);
        let created = user["UserCreateDate"].to_string();
        let first = state.created.get_or_insert_with(|| created.clone());
        let told = told.replace(
            &format!("\"UserCreateDate\":{created}"),
            &format!("\"UserCreateDate\":{first}"),
        );
        let head = text.split_once("\r\n\r\n").map_or("", |(head, _)| head);
        let lines = head.lines().map(
            |line| match line.to_ascii_lowercase().starts_with("content-length") {
                true => format!("content-length: {}", told.len()),
                false => line.to_owned(),
            },
        );
        let head: Vec<String> = lines.collect();
        Ok(format!("{}\r\n\r\n{told}", head.join("\r\n")).into_bytes())
    }
}

/// Which of the step's requests this is.
fn operation(head: &str) -> Option<&'static str> {
    let line = head.lines().next().unwrap_or_default();
    if line.contains("/2015-03-31/functions/") && line.contains("/invocations") {
        return Some("Invoke");
    }
    OF_COGNITO
        .into_iter()
        .find(|operation| head.contains(&format!("AWSCognitoIdentityProviderService.{operation}")))
}

/// An error of a service.
fn error(status: &str, code: &str) -> Vec<u8> {
    let body = format!(r#"{{"__type":"{code}","message":"As the test has it."}}"#);
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-amzn-errortype: {code}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
