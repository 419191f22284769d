#![expect(clippy::unwrap_used, reason = "tests")]

pub(crate) mod made_up;

use switchback_probes::{Chain, ProbeError, ProbeErrorKind};

use super::network::tls;
use super::{is_region, span};
use crate::wire::Tone;

fn shown(organisation: &str, refused: bool) -> Result<Chain, ProbeError> {
    Ok(Chain {
        issuer: "Example Inspection CA".to_owned(),
        organisation: Some(organisation.to_owned()),
        top: "Example Root".to_owned(),
        not_after: jiff::Timestamp::UNIX_EPOCH,
        refused: refused.then(|| ProbeError {
            kind: ProbeErrorKind::UnknownIssuer,
            message: "the certificate comes from an unknown authority".to_owned(),
            hint: Some("Trust it.".to_owned()),
        }),
    })
}

#[test]
fn who_reads_along_is_named() {
    let amazon = tls(&shown("Amazon", false), "sts");
    assert_eq!(amazon.tone, Tone::Passing);
    assert!(!amazon.observed.contains("inspects"), "{}", amazon.observed);

    let trusted = tls(&shown("Example Trust IT", false), "sts");
    assert_eq!(trusted.tone, Tone::Passing);
    assert!(trusted.observed.contains("Example Trust IT") && trusted.observed.contains("inspects"));

    let refused = tls(&shown("Example Trust IT", true), "sts");
    assert_eq!(refused.tone, Tone::Failing);
    let mend = refused.mend.unwrap();
    assert!(
        mend.contains("AWS_CA_BUNDLE") && mend.contains("Example Root"),
        "{mend}"
    );
}

#[test]
fn a_region_can_become_part_of_a_host_name() {
    for good in ["eu-west-2", "us-gov-west-1", "cn-north-1"] {
        assert!(is_region(good));
    }
    for bad in [
        "",
        "eu",
        "eu-west",
        "evil.example/x-y-z",
        "eu-west-2\n",
        "EU-west-2",
        "a-b-",
    ] {
        assert!(!is_region(bad), "{bad}");
    }
}

#[test]
fn a_span_is_said_without_its_direction() {
    let at = |s: i64| jiff::Timestamp::from_second(s).unwrap();
    assert_eq!(span(at(0), at(7_500)), "2 h 5 min");
    assert_eq!(span(at(240), at(0)), "4 min");
    assert_eq!(span(at(0), at(12)), "12 s");
}
