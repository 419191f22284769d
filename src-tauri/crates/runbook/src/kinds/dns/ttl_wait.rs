//! `dns.ttl_wait`.

use switchback_model::CheckKind;

use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::kinds::shared::NAME;
use crate::reader::{Reader, Table};

const LOWERED: Key = Key::needed("lowered", Shape::Duration, "The lowered TTL", "\"1 min\"");

pub(crate) struct TtlWait;

impl Authored for TtlWait {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "Every longer TTL that was served has run out since the lowered one was in sync";
    const KEYS: &'static [Key] = &[NAME, LOWERED];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let name = r.must(t, NAME.name, Reader::dns_name);
        let lowered = r.must(t, LOWERED.name, Reader::ttl);
        Some(CheckKind::TtlWait {
            name: name?,
            lowered: lowered?,
        })
    }
}
