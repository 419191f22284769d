//! A canary in the hands of the step that makes it in its pool, or takes it away: for that long nobody else signs it in.

use async_trait::async_trait;
use switchback_aws::cognito::{Canaries, Held, Known, NoCanary};
use switchback_journal::CanaryRow;
use switchback_model::directory::PoolId;
use switchback_probes::NoToken;
use tokio::sync::OwnedMutexGuard;
use zeroize::Zeroizing;

use super::{Giver, Slot, known_pool};

/// The slot of a canary, locked, without its token.
struct HeldSlot {
    giver: Giver,
    /// Of which setting; none where nobody is set.
    row: Option<CanaryRow>,
    slot: OwnedMutexGuard<Slot>,
}

#[async_trait]
impl Held for HeldSlot {
    async fn refused(&mut self, why: &str, mend: &str) {
        if let Some(row) = self.row.clone() {
            self.giver.refused(&mut self.slot, row, why, mend).await;
        }
    }
}

impl Giver {
    async fn held(&self, pool: &PoolId) -> HeldSlot {
        let place = (self.at.clone(), self.target.clone(), pool.clone());
        let mut slot = self.given.slot(place).lock_owned().await;
        slot.token = None;
        HeldSlot {
            giver: self.clone(),
            row: self.row(pool).await.ok(),
            slot,
        }
    }
}

#[async_trait]
impl Canaries for Giver {
    async fn canary(&self, pool: &str) -> Result<Known, NoCanary> {
        let id = known_pool(pool).map_err(|why| sentence(pool, why))?;
        let row = self.row(&id).await.map_err(|not| sentence(pool, not.words()))?;
        let canary = self
            .known(&row)
            .await
            .map_err(|not| sentence(pool, not.words()))?;
        Ok(Known {
            client: canary.client().to_owned(),
            user: Zeroizing::new(canary.user().to_owned()),
            password: Zeroizing::new(canary.password().to_owned()),
        })
    }

    async fn hold(&self, pool: &str) -> Box<dyn Held> {
        match known_pool(pool) {
            Ok(pool) => Box::new(self.held(&pool).await),
            // Nobody signs in to what is no pool.
            Err(_) => Box::new(Nobody),
        }
    }

    async fn hold_to_sign_in(&self, pool: &str) -> Result<Box<dyn Held>, NoCanary> {
        let id = known_pool(pool).map_err(|why| sentence(pool, why))?;
        let held = self.held(&id).await;
        let paused = held
            .row
            .as_ref()
            .and_then(|row| held.slot.pause(row, self.clock.now()));
        if let Some(refusal) = paused {
            return Err(sentence(pool, self.not_again(&id, refusal)));
        }
        Ok(Box::new(held))
    }
}

struct Nobody;

#[async_trait]
impl Held for Nobody {
    async fn refused(&mut self, _why: &str, _mend: &str) {}
}

fn sentence(pool: &str, why: NoToken) -> NoCanary {
    NoCanary {
        message: format!("The canary of {pool} can't sign in: {}", why.message),
        hint: why.hint.unwrap_or_default(),
    }
}
