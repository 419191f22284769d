//! Signs of life: what tells a holder at work from one that is frozen or gone.
//!
//! While it holds a lease, a process writes `<home>/leases/<run>.<fence>.sign` every second. Only
//! the change of the file's time says anything, never its value: no two clocks are compared. A
//! process that was stopped or whose machine sleeps gives no sign, although its lock still stands.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime};

use switchback_engine::ports::Lease;
use switchback_model::RunId;

use crate::store::{Inner, Store, lock};

/// How often a holder gives a sign of life.
pub const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// What is known of the process that holds a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Its process, on this host, has ended: nobody drives the run.
    Ended,
    /// The last sign of life. It is compared with the one seen before, never with a clock; `None`
    /// where there is none to be seen from here.
    Sign(Option<SystemTime>),
}

/// The files that show that this process is at work, by run. Apart from the store: the thread must
/// not keep the store, and with it the locks, for a moment longer than its owner does.
#[derive(Default)]
pub(crate) struct Signs(Mutex<Given>);

#[derive(Default)]
struct Given {
    files: HashMap<RunId, PathBuf>,
    /// Whether the thread runs.
    running: bool,
}

impl Store {
    /// What is known of the holder of `lease`, asked from `host`. A process on another host is
    /// never said to have ended: that can't be told from here.
    #[must_use]
    pub fn life(&self, run: &RunId, lease: &Lease, host: &str) -> Life {
        let inner = &*self.inner;
        if lease.holder.host == host && !inner.may_live(run, lease.fence, lease.holder.pid) {
            return Life::Ended;
        }
        let file = fs::metadata(inner.sign_path(run, lease.fence));
        Life::Sign(file.and_then(|file| file.modified()).ok())
    }
}

impl Inner {
    pub fn sign_path(&self, run: &RunId, fence: u64) -> PathBuf {
        self.home.join("leases").join(format!("{run}.{fence}.sign"))
    }
}

impl Signs {
    /// Gives signs of life for this lease, from now on.
    pub fn start(self: &Arc<Self>, run: &RunId, file: PathBuf) {
        let mut given = lock(&self.0);
        let _ = fs::write(&file, b".");
        given.files.insert(run.clone(), file);
        if given.running {
            return;
        }
        let weak = Arc::downgrade(self);
        let thread = std::thread::Builder::new().name("signs-of-life".to_owned());
        match thread.spawn(move || give(&weak)) {
            Ok(_) => given.running = true,
            Err(error) => {
                tracing::warn!(%error, "no signs of life are given: other windows will call this one frozen");
            }
        }
    }

    /// No more signs for this run.
    pub fn stop(&self, run: &RunId) {
        if let Some(file) = lock(&self.0).files.remove(run) {
            let _ = fs::remove_file(file);
        }
    }
}

/// One sign for each lease, until there is none any more.
fn give(weak: &Weak<Signs>) {
    loop {
        std::thread::sleep(SIGN_OF_LIFE);
        let Some(signs) = weak.upgrade() else { return };
        let mut given = lock(&signs.0);
        given.running = !given.files.is_empty();
        if !given.running {
            return;
        }
        for file in given.files.values() {
            // Not synced, and a full disk does not matter: it is a courtesy to whoever watches.
            let _ = fs::write(file, b".");
        }
    }
}
