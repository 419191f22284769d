//! A proxy between the real adapter and the world: planted bugs that the adapter has no switch for, and what happens to
//! an object between the adapter's last look and its request.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::restricted::Rest;

/// What happens to requests.
#[derive(Clone)]
pub enum Wire {
    /// Each swap of record sets becomes the blind overwriting that a careless adapter would send.
    Upsert,
    /// Somebody else edits another rule of the web ACL right before the first request that replaces it.
    EditedBetween(Arc<Rest>),
    /// The same, and the request carries whichever token is right by then.
    FreshToken(Arc<Rest>),
    /// What a type of today doesn't know is lost on the way through it.
    TypedEcho,
    /// Each request of an invalidation has the reference of the first, and hears of its own.
    FirstReference(Arc<Mutex<References>>),
}

/// The references of invalidations.
#[derive(Debug, Default)]
pub struct References {
    first: Option<String>,
    last: String,
}

impl Wire {
    /// See [`Self::FirstReference`].
    pub fn first_reference() -> Self {
        Self::FirstReference(Arc::default())
    }
}

/// Ends when dropped.
pub struct Proxy {
    endpoint: String,
    _tasks: JoinSet<()>,
}

impl Proxy {
    pub async fn start(world: SocketAddr, wire: Wire) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut clients = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let wire = wire.clone();
                clients.spawn(async move {
                    // A client or a world that goes away ends the exchange.
                    let _ = exchange(client, world, &wire).await;
                });
            }
        });
        Self {
            endpoint,
            _tasks: tasks,
        }
    }

    pub fn endpoint(&self) -> &String {
        &self.endpoint
    }
}

/// One request and its answer, then the end of the connection.
async fn exchange(mut client: TcpStream, world: SocketAddr, wire: &Wire) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        if let Some(whole) = whole(&bytes) {
            break whole;
        }
    };
    let changed = changed(wire, world, &head, &body).await?;
    let head = match changed == body {
        true => head,
        false => signed_again(&head, &changed),
    };
    let answer = ask(world, &head, &changed).await?;
    let answer = match wire {
        Wire::FirstReference(references) => told_of_last(&references.lock().unwrap(), answer),
        Wire::Upsert | Wire::EditedBetween(_) | Wire::FreshToken(_) | Wire::TypedEcho => answer,
    };
    client.write_all(&answer).await?;
    client.shutdown().await
}

/// The body that goes on.
async fn changed(wire: &Wire, world: SocketAddr, head: &str, body: &str) -> std::io::Result<String> {
    let replaces = head.contains("AWSWAF_20190729.UpdateWebACL");
    Ok(match wire {
        Wire::Upsert => overwriting(body),
        Wire::EditedBetween(rest) if replaces => {
            rest.edit_once();
            body.to_owned()
        }
        Wire::FreshToken(rest) if replaces => {
            rest.edit_once();
            let mut sent: Value = serde_json::from_str(body)?;
            let asked = json!({"Name": sent["Name"], "Scope": sent["Scope"], "Id": sent["Id"]}).to_string();
            let head = head.replace(".UpdateWebACL", ".GetWebACL");
            let answer = ask(world, &signed_again(&head, &asked), &asked).await?;
            let answer = String::from_utf8_lossy(&answer).into_owned();
            let told = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let told: Value = serde_json::from_str(told)?;
            sent["LockToken"] = told["LockToken"].clone();
            sent.to_string()
        }
        Wire::TypedEcho if replaces => {
            let mut sent: Value = serde_json::from_str(body)?;
            let lose = |value: &mut Value| value.as_object_mut().and_then(|map| map.remove("FutureSetting"));
            lose(&mut sent);
            sent["Rules"]
                .as_array_mut()
                .into_iter()
                .flatten()
                .for_each(|rule| drop(lose(rule)));
            sent.to_string()
        }
        Wire::FirstReference(references) => match body.split_once(REFERENCE) {
            Some((start, rest)) => {
                let (sent, end) = rest.split_once(END).unwrap();
                let mut references = references.lock().unwrap();
                sent.clone_into(&mut references.last);
                let first = references.first.get_or_insert_with(|| sent.to_owned());
                format!("{start}{REFERENCE}{first}{END}{end}")
            }
            None => body.to_owned(),
        },
        Wire::EditedBetween(_) | Wire::FreshToken(_) | Wire::TypedEcho => body.to_owned(),
    })
}

/// Where the reference of an invalidation stands.
const REFERENCE: &str = "<CallerReference>";
const END: &str = "</CallerReference>";

/// The answer with the reference that was sent last in the place of the first; the end of the connection is its end.
fn told_of_last(references: &References, answer: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let Some(first) = references.first.as_ref().filter(|_| body.contains(REFERENCE)) else {
        return text.into_bytes();
    };
    let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let head: Vec<&str> = head.split("\r\n").filter(|line| !is_length(line)).collect();
    let whole = |reference: &str| format!("{REFERENCE}{reference}{END}");
    let body = body.replace(&whole(first), &whole(&references.last));
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}

