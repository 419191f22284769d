//! What the network tells: names, the proxy, and whose certificates come back.

use futures_util::future::join_all;
use switchback_aws::net::Endpoint;
use switchback_aws::{Bundle, ProxyRoute};
use switchback_engine::ports::ProviderError;
use switchback_probes::{Chain, ProbeError, ProbeErrorKind, Tunnel};

use super::rows::RowText;
use crate::wire::Tone;

/// The organisation that issues the certificates of AWS's own endpoints.
const AMAZON: &str = "Amazon";

/// The way to an endpoint: a proxy, none, or why it can't be told.
type Wayed = Result<Option<ProxyRoute>, ProviderError>;

/// The authorities that are trusted besides the system's, or why they can't be read.
pub(super) type Trusted = Result<Option<Bundle>, ProviderError>;

pub(super) async fn one_chain(
    endpoint: &Endpoint,
    way: &Wayed,
    trusted: &Trusted,
) -> Result<Chain, ProbeError> {
    let unusable = |words: &str| {
        Err(ProbeError {
            kind: ProbeErrorKind::Refused,
            message: words.to_owned(),
            hint: None,
        })
    };
    let extra = match trusted {
        Ok(extra) => extra.as_ref().map(|bundle| bundle.pem.as_slice()),
        Err(error) => return unusable(&error.message),
    };
    let through = match way {
        Err(error) => return unusable(&error.message),
        Ok(Some(way)) if !way.plain => return unusable("the proxy itself speaks TLS: not looked at"),
        Ok(way) => way.as_ref().map(|way| Tunnel {
            host: &way.host,
            port: way.port,
            authorization: way.authorization.as_deref(),
        }),
    };
    switchback_probes::chain(&endpoint.host, 443, through, extra).await
}

pub(super) async fn dns(endpoints: &[Endpoint], proxied: bool) -> RowText {
    let source = "the resolver of this computer";
    if proxied {
        return RowText::new(
            Tone::NotApplicable,
            "not applicable: the proxy looks the names up",
            source,
        );
    }
    let look = |endpoint: &Endpoint| {
        let host = endpoint.host.clone();
        async move {
            let found = tokio::net::lookup_host((host.as_str(), 443)).await;
            let count = found.map(Iterator::count).unwrap_or(0);
            (host, count)
        }
    };
    let all = join_all(endpoints.iter().map(look));
    let Ok(found) = tokio::time::timeout(std::time::Duration::from_secs(8), all).await else {
        return RowText::new(Tone::Unknown, "no answer within 8 seconds", source)
            .mend("Look at the network and the VPN, then check again.");
    };
    let lost: Vec<&str> = found
        .iter()
        .filter(|(_, count)| *count == 0)
        .map(|(host, _)| host.as_str())
        .collect();
    match lost.is_empty() {
        true => RowText::new(Tone::Passing, "every name was found", source)
            .expecting("an address for each service"),
        false => RowText::new(Tone::Failing, format!("not found: {}", lost.join(", ")), source)
            .expecting("an address for each service")
            .mend(
                "Look at the network and the VPN; behind a proxy set HTTPS_PROXY, which then looks names up.",
            ),
    }
}

/// The file of authorities that a person trusts besides the system's: read, in part, or not at all.
pub(super) fn authorities(trusted: &Trusted) -> Option<RowText> {
    let source = "AWS_CA_BUNDLE, or ca_bundle of the profile";
    match trusted {
        Ok(None) => None,
        Err(error) => Some(RowText::of_error(error, source)),
        Ok(Some(bundle)) => Some(match bundle.complaint() {
            None => RowText::new(
                Tone::Passing,
                format!(
                    "{}: {} certificates are trusted as well",
                    bundle.named, bundle.good
                ),
                source,
            ),
            // The others count, so it bars nothing.
            Some(complaint) => RowText::new(Tone::Waiting, format!("{}: {complaint}", bundle.named), source)
                .expecting("every certificate of the file can be read")
                .mend("Fetch the certificate that can't be read anew, or take it out of the file."),
        }),
    }
}

