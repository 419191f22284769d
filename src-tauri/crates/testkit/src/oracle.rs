//! The oracle: the real world, past the adapter that is judged.

use std::collections::BTreeMap;

use async_trait::async_trait;
use switchback_model::{Image, StepId, Way};

/// What one reader of what is published knows, such as a running task: the value by the object's name, as the trace
/// names it.
pub type Reader = BTreeMap<String, String>;

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
    /// Lets the next call that changes this object be carried out and answered without end, where the world can.
    async fn endless_answer(&self, _object: &str) -> bool {
        false
    }
    /// What each reader knows, in a fixed order; none where what is written is seen at once.
    async fn readers(&self) -> Vec<Reader> {
        Vec::new()
    }
    /// What each reader would know if nothing were kept anywhere, in the order of [`Self::readers`]: what they must know
    /// once all was published. None where nobody but the steps themselves says it.
    async fn meant(&self) -> Option<Vec<Reader>> {
        None
    }
    /// Why what the request of this token was to make is not there once, and whole, where a step of this object says
    /// that it is.
    async fn unproven(&self, _object: &str, _token: &str) -> Option<String> {
        None
    }
    /// A person does by hand what a step of theirs says, or takes it back.
    async fn by_hand(&self, _step: &StepId, _way: Way) {}
    /// Whether something on the way may make a change of this object twice without harm: its API knows no request again,
    /// and what comes of the second is met by nobody.
    fn may_come_twice(&self, _object: &str) -> bool {
        false
    }
    /// Whether what the second writer does to an object changes what an undo restores.
    fn is_contended(&self, _object: &str) -> bool {
        true
    }
    /// The start with what others wrote since, which is the end of every way back; none where nobody knows.
    async fn end(&self, _start: &[Image]) -> Option<Vec<Image>> {
        None
    }
    /// Something happens to an object that is no concern of what is changed of it.
    async fn unrelated(&self, _object: &str) {}
    /// Somebody else writes what this object publishes, each time the same.
    async fn written_since(&self, _object: &str) {}
    /// Lets the next change of an object be taken and come to nothing later on.
    async fn comes_to_nothing(&self, _object: &str) {}
}

/// A mutation that the world accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// The token that it carried, where the API has room for one.
    pub token: Option<String>,
    /// What it left, where it carried none.
    pub left: Option<String>,
    /// The object that it published, where it left no image.
    pub published: Option<String>,
}
