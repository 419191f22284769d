//! One kind of action: what it reads, what it wishes, the one request that it makes of that, and what the
//! world means afterwards. What all kinds have in common stands here, once.

use async_trait::async_trait;
use switchback_engine::ports::{Action, Observed, ProviderError, ProviderErrorKind, Sent, SyncState};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Change as Changed, Finding, Image, Preview, Way, Witness};

pub use crate::against::Against;
use crate::connect::Aws;
use crate::error::guard;
use crate::op::Op;
use crate::resource::Resource;

/// What one read of a kind found.
#[derive(Debug)]
pub struct Seen<G> {
    /// The object, and what tells a write of it from another.
    pub observed: Observed,
    /// What is sent along with the write and is no field of ours: a lock token, parts of a document that must
    /// survive. Never journalled, never in a digest.
    pub guard: G,
}

/// One kind of action, bound to its values. Apply and undo are one path; all but reading and sending is pure.
#[async_trait]
pub trait Change: Send + Sync {
    /// See [`Seen::guard`].
    type Guard: Send + Sync;
    /// The operations that it makes, of which exactly one changes something.
    const OPS: &'static [Op];
    /// What keeps it from overwriting.
    const AGAINST: Against;
    /// Whether a change takes time to be everywhere, as a record does on the servers of its zone.
    const SPREADS: bool;

    /// What it changes.
    fn resource(&self) -> Resource;
    /// What it asks of other objects on the way, of which it changes none for good.
    fn also(&self) -> Vec<(&'static [Op], Resource)> {
        Vec::new()
    }
    /// Whether what an object shows of its own past says that somebody wrote it since it was read first.
    fn is_touched(then: &Witness, now: Option<&Witness>) -> bool {
        now != Some(then)
    }
    /// Whether the object, as it was read right before, leaves room for a change forward. What stands there may be as it was
    /// approved while somebody has something under way with it, which no image shows. The way back asks no such leave.
    ///
    /// # Errors
    /// `Conflict`, with what is under way and how to go on.
    fn leaves_room(&self, now: &Observed) -> Result<(), ProviderError> {
        let _ = now;
        Ok(())
    }
    /// What it changes, in words, for the preview.
    fn object(&self) -> String;
    /// The object as it is; with `since`, also what stood there since, where AWS keeps it.
    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<Self::Guard>, ProviderError>;
    /// What shall be there, forward.
    fn wish(&self, now: &Image) -> Result<Image, ProviderError>;
    /// Whether one can be made of the other at all; every refusal that needs no question.
    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError>;
    /// What is there and what will be, one line a part, for the preview: those of the images, unless a kind changes
    /// something that no image shows.
    fn lines(&self, from: &Image, to: &Image) -> (Vec<String>, Vec<String>) {
        (self.shown(from), self.shown(to))
    }
    /// What is asked and proven on the way to it, in its order, before anything is changed; most kinds ask nothing.
    fn asked(&self, from: &Image, to: &Image) -> Vec<String> {
        let _ = (from, to);
        Vec::new()
    }
    /// What people must know before they approve it.
    fn caution(&self, from: &Image, to: &Image) -> Option<String> {
        let _ = (from, to);
        Self::AGAINST.caution().map(str::to_owned)
    }
    /// The request, exactly as it will be sent; none where nothing changes.
    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall>;
    /// An object as the preview shows it.
    fn shown(&self, image: &Image) -> Vec<String> {
        image.lines()
    }
    /// Sends it, once: a request whose answer is lost is never repeated.
    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        approved: &Preview,
        guard: Option<Self::Guard>,
    ) -> Result<Receipt, ProviderError>;
    /// What the world means, field by field, unless the kind knows more.
    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        let _ = sent;
        switchback_model::field::judge(&now.image, before, after)
    }
    /// Whether a change has reached every server; none where AWS has no such notion.
    async fn settled(&self, aws: &Aws, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        let _ = (aws, receipt);
        Ok(None)
    }
}

