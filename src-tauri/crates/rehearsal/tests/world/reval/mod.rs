//! Reval behind CloudFront: the distribution's interface, and what a browser gets. And Reval's API: who signs in where,
//! and whose tokens are let in.

mod api;
mod deployments;
mod edited;
mod faults;
mod refused;
mod sign_in;
mod site;
pub(crate) mod tokens;
mod verdicts;

use std::net::IpAddr;
use std::time::Duration;

use hickory_proto::rr::RecordType;
use switchback_rehearsal::{DISTRIBUTION, SECRET_KEY, Site, World};
use tokio::net::TcpStream;

use crate::dns::udp;
use crate::support::{Reply, Signing, exchange};

/// One request to CloudFront as the world's operator, signed in us-east-1; nothing where no answer comes.
pub(crate) async fn sent(world: &World, line: &str, body: &str) -> Option<Reply> {
    sent_as(world, "AKIAREHEARSAL", "us-east-1", line, body).await
}

async fn sent_as(world: &World, key: &str, region: &str, line: &str, body: &str) -> Option<Reply> {
    let signing = Signing {
        key,
        secret: SECRET_KEY,
        token: None,
        region,
        service: "cloudfront",
    };
    let addr = world.handle().aws_addr();
    let stream = TcpStream::connect(addr).await.unwrap();
    exchange(stream, &signing.request(addr, line, &[], body)).await
}

pub(crate) fn of(id: &str) -> String {
    format!("/2020-05-31/distribution/{id}")
}

/// The body of a CreateInvalidation.
pub(crate) fn batch(reference: &str, paths: &[&str]) -> String {
    let items: String = paths.iter().map(|path| format!("<Path>{path}</Path>")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><InvalidationBatch \
         xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>{}</Quantity><Items>{items}</Items>\
         </Paths><CallerReference>{reference}</CallerReference></InvalidationBatch>",
        paths.len()
    )
}

/// CreateInvalidation; nothing where no answer comes.
async fn invalidate(world: &World, reference: &str, paths: &[&str]) -> Option<Reply> {
    let line = format!("POST {}/invalidation", of(DISTRIBUTION));
    sent(world, &line, &batch(reference, paths)).await
}

/// A CreateInvalidation that must be answered well: the id.
async fn made(world: &World, reference: &str, paths: &[&str]) -> String {
    let reply = invalidate(world, reference, paths).await.unwrap();
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.tag("Id").unwrap().to_owned()
}

/// GetInvalidation.
async fn invalidation(world: &World, id: &str) -> Reply {
    sent(world, &format!("GET {}/invalidation/{id}", of(DISTRIBUTION)), "")
        .await
        .unwrap()
}

/// The status and the code of a refusal.
fn refusal(reply: &Reply) -> (u16, &str) {
    assert!(
        reply.body.contains(
            "<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>"
        ),
        "{}",
        reply.body
    );
    (reply.status, reply.tag("Code").unwrap())
}

/// The address of a host, as both resolvers say it.
pub(crate) async fn resolved(world: &World, host: &str) -> IpAddr {
    let mut found = Vec::new();
    for resolver in &world.handle().resolvers {
        let answer = udp(resolver.addr, &format!("{host}."), RecordType::A, true).await;
        let last = answer.answers.last().unwrap().data.to_string();
        found.push(last.parse::<IpAddr>().unwrap());
    }
    found.dedup();
    assert_eq!(found.len(), 1, "{host}");
    found[0]
}

/// One request to Reval by http.
async fn ask(world: &World, line: &str) -> Reply {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        Site::Reval.host()
    );
    let addr = world.handle().stand_in(Site::Reval.address()).unwrap();
    exchange(TcpStream::connect(addr).await.unwrap(), &request)
        .await
        .unwrap()
}

/// What both edges answer to a GET, the first edge first.
async fn both(world: &World, path: &str) -> [Reply; 2] {
    let line = format!("GET {path}");
    let mut replies = [ask(world, &line).await, ask(world, &line).await];
    replies.sort_by_key(|reply| reply.header("x-amz-cf-pop").map(str::to_owned));
    replies
}

/// The path of the main script that a page asks for.
fn main_of(page: &Reply) -> String {
    let from = page.body.split_once("src=\"main.").unwrap().1;
    format!("/main.{}", from.split_once('"').unwrap().0)
}

/// The user pool that a page's main script names, as the same browser would get it.
async fn pool(world: &World, page: &Reply) -> String {
    let script = ask(world, &format!("GET {}", main_of(page))).await;
    let from = script.body.split_once("userPoolId:\"").unwrap().1;
    from.split_once('"').unwrap().0.to_owned()
}

/// Sleeps until so much world time has passed.
pub(crate) async fn pass(world: &World, time: Duration) {
    // A little more, because both ends of the span are rounded to milliseconds.
    tokio::time::sleep(world.handle().clock.sleep_for(time) + Duration::from_millis(2)).await;
}
