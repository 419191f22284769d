//! The emulator that both sides of a comparison talk to.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::sandbox::Sandbox;

/// ministack; ends with the measurement.
pub(crate) struct Emulator {
    child: Child,
    /// Where it answers.
    pub(crate) endpoint: String,
}

impl Emulator {
    pub(crate) fn start(place: &Sandbox) -> Outcome<Self> {
        // It can't be told to choose a port itself; this one was free a moment ago.
        let address: SocketAddr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(place.path("ministack.log"))?;
        let child = place
            .python("ministack")
            .env("GATEWAY_PORT", address.port().to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0")
            .env("STATE_DIR", place.path("state"))
            .env("S3_DATA_DIR", place.path("s3"))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut emulator = Self {
            child,
            endpoint: format!("http://{address}"),
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            let ended = emulator.child.try_wait()?;
            if ended.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(place.path("ministack.log"))?;
                return Err(format!("ministack does not answer ({ended:?}): {log}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(emulator)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Only what we started, by its own id.
pub(crate) fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
