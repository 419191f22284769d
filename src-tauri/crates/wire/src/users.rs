//! The wire of the user look-up. What names a person crosses masked; one field at a time crosses as it
//! is, when somebody asks for it and says why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::meaning::{LookupMeaning, RunStage};
use super::time::Time;

/// What is looked for, and where. `Debug` leaves the query out.
#[derive(Clone, Default, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct LookupAsk {
    /// An e-mail address, a user id (sub) or the beginning of a name.
    pub query: String,
    /// Why it is asked, such as a ticket's number; never the person's name.
    #[serde(default)]
    pub purpose: Option<String>,
    /// The run whose target's pools are asked.
    #[serde(default)]
    pub run: Option<String>,
    /// The target whose pools are asked: its name or its file. A run goes before it.
    #[serde(default)]
    pub target: Option<String>,
    /// Only these pools.
    #[serde(default)]
    pub pools: Vec<String>,
    /// Whether the source list that was chosen is joined in.
    #[serde(default)]
    pub source: bool,
}

impl std::fmt::Debug for LookupAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LookupAsk")
            .field("run", &self.run)
            .field("target", &self.target)
            .field("pools", &self.pools)
            .finish_non_exhaustive()
    }
}

impl LookupAsk {
    /// Where it asks.
    #[must_use]
    pub fn place(&self) -> LookupWhere {
        LookupWhere {
            run: self.run.clone(),
            target: self.target.clone(),
            pools: self.pools.clone(),
        }
    }
}

/// The answer to a look-up: the sentence first.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct LookupView {
    /// Its id, by which a field is revealed.
    pub lookup: String,
    /// The query, masked.
    pub query: String,
    /// `email`, `sub` or `name_prefix`.
    pub matched_by: String,
    /// What was found, as a word.
    pub verdict: String,
    /// What it means for the person's sign-in: the colour follows this, never the number of matches.
    pub meaning: LookupMeaning,
    /// How far the run has come with what people notice; none where no run was asked about, or its plan
    /// does not say when people notice.
    pub stage: Option<RunStage>,
    /// Whether the question got an answer.
    pub clear: bool,
    /// What was found, in a sentence or two.
    pub sentence: String,
    /// What to do now.
    pub next_step: String,
    /// What else one should know.
    pub notes: Vec<String>,
    /// The environment's word: PRODUCTION, PREPROD, TEST or REHEARSAL; none where only pools were named.
    pub banner: Option<String>,
    /// The target's name.
    pub target: Option<String>,
    /// What each pool answered.
    pub pools: Vec<PoolAnswerView>,
    /// The accounts that match, masked; at most 50.
    pub accounts: Vec<AccountView>,
    /// How many accounts are known to match.
    pub matches: usize,
    /// The source list, where one was given.
    pub source: Option<SourceView>,
    /// Questions asked of the pools; none of them costs anything.
    pub questions: usize,
    /// When the last pool answered.
    #[ts(as = "Time")]
    pub at: Timestamp,
}

/// What one pool answered.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct PoolAnswerView {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// `new` or `old`.
    pub role: String,
    /// `whole`, `cut`, `unasked` (it answered others, too), or why there is no answer: `throttled`, `denied`, `sign_in`, `no_such_pool`,
    /// `unreachable`, `failed`.
    pub state: String,
    /// The same in a sentence.
    pub says: String,
    /// How to mend it, where there is something to mend.
    pub mend: Option<String>,
    /// How many accounts are known to match.
    pub matches: usize,
    /// When it answered.
    #[ts(as = "Time")]
    pub observed_at: Timestamp,
    /// How long it took, in milliseconds.
    #[ts(type = "number")]
    pub ms: u64,
}

/// One account, masked.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AccountView {
    /// Its place in the answer, by which a field is revealed.
    pub index: usize,
    /// The pool's id.
    pub pool: String,
    /// The pool's name for people.
    pub pool_title: String,
    /// `new` or `old`.
    pub role: String,
    /// Cognito's word.
    pub status: String,
    /// Whether it may sign in at all; none where the pool does not say.
    pub enabled: Option<bool>,
    /// Whether the e-mail address is verified; none where the pool does not say.
    pub email_verified: Option<bool>,
    /// When it was made.
    #[ts(as = "Option<Time>")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[ts(as = "Option<Time>")]
    pub modified_at: Option<Timestamp>,
    /// Whether a program signs in with it.
    pub machine: bool,
    /// What names the person, masked; what the pool does not know is left out.
    pub fields: Vec<MaskedField>,
    /// Second factors; none where nobody asked for the details.
    pub mfa: Option<Vec<String>>,
}

/// One masked value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct MaskedField {
    /// `email`, `given_name`, `family_name`, `username` or `sub`.
    pub field: String,
    /// What can be shown to anybody.
    pub masked: String,
}

/// The source list as far as it matters for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct SourceView {
    /// How many people it has.
    pub rows: usize,
    /// The lines that match.
    #[ts(type = "Array<number>")]
    pub lines: Vec<u64>,
    /// What is wrong with it, by line; at most 20.
    pub faults: Vec<String>,
    /// How many faults there are.
    pub fault_count: usize,
}

