//! The look-up of people.

use super::{Samples, list, maybe, text, texts, time};
use crate::{
    AccountView, DetailView, LookupMeaning, LookupPlace, LookupPlaces, LookupView, LookupWhere, MaskedField,
    PlaceChoice, PlacePool, PoolAnswerView, Revealed, RunStage, SourceListView, SourceView,
};

pub(super) fn add(samples: &mut Samples) {
    samples.each([
        LookupMeaning::CanSignIn,
        LookupMeaning::CanBut,
        LookupMeaning::CantSignIn,
        LookupMeaning::CantTell,
        LookupMeaning::NotMigratedYet,
        LookupMeaning::NotAPerson,
    ]);
    samples.each([RunStage::Before, RunStage::Switched, RunStage::RolledBack]);
    samples.both(place);
    samples.both(choice);
    samples.both(|full| LookupPlaces {
        places: list(full, || choice(full)),
        only: full,
        unread: 1,
    });
    samples.each([pool()]);
    samples.both(|full| LookupPlace {
        banner: text(),
        kind: text(),
        target: text(),
        run: maybe(full, text),
        regions: texts(full),
        account_tail: maybe(full, text),
        profile: maybe(full, text),
        test_endpoint: full,
        pools: list(full, pool),
        detail_cost: text(),
    });
    samples.both(pool_answer);
    samples.each([field()]);
    samples.both(account);
    samples.both(source);
    samples.both(lookup);
    samples.both(|full| DetailView {
        account: maybe(full, || account(full)),
        cost: text(),
        at: time(),
    });
    samples.both(|full| SourceListView {
        name: text(),
        rows: 120,
        fault_count: 1,
        lines: list(full, || 4),
        faults: texts(full),
    });
    samples.each([Revealed {
        field: text(),
        value: text(),
    }]);
}

fn place(full: bool) -> LookupWhere {
    LookupWhere {
        run: maybe(full, text),
        target: maybe(full, text),
        pools: texts(full),
    }
}

fn choice(full: bool) -> PlaceChoice {
    PlaceChoice {
        at: place(full),
        banner: text(),
        name: text(),
    }
}

fn pool() -> PlacePool {
    PlacePool {
        id: text(),
        title: text(),
        role: text(),
    }
}

fn pool_answer(full: bool) -> PoolAnswerView {
    PoolAnswerView {
        id: text(),
        title: text(),
        role: text(),
        state: text(),
        says: text(),
        mend: maybe(full, text),
        matches: 1,
        observed_at: time(),
        ms: 120,
    }
}

fn field() -> MaskedField {
    MaskedField {
        field: text(),
        masked: text(),
    }
}

fn account(full: bool) -> AccountView {
    AccountView {
        index: 0,
        pool: text(),
        pool_title: text(),
        role: text(),
        status: text(),
        enabled: maybe(full, || true),
        email_verified: maybe(full, || false),
        created_at: maybe(full, time),
        modified_at: maybe(full, time),
        machine: full,
        fields: list(full, field),
        mfa: maybe(full, || texts(full)),
    }
}

fn source(full: bool) -> SourceView {
    SourceView {
        rows: 120,
        lines: list(full, || 4),
        faults: texts(full),
        fault_count: 1,
    }
}

fn lookup(full: bool) -> LookupView {
    LookupView {
        lookup: text(),
        query: text(),
        matched_by: text(),
        verdict: text(),
        meaning: LookupMeaning::CantTell,
        stage: maybe(full, || RunStage::Switched),
        clear: full,
        sentence: text(),
        next_step: text(),
        notes: texts(full),
        banner: maybe(full, text),
        target: maybe(full, text),
        pools: list(full, || pool_answer(full)),
        accounts: list(full, || account(full)),
        matches: 1,
        source: maybe(full, || source(full)),
        questions: 2,
        at: time(),
    }
}