/// A [`Change`] of whichever kind.
pub trait AnyChange: Send + Sync {
    /// See [`Change::OPS`].
    fn ops(&self) -> &'static [Op];
    /// See [`Change::resource`].
    fn resource(&self) -> Resource;
    /// See [`Change::also`].
    fn also(&self) -> Vec<(&'static [Op], Resource)>;
    /// See [`Change::SPREADS`].
    fn spreads(&self) -> bool;
    /// As the engine carries it out.
    fn bound(self: Box<Self>, aws: Aws) -> Box<dyn Action>;
}

impl<C: Change + 'static> AnyChange for C {
    fn ops(&self) -> &'static [Op] {
        C::OPS
    }

    fn resource(&self) -> Resource {
        Change::resource(self)
    }

    fn also(&self) -> Vec<(&'static [Op], Resource)> {
        Change::also(self)
    }

    fn spreads(&self) -> bool {
        C::SPREADS
    }

    fn bound(self: Box<Self>, aws: Aws) -> Box<dyn Action> {
        Box::new(Bound { aws, change: *self })
    }
}

/// A change in the world of one target.
#[derive(Debug, Clone)]
pub struct Bound<C> {
    aws: Aws,
    pub(crate) change: C,
}

impl<C: Change> Bound<C> {
    /// Puts the two together.
    #[must_use]
    pub fn new(aws: Aws, change: C) -> Self {
        Self { aws, change }
    }

    fn mutating(&self) -> &'static str {
        C::OPS.iter().find(|op| op.mutates).map_or("", |op| op.operation)
    }

    fn between(&self, from: &Image, to: Image) -> Result<Preview, ProviderError> {
        if let Some(unknown) = [from, &to].into_iter().find_map(Image::unknown) {
            let message = format!(
                "This program does not know all of an image of the kind {}: a newer Switchback wrote it",
                unknown.kind()
            );
            let hint = "Go on with the newer program.";
            return Err(crate::error::refused(self.mutating(), &message, hint));
        }
        self.change.may(from, &to)?;
        let call = self.change.request(from, &to);
        let to = if call.is_some() { to } else { from.clone() };
        let changes = call.as_ref().map(|_| {
            let (before, after) = self.change.lines(from, &to);
            Changed {
                object: self.change.object(),
                before,
                after,
                asked: self.change.asked(from, &to),
                caution: self.change.caution(from, &to),
            }
        });
        Ok(Preview {
            from: from.clone(),
            to,
            changes: changes.into_iter().collect(),
            calls: call.into_iter().collect(),
        })
    }

    /// Plans once more, with every refusal, and compares with what the person saw.
    pub(crate) fn as_approved(&self, approved: &Preview) -> Result<(), ProviderError> {
        let again = self.between(&approved.from, approved.to.clone())?;
        if again.calls.len() == 1 && again.calls == approved.calls {
            return Ok(());
        }
        Err(guard(
            self.mutating(),
            "What would be sent is not what was approved; nothing was sent",
            "Build the preview again and approve it.",
        ))
    }

    /// Reads once more, right before the request. What is not as it was approved is not overwritten.
    pub(crate) async fn still(
        &self,
        then: Option<&Witness>,
        approved: &Preview,
    ) -> Result<C::Guard, ProviderError> {
        Ok(self.seen_again(then, approved).await?.guard)
    }

    /// The same before a change forward: see [`Change::leaves_room`].
    pub(crate) async fn still_with_room(
        &self,
        then: Option<&Witness>,
        approved: &Preview,
    ) -> Result<C::Guard, ProviderError> {
        let Seen { observed, guard } = self.seen_again(then, approved).await?;
        self.change.leaves_room(&observed)?;
        Ok(guard)
    }

    async fn seen_again(
        &self,
        then: Option<&Witness>,
        approved: &Preview,
    ) -> Result<Seen<C::Guard>, ProviderError> {
        let read = self.change.read(&self.aws, None).await;
        let seen = read.map_err(|error| self.unread(error))?;
        let observed = &seen.observed;
        let touched = then.is_some_and(|then| C::is_touched(then, observed.witness.as_ref()));
        self.unless(!observed.image.same_as(&approved.from) || touched, approved)?;
        Ok(seen)
    }

    /// The same, where a value was taken back and is published once more. A service that is in motion, because a roll of
    /// a moment before is still under way or is being given up, must not hold up the way back: what its tasks have just
    /// now does not count, only what the roll would start, and that nobody rolled it since.
    async fn still_published(
        &self,
        before: Option<&Witness>,
        approved: &Preview,
    ) -> Result<C::Guard, ProviderError> {
        let read = self.change.read(&self.aws, None).await;
        let Seen { observed, guard } = read.map_err(|error| self.unread(error))?;
        let (now, then) = (observed.image.as_published(), approved.from.as_published());
        let touched = before.is_some_and(|then| C::is_touched(then, observed.witness.as_ref()));
        self.unless(!now.same_as(&then) || touched, approved)?;
        Ok(guard)
    }

    fn unless(&self, changed: bool, approved: &Preview) -> Result<(), ProviderError> {
        if changed {
            return Err(ProviderError {
                kind: ProviderErrorKind::Conflict,
                ..guard_error(
                    approved
                        .calls
                        .first()
                        .map_or(self.mutating(), |call| &call.operation),
                    &format!(
                        "Somebody else changed the {} a moment ago; nothing was sent",
                        approved.from.noun()
                    ),
                )
            });
        }
        Ok(())
    }

    /// It could not be read right before: nothing was sent, whatever became of that question. What may pass by itself
    /// is tried again; all else is a person's.
    fn unread(&self, error: ProviderError) -> ProviderError {
        use ProviderErrorKind as Kind;
        let kind = match error.kind {
            Kind::NoAnswer | Kind::Unclear => Kind::Connect,
            Kind::Conflict | Kind::Refused | Kind::NotFound | Kind::Untrue => Kind::Guard,
            kind @ (Kind::Throttled
            | Kind::Busy
            | Kind::Credentials
            | Kind::Denied
            | Kind::Connect
            | Kind::Tls
            | Kind::Guard
            | Kind::Aside) => kind,
        };
        let message = format!(
            "It was read once more right before the change, and that failed; nothing was sent. {}",
            error.message
        );
        ProviderError {
            kind,
            message,
            sent: false,
            ..error
        }
    }
}