/// A source list that was chosen. Of its content only lines and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct SourceListView {
    /// The file's name.
    pub name: String,
    /// How many people it has.
    pub rows: usize,
    /// How many faults it has.
    pub fault_count: usize,
    /// The lines that have one, the first 20.
    #[ts(type = "Array<number>")]
    pub lines: Vec<u64>,
    /// The faults in words, by line; at most 20.
    pub faults: Vec<String>,
}

/// A request to see one value as it is.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RevealAsk {
    /// The look-up.
    pub lookup: String,
    /// The account's place in its answer.
    pub index: usize,
    /// The field.
    pub field: String,
    /// Why; goes to the audit trail.
    pub purpose: String,
}

/// What a person asks to be done about an account. Nothing here changes the account.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum SupportCommand {
    /// One value as it is.
    Reveal(RevealAsk),
}

/// A value as it is. Not `Debug`: it goes to the person who asked and nowhere else.
#[derive(Clone, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Revealed {
    /// The field.
    pub field: String,
    /// The value.
    pub value: String,
}

/// A request for the details of one account, which Cognito counts as an active user.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct DetailAsk {
    /// The look-up.
    pub lookup: String,
    /// The account's place in its answer.
    pub index: usize,
    /// Why; goes to the audit trail.
    pub purpose: String,
}

/// The details of one account.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct DetailView {
    /// The account, with its second factors; none where the pool no longer has it.
    pub account: Option<AccountView>,
    /// What the request cost.
    pub cost: String,
    /// When the pool answered.
    #[ts(as = "Time")]
    pub at: Timestamp,
}

/// How a person names where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct LookupWhere {
    /// A run, whose target it is; goes before the target.
    #[serde(default)]
    pub run: Option<String>,
    /// A target: the name of one that a run has, else a target file, else a built-in name.
    #[serde(default)]
    pub target: Option<String>,
    /// Only these pools, by id or by their name in the target.
    #[serde(default)]
    pub pools: Vec<String>,
}

/// One of the places that are known without anybody naming them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct PlaceChoice {
    /// How it is named in a question.
    #[serde(rename = "where")]
    pub at: LookupWhere,
    /// The environment's word; empty where only pools are named.
    pub banner: String,
    /// The target's name, or the pools.
    pub name: String,
}

/// The places that are known, the likeliest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct LookupPlaces {
    /// The places. The first is the one that the window was started with, if it was started with one.
    pub places: Vec<PlaceChoice>,
    /// Nothing else may be asked: the window was started on the rehearsal.
    pub only: bool,
    /// Runs whose journal can't be read, so that their pools are not known.
    pub unread: usize,
}

/// The pools that a look-up would ask, before anything is asked.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct LookupPlace {
    /// The environment's word; empty where only pools are named.
    pub banner: String,
    /// The environment as a word for the page; empty where only pools are named.
    pub kind: String,
    /// The target's name; empty where only pools are named.
    pub target: String,
    /// The run, where the target is one's.
    pub run: Option<String>,
    /// The regions of its pools.
    pub regions: Vec<String>,
    /// The last four digits of the target's account.
    pub account_tail: Option<String>,
    /// The AWS profile that the target names; none = the environment's sign-in.
    pub profile: Option<String>,
    /// A custom endpoint answers instead of AWS.
    pub test_endpoint: bool,
    /// Its pools.
    pub pools: Vec<PlacePool>,
    /// What the details of one account cost.
    pub detail_cost: String,
}

/// A pool that would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct PlacePool {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// `new` or `old`.
    pub role: String,
}

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AuditRow {
    /// Its number, counted from 1.
    #[ts(type = "number")]
    pub seq: u64,
    /// When.
    #[ts(as = "Time")]
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why, where somebody said.
    pub purpose: Option<String>,
    /// `find`, `reconcile`, `reveal` or `detail`.
    pub did: String,
    /// By what was searched.
    pub matched_by: Option<String>,
    /// The field that was revealed.
    pub field: Option<String>,
    /// The keyed hash of the query or of the account.
    pub subject: String,
    /// The key of that hash: only entries with the same key can be compared.
    pub key: String,
    /// The pools that were asked.
    pub pools: Vec<String>,
    /// How many accounts matched.
    pub matches: Option<usize>,
    /// The verdict.
    pub verdict: Option<String>,
}

/// The audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AuditView {
    /// How many entries it has, each following from the one before.
    #[ts(type = "number")]
    pub entries: u64,
    /// The last entry's hash.
    pub hash: String,
    /// The newest entries, newest first.
    pub rows: Vec<AuditRow>,
}

impl LookupWhere {
    /// The closed world's people, whatever runs there are.
    #[must_use]
    pub fn rehearsal() -> Self {
        Self {
            target: Some("rehearsal".to_owned()),
            ..Self::default()
        }
    }
}
