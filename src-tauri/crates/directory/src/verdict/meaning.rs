//! What a verdict means for the person who wants to sign in: for a colour and for the next step, never
//! drawn from how many accounts match.

use super::notes::NEW_COUNTS;
use super::words::MOVED_THEN;
use super::{Answer, Verdict};

/// What a verdict means for somebody who wants to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meaning {
    /// They can sign in.
    CanSignIn,
    /// They can sign in, but with something that they must do or can't do: a temporary password, a new
    /// password first, no reset, another provider.
    CanBut,
    /// They can't sign in before somebody else does something.
    CantSignIn,
    /// It can't be told.
    CantTell,
    /// They have not been moved yet: the new pool says nothing about their sign-in.
    NotMigratedYet,
    /// Not a person: a program signs in.
    NotAPerson,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 6] = [
        Self::CanSignIn,
        Self::CanBut,
        Self::CantSignIn,
        Self::CantTell,
        Self::NotMigratedYet,
        Self::NotAPerson,
    ];

    /// The word of the wire (`meaning`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CanSignIn => "can_sign_in",
            Self::CanBut => "can_but",
            Self::CantSignIn => "cant_sign_in",
            Self::CantTell => "cant_tell",
            Self::NotMigratedYet => "not_migrated_yet",
            Self::NotAPerson => "not_a_person",
        }
    }
}

impl Verdict {
    /// What it means where the question got its answer without an "if".
    #[must_use]
    pub fn meaning(self) -> Meaning {
        match self {
            Self::Confirmed => Meaning::CanSignIn,
            Self::EmailNotVerified | Self::InvitationOpen | Self::ResetRequired | Self::ExternalProvider => {
                Meaning::CanBut
            }
            // A leaver and a stranger are nobody who is to be helped in.
            Self::InvitationExpired
            | Self::Unconfirmed
            | Self::Disabled
            | Self::NotMigratedLeaver
            | Self::NotKnown => Meaning::CantSignIn,
            // A state that is not known says nothing, and a name or an id that nobody has may be a slip.
            Self::CantTell
            | Self::Several
            | Self::OldPoolOnly
            | Self::NoSuchName
            | Self::NoSuchId
            | Self::InvitationUnsure
            | Self::Escalate => Meaning::CantTell,
            Self::NotMigrated | Self::NotMigratedKnown => Meaning::NotMigratedYet,
            Self::MachineUser => Meaning::NotAPerson,
        }
    }
}

/// How far the run whose pools are asked has come with what people notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Nothing that people notice has been done (no T0 yet).
    Before,
    /// It has been done, and not all of it was taken back.
    Switched,
    /// It was done, and all of it was taken back.
    RolledBack,
}

impl Stage {
    /// The word of the wire (`stage`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Switched => "switched",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// A sentence as the end of another one.
fn begun_small(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

impl Answer {
    /// What it means for the person's sign-in: an absence with an "if" is none.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        if !self.clear && self.verdict.says_absent() {
            Meaning::CantTell
        } else {
            self.verdict.meaning()
        }
    }

    /// The same answer where the run has come so far: what the new pool says is of no use to somebody who
    /// still, or again, signs in at the old provider.
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        let why = match stage {
            Stage::Switched => return self,
            Stage::Before => "The switch has not been made",
            Stage::RolledBack => "The switch was taken back",
        };
        for note in &mut self.notes {
            if note == NEW_COUNTS {
                *note = match stage {
                    Stage::RolledBack => "Also in the old pool: that account is the one that counts again.",
                    Stage::Before | Stage::Switched => {
                        "Also in the old pool: until the switch that account is the one that counts."
                    }
                }
                .to_owned();
            }
        }
        match self.verdict {
            Verdict::NotMigrated | Verdict::NotMigratedKnown => {
                if let Some(found) = self.sentence.strip_suffix(MOVED_THEN) {
                    let then = match stage {
                        Stage::RolledBack => {
                            "The switch was taken back: they sign in with their old password, and nobody is moved now."
                        }
                        Stage::Before | Stage::Switched => {
                            "They sign in with their old password, and are moved only after the switch."
                        }
                    };
                    self.sentence = format!("{found} {then}");
                }
                self.next_step = match stage {
                    Stage::RolledBack => format!(
                        "{why}: ask them to sign in as they did before it, with their old password. That does not \
                         move them. Do not create the account."
                    ),
                    Stage::Before | Stage::Switched => format!(
                        "{why}: they sign in as they always did, with their old password, and are moved when they \
                         sign in after it. Do not create the account."
                    ),
                };
            }
            Verdict::Confirmed
            | Verdict::EmailNotVerified
            | Verdict::InvitationOpen
            | Verdict::InvitationExpired
            | Verdict::InvitationUnsure
            | Verdict::ResetRequired => {
                self.sentence = format!(
                    "{why}: the account from before it counts. In the new pool: {}",
                    begun_small(&self.sentence)
                );
                self.next_step = match stage {
                    Stage::RolledBack => format!(
                        "{why}: ask them to sign in as they did before it, with the password that they had then. \
                         Only where they must use the new sign-in: {}",
                        self.next_step
                    ),
                    Stage::Before | Stage::Switched => format!(
                        "{why}: today they sign in as they always did, and this account is for afterwards. After \
                         the switch: {}",
                        self.next_step
                    ),
                };
            }
            // What these say to do does not hang on where people sign in.
            Verdict::MachineUser
            | Verdict::CantTell
            | Verdict::Several
            | Verdict::NotMigratedLeaver
            | Verdict::NotKnown
            | Verdict::NoSuchName
            | Verdict::NoSuchId
            | Verdict::OldPoolOnly
            | Verdict::Unconfirmed
            | Verdict::ExternalProvider
            | Verdict::Escalate
            | Verdict::Disabled => {}
        }
        self
    }
}
