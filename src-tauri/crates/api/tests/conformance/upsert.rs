//! The planted bug UPSERT: a proxy between the real adapter and the world that turns each swap into
//! the blind overwriting that a careless adapter would send.

use std::net::{Ipv4Addr, SocketAddr};

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
    let body = overwriting(&body);
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
