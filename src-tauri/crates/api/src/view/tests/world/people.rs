//! Look-ups of made-up people: asked of the product's own desk, over pools in memory. Every name is invented.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};
use switchback_engine::ports::{Clock, ProviderError, ProviderErrorKind};
use switchback_journal::MemoryKeyRing;
use switchback_lookup::{Ask, Broken, DETAIL_COST, Desk, Found, PoolScope, UserPage, UserPools, Walk, query};
use switchback_model::TargetKind;
use switchback_model::directory::{
    Account, AccountStatus, Filter, LookupBy, Personal, Pool, PoolId, PoolRole, PoolRules,
};
use switchback_testkit::ManualClock;

use super::night::operator;
use super::written::named;
use super::{json as wire, night};
use crate::wire::{DetailAsk, LookupPlace, LookupPlaces, LookupWhere, PlaceChoice, PlacePool, RevealAsk};

const NEW: &str = "eu-west-2_EXAMPLE1";
const OLD: &str = "eu-west-2_EXAMPLE0";

/// What tests type, each answered in another way. The last one's old pool gives no answer.
const ASKED: [&str; 7] = [
    "jo.bloggs@example.nhs.test",
    "bloggs",
    "several",
    "disabled",
    "unverified",
    "nobody@example.nhs.test",
    "silent@example.nhs.test",
];

/// The fields of an account that a person may reveal.
const FIELDS: [&str; 4] = ["email", "given_name", "family_name", "sub"];

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn account(given: &str, family: &str, number: u32) -> Account {
    let sub = format!("5e1f90aa-0000-4000-8000-00000000000{number}");
    Account {
        pool: NEW.to_owned(),
        username: Personal::new(sub.clone()),
        sub: Some(Personal::new(sub)),
        email: Some(Personal::new(
            format!("{given}.{family}@example.nhs.test").to_lowercase(),
        )),
        email_verified: Some(true),
        given_name: Some(Personal::new(given)),
        family_name: Some(Personal::new(family)),
        status: AccountStatus::Confirmed,
        enabled: Some(true),
        created_at: Some(at("2026-10-01T09:00:00Z")),
        modified_at: Some(at("2026-11-02T09:00:00Z")),
        mfa: None,
    }
}

/// Two pools: the new one knows five people, the old one nobody.
struct Pools(Vec<Account>);

fn pools() -> Arc<Pools> {
    Arc::new(Pools(vec![
        account("Jo", "Bloggs", 1),
        account("Ann", "Several", 2),
        account("Bob", "Several", 3),
        Account {
            enabled: Some(false),
            ..account("Dana", "Disabled", 4)
        },
        Account {
            email_verified: Some(false),
            ..account("Uma", "Unverified", 5)
        },
    ]))
}

#[async_trait]
impl UserPools for Pools {
    async fn list(&self, pool: &PoolId, filter: &Filter, limit: usize) -> Result<Found, ProviderError> {
        let wanted = filter.value().revealed().to_lowercase();
        if pool.as_str() == OLD && wanted.starts_with("silent") {
            return Err(ProviderError {
                kind: ProviderErrorKind::NoAnswer,
                operation: "ListUsers".to_owned(),
                message: "No answer came within 15 s.".to_owned(),
                hint: None,
                request_id: None,
                sent: true,
            });
        }
        let begins = |value: &Option<Personal>| {
            value
                .as_ref()
                .is_some_and(|value| value.revealed().to_lowercase().starts_with(&wanted))
        };
        let is = |value: &Option<Personal>| value.as_ref().is_some_and(|value| value.revealed() == wanted);
        let means = |account: &&Account| {
            account.pool == pool.as_str()
                && match filter.by() {
                    LookupBy::Email => is(&account.email),
                    LookupBy::Sub => is(&account.sub),
                    LookupBy::Username => account.username.revealed() == wanted,
                    LookupBy::UsernamePrefix => account.username.revealed().starts_with(&wanted),
                    LookupBy::EmailPrefix => begins(&account.email),
                    LookupBy::GivenNamePrefix => begins(&account.given_name),
                    LookupBy::FamilyNamePrefix => begins(&account.family_name),
                }
        };
        Ok(Found {
            accounts: self.0.iter().filter(means).take(limit).cloned().collect(),
            more: false,
            stopped: false,
        })
    }

    async fn rules(&self, _: &PoolId) -> Result<PoolRules, ProviderError> {
        Ok(PoolRules {
            letter_case_counts: false,
            invitation_lives: None,
        })
    }

    async fn about(&self, pool: &PoolId) -> Result<(PoolRules, Option<usize>), ProviderError> {
        Ok((self.rules(pool).await?, Some(self.0.len())))
    }

    fn rate(&self) -> Option<u32> {
        None
    }

    async fn everybody(
        &self,
        _: &PoolId,
        walk: &mut Walk,
        page: &mut (dyn FnMut(UserPage, usize) + Send),
    ) -> Result<(), Broken> {
        let nobody = UserPage {
            users: Vec::new(),
            next: None,
        };
        let known = walk.take(&nobody);
        page(nobody, known);
        Ok(())
    }

    async fn detail(&self, _: &PoolId, username: &Personal) -> Result<Option<Account>, ProviderError> {
        let found = self.0.iter().find(|account| account.username == *username);
        Ok(found.cloned().map(|account| Account {
            mfa: Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]),
            ..account
        }))
    }
}

fn both() -> Vec<Pool> {
    let pool = |id: &str, title: &str, role| Pool {
        id: PoolId::new(id).expect("a pool's id"),
        title: title.to_owned(),
        role,
    };
    vec![
        pool(NEW, "Admins pool", PoolRole::New),
        pool(OLD, "Reval pool", PoolRole::Old),
    ]
}

