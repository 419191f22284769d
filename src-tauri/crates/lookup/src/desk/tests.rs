#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_journal::MemoryKeyRing;
use switchback_model::directory::{AccountStatus, Filter, LookupBy, Personal, PoolId, PoolRole, PoolRules};
use switchback_testkit::ManualClock;

use super::*;
use crate::{Broken, Found, UserPage, Walk, query};

mod honest;

pub(crate) const EMAIL: &str = "seeded.person@example.nhs.test";
/// What no file, log line or error may hold.
pub(crate) const SEEDED: [&str; 4] = [
    "seeded.person",
    "Seeded",
    "Persson",
    "11111111-2222-4333-8444-555555555555",
];

/// Pools in memory that count what they are asked.
#[derive(Default)]
pub(crate) struct Fake {
    accounts: Vec<Account>,
    more: bool,
    stopped: bool,
    /// Answers everybody, whatever is asked.
    deaf: bool,
    /// What each pool says of itself; nothing where nobody may ask.
    rules: Option<PoolRules>,
    described: AtomicUsize,
    pub(crate) fails: Vec<(&'static str, ProviderErrorKind)>,
    lists: AtomicUsize,
    details: AtomicUsize,
    /// Pages of whole pools that were given.
    pub(crate) pages: AtomicUsize,
    /// After so many pages the process dies: no page comes any more.
    pub(crate) dies_after: Option<usize>,
    pub(crate) died: tokio::sync::Notify,
    /// So many tokens are no longer taken.
    pub(crate) stale_tokens: AtomicUsize,
    /// What each pool says of how many people it has.
    pub(crate) people: Option<usize>,
    pub(crate) rate: Option<u32>,
    /// Lets go once so many pools are being asked at the same time.
    together: Option<tokio::sync::Barrier>,
}

impl Fake {
    pub(crate) fn with(accounts: Vec<Account>) -> Self {
        Self {
            accounts,
            ..Self::default()
        }
    }
}

fn failing(kind: ProviderErrorKind) -> ProviderError {
    ProviderError {
        kind,
        operation: "ListUsers".to_owned(),
        message: "AWS said no".to_owned(),
        hint: None,
        request_id: None,
        sent: false,
    }
}

#[async_trait]
impl UserPools for Fake {
    async fn list(&self, pool: &PoolId, filter: &Filter, limit: usize) -> Result<Found, ProviderError> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        if let Some(together) = &self.together {
            together.wait().await;
        }
        if let Some((_, kind)) = self.fails.iter().find(|(id, _)| *id == pool.as_str()) {
            return Err(failing(*kind));
        }
        let wanted = filter.value().revealed();
        let of = |account: &&Account| {
            account.pool == pool.as_str()
                && (self.deaf
                    || match filter.by() {
                        LookupBy::Email => account.email.as_ref().is_some_and(|v| v.revealed() == wanted),
                        LookupBy::Sub => account.sub.as_ref().is_some_and(|v| v.revealed() == wanted),
                        LookupBy::Username => account.username.revealed() == wanted,
                        LookupBy::UsernamePrefix => account.username.revealed().starts_with(wanted),
                        LookupBy::EmailPrefix => account
                            .email
                            .as_ref()
                            .is_some_and(|v| v.revealed().starts_with(wanted)),
                        LookupBy::GivenNamePrefix => account
                            .given_name
                            .as_ref()
                            .is_some_and(|v| v.revealed().starts_with(wanted)),
                        LookupBy::FamilyNamePrefix => account
                            .family_name
                            .as_ref()
                            .is_some_and(|v| v.revealed().starts_with(wanted)),
                    })
        };
        let accounts: Vec<Account> = self.accounts.iter().filter(of).take(limit).cloned().collect();
        Ok(Found {
            accounts,
            more: self.more,
            stopped: self.stopped,
        })
    }

    async fn rules(&self, _pool: &PoolId) -> Result<PoolRules, ProviderError> {
        self.described.fetch_add(1, Ordering::Relaxed);
        self.rules.ok_or_else(|| ProviderError {
            kind: ProviderErrorKind::Denied,
            operation: "DescribeUserPool".to_owned(),
            message: "no".to_owned(),
            hint: None,
            request_id: None,
            sent: false,
        })
    }

