//! The oracle: the real world, past the adapter that is judged.

use async_trait::async_trait;
use switchback_model::Image;

/// Reads the real world, past the adapter that is judged.
#[async_trait]
pub trait Oracle: Send + Sync {
    /// Every object that the plan touches, as it really is, in a fixed order.
    async fn images(&self) -> Vec<Image>;
    /// Every mutation of ours that the world accepted, in order.
    async fn accepted(&self) -> Vec<Mutation>;
    /// Somebody else changes an object (named as in the trace: a host name, a parameter's name), each time to
    /// the same other value.
    async fn second_writer(&self, object: &str);
    /// What others wrote, before us or meanwhile, and survives whatever we do, but did not; asked after every step.
    async fn lost(&self) -> Option<String> {
        None
    }
    /// Lets the next call that changes something be carried out and answered without end, where the world can.
    async fn endless_answer(&self) -> bool {
        false
    }
}

/// A mutation that the world accepted.
#[derive(Debug, Clone)]
pub struct Mutation {
    /// The token that it carried, where the API has room for one.
    pub token: Option<String>,
    /// What it left, where it carried none.
    pub left: Option<String>,
}
