//! How a new world looks: accounts, the zone and its records, the sites.

use std::net::{IpAddr, Ipv4Addr};

use crate::faults::Site;
use crate::records::{Alias, RecordSet, Routing, normal_name};

/// The account of the world's zone and pools.
pub const ACCOUNT: &str = "123456789012";
/// The account of [`OTHER_ACCESS_KEY`], to try the identity guard.
pub const OTHER_ACCOUNT: &str = "210987654321";
/// The access key of the world's operator.
pub const ACCESS_KEY: &str = "AKIAREHEARSAL";
/// An access key that belongs to [`OTHER_ACCOUNT`].
pub const OTHER_ACCESS_KEY: &str = "AKIAREHEARSALOTHER";
/// The secret of both keys; any other is refused as AWS refuses it.
pub const SECRET_KEY: &str = "rehearsal";
/// The roles that may be assumed in [`ACCOUNT`].
pub const ROLES: [&str; 2] = ["operator", "support"];
/// The hosted zone, bare.
pub const ZONE_ID: &str = "Z0REHEARSALEXAMPLE1";
/// The hosted zone's name.
pub const ZONE_NAME: &str = "example.nhs.test.";
/// The name that the rehearsal switches.
pub const APPS_NAME: &str = "apps.example.nhs.test.";
/// The host of the API that leads to user management: its own name, which AWS gives it.
pub(crate) const GATEWAY_HOST: &str = "a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com";
/// The host of Reval's API, likewise.
pub const REVAL_API_HOST: &str = "r3v4l5a6p7.execute-api.eu-west-2.amazonaws.com";
/// The host of the API that the new Admins-UI calls, likewise.
pub const ADMINS_NEW_API_HOST: &str = "n3w4a5d6m7.execute-api.eu-west-2.amazonaws.com";
/// The host of Reval.
const REVAL_HOST: &str = "reval.example.nhs.test";
/// The four authoritative servers.
pub const NAME_SERVERS: [&str; 4] = [
    "ns-1.rehearsal.test.",
    "ns-2.rehearsal.test.",
    "ns-3.rehearsal.test.",
    "ns-4.rehearsal.test.",
];
/// The names under which the zone's servers stand while the fault `other-zone:white-label` lasts.
pub(crate) const WHITE_LABEL_SERVERS: [&str; 4] = [
    "ns1.example.nhs.test.",
    "ns2.example.nhs.test.",
    "ns3.example.nhs.test.",
    "ns4.example.nhs.test.",
];
/// The servers of the zone to which `apps` is delegated while the fault `other-zone:delegated` lasts.
pub(crate) const DELEGATED_SERVERS: [&str; 2] = ["ns-7.rehearsal.test.", "ns-8.rehearsal.test."];
/// The hosted zone of every CloudFront alias (a constant of AWS).
pub const CLOUDFRONT_ZONE_ID: &str = "Z2FDTNDATAQYW2";
/// What a second writer sets.
pub const SECOND_WRITER_ADDRESS: &str = "203.0.113.99";

impl Site {
    /// Both sides, Reval, and the API of user management.
    pub const ALL: [Self; 4] = [Self::Old, Self::New, Self::Reval, Self::Gateway];

    /// The documentation address of the site.
    #[must_use]
    pub fn address(self) -> IpAddr {
        IpAddr::V4(match self {
            Self::Old => Ipv4Addr::new(192, 0, 2, 10),
            Self::New => Ipv4Addr::new(198, 51, 100, 20),
            Self::Reval => Ipv4Addr::new(198, 51, 100, 30),
            Self::Gateway => Ipv4Addr::new(198, 51, 100, 40),
        })
    }

    /// The names that its certificate is for: the gateway has three APIs.
    pub(crate) fn hosts(self) -> Vec<&'static str> {
        match self {
            Self::Old | Self::New | Self::Reval => vec![self.host()],
            Self::Gateway => vec![self.host(), REVAL_API_HOST, ADMINS_NEW_API_HOST],
        }
    }

    /// The host that users know it by; of the gateway, the one of user management's API.
    #[must_use]
    pub fn host(self) -> &'static str {
        match self {
            Self::Old | Self::New => APPS_NAME.trim_end_matches('.'),
            Self::Reval => REVAL_HOST,
            Self::Gateway => GATEWAY_HOST,
        }
    }

    /// The build that the site says it runs, by which the sides are told apart; the gateway says none.
    #[must_use]
    pub fn build(self) -> &'static str {
        match self {
            Self::Old => "7d19",
            Self::New => "8f2c",
            Self::Reval => "5a11",
            Self::Gateway => "none",
        }
    }
}

/// The documentation address of a name server of the world, `ns-N.rehearsal.test.`; none of any other name.
#[must_use]
pub(crate) fn server_address(name: &str) -> Option<Ipv4Addr> {
    let number = name.strip_prefix("ns-")?.strip_suffix(".rehearsal.test.")?;
    let number: u8 = number.parse().ok().filter(|number| (1..=9).contains(number))?;
    Some(Ipv4Addr::new(192, 0, 2, 220 + number))
}

/// The record sets of a new world, in listing order.
#[must_use]
pub fn records() -> Vec<RecordSet> {
    let soa = format!(
        "{} hostmaster.{ZONE_NAME} 1 7200 900 1209600 86400",
        NAME_SERVERS[0]
    );
    let weighted = |id: &str, weight: u64, address: &str| RecordSet {
        set_identifier: Some(id.to_owned()),
        routing: Some(Routing::Weight(weight)),
        ..RecordSet::simple("api.example.nhs.test", "A", 60, &[address])
    };
    let mut all = vec![
        RecordSet::simple(ZONE_NAME, "SOA", 900, &[&soa]),
        RecordSet::simple(ZONE_NAME, "NS", 172_800, &NAME_SERVERS),
        RecordSet::simple(
            ZONE_NAME,
            "MX",
            3_600,
            &["10 mail-1.example.nhs.test.", "20 mail-2.example.nhs.test."],
        ),
        RecordSet::simple(ZONE_NAME, "TXT", 3_600, &["\"v=spf1 mx -all\""]),
        RecordSet::simple(APPS_NAME, "A", 300, &["192.0.2.10"]),
        RecordSet::simple(REVAL_HOST, "A", 60, &["198.51.100.30"]),
        weighted("blue", 90, "192.0.2.31"),
        weighted("green", 10, "192.0.2.32"),
        RecordSet {
            ttl: None,
            values: Vec::new(),
            alias: Some(Alias {
                hosted_zone_id: CLOUDFRONT_ZONE_ID.to_owned(),
                dns_name: normal_name("d111111abcdef8.cloudfront.net"),
                evaluate_target_health: false,
            }),
            ..RecordSet::simple("assets.example.nhs.test", "A", 0, &[])
        },
        RecordSet::simple("mail-1.example.nhs.test", "A", 3_600, &["192.0.2.41"]),
        RecordSet::simple("mail-2.example.nhs.test", "A", 3_600, &["192.0.2.42"]),
        RecordSet::simple("www.example.nhs.test", "CNAME", 300, &["apps.example.nhs.test"]),
        RecordSet::simple(
            "_dmarc.example.nhs.test",
            "TXT",
            3_600,
            &["\"v=DMARC1; p=reject\""],
        ),
        RecordSet::simple("*.preview.example.nhs.test", "A", 60, &["192.0.2.51"]),
        RecordSet::simple("status.example.nhs.test", "AAAA", 300, &["2001:db8::61"]),
    ];
    all.sort_by_key(RecordSet::order);
    all
}