fn guard_error(operation: &str, message: &str) -> ProviderError {
    guard(operation, message, "Read it again and look at the new plan.")
}

#[async_trait]
impl<C: Change> Action for Bound<C> {
    async fn read(&self, since: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        Ok(self.change.read(&self.aws, since).await?.observed)
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        let to = match restore {
            Some(before) => before.clone(),
            None => self.change.wish(from)?,
        };
        self.between(from, to)
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        self.change.judge(now, before, after, sent)
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        self.as_approved(approved)?;
        match C::AGAINST {
            Against::TheRequest => self.change.send(&self.aws, cx, approved, None).await,
            Against::Nothing => {
                let guard = match cx.attempt().way {
                    Way::Publish => self.still_published(cx.witness(), approved).await?,
                    Way::Apply => self.still_with_room(cx.witness(), approved).await?,
                    Way::Undo => self.still(cx.witness(), approved).await?,
                };
                self.change.send(&self.aws, cx, approved, Some(guard)).await
            }
            Against::AToken => {
                let guard = self.still(cx.witness(), approved).await?;
                // An old token: somebody else changed another part of the document. The engine tries again by itself,
                // and looks each time whether it still may.
                let busy = |error: ProviderError| match error.kind {
                    ProviderErrorKind::Conflict => ProviderError {
                        kind: ProviderErrorKind::Busy,
                        ..error
                    },
                    _ => error,
                };
                let answer = self.change.send(&self.aws, cx, approved, Some(guard)).await;
                answer.map_err(busy)
            }
        }
    }

    fn spreads(&self) -> bool {
        C::SPREADS
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.change.settled(&self.aws, receipt).await
    }
}
