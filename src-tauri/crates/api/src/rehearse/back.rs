//! Back: a rollback with all its items, also those that a person carries out.

use switchback_engine::rollback::is_anything_left;
use switchback_engine::run::RollbackState;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, RollbackScope};

use super::ScriptedOperator;
use crate::wire::ApiError;

impl ScriptedOperator<'_> {
    /// The full rollback; the reason where it did not complete. What changed after a confirm is planned anew once, as a person
    /// does who has read why it stopped.
    pub(super) async fn back(&mut self) -> Result<Option<String>, ApiError> {
        self.give_up_where_stale().await?;
        let why = self.back_once().await?;
        match self.give_up_where_stale().await? {
            true => self.back_once().await,
            false => Ok(why),
        }
    }

    /// Gives a rollback up that says that it has to be planned anew; whether there was one.
    async fn give_up_where_stale(&mut self) -> Result<bool, ApiError> {
        let rollback = self.driver.run().rollback.as_ref();
        if !rollback.is_some_and(|rollback| rollback.state.wants_new_plan()) {
            return Ok(false);
        }
        self.say(None, "given up", "What was confirmed has changed: planned anew.");
        let reason = "scripted: it has to be planned anew".to_owned();
        self.submit(Command::RollbackAbandon, None, Some(reason)).await?;
        Ok(true)
    }

    async fn back_once(&mut self) -> Result<Option<String>, ApiError> {
        if self.driver.run().rollback_active() {
            self.submit(Command::RollbackRetry, None, None).await?;
            let items = self
                .driver
                .run()
                .rollback
                .as_ref()
                .map_or(0, |r| r.plan.items.len());
            if let Some(why) = self.until_over(items).await?.1 {
                return Ok(Some(why));
            }
        }
        if !is_anything_left(self.driver.run()) {
            return Ok(None);
        }
        Ok(self.roll_back(RollbackScope::All).await?.1)
    }

    /// How many items it has, and the reason where it did not complete.
    pub(super) async fn roll_back(
        &mut self,
        scope: RollbackScope,
    ) -> Result<(usize, Option<String>), ApiError> {
        let (plan, preconditions) = self.driver.plan_rollback(&scope).await?;
        for item in &plan.items {
            self.say(item.step.as_ref(), "rollback", &item.title);
        }
        let overrides: Vec<_> = preconditions
            .iter()
            .filter(|p| !p.reading.verdict.lets_through())
            .map(|p| p.reading.check.clone())
            .collect();
        for id in &overrides {
            self.say(None, "overridden", id.as_str());
        }
        // What the plan wants accepted by name, as a person would who has read it; nothing else.
        let losses: Vec<_> = plan
            .breaches
            .iter()
            .filter(|breach| breach.id.starts_with("loses-"))
            .map(|breach| breach.id.clone())
            .collect();
        for id in &losses {
            self.say(None, "accepted", id);
        }
        let all_the_same = !overrides.is_empty() || !losses.is_empty();
        let reason = all_the_same.then(|| "scripted: go back all the same".to_owned());
        let command = Command::Rollback {
            scope,
            overrides,
            accept_breaches: losses,
        };
        let items = plan.items.len();
        let basis = self.driver.run().basis_of_rollback(&plan);
        self.submit(command, Some(basis), reason).await?;
        self.until_over(items).await
    }

    /// Lets a rollback of so many items go on until it is over, or stops where no person's turn is.
    async fn until_over(&mut self, items: usize) -> Result<(usize, Option<String>), ApiError> {
        loop {
            self.settle().await?;
            let rollback = self.driver.run().rollback.as_ref();
            let item = rollback.and_then(|r| r.item().cloned());
            match rollback.map(|r| (r.state.clone(), r.done)) {
                Some((RollbackState::Completed, done)) => {
                    self.say(None, "rolled back", &format!("{done} of {items} items"));
                    return Ok((items, None));
                }
                Some((RollbackState::Halted { why, .. }, _)) => match item {
                    // What a person does in a rollback, done at once and told.
                    Some(item) if matches!(item.kind, ItemKind::Manual { .. } | ItemKind::Notice { .. }) => {
                        self.item_by_hand(&item).await?;
                    }
                    _ => {
                        self.say(None, "rollback stopped", &why);
                        return Ok((items, Some(format!("the rollback stopped: {why}"))));
                    }
                },
                other => return Ok((items, Some(format!("the rollback ended as {other:?}")))),
            }
        }
    }
}
