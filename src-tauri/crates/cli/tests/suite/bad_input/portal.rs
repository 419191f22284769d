//! A fake of what stands behind a sign-in: the portal and the token endpoint of IAM Identity Center, and
//! the token endpoint of `aws login`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;

use super::support::SECRETS;

/// It answers as long as the process lives.
pub struct Portal {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    refuses: Arc<AtomicBool>,
}

impl Portal {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let refuses: Arc<AtomicBool> = Arc::default();
        let (log, refused) = (requests.clone(), refuses.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read(&mut stream);
                let (status, body) = match refused.load(Ordering::SeqCst) {
                    true => (
                        400,
                        "{\"error\":\"TOKEN_EXPIRED\",\"message\":\"expired\"}".to_owned(),
                    ),
                    false => answer(&request),
                };
                log.lock().unwrap().push(request);
                let kind = match status {
                    200 => "",
                    _ => "x-amzn-ErrorType: AccessDeniedException\r\n",
                };
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{kind}Connection: close\r\n\
                     Content-Length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self {
            url,
            requests,
            refuses,
        }
    }

    /// From now on every session has ended.
    pub fn refuse(&self) {
        self.refuses.store(true, Ordering::SeqCst);
    }

    /// What was asked since the last time, each by its first line.
    pub fn asked(&self) -> Vec<String> {
        let requests = std::mem::take(&mut *self.requests.lock().unwrap());
        let first = |request: String| {
            let line = request.lines().next().unwrap_or_default().to_owned();
            line.split('?')
                .next()
                .unwrap_or_default()
                .replace(" HTTP/1.1", "")
        };
        requests.into_iter().map(first).collect()
    }
}

/// The rehearsal's STS takes these keys for the operator's.
fn answer(request: &str) -> (u16, String) {
    let keys = |id: &str, secret: &str, token: &str| {
        format!(
            "\"{id}\":\"{}\",\"{secret}\":\"{}\",\"{token}\":\"{}\"",
            SECRETS[3], SECRETS[0], SECRETS[1]
        )
    };
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path.split('?').next().unwrap_or_default() {
        "/federation/credentials" => {
            let bearer = request.to_ascii_lowercase().contains(&format!(
                "x-amz-sso_bearer_token: {}",
                SECRETS[1].to_ascii_lowercase()
            ));
            let role = path.contains("role_name=operator") && path.contains("account_id=123456789012");
            match bearer && role {
                // In milliseconds, far away.
                true => (
                    200,
                    format!(
                        "{{\"roleCredentials\":{{{},\"expiration\":4102444800000}}}}",
                        keys("accessKeyId", "secretAccessKey", "sessionToken")
                    ),
                ),
                false => (
                    401,
                    "{\"message\":\"Session token not found or invalid\"}".to_owned(),
                ),
            }
        }
        "/token" => (
            200,
            format!(
                "{{\"accessToken\":\"{}\",\"expiresIn\":3600,\"tokenType\":\"Bearer\",\"refreshToken\":\"{}\"}}",
                SECRETS[1], SECRETS[2]
            ),
        ),
        "/v1/token" => (
            200,
            format!(
                "{{\"accessToken\":{{{}}},\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,\"refreshToken\":\"{}\"}}",
                keys("accessKeyId", "secretAccessKey", "sessionToken"),
                SECRETS[2]
            ),
        ),
        _ => (404, "{}".to_owned()),
    }
}

fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return text,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}

/// A private key as `aws login` keeps it (RFC 5915), made for this one test.
pub fn dpop_key() -> String {
    let pkcs8 = rcgen::KeyPair::generate().unwrap().serialize_der();
    // The inner ECPrivateKey: a sequence, version 1, 32 octets.
    let at = pkcs8
        .windows(7)
        .position(|part| part[0] == 0x30 && part[2..] == [0x02, 0x01, 0x01, 0x04, 0x20])
        .unwrap();
    let length = usize::from(pkcs8[at + 1]) + 2;
    let text = base64::engine::general_purpose::STANDARD.encode(&pkcs8[at..at + length]);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|part| std::str::from_utf8(part).unwrap())
        .collect();
    let (begin, end) = ("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----");
    format!("{begin}\\n{}\\n{end}\\n", lines.join("\\n"))
}
