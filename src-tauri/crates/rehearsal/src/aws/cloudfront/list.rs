//! ListInvalidations.

use super::NAMESPACE;
use super::batch::invalid;
use super::part::CloudFront;
use super::seed::Row;
use super::show::{moment, tag};
use crate::aws::{AwsError, Call};
use crate::http as web;

/// As many as a page has where the request does not say.
const USUAL: usize = 100;

/// A page, newest first. The marker of the next one is the last id on this one (CloudFront API reference,
/// ListInvalidations, `Marker`).
pub(super) fn page(cloudfront: &CloudFront, row: &Row, call: &Call) -> Result<String, AwsError> {
    let most = match call.param("MaxItems").map(|text| (text, text.parse::<usize>())) {
        None => USUAL,
        Some((_, Ok(most))) if (1..=USUAL).contains(&most) => most,
        Some((text, _)) => return Err(invalid(&format!("The value “{text}” of MaxItems is not valid."))),
    };
    let marker = call.param("Marker");
    let mut all: Vec<_> = cloudfront.all(row).rev().collect();
    if let Some(marker) = marker {
        let at = all.iter().position(|one| one.id == marker);
        let at = at.ok_or_else(|| invalid(&format!("The marker {marker} is not valid.")))?;
        all.drain(..=at);
    }
    let is_truncated = all.len() > most;
    all.truncate(most);
    let last = all.last().filter(|_| is_truncated);
    let next = last.map(|one| tag("NextMarker", &one.id)).unwrap_or_default();
    let items: String = all
        .iter()
        .map(|one| {
            format!(
                "<InvalidationSummary><Id>{}</Id><CreateTime>{}</CreateTime><Status>{}</Status></InvalidationSummary>",
                one.id,
                moment(one.created_ms),
                one.status()
            )
        })
        .collect();
    let items = match items.is_empty() {
        true => String::new(),
        false => format!("<Items>{items}</Items>"),
    };
    Ok(format!(
        "<InvalidationList xmlns=\"{NAMESPACE}\"><Marker>{}</Marker>{next}<MaxItems>{most}</MaxItems>\
         <IsTruncated>{is_truncated}</IsTruncated><Quantity>{}</Quantity>{items}</InvalidationList>",
        web::escape(marker.unwrap_or_default()),
        all.len()
    ))
}