    async fn about(&self, pool: &PoolId) -> Result<(PoolRules, Option<usize>), ProviderError> {
        match (self.people, self.rules) {
            // Who may ask for one thing may ask for the other.
            (Some(people), None) => {
                let rules = PoolRules {
                    letter_case_counts: false,
                    invitation_lives: None,
                };
                Ok((rules, Some(people)))
            }
            (people, _) => Ok((self.rules(pool).await?, people)),
        }
    }

    fn rate(&self) -> Option<u32> {
        self.rate
    }

    async fn everybody(
        &self,
        pool: &PoolId,
        walk: &mut Walk,
        page: &mut (dyn FnMut(UserPage) + Send),
    ) -> Result<(), Broken> {
        let all: Vec<Account> = (self.accounts.iter())
            .filter(|account| account.pool == pool.as_str())
            .cloned()
            .collect();
        while !walk.has_ended() {
            let from: usize = walk.token().map_or(0, |token| token.parse().unwrap());
            let stale = |left: usize| left.checked_sub(1);
            if from > 0
                && self
                    .stale_tokens
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, stale)
                    .is_ok()
            {
                let error = failing(ProviderErrorKind::Refused);
                return Err(Broken { error, token: true });
            }
            if self.dies_after == Some(self.pages.load(Ordering::Relaxed)) {
                self.died.notify_one();
                std::future::pending::<()>().await;
            }
            self.pages.fetch_add(1, Ordering::Relaxed);
            let to = all.len().min(from + 60);
            let fails = self.fails.iter().find(|(id, _)| *id == pool.as_str());
            let read = UserPage {
                users: all[from..to].to_vec(),
                next: (to < all.len() || fails.is_some()).then(|| to.to_string()),
            };
            walk.take(&read);
            if !(read.users.is_empty() && fails.is_some()) {
                page(read);
            }
            if let (Some((_, kind)), true) = (fails, to == all.len()) {
                return Err(failing(*kind).into());
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn detail(&self, _pool: &PoolId, username: &Personal) -> Result<Option<Account>, ProviderError> {
        self.details.fetch_add(1, Ordering::Relaxed);
        let found = self.accounts.iter().find(|account| account.username == *username);
        Ok(found.cloned().map(|account| Account {
            mfa: Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]),
            ..account
        }))
    }
}

pub(crate) fn account(pool: &str, number: usize) -> Account {
    Account {
        pool: pool.to_owned(),
        username: Personal::new(format!("11111111-2222-4333-8444-55555555555{}", 5 + number)),
        sub: Some(Personal::new("11111111-2222-4333-8444-555555555555")),
        email: Some(Personal::new(EMAIL)),
        email_verified: Some(true),
        given_name: Some(Personal::new("Seeded")),
        family_name: Some(Personal::new("Persson")),
        status: AccountStatus::Confirmed,
        enabled: Some(true),
        created_at: None,
        modified_at: None,
        mfa: None,
    }
}

pub(crate) const NEW: &str = "eu-west-2_REHEARSAL1";
pub(crate) const OLD: &str = "eu-west-2_REHEARSAL0";

pub(crate) fn place() -> PoolScope {
    let pool = |id: &str, title: &str, role| Pool {
        id: PoolId::new(id).unwrap(),
        title: title.to_owned(),
        role,
    };
    PoolScope::of(
        vec![
            pool(NEW, "Admins pool", PoolRole::New),
            pool(OLD, "Old Reval pool", PoolRole::Old),
        ],
        ManualClock::new(),
    )
}

pub(crate) struct Room {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keys: Arc<MemoryKeyRing>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) by: Operator,
}

pub(crate) fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new();
    let keys = Arc::new(MemoryKeyRing::default());
    let desk = Desk::new(folder.path(), keys.clone(), clock.clone());
    Room {
        desk,
        clock,
        keys,
        folder,
        by: Operator::new("Sam Support").unwrap(),
    }
}

impl Room {
    async fn find(
        &self,
        pools: &Arc<Fake>,
        typed: &str,
        purpose: Option<&str>,
    ) -> Result<LookupView, ApiError> {
        let ask = Ask {
            query: query(typed)?,
            purpose,
            source: None,
            by: &self.by,
        };
        self.desk.find(&place(), Arc::<Fake>::clone(pools), ask).await
    }

