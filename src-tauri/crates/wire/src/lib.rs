//! The wire schema: what crosses the boundary to a window or to a script. Generated into
//! TypeScript; a drift between the two fails the tests.
//!
//! Times are RFC 3339 in UTC. Ages are not sent as truth: a reading carries `observed_at` and
//! `believable_s`, and the reader turns it into Unknown by its own clock.

mod amendment;
mod change;
mod connection;
mod error;
mod fields;
mod gate;
mod interrupted;
mod journal;
mod lead;
mod meaning;
mod mirror;
mod name_answers;
mod reading;
mod rehearsal;
mod report;
mod rollback;
mod run;
mod runbook;
mod step;
mod time;
#[cfg(test)]
mod typescript;
mod users;
mod way;

pub use amendment::{AmendmentChange, AmendmentView};
pub use change::{CallView, ChangeView, PreviewView, ResourceView};
pub use connection::{
    ConnectionAsk, ConnectionView, KeychainView, ProfileView, ProfilesView, SessionState, SettingView,
};
pub use fields::{FieldPlanView, FieldRowView};
pub use gate::{
    Deadline, DeadlineKind, ExtensionView, GateDecision, GatePerson, GateState, GateView, T0View, TimesView,
};
pub use interrupted::{InterruptedView, RunStanding};
pub use journal::{EventView, JournalPage};
pub use lead::{Lead, RunPage};
pub use meaning::{LookupMeaning, RunStage};
pub use mirror::MirrorView;
pub use name_answers::{NameAnswers, ServerAnswer};
pub use reading::{ReadingView, Tone};
pub use rehearsal::{
    DrillView, FaultView, RehearsalAnswer, RehearsalCommand, RehearsalPart, RehearsalView, RehearsedRunbook,
};
pub use report::{
    ReportDeadline, ReportDecision, ReportExported, ReportLine, ReportPhase, ReportRollback, ReportStep,
    ReportView,
};
pub use rollback::{
    BreachView, RestrictedView, RollbackItemView, RollbackPlanView, RollbackProgress, ScopeView, SeenView,
    SheetView, UndoTimeView, WayBack,
};
pub use run::{
    Answer, AppInfo, BannerView, BarredView, DecisionView, DriverLife, DriverView, LostView, RunRow,
    RunSnapshot, Update, WindowInfo, WindowKind,
};
pub use runbook::{ProblemRow, RunbookView, TargetRow};
pub use step::{AttemptView, Offer, PhaseView, StepView, WayBackByName};
pub use time::Time;
pub use users::{
    AccountView, AuditRow, AuditView, DetailAsk, DetailView, LookupAsk, LookupPlace, LookupPlaces,
    LookupView, LookupWhere, MaskedField, PlaceChoice, PlacePool, PoolAnswerView, RevealAsk, Revealed,
    SourceListView, SourceView, SupportCommand,
};
pub use way::{
    RequestWay, WayGives, WayHealth, WayHealthOf, WayPlace, WayServer, WayShare, WaySide, WaySite, WayState,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The version of every JSON document that this program prints.
pub const SCHEMA_VERSION: u32 = 1;

/// The answer to a submission that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Accepted {
    /// The last event after it was accepted.
    #[ts(type = "number")]
    pub seq: u64,
}

/// A break-glass sheet that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct SheetExported {
    /// The file.
    pub file: String,
    /// Whether the file is in the mirror folder, so off this machine's own state.
    pub in_mirror: bool,
    /// Up to which event it knows the run.
    #[ts(type = "number")]
    pub seq: u64,
    /// The sheet itself, to be kept elsewhere too.
    pub text: String,
}

/// An error at the boundary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ApiError {
    /// A code that the window or a script branches on: `stale_screen`, `rejected`, `guard`,
    /// `sign_in`, `locked`, `not_found`, `bad_input`, `journal`, `internal`.
    pub code: String,
    /// What happened, in one sentence.
    pub message: String,
    /// How to mend it.
    pub hint: String,
    /// Where: a file, a step, an operation.
    #[serde(rename = "where")]
    pub place: String,
}
