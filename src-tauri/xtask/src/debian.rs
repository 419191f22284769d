//! System packages: what building and testing need, and how to get it.

use std::process::Stdio;

use crate::shell::{Outcome, Stop, command, must, succeeds, which};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build and run the command line.
    CommandLine,
    /// To build and run the console.
    Build,
    /// To run every suite as well: a display, a web driver, a keyring, a system-call trace.
    Test,
}

impl Need {
    /// Whether the console is built: its page needs npm, its window the system's web view.
    pub const fn has_window(self) -> bool {
        match self {
            Self::CommandLine => false,
            Self::Build | Self::Test => true,
        }
    }

    /// The Debian packages that are looked for by their name.
    fn packages(self) -> Vec<&'static str> {
        match self {
            Self::CommandLine => Vec::new(),
            Self::Build => BUILD.to_vec(),
            Self::Test => [BUILD, TEST].concat(),
        }
    }
}

const BUILD: &[&str] = &["libwebkit2gtk-4.1-dev"];
const TEST: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus-x11",
    "gnome-keyring",
    "strace",
];
/// Programs that a bare machine lacks, with the package that brings them. A machine may have them from
/// elsewhere, so the program is looked for, not the package.
const PROGRAMS: &[(&str, &str)] = &[
    ("cc", "build-essential"),
    ("pkg-config", "pkg-config"),
    ("git", "git"),
];

/// Installs what is missing when it may, else stops with the exact command to run.
pub fn prepare(need: Need) -> Outcome<()> {
    if need.has_window() && (which("npm").is_none() || which("node").is_none()) {
        return Err(Stop::usage(
            "Node.js with npm is missing: install version 20.19 or later (https://nodejs.org/en/download)",
        ));
    }
    if !cfg!(target_os = "linux") {
        if need.has_window() {
            eprintln!(
                "note: outside Linux you need the system's own build tools and web view: {}",
                elsewhere()
            );
        }
        return Ok(());
    }
    if which("dpkg-query").is_none() {
        let packages = [need.packages(), vec!["a C compiler", "pkg-config", "git"]].concat();
        eprintln!(
            "note: this is not a Debian system; install the equivalents of: {}",
            packages.join(", ")
        );
        return Ok(());
    }
    let missing = missing(need);
    if missing.is_empty() {
        Ok(())
    } else {
        install(&missing)
    }
}

fn elsewhere() -> &'static str {
    if cfg!(target_os = "macos") {
        "Xcode command line tools (xcode-select --install)"
    } else {
        "Visual Studio C++ build tools and the WebView2 runtime"
    }
}

fn missing(need: Need) -> Vec<&'static str> {
    let mut packages = need.packages();
    packages.retain(|package| !installed(package));
    packages.extend(
        PROGRAMS
            .iter()
            .filter(|(program, _)| which(program).is_none())
            .map(|(_, package)| package),
    );
    if need == Need::Test && !succeeds(command("python3").args(["-c", "import ensurepip, venv"])) {
        packages.push("python3-venv");
    }
    packages
}

fn installed(package: &str) -> bool {
    command("dpkg-query")
        .args(["-W", "-f=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

fn install(packages: &[&str]) -> Outcome<()> {
    let root = command("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let sudo = !root && which("sudo").is_some() && succeeds(command("sudo").args(["-n", "true"]));
    if !root && !sudo {
        return Err(Stop::usage(format!(
            "these Debian packages are missing: {list}\nrun this, then try again:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends {list}",
            list = packages.join(" ")
        )));
    }
    eprintln!("installing Debian packages: {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut apt = command(if sudo { "sudo" } else { "env" });
        if sudo {
            apt.args(["-n", "env"]);
        }
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"])
            .args(arguments);
        // stdout is for results.
        must(apt.stdout(std::io::stderr()))
    };
    // One dead mirror in a machine's list fails the update, while the rest may still serve the install.
    if let Err(stop) = apt(&["update"]) {
        eprintln!("note: {}", stop.message);
    }
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}
