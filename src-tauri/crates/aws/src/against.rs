//! What guards a write of a kind, said by type: nobody can write a kind without one of the three.

/// What keeps a write from overwriting somebody else's of a moment before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The request names exactly what it replaces, and AWS refuses it where that is not there.
    TheRequest,
    /// A token that is read beside the object and sent along; AWS refuses an old one.
    AToken,
    /// Nothing: the object is read right before the request, and what came in between is found out
    /// afterwards. People are told so.
    Nothing,
}

impl Against {
    /// What people must know before they approve a change.
    pub(crate) const fn caution(self) -> Option<&'static str> {
        match self {
            Self::TheRequest | Self::AToken => None,
            Self::Nothing => Some(
                "AWS has no guard here: it refuses no write because somebody else wrote first. Switchback reads once more right \
                 before; what somebody writes in the moment between is overwritten, and you are told.",
            ),
        }
    }
}
