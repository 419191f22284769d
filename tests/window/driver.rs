//! WebKit's WebDriver as a child process, and the console below it. Both are ended by their own ids.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::app::Outcome;

/// A running WebDriver; ends with all its children when dropped.
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts one on a free port, with a home of its own for the console.
    pub fn start(home: &Path, speed: u32) -> Outcome<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let child = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("SWITCHBACK_HOME", home)
            .env("SWITCHBACK_OPERATOR", "t.operator")
            .env("SWITCHBACK_REHEARSAL_SPEED", speed.to_string())
            .env_remove("AWS_ENDPOINT_URL")
            .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
            .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE")
            .stdin(Stdio::null())
            .spawn()?;
        let driver = Self { child, port };
        let end = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() > end {
                return Err("WebKitWebDriver did not answer within 10 s".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(driver)
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The console's process, which the driver started.
    pub fn console(&self) -> Option<u32> {
        children(self.child.id()).into_iter().next()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let below = children(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        for pid in below {
            kill(pid);
            gone(pid);
        }
    }
}

/// Ends a process as a power cut would: it can't tidy up.
pub fn kill(pid: u32) {
    signal(pid, "-KILL");
}

/// Sends a process a signal, such as `-TERM`.
pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill")
        .args([name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Waits until a process is gone, or a zombie that nobody has collected; false after 10 s.
pub fn gone(pid: u32) -> bool {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        match fs::read_to_string(format!("/proc/{pid}/status")) {
            Ok(status) if !status.contains("\nState:\tZ") => thread::sleep(Duration::from_millis(10)),
            _ => return true,
        }
    }
    false
}

/// The direct children of a process.
pub fn children(parent: u32) -> Vec<u32> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let of = status
            .lines()
            .find_map(|line| line.strip_prefix("PPid:\t"))
            .and_then(|text| text.parse::<u32>().ok());
        if let Some(of) = of {
            parents.insert(pid, of);
        }
    }
    parents
        .into_iter()
        .filter_map(|(pid, of)| (of == parent).then_some(pid))
        .collect()
}
