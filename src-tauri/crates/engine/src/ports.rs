//! The engine's ports: everything that it needs of the world, as traits. Adapters live in other
//! crates; the engine never sees an SDK, a socket or a file.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::event::{CallProblem, Mark, Receipt};
use switchback_model::{
    ActionSpec, AttemptId, CheckReading, CheckSpec, Digest, Event, EventKind, Finding, Holder, Image,
    Preview, Sealed, Target, Way,
};

use crate::doubt::Doubt;
use crate::evolve::IllegalEvent;
pub use crate::observed::{Deployment, History, Made, Observed, Rollout, RolloutState, RunningTask, Sent};
use crate::proof::WriteCx;
use crate::run::Run;
pub use crate::servers::{Said, ServerSaid};
use crate::sign_in::SignIn;

/// Wall clock and monotonic clock, both scaled in a rehearsal.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Time since an arbitrary start, never set back.
    fn monotonic(&self) -> Duration;
    /// Waits for a span of this clock.
    async fn sleep(&self, span: Duration);
    /// How far wall and monotonic clock may be apart, and a tick be late, before it counts as a
    /// jump or a sleep: nothing on a real clock, more where time is scaled.
    fn tolerance(&self) -> Duration {
        Duration::ZERO
    }
}

/// Begins the sentence of [`JournalError::Fenced`] that tells a home, whose run was taken over on another
/// workstation, how it drives the run again.
pub const TAKE_BACK: &str = "To take it back, ";

/// What can go wrong with the journal. Always a full stop: no journal write, no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Another driver holds the lease, took it from us, or took the run over elsewhere; a whole
    /// sentence that says who and how to mend it.
    #[error("{0}")]
    Fenced(String),
    /// The file could not be written: disk full, read-only.
    #[error("the journal could not be written: {0}")]
    NotWritten(String),
    /// The file could not be read.
    #[error("the journal could not be read: {0}")]
    NotRead(String),
    /// The chain does not hold.
    #[error("the journal was changed outside Switchback: {0}")]
    Tampered(String),
    /// Written by a newer program.
    #[error("the journal has format {found}; this program reads up to {known}: install the newer program")]
    Newer {
        /// The file's format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// There is no such run.
    #[error("there is no run {0}")]
    NoRun(String),
}

/// The lease: proof that its owner may append. Made by the journal only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it.
    pub holder: Holder,
    /// Rises with each lease.
    pub fence: u64,
}

/// The append-only journal of one run.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends events atomically and durably (fsync) under a lease; returns them numbered.
    async fn append(
        &self,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError>;
    /// Events after `seq`, in order.
    async fn read(&self, after_seq: u64) -> Result<Vec<Event>, JournalError>;
    /// The run that all events make. A journal may fold while it reads, so that a long one is never
    /// in memory as a whole; the outer error is the journal's, the inner one the story's.
    async fn fold(&self) -> Result<Result<Run, IllegalEvent>, JournalError> {
        Ok(Run::replay(&self.read(0).await?))
    }
    /// What speaks against the journal as it stands; asked once, when a driver starts under its lease. It is
    /// journalled first of all, and nothing else is appended before.
    async fn doubt(&self) -> Result<Option<Doubt>, JournalError> {
        Ok(None)
    }
    /// Whether the lease is still ours; asked right before each mutation.
    async fn holds(&self, lease: &Lease) -> Result<(), JournalError>;
    /// What seals and opens this run's secret images; a journal without one can't hold them.
    fn vault(&self) -> Option<&dyn Vault> {
        None
    }
}

/// The run's key is not there: whole sentences that say why and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoKey(pub String);

/// Seals and opens images that hold personal data or secrets, with the run's key. What it gives
/// back in plain stays in memory.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Whether an image could be sealed now; asked before a step that must seal may start.
    async fn ready(&self) -> Result<(), NoKey>;
    /// Seals an image.
    async fn seal(&self, image: &Image) -> Result<Sealed<Image>, NoKey>;
    /// Opens one.
    async fn open(&self, sealed: &Sealed<Image>) -> Result<Image, NoKey>;
    /// A keyed digest in place of a plain one: nobody without the key can find a short value by
    /// trying them all.
    async fn blind(&self, digest: &Digest) -> Result<Digest, NoKey>;
}

/// The mark could not be written, so that the request may not leave: one sentence that says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotMarked(pub String);

/// Where a call writes down, durably, that its request leaves now. For kinds that ask much on the way to it: whoever
/// finds the attempt without a mark knows that nothing was sent, and with one, what was proven and when it left.
#[async_trait]
pub trait Marks: Send + Sync {
    /// Writes it (fsync), under the lease and once an attempt. The request may leave right after this, and only then.
    ///
    /// # Errors
    /// Where it could not be written, or the lease is not ours any more: nothing may be sent.
    async fn mark(&self, mark: Mark) -> Result<(), NotMarked>;
}

/// How a provider failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderErrorKind {
    /// Too many requests.
    Throttled,
    /// The service says that another change is in progress.
    Busy,
    /// The request was refused as wrong.
    Refused,
    /// The precondition did not hold (exact DELETE failed).
    Conflict,
    /// Credentials missing, expired or not allowed.
    Credentials,
    /// Not allowed.
    Denied,
    /// The object is absent.
    NotFound,
    /// No connection was made: not applied.
    Connect,
    /// TLS failed before anything was sent: not applied.
    Tls,
    /// Sent, but no whole answer came: may have been applied.
    NoAnswer,
    /// A 5xx or an answer that could not be read: may have been applied.
    Unclear,
    /// An answer came that can't be true: it is about another object, or lacks what every such answer holds. Asking once
    /// more rarely helps. Of a mutation: may have been applied.
    Untrue,
    /// A guard of ours refused before anything was sent.
    Guard,
    /// The same, but a proof on the way to the request may have left something beside the object, which the message names:
    /// that nothing was changed must not be said.
    Aside,
}