    fn trail(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(audit::FILE)).unwrap_or_default()
    }
}

fn with(accounts: Vec<Account>) -> Arc<Fake> {
    Arc::new(Fake {
        accounts,
        ..Fake::default()
    })
}

#[tokio::test]
async fn the_answer_is_masked_and_the_trail_holds_no_data() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    let view = room.find(&pools, EMAIL, Some("Ticket 4711")).await.unwrap();
    assert_eq!(
        (view.verdict.as_str(), view.matches, view.clear),
        ("confirmed", 1, true)
    );
    assert_eq!(view.accounts[0].fields[0].masked, "s•••@example.nhs.test");
    let reveal = RevealAsk {
        lookup: view.lookup.clone(),
        index: 0,
        field: "family_name".to_owned(),
        purpose: "Ticket 4711".to_owned(),
    };
    assert_eq!(
        room.desk.reveal(&reveal, &room.by).await.unwrap().value,
        "Persson"
    );
    let shown = [
        serde_json::to_string(&view).unwrap(),
        format!("{view:?} {:?}", room.desk),
        room.trail(),
    ];
    for seeded in SEEDED {
        assert!(shown.iter().all(|text| !text.contains(seeded)), "{seeded}");
    }
    let audit = room.desk.audit(10).await.unwrap();
    let told: Vec<_> = audit
        .rows
        .iter()
        .map(|row| (row.did.as_str(), row.by.as_str(), row.matches))
        .collect();
    assert_eq!(
        told,
        [("reveal", "Sam Support", None), ("find", "Sam Support", Some(1))]
    );
    assert_eq!(audit.rows[1].pools, [NEW, OLD]);
    assert_eq!(audit.rows[1].purpose.as_deref(), Some("Ticket 4711"));
    assert_ne!(audit.rows[0].subject, audit.rows[1].subject);
}

#[tokio::test]
async fn the_same_person_is_recorded_alike() {
    let room = room();
    let pools = with(vec![]);
    room.find(&pools, EMAIL, None).await.unwrap();
    room.find(&pools, " Seeded.Person@Example.NHS.test", None)
        .await
        .unwrap();
    room.find(&pools, "somebody.else@example.nhs.test", None)
        .await
        .unwrap();
    let rows = room.desk.audit(10).await.unwrap().rows;
    assert_eq!(rows[1].subject, rows[2].subject);
    assert_ne!(rows[0].subject, rows[1].subject);
}

#[tokio::test]
async fn all_pools_are_asked_at_once() {
    // Each question, one to the new pool and two to the old one, waits until the others are asked too: one
    // after the other would never end.
    let pools = Arc::new(Fake {
        together: Some(tokio::sync::Barrier::new(3)),
        ..Fake::default()
    });
    let room = room();
    let found = tokio::time::timeout(Duration::from_secs(20), room.find(&pools, EMAIL, None)).await;
    assert_eq!(found.unwrap().unwrap().verdict, "not_migrated");
}

#[tokio::test]
async fn one_pool_that_fails_leaves_the_others_answers() {
    let room = room();
    let fails = vec![(NEW, ProviderErrorKind::Throttled)];
    let pools = Arc::new(Fake {
        accounts: vec![account(OLD, 0)],
        fails,
        ..Fake::default()
    });
    let view = room.find(&pools, EMAIL, None).await.unwrap();
    assert_eq!((view.verdict.as_str(), view.clear), ("cant_tell", false));
    assert_eq!(
        (view.pools[0].state.as_str(), view.pools[1].state.as_str()),
        ("throttled", "whole")
    );
    assert_eq!(view.accounts[0].role, "old");
}

#[tokio::test]
async fn many_matches_are_several_and_cut_to_what_a_person_can_read() {
    let room = room();
    let accounts = (0..5_000).map(|n| account(NEW, n)).collect();
    let pools = Arc::new(Fake {
        accounts,
        more: true,
        ..Fake::default()
    });
    let view = room.find(&pools, "Seeded", None).await.unwrap();
    assert_eq!(
        (view.verdict.as_str(), view.matches, view.accounts.len()),
        ("several", read::LIMIT, SHOWN)
    );
    assert_eq!(
        view.sentence,
        "Several accounts match: at least 60 in Admins pool. The first 50 are listed below."
    );
}

