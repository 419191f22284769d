//! Something on the way between the program and AWS, which meddles with a POST.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What something between the program and AWS does to the next POST.
#[derive(Clone, Copy, PartialEq)]
pub enum Does {
    /// The answer of the first is lost to it, so it asks again and hands on what it hears then.
    Repeats,
    /// It hands on a part of the answer, and ends.
    Cuts,
    /// It says by itself, without a request id, that nobody may do this.
    Forbids,
}

/// A proxy on this machine.
pub struct Between {
    pub at: SocketAddr,
    armed: Arc<Mutex<Option<Does>>>,
    fired: Arc<AtomicUsize>,
}

impl Between {
    pub fn start(world: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let (armed, fired) = (
            Arc::<Mutex<Option<Does>>>::default(),
            Arc::<AtomicUsize>::default(),
        );
        let (ours, count) = (armed.clone(), fired.clone());
        // Ends with the test program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (ours, count) = (ours.clone(), count.clone());
                std::thread::spawn(move || exchange(client, world, &ours, &count));
            }
        });
        Self { at, armed, fired }
    }

    pub fn next(&self, does: Does) {
        *self.armed.lock().unwrap() = Some(does);
    }

    pub fn fired(&self) -> usize {
        self.fired.load(Ordering::SeqCst)
    }
}

/// One request and its answer; then the connection ends.
fn exchange(
    mut client: TcpStream,
    world: SocketAddr,
    armed: &Mutex<Option<Does>>,
    fired: &AtomicUsize,
) -> Option<()> {
    let request = read_request(&mut client)?;
    let posts = request.starts_with(b"POST /2013-04-01/hostedzone/");
    let does = match posts {
        true => armed.lock().unwrap().take(),
        false => None,
    };
    fired.fetch_add(usize::from(does.is_some()), Ordering::SeqCst);
    let answer = ask(world, &request)?;
    let answer = match does {
        None => answer,
        Some(Does::Repeats) => ask(world, &request)?,
        Some(Does::Cuts) => answer[..answer.len() - 60].to_vec(),
        Some(Does::Forbids) => {
            let body = "<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                        <Message>No.</Message></Error></ErrorResponse>";
            format!(
                "HTTP/1.1 403 Forbidden\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        }
    };
    client.write_all(&answer).ok()
}

fn ask(world: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut to = TcpStream::connect(world).ok()?;
    to.write_all(request).ok()?;
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).ok()?;
    Some(answer)
}

/// A request, whole, with the wish that its connection ends with the answer.
fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = client.read(&mut part).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(end) = text.find("\r\n\r\n") else {
            continue;
        };
        let head = &text[..end];
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if bytes.len() < end + 4 + length.unwrap_or(0) {
            continue;
        }
        let line = head.find("\r\n")?;
        let mut request = bytes[..line].to_vec();
        request.extend_from_slice(b"\r\nconnection: close");
        request.extend_from_slice(&bytes[line..]);
        return Some(request);
    }
}