/// A provider's failure, with nothing in it that may not be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct ProviderError {
    /// How it failed.
    pub kind: ProviderErrorKind,
    /// Which operation.
    pub operation: String,
    /// One sentence for people.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Whether the request was handed over, so that it may have arrived. A refusal of one that was is
    /// what somebody said, not what is so: something on the way may have repeated it, and the first
    /// one may have been carried out.
    pub sent: bool,
}

impl ProviderError {
    /// Whether a mutation may have been applied in spite of the error.
    #[must_use]
    pub fn may_have_applied(&self) -> bool {
        matches!(
            self.kind,
            ProviderErrorKind::NoAnswer | ProviderErrorKind::Unclear | ProviderErrorKind::Untrue
        )
    }

    /// Whether it is a refusal that only a look at the object proves.
    #[must_use]
    pub fn is_hearsay(&self) -> bool {
        self.sent && !self.may_have_applied()
    }

    /// Whether trying the same again by itself makes sense.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ProviderErrorKind::Throttled | ProviderErrorKind::Busy | ProviderErrorKind::Connect
        )
    }

    /// What failed, and how to mend it, as whole sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        let message = self.message.trim_end();
        let stop = if message.ends_with(['.', '?', '!', ':']) {
            ""
        } else {
            "."
        };
        match &self.hint {
            Some(hint) => format!("{message}{stop} {hint}"),
            None => format!("{message}{stop}"),
        }
    }

    /// The part that is journalled.
    #[must_use]
    pub fn problem(&self) -> CallProblem {
        CallProblem {
            kind: format!("{:?}", self.kind).to_ascii_lowercase(),
            operation: self.operation.clone(),
            message: self.sentence(),
            request_id: self.request_id.clone(),
        }
    }
}

/// Whether a change has reached every authoritative server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncState {
    /// INSYNC.
    pub in_sync: bool,
    /// The server's Date header, or our clock where it sent none.
    pub server_date: Timestamp,
}

/// One kind of action bound to its values. Apply and undo are one path; planning and judging are
/// pure.
#[async_trait]
pub trait Action: Send + Sync {
    /// The touched fields, as they are; with `since`, also what stood there since that request was
    /// written ahead, where the API keeps it.
    async fn read(&self, since: Option<&Sent<'_>>) -> Result<Observed, ProviderError>;
    /// The exact change from `from`: forward, or back to `restore` where it is given.
    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError>;
    /// What `now` means, given the images before and after the apply, and what is known of the request
    /// that is judged; none where an object is compared with what some request left.
    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding;
    /// The one mutating request.
    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError>;
    /// Whether a change takes time to be everywhere. Where it takes none, nothing is waited for: what AWS
    /// answered is what everybody reads.
    fn spreads(&self) -> bool;
    /// Whether the change has reached every server; `None` where the API has no such notion.
    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError>;
}

/// Who the caller is, as STS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Account.
    pub account: String,
    /// ARN.
    pub arn: String,
}

/// The world as the engine sees it; built once per run by `api`, which holds the exhaustive match
/// over action kinds and check kinds.
#[async_trait]
pub trait World: Send + Sync {
    /// The action for a spec.
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action>;
    /// Proves that the caller is the target's asserted identity; called before every mutation.
    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError>;
    /// Whether the images of this action must be sealed. A world may add to what the kind of action
    /// says, never take from it: the driver asks both.
    fn seals(&self, spec: &ActionSpec) -> bool {
        spec.image_is_secret()
    }
    /// Runs one check. Never fails: what could not be told is a reading with `Verdict::Error`.
    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading;
    /// What this computer lacks for a check, such as a canary that nobody set here, as the reading that it would give; none
    /// where nothing is known to be missing. Nobody else is asked.
    async fn lacks(&self, spec: &CheckSpec) -> Option<CheckReading> {
        let _ = spec;
        None
    }
    /// Asks every server by itself, once, what it answers for a name: the name servers of `zone`, where one is named, then
    /// the resolvers. Never fails: one that could not be asked says why. Empty where nobody can be asked here.
    async fn servers(&self, name: &DnsName, record: RecordType, zone: Option<&DnsName>) -> Vec<ServerSaid> {
        let _ = (name, record, zone);
        Vec::new()
    }
    /// When the caller's sign-in ends, as last noted in passing; `None` = not known. Never asks.
    fn sign_in_until(&self) -> Option<Timestamp> {
        self.sign_in().map(|sign_in| sign_in.until)
    }
    /// The same, with the command that signs in again.
    fn sign_in(&self) -> Option<SignIn> {
        None
    }
    /// The same right before a mutation, where nothing may have been asked yet: the credentials are
    /// loaded for it if need be.
    async fn signed_in(&self) -> Option<SignIn> {
        self.sign_in()
    }
}

/// Gives the token of an attempt: unique, not secret; carried in the Route 53 change comment.
#[must_use]
pub fn token(run: &str, attempt: &AttemptId, preview: &Digest) -> String {
    let way = match attempt.way {
        Way::Apply => "apply",
        Way::Undo => "undo",
        Way::Publish => "publish",
    };
    format!(
        "switchback {run} {} g{} {way} {} {}",
        attempt.step,
        attempt.generation,
        attempt.n,
        preview.short()
    )
}
