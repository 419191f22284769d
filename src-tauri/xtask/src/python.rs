//! The Python environment `.venv` with the emulators and peers that other people wrote.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    scan,
    shell::{Outcome, Scratch, Stop, Workspace, command, must},
    watch,
};

const REQUIREMENTS: &str = "src-tauri/xtask/python-requirements.txt";
const STAMP: &str = "switchback-stamp";
/// Generous: a cold start of moto on a busy two-core machine takes a few seconds.
const START_WITHIN: Duration = Duration::from_secs(60);

/// Makes `.venv` as the requirements say, and returns its absolute path.
pub fn prepare(workspace: &Workspace) -> Outcome<PathBuf> {
    let venv = workspace.path(".venv");
    let wanted = scan::stamp(&[&workspace.path(REQUIREMENTS)]);
    if fs::read_to_string(venv.join(STAMP)).is_ok_and(|have| have == wanted) {
        return Ok(venv);
    }
    must(command("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = command(program(&venv, "python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "-r",
        REQUIREMENTS,
    ]);
    must(pip.current_dir(&workspace.root).stdout(std::io::stderr()))?;
    fs::write(venv.join(STAMP), wanted)
        .map_err(|error| Stop::failed(format!(".venv/{STAMP} could not be written: {error}")))?;
    Ok(venv)
}

/// A program of the environment.
pub fn program(venv: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        venv.join("Scripts").join(format!("{name}.exe"))
    } else {
        venv.join("bin").join(name)
    }
}

/// Starts both emulators once, so that a suite does not have to guess why nothing answers.
pub fn check_emulators(venv: &Path) -> Outcome<()> {
    let scratch = Scratch::new("emulators")?;
    let port = free_port()?;
    let mut ministack = command(program(venv, "ministack"));
    ministack.envs([
        ("GATEWAY_PORT", port.to_string().as_str()),
        ("BIND_HOST", "127.0.0.1"),
        ("IOT_MTLS_ENABLED", "0"),
    ]);
    starts("ministack", &mut ministack, port, &scratch)?;

    let port = free_port()?;
    let mut moto = command(program(venv, "moto_server"));
    moto.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    starts("moto_server", &mut moto, port, &scratch)
}

fn free_port() -> Outcome<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Stop::failed(format!("no free port on 127.0.0.1: {error}")))
}

fn starts(name: &str, command: &mut Command, port: u16, scratch: &Scratch) -> Outcome<()> {
    let began = Instant::now();
    let mut child = command
        .current_dir(&scratch.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| Stop::failed(format!("{name} could not be started: {error}")))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let answer = loop {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            break Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            break Err(Stop::failed(format!(
                "{name} ended at once ({status}); remove .venv and try again"
            )));
        }
        if began.elapsed() > START_WITHIN {
            break Err(Stop::failed(format!(
                "{name} did not answer within {} s",
                START_WITHIN.as_secs()
            )));
        }
        thread::sleep(Duration::from_millis(50));
    };
    watch::end(&mut child);
    if answer.is_ok() {
        println!("{name} answers after {:.1} s", began.elapsed().as_secs_f64());
    }
    answer
}
