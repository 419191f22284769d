//! Which kinds of action are tried.

use super::{FLAG, PARAMETER};

/// Which kinds of action are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The record sets of a name: `dns-switch` as it is.
    Records,
    /// A parameter: one step, there and back.
    Parameter,
    /// The list of a parameter: one step that appends, there and back, whatever others append.
    List,
    /// The same list, which tasks read when they start, and the roll that publishes it.
    Published,
    /// The same with one more parameter that the one roll publishes.
    Both,
    /// The action of a rule: one step, there and back. Another rule of the web ACL is edited between the last look and
    /// the first request.
    Rule,
    /// Settings of methods of a stage: one step, there and back.
    Methods,
    /// The pools of an authoriser: one step that has it accept one more, there and back, whatever others add.
    Authorizer,
    /// The same, put on the stage: a snapshot, the stage that points at it, and the flush that publishes that.
    Pointed,
    /// A release that people make by hand, and the invalidation that publishes it.
    Invalidated,
}

impl What {
    /// Every kind that is seen at once.
    pub const PLAIN: [Self; 6] = [
        Self::Records,
        Self::Parameter,
        Self::List,
        Self::Rule,
        Self::Methods,
        Self::Authorizer,
    ];

    /// The parameters that are changed.
    pub(super) fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Records
            | Self::Rule
            | Self::Methods
            | Self::Authorizer
            | Self::Pointed
            | Self::Invalidated => &[],
            Self::Parameter | Self::List | Self::Published => &[PARAMETER],
            Self::Both => &[PARAMETER, FLAG],
        }
    }

    /// Whether what is written is seen only once it was published.
    pub fn is_published(self) -> bool {
        matches!(
            self,
            Self::Published | Self::Both | Self::Pointed | Self::Invalidated
        )
    }

    /// Whether other things stand beside it that are no concern of ours, and survive.
    pub fn has_rest(self) -> bool {
        matches!(
            self,
            Self::Rule | Self::Methods | Self::Authorizer | Self::Pointed | Self::Invalidated
        )
    }

    /// Whether others append to the list.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Published | Self::Both)
    }
}
