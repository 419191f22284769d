//! `http.authorised`.

use switchback_model::cognito::pool_region;
use switchback_model::{AuthorisedCheck, CheckKind};

use super::Authored;
use super::http_routes::{alone, list};
use super::key::{Key, Shape};
use super::shared::{ADDRESS, plain_url};
use crate::fields::cut;
use crate::notes::Located;
use crate::reader::{Item, Reader, Table};

const URL: Key = Key::needed(
    "url",
    Shape::Text,
    "The URL of a read, https and without port, query or IP address",
    "\"https://api.example.nhs.test/reval/api/trainees\"",
);
const ACCEPTS: Key = Key::needed(
    "accepts",
    Shape::Texts,
    "Ids of the user pools whose tokens are answered with 200; each needs a canary user of this target",
    "[\"eu-west-2_NEWEXAMPLE\"]",
);
const REFUSES: Key = Key::optional(
    "refuses",
    Shape::Texts,
    "Ids of the user pools whose tokens are refused with 401; none where left out",
    "[\"eu-west-2_OLDEXAMPLE\"]",
);

/// User pools of one list: each costs a sign-in and a request.
const MOST: usize = 8;

pub(crate) struct HttpAuthorised;

impl Authored for HttpAuthorised {
    type Spec = CheckKind;
    const SAYS: &'static str = "A read refuses who brings no token or a forged one, answers tokens of these user pools, and refuses those of others";
    const KEYS: &'static [Key] = &[URL, ADDRESS, ACCEPTS, REFUSES];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let url = r.must(t, URL.name, url);
        let address = r.optional(t, ADDRESS.name, Reader::ip);
        let accepts = r.must(t, ACCEPTS.name, |r, item| list(r, item, MOST, pool));
        let refuses = r.optional(t, REFUSES.name, |r, item| list(r, item, MOST, pool));
        let (accepts, refuses) = (accepts?, refuses?.unwrap_or_default());
        never_both(r, &accepts, &refuses)?;
        Some(CheckKind::Authorised(AuthorisedCheck {
            url: url?,
            address: address?,
            accepts: alone(accepts),
            refuses: alone(refuses),
        }))
    }
}

/// A URL that a token can be sent to.
fn url(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let url = plain_url(r, item)?;
    if url.starts_with("https://") {
        return Some(url);
    }
    r.notes.error(
        "url",
        item.span().into(),
        format!(
            "{:?} can't be used as a URL: a token would be sent in the clear.",
            cut(&url)
        ),
        "Start it with https://.",
    );
    None
}

/// The id of a user pool, whose form names its region.
fn pool(r: &mut Reader<'_>, text: &Located<String>) -> Option<String> {
    if pool_region(&text.value).is_some() {
        return Some(text.value.clone());
    }
    r.notes.error(
        "invalid-pool",
        text.at,
        format!("{:?} is not the id of a user pool.", cut(&text.value)),
        "Write the region, an underscore and the pool's own id, such as eu-west-2_EXAMPLE.",
    );
    None
}

/// No token is answered and refused.
fn never_both(r: &mut Reader<'_>, accepts: &[Located<String>], refuses: &[Located<String>]) -> Option<()> {
    let mut sound = true;
    for refused in refuses {
        if accepts.iter().any(|accepted| accepted.value == refused.value) {
            sound = false;
            r.notes.error(
                "pool-both",
                refused.at,
                format!("{} stands in `{}`, too.", refused.value, ACCEPTS.name),
                "Leave it where it belongs: its tokens are answered or refused.",
            );
        }
    }
    sound.then_some(())
}
