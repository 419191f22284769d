//! The planted bug UPSERT: a proxy between the real adapter and the world that turns each swap into
//! the blind overwriting that a careless adapter would send.

use std::net::{Ipv4Addr, SocketAddr};

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Ends when dropped.
pub struct UpsertProxy {
    endpoint: String,
    _tasks: JoinSet<()>,
}

impl UpsertProxy {
    pub async fn start(world: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut clients = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                clients.spawn(async move {
                    // A client or a world that goes away ends the exchange.
                    let _ = exchange(client, world).await;
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
async fn exchange(mut client: TcpStream, world: SocketAddr) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        if let Some(whole) = whole(&bytes) {
            break whole;
        }
    };
    let changed = overwriting(&body);
    let head = match changed == body {
        true => head,
        false => signed_again(&head, &changed),
    };
    let body = changed;
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
    client.write_all(&answer).await?;
    client.shutdown().await
}

/// Head and body, once all of the request is there.
fn whole(bytes: &[u8]) -> Option<(String, String)> {
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
fn signed_again(head: &str, body: &str) -> String {
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