/// Look-ups and what can be asked about one of them. Ids and durations are those of no real moment.
pub(super) async fn look_ups() -> Value {
    let home = tempfile::tempdir().expect("a folder");
    let clock = ManualClock::new();
    clock.jump_wall(at("2026-11-28T23:56:00Z").duration_since(clock.now()));
    let desk = Desk::new(home.path(), Arc::new(MemoryKeyRing::default()), clock.clone());
    let place = PoolScope {
        kind: Some(TargetKind::Rehearsal),
        target: Some("rehearsal".to_owned()),
        ..PoolScope::of(both(), clock.clone())
    };
    let by = operator(night::OPERATOR);
    let mut answers = Vec::new();
    let mut about = Value::Null;
    for typed in ASKED {
        let ask = Ask {
            query: query(typed).expect("a query"),
            purpose: Some("Support call"),
            source: None,
            by: &by,
        };
        let mut view = desk.find(&place, pools(), ask).await.expect("an answer");
        if typed == "bloggs" {
            about = asked_about(&desk, &view.lookup).await;
        }
        view.lookup = "lookup-1".to_owned();
        for pool in &mut view.pools {
            pool.ms = 42;
        }
        answers.push((typed, wire(&view)));
    }
    let file = home.path().join("people.csv");
    std::fs::write(&file, people()).expect("a file");
    let list = desk.choose_source(&file).await.expect("a list");
    let refused = query("jo\u{7}bloggs").expect_err("a character that can't be typed");
    let refused_elsewhere = crate::plan::target("nowhere").expect_err("there is no such target");
    json!({
        "now": wire(&clock.now()),
        "found": named(answers),
        "refused": wire(&refused),
        "about": about,
        "list": wire(&list),
        "places": places(),
        "elsewhere": wire(&refused_elsewhere),
    })
}

/// What can be asked about the first account of an answer.
async fn asked_about(desk: &Desk, lookup: &str) -> Value {
    let by = operator(night::OPERATOR);
    let mut revealed = Vec::new();
    for field in FIELDS {
        let ask = RevealAsk {
            lookup: lookup.to_owned(),
            index: 0,
            field: field.to_owned(),
            purpose: "Support call".to_owned(),
        };
        let value = desk.reveal(&ask, &by).await.expect("a field");
        revealed.push((field, wire(&value)));
    }
    let ask = DetailAsk {
        lookup: lookup.to_owned(),
        index: 0,
        purpose: "Support call".to_owned(),
    };
    let detail = desk.detail(&ask, &by).await.expect("the details");
    json!({ "revealed": named(revealed), "detail": wire(&detail) })
}

/// A source list of 120 people, of which two lines can't be used.
fn people() -> String {
    let mut text = "email,given_name,family_name,active\n".to_owned();
    for number in 1..=122 {
        text.push_str(&match number {
            3 => "=1+1,Sum,Formula,yes\n".to_owned(),
            8 => "pat.eight@example.nhs.test,Pat\n".to_owned(),
            _ => format!("person.{number}@example.nhs.test,Person,Number{number},yes\n"),
        });
    }
    text
}

/// Where people can be looked up: by what a window was started with, and what each place says of itself.
fn places() -> Value {
    let production = LookupWhere {
        run: Some("run-5".to_owned()),
        ..LookupWhere::default()
    };
    let choice = |at: &LookupWhere, kind: TargetKind, name: &str| PlaceChoice {
        at: at.clone(),
        banner: kind.banner().to_owned(),
        name: name.to_owned(),
    };
    let rehearsal = LookupWhere::rehearsal();
    let all = |places: Vec<PlaceChoice>, only| {
        wire(&LookupPlaces {
            places,
            only,
            unread: 0,
        })
    };
    let (real, made_up) = (
        choice(&production, TargetKind::Production, "tis-prod"),
        choice(&rehearsal, TargetKind::Rehearsal, "rehearsal"),
    );
    json!({
        "known": all(vec![real, made_up.clone()], false),
        "rehearse": all(vec![made_up], true),
        "nowhere": all(Vec::new(), false),
        "production": wire(&place(Some(TargetKind::Production), "tis-prod")),
        "rehearsal": wire(&place(Some(TargetKind::Rehearsal), "rehearsal")),
        "pools": wire(&LookupPlace {
            pools: vec![PlacePool { id: NEW.to_owned(), title: NEW.to_owned(), role: PoolRole::New.word().to_owned() }],
            ..place(None, "")
        }),
    })
}

fn place(kind: Option<TargetKind>, target: &str) -> LookupPlace {
    let banner = kind.map(TargetKind::banner).unwrap_or_default();
    let is_real = kind == Some(TargetKind::Production);
    LookupPlace {
        banner: banner.to_owned(),
        kind: kind
            .map(|_| crate::host::kind_of(banner))
            .unwrap_or_default()
            .to_owned(),
        target: target.to_owned(),
        run: is_real.then(|| "run-5".to_owned()),
        regions: vec!["eu-west-2".to_owned()],
        account_tail: is_real.then(|| "9012".to_owned()),
        profile: is_real.then(|| "tis-support".to_owned()),
        test_endpoint: false,
        pools: both()
            .into_iter()
            .map(|pool| PlacePool {
                id: pool.id.to_string(),
                title: pool.title,
                role: pool.role.word().to_owned(),
            })
            .collect(),
        detail_cost: DETAIL_COST.to_owned(),
    }
}