/// Asks the world, by a connection of its own.
pub async fn ask(world: SocketAddr, head: &str, body: &str) -> std::io::Result<Vec<u8>> {
    let mut head: Vec<String> = head
        .split("\r\n")
        .filter(|line| {
            let line = line.to_ascii_lowercase();
            !line.starts_with("content-length:") && !line.starts_with("connection:")
        })
        .map(str::to_owned)
        .collect();
    head.push("connection: close".to_owned());
    if !body.is_empty() {
        head.push(format!("content-length: {}", body.len()));
    }
    let mut server = TcpStream::connect(world).await?;
    server
        .write_all(format!("{}\r\n\r\n{body}", head.join("\r\n")).as_bytes())
        .await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Head and body, once all of the request is there.
pub fn whole(bytes: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.trim().parse().unwrap());
    (body.len() >= length).then(|| (head.to_owned(), body.to_owned()))
}

/// The head with the signature of another body, by the rehearsal's secret (Signature Version 4; a path that
/// needs no escaping, no query). What is signed of the length is the new one.
pub fn signed_again(head: &str, body: &str) -> String {
    let keyed = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let lines: Vec<(&str, &str)> = head.lines().filter_map(|line| line.split_once(':')).collect();
    let value = |name: &str| {
        let found = lines
            .iter()
            .find(|(have, _)| have.eq_ignore_ascii_case(name))
            .unwrap();
        found.1.trim().to_owned()
    };
    let authorization = value("authorization");
    let part = |name: &str| {
        let rest = authorization.split_once(name).unwrap().1;
        rest.split(',').next().unwrap().to_owned()
    };
    let (scope, names, old) = (part("Credential="), part("SignedHeaders="), part("Signature="));
    let scope = scope.split_once('/').unwrap().1.to_owned();
    let headers: String = names
        .split(';')
        .map(|name| match name {
            "content-length" => format!("{name}:{}\n", body.len()),
            _ => format!("{name}:{}\n", value(name)),
        })
        .collect();
    let mut request = head.lines().next().unwrap().split(' ');
    let (method, path) = (request.next().unwrap(), request.next().unwrap());
    let payload = hex::encode(Sha256::digest(body));
    let canonical = format!("{method}\n{path}\n\n{headers}\n{names}\n{payload}");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        value("x-amz-date"),
        hex::encode(Sha256::digest(canonical))
    );
    let key = scope
        .split('/')
        .fold(b"AWS4rehearsal".to_vec(), |key, part| keyed(&key, part));
    head.replace(&old, &hex::encode(keyed(&key, &to_sign)))
}

/// A DELETE and a CREATE of one name and type become one UPSERT.
fn overwriting(body: &str) -> String {
    let Some((start, changes)) = body.split_once("<Change>") else {
        return body.to_owned();
    };
    let (changes, end) = changes.rsplit_once("</Change>").unwrap();
    let changes: Vec<&str> = changes.split("</Change><Change>").collect();
    let place = |change: &str| {
        let from = change.find("<Name>").unwrap();
        let to = change.find("</Type>").unwrap();
        change[from..to].to_owned()
    };
    let created: Vec<String> = changes
        .iter()
        .filter(|change| change.contains("<Action>CREATE</Action>"))
        .map(|change| place(change))
        .collect();
    let kept: Vec<String> = changes
        .iter()
        .filter(|change| !(change.contains("<Action>DELETE</Action>") && created.contains(&place(change))))
        .map(|change| {
            let change = change.replace("<Action>CREATE</Action>", "<Action>UPSERT</Action>");
            format!("<Change>{change}</Change>")
        })
        .collect();
    format!("{start}{}{end}", kept.concat())
}

#[test]
fn a_swap_becomes_an_upsert_and_nothing_else_changes() {
    let set = |action: &str, name: &str, value: &str| {
        format!(
            "<Change><Action>{action}</Action><ResourceRecordSet><Name>{name}</Name><Type>A</Type>\
             <V>{value}</V></ResourceRecordSet></Change>"
        )
    };
    let body = format!(
        "<B><C>x</C><Changes>{}{}{}</Changes></B>",
        set("DELETE", "a.", "1"),
        set("DELETE", "b.", "2"),
        set("CREATE", "a.", "3")
    );
    let expected = format!(
        "<B><C>x</C><Changes>{}{}</Changes></B>",
        set("DELETE", "b.", "2"),
        set("UPSERT", "a.", "3")
    );
    assert_eq!(overwriting(&body), expected);
    assert_eq!(overwriting("<GetChange/>"), "<GetChange/>");
}