#[tokio::test]
async fn an_account_that_two_questions_find_is_one() {
    let room = room();
    let mut both = account(NEW, 0);
    both.given_name = Some(Personal::new("Persson"));
    let view = room.find(&with(vec![both]), "Persson", None).await.unwrap();
    assert_eq!((view.verdict.as_str(), view.matches), ("confirmed", 1));
}

#[tokio::test]
async fn a_thousand_look_ups_ask_for_no_details() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    for _ in 0..1_000 {
        room.find(&pools, EMAIL, None).await.unwrap();
    }
    assert_eq!(pools.details.load(Ordering::Relaxed), 0);
    // One to the new pool, and the two writings to the old one.
    assert_eq!(pools.lists.load(Ordering::Relaxed), 3_000);
    assert_eq!(room.desk.audit(0).await.unwrap().entries, 1_000);
}

#[tokio::test]
async fn details_are_asked_for_once_and_recorded_before() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    let view = room.find(&pools, EMAIL, None).await.unwrap();
    let ask = DetailAsk {
        lookup: view.lookup,
        index: 0,
        purpose: "Ticket 4711".to_owned(),
    };
    let detail = room.desk.detail(&ask, &room.by).await.unwrap();
    assert_eq!(detail.account.unwrap().mfa.unwrap(), ["SOFTWARE_TOKEN_MFA"]);
    assert_eq!(detail.cost, DETAIL_COST);
    assert_eq!(pools.details.load(Ordering::Relaxed), 1);
    assert_eq!(room.desk.audit(1).await.unwrap().rows[0].did, "detail");
}

#[tokio::test]
async fn a_purpose_that_names_the_person_is_refused_and_nothing_is_asked_or_kept() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    for purpose in [
        "",
        "for seeded.person@example.nhs.test",
        "Call from SEEDED",
        "a\nb",
        &"x".repeat(201),
    ] {
        let error = room.find(&pools, EMAIL, Some(purpose)).await.unwrap_err();
        assert_eq!(error.code, "usage");
        assert!(purpose.is_empty() || !format!("{error:?}").contains(purpose));
    }
    assert_eq!((pools.lists.load(Ordering::Relaxed), room.trail().len()), (0, 0));
    let view = room
        .find(&pools, "11111111-2222-4333-8444-555555555555", None)
        .await
        .unwrap();
    let reveal = |purpose: &str, field: &str| RevealAsk {
        lookup: view.lookup.clone(),
        index: 0,
        field: field.to_owned(),
        purpose: purpose.to_owned(),
    };
    for purpose in ["", "Ms Persson rang"] {
        let refused = room.desk.reveal(&reveal(purpose, "email"), &room.by).await;
        assert_eq!(refused.err().unwrap().code, "usage");
    }
    let refused = room.desk.reveal(&reveal("Ticket 1", "password"), &room.by).await;
    assert_eq!(refused.err().unwrap().code, "not_found");
    assert_eq!(room.desk.audit(0).await.unwrap().entries, 1);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    std::fs::write(room.folder.path().join(audit::FILE), "something else\n").unwrap();
    let error = room.find(&pools, EMAIL, None).await.unwrap_err();
    assert_eq!(error.place, "the audit trail of look-ups");
    assert!(room.desk.kept.lock().await.is_empty());
}

#[tokio::test]
async fn what_was_found_is_forgotten_when_asked_and_when_there_is_newer() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    let view = room.find(&pools, EMAIL, None).await.unwrap();
    let reveal = RevealAsk {
        lookup: view.lookup.clone(),
        index: 0,
        field: "email".to_owned(),
        purpose: "Ticket 4711".to_owned(),
    };
    assert!(room.desk.reveal(&reveal, &room.by).await.is_ok());
    room.desk.forget(Some("another")).await;
    assert!(room.desk.reveal(&reveal, &room.by).await.is_ok());
    room.desk.forget(Some(&view.lookup)).await;
    assert_eq!(
        room.desk.reveal(&reveal, &room.by).await.err().unwrap().code,
        "not_found"
    );
    for _ in 0..20 {
        room.find(&pools, EMAIL, None).await.unwrap();
    }
    assert_eq!(room.desk.kept.lock().await.len(), KEPT);
    room.desk.forget(None).await;
    assert!(room.desk.kept.lock().await.is_empty());
}
