//! What is asked of the pools, and what is taken from their answers: no account that was not asked for,
//! and no "nobody" that a pool did not say.

use std::time::Instant;

use futures_util::future::join_all;
use jiff::Timestamp;
use switchback_directory::{Answer, Gap, Heard, PoolAnswer, Query, Read, judge};
use switchback_engine::ports::Clock;
use switchback_model::directory::{Account, Pool, PoolRole};

use super::{Ask, UserPools, port, view};
use crate::wire::PoolAnswerView;

/// The most accounts of one question that are read: nobody picks a person out of more.
pub(super) const LIMIT: usize = 60;
/// The same, where the pool is asked for more than is meant and the rest is left out here.
const BROAD: usize = 600;

/// Judges, and where the verdict rests on a rule of a pool, asks the pool for it first: who would be called
/// absent for a capital letter, and whose invitation may have expired.
pub(super) async fn judged(
    pools: &dyn UserPools,
    ask: &Ask<'_>,
    answers: &mut [PoolAnswer],
    now: Timestamp,
) -> Answer {
    let judged = judge(&ask.query, answers, ask.source, now);
    let rests = |answer: &PoolAnswer| {
        let absent = !judged.clear && judged.verdict.says_absent();
        let invited = judged.verdict.is_of_invitation() && !answer.read.accounts().is_empty();
        answer.role == PoolRole::New && (absent || invited)
    };
    if !answers.iter().any(rests) {
        return judged;
    }
    let asked = answers.iter_mut().filter(|answer| rests(answer));
    join_all(asked.map(|answer| async {
        // Who may not ask is told that it is not known.
        answer.rules = pools.rules(&answer.pool).await.ok();
    }))
    .await;
    judge(&ask.query, answers, ask.source, now)
}

/// Asks one pool every question of a query.
pub(super) async fn read(
    pools: &dyn UserPools,
    pool: &Pool,
    query: &Query,
    clock: &dyn Clock,
) -> (PoolAnswer, PoolAnswerView) {
    let began = Instant::now();
    let asked = query.questions_to(pool.role).map(|question| async move {
        let most = if question.is_broad() { BROAD } else { LIMIT };
        let found = pools.list(&pool.id, question.filter(), most).await?;
        let heard: Vec<Heard> = found.accounts.iter().map(|one| question.hears(one)).collect();
        let meant = |(account, heard)| (heard == Heard::Meant).then_some(account);
        let unasked = heard.contains(&Heard::Unasked);
        let meant: Vec<Account> = found.accounts.into_iter().zip(heard).filter_map(meant).collect();
        let gap = if unasked {
            Some(Gap::Unasked)
        } else if found.stopped {
            Some(Gap::Stopped)
        } else if found.more {
            Some(Gap::More)
        } else {
            question.is_doubtful().then_some(Gap::Escaped)
        };
        Ok((meant, gap))
    });
    let mut accounts: Vec<Account> = Vec::new();
    let (mut gap, mut failed) = (None, None);
    for answer in join_all(asked).await {
        match answer {
            Ok((found, cut)) => {
                // What is known to be missing goes before a doubt.
                gap = cut.filter(|cut| gap.is_none() || *cut != Gap::Escaped).or(gap);
                for account in found {
                    match accounts
                        .iter_mut()
                        .find(|known| known.username == account.username)
                    {
                        // Who is changed meanwhile counts as they were changed last.
                        Some(known) if known.modified_at < account.modified_at => *known = account,
                        Some(_) => {}
                        None => accounts.push(account),
                    }
                }
            }
            Err(error) => failed = Some(port::why_not(&error)),
        }
    }
    let gap = gap.filter(|gap| *gap != Gap::Escaped || accounts.is_empty());
    let read = match (failed, gap) {
        // What one question found is certain, though another failed.
        (Some(why), _) if !accounts.is_empty() => Read::Cut(accounts, Gap::Failed(why)),
        (Some(why), _) => Read::Failed(why),
        (None, Some(gap)) => Read::Cut(accounts, gap),
        (None, None) => Read::Whole(accounts),
    };
    let answer = PoolAnswer {
        pool: pool.id.clone(),
        title: pool.title.clone(),
        role: pool.role,
        rules: None,
        read,
    };
    let (state, says, mend) = view::says(&answer);
    let view = PoolAnswerView {
        id: pool.id.to_string(),
        title: pool.title.clone(),
        role: pool.role.word().to_owned(),
        state: state.to_owned(),
        says,
        mend,
        matches: answer.read.accounts().len(),
        observed_at: clock.now(),
        ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    (answer, view)
}