pub(super) async fn proxy(ways: &[Wayed]) -> RowText {
    let mut found = ways.iter();
    let source = "HTTPS_PROXY, ALL_PROXY and NO_PROXY";
    if let Some(Err(error)) = ways.iter().find(|way| way.is_err()) {
        return RowText::of_error(error, source);
    }
    let set = switchback_aws::net::proxy_variable();
    let Some(way) = found.find_map(|way| way.as_ref().ok().and_then(Option::as_ref)) else {
        let words = match set {
            Some(variable) => {
                format!("{variable} names one, and NO_PROXY has AWS dialled directly, without it")
            }
            None => "none: AWS is dialled directly".to_owned(),
        };
        return RowText::new(Tone::Passing, words, source);
    };
    let user = match way.authorization {
        Some(_) => ", with a user name",
        None => "",
    };
    // An IPv6 address stands in brackets before a port.
    let host = match way.host.contains(':') {
        true => format!("[{}]", way.host),
        false => way.host.clone(),
    };
    let some = match ways.iter().all(|way| matches!(way, Ok(Some(_)))) {
        true => "",
        false => "; NO_PROXY has some of AWS dialled directly",
    };
    let words = format!("{} names {host}:{}{user}{some}", way.variable, way.port);
    match switchback_probes::reachable(&way.host, way.port).await {
        Ok(()) => RowText::new(Tone::Passing, words, source),
        Err(error) => RowText::new(Tone::Failing, format!("{words}: {error}"), source)
            .mend("Look at the proxy's address, or unset the variable where there is none, then start Switchback again."),
    }
}

fn of_probe(error: &ProbeError, source: &str) -> RowText {
    let tone = if error.is_evidence() {
        Tone::Failing
    } else {
        Tone::Unknown
    };
    RowText::new(tone, error.message.clone(), source).mend(
        error
            .hint
            .clone()
            .unwrap_or_else(|| "Look at the network, the VPN and the proxy, then check again.".to_owned()),
    )
}

/// Whose certificates AWS's endpoint shows. AWS's own come from Amazon; any other name is that of who
/// reads along.
pub(super) fn tls(chain: &Result<Chain, ProbeError>, host: &str) -> RowText {
    let source = format!("TLS with {host}");
    let expected = "a certificate of Amazon";
    let chain = match chain {
        Ok(chain) => chain,
        Err(error) => return of_probe(error, &source).expecting(expected),
    };
    let who = match &chain.organisation {
        Some(organisation) if *organisation != chain.issuer => format!("{} ({organisation})", chain.issuer),
        _ => chain.issuer.clone(),
    };
    let own = chain.organisation.as_deref() == Some(AMAZON);
    let inspected = "not Amazon, so somebody inspects this traffic";
    let said = match (&chain.refused, own) {
        (None, true) => RowText::new(Tone::Passing, who, source),
        (None, false) => RowText::new(
            Tone::Passing,
            format!("{who}: {inspected}; it is trusted here"),
            source,
        ),
        (Some(error), true) => of_probe(error, &source),
        // Only where nobody vouches for it does trusting somebody help.
        (Some(error), false) if error.kind == ProbeErrorKind::UnknownIssuer => RowText::new(
            Tone::Failing,
            format!("{who}: {inspected}, and {error}"),
            source,
        )
        .mend(format!(
            "Ask your IT for the certificate of {} as a PEM file, set AWS_CA_BUNDLE to that file and start Switchback \
             again; or use a network that does not inspect AWS.",
            chain.top
        )),
        (Some(error), false) => {
            let said = of_probe(error, &source);
            let mend = said.mend.clone().unwrap_or_default();
            RowText {
                observed: format!("{who}: {inspected}, and {error}"),
                ..said
            }
            .mend(format!("It is the move of whoever inspects it, {}. {mend}", chain.top))
        }
    };
    said.expecting(expected)
}

pub(super) fn reach(chain: &Result<Chain, ProbeError>, endpoint: &Endpoint) -> RowText {
    let source = format!("TLS with {}", endpoint.host);
    match chain {
        Ok(Chain { refused: None, .. }) => {
            RowText::new(Tone::Passing, format!("{} answers", endpoint.host), source)
        }
        Ok(Chain {
            refused: Some(error), ..
        }) => of_probe(error, &source),
        Err(error) => of_probe(error, &source),
    }
}
