//! What a canary that is there means. Pure.

use switchback_engine::canaries::made_by;
use switchback_engine::ports::{Observed, Sent};
use switchback_model::{CanaryUser, Finding, Image, MadeCanary, PoolCanary};

/// As field by field, of the one user that the request made and of no other.
pub(super) fn judge(now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
    let Image::Canary { pool, content } = &now.image else {
        return switchback_model::field::judge(&now.image, before, after);
    };
    let user = content.user.as_ref().map(|user| CanaryUser {
        ours: is_ours(user, after, sent),
        ..user.clone()
    });
    let now = Image::Canary {
        pool: pool.clone(),
        content: Box::new(PoolCanary { user }),
    };
    switchback_model::field::judge(&now, before, after)
}

fn is_ours(user: &CanaryUser, after: &Image, sent: Option<&Sent<'_>>) -> bool {
    let left = match after {
        Image::Canary { content, .. } => content.user.as_ref(),
        _ => None,
    };
    // What an undo was sent for is named in its image of what was there.
    if let Some(sub) = left.and_then(|left| left.sub.as_ref()) {
        return user.sub.as_ref() == Some(sub);
    }
    // What the request brought back names the user; when it was made was told where it was read.
    match sent.and_then(made_by) {
        Some(MadeCanary::Sub { sub, .. }) => user.ours && user.sub.as_ref() == Some(&sub),
        Some(MadeCanary::After(_)) | None => user.ours,
    }
}
