//! Failures on the way to AWS: credentials, the connection, TLS. Only what is proven to lie before the
//! sending counts as "not sent".

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use rustls::CertificateError as Certificate;
use switchback_engine::ports::ProviderErrorKind as Kind;

use crate::credentials::not_taken;
use crate::error::{CREDENTIALS_HINT, Context, Sorted, safe};
use crate::grammar::Word;

/// Stands before the reason why a program's output was not taken; [`crate::Aws`] names its profile.
pub(crate) const PROGRAM: &str = "The credential_process ";
/// All that is known without a look at the profile.
pub(crate) const NOT_LOADED: &str = "The AWS credentials could not be loaded";
const TLS_HINT: &str = "`switchback connection` names the certificate and who issued it. If that is a proxy of your \
                        organisation which inspects traffic, set AWS_CA_BUNDLE to its certificate, or use a network \
                        without it.";
/// The check of the connection looks at AWS's own endpoints.
const CUSTOM_TLS_HINT: &str = "If its authority is your own, set AWS_CA_BUNDLE to that authority's certificate; else it is \
                               the move of whoever runs the endpoint.";
const CUSTOM_DATES_HINT: &str =
    "Look at this computer's clock; if it is right, it is the move of whoever runs the endpoint.";
const NAMES_HINT: &str =
    "Look at who answers there: the name leads to another server, or somebody stands in between.";
const DATES_HINT: &str = "`switchback connection` names the certificate whose time it is. Look at this computer's clock \
                          too.";
const NETWORK_HINT: &str = "Look at the network, the VPN and the proxy (HTTPS_PROXY), then repeat.";
const ENDPOINT_HINT: &str = "Start what should listen there, or correct --aws-endpoint and AWS_ENDPOINT_URL, then \
                             repeat.";
pub(crate) const ROLE_HINT: &str =
    "Correct role_arn and source_profile of the profile, or ask that its role may be assumed.";
const DIRECT_HINT: &str = "If only the proxy leads there, take the name out of NO_PROXY, then start Switchback again; \
                           else look at the network and the VPN.";
const PROXY_HINT: &str = "Look at HTTPS_PROXY and NO_PROXY: its address, and its user name and password.";

/// Sorts a failure of the connector. `late`: it ran out of time.
pub(crate) fn by_connection(
    error: &(dyn Error + 'static),
    late: bool,
    transmitting: bool,
    context: &Context,
) -> Sorted {
    if !transmitting {
        return before_sending(error, context);
    }
    if !is_connecting(error) {
        // A reset, an early end, a stalled answer: the request may have arrived.
        return (
            Kind::NoAnswer,
            format!("The connection to {} broke before the answer came", context.to),
            None,
        );
    }
    connecting(error, late, context)
}

fn is_connecting(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|link| {
        link.downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(|e| e.is_connect())
    })
}

fn connecting(error: &(dyn Error + 'static), late: bool, context: &Context) -> Sorted {
    let to = &context.to;
    if let Some(refused) = chain(error).find_map(|link| link.downcast_ref::<rustls::Error>()) {
        let (message, hint) = tls(refused, to);
        let hint = match (context.custom, hint) {
            (true, TLS_HINT) => CUSTOM_TLS_HINT,
            (true, DATES_HINT) => CUSTOM_DATES_HINT,
            (_, hint) => hint,
        };
        return (Kind::Tls, message, Some(hint));
    }
    let network = if context.custom {
        ENDPOINT_HINT
    } else {
        NETWORK_HINT
    };
    // hyper-util keeps its tunnel's error to itself; its text is all there is.
    let tunnel = chain(error)
        .map(ToString::to_string)
        .find(|text| text.starts_with("tunnel error"));
    let (message, hint) = match (context.proxy.or(context.direct), tunnel) {
        (Some(variable), Some(text)) => {
            let what = if text.contains("authorization required") {
                "wants a user name and a password".to_owned()
            } else if text.contains("underlying connection") {
                "could not be reached".to_owned()
            } else {
                format!("refused to connect to {to}")
            };
            (format!("The proxy of {variable} {what}"), PROXY_HINT)
        }
        _ => {
            let through = context
                .proxy
                .map(|variable| format!(" through the proxy of {variable}"))
                .unwrap_or_default();
            let io = |kind| {
                chain(error).any(|link| link.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == kind))
            };
            let lookup = chain(error).any(|link| link.to_string() == "dns error");
            let what = if io(io::ErrorKind::ConnectionRefused) {
                "was refused"
            } else if lookup {
                "failed: the name could not be looked up"
            } else if late || io(io::ErrorKind::TimedOut) {
                "was not made within 3 seconds"
            } else {
                "could not be made"
            };
            let directly = match (context.direct, &context.host) {
                (Some(variable), Some(host)) => {
                    format!(
                        ". It was made directly, not through the proxy of {variable}: NO_PROXY covers {}",
                        safe(host)
                    )
                }
                (Some(variable), None) => {
                    format!(
                        ". It was made directly, not through the proxy of {variable}, because of NO_PROXY"
                    )
                }
                (None, _) => String::new(),
            };
            let hint = match context.direct {
                Some(_) => DIRECT_HINT,
                None => network,
            };
            (format!("The connection to {to}{through} {what}{directly}"), hint)
        }
    };
    (Kind::Connect, message, Some(hint))
}

fn tls(error: &rustls::Error, to: &str) -> (String, &'static str) {
    let rustls::Error::InvalidCertificate(reason) = error else {
        let said = safe(&error.to_string());
        return (format!("The TLS connection to {to} failed: {said}"), TLS_HINT);
    };
    match reason {
        Certificate::UnknownIssuer | Certificate::BadSignature => (
            format!("The certificate of {to} comes from an authority that is not trusted here"),
            TLS_HINT,
        ),
        Certificate::Expired | Certificate::ExpiredContext { .. } => {
            (format!("The certificate of {to} has expired"), DATES_HINT)
        }
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
            (format!("The certificate of {to} is not valid yet"), DATES_HINT)
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            (format!("The certificate of {to} is for other names"), NAMES_HINT)
        }
        other => {
            let said = safe(&other.to_string());
            (format!("The certificate of {to} is not valid: {said}"), TLS_HINT)
        }
    }
}

/// Sorts what happened before the request was handed over. The texts of the causes may quote what a
/// program printed, so none of them is shown.
pub(crate) fn before_sending(error: &(dyn Error + 'static), context: &Context) -> Sorted {
    // A profile's failure wraps its source's, which says more.
    let found = chain(error)
        .filter_map(|link| link.downcast_ref::<CredentialsError>())
        .last();
    let Some(missing) = found else {
        return (
            Kind::Refused,
            "The request could not be prepared; nothing was sent".to_owned(),
            None,
        );
    };
    // A role or a session is asked for over the same network.
    if is_connecting(error) {
        let sign_in = Context {
            to: format!("the sign-in of {}", context.to),
            ..context.clone()
        };
        return connecting(error, false, &sign_in);
    }
    if let Some(not_taken) = not_taken(error) {
        let message = format!("{PROGRAM}{}", not_taken.why);
        return (Kind::Credentials, message, Some(CREDENTIALS_HINT));
    }
    let refused = chain(error)
        .find_map(|link| link.downcast_ref::<AssumeRoleError>())
        .and_then(|refused| refused.code());
    if let Some(code) = refused {
        let hint = match code {
            "AccessDenied" => ROLE_HINT,
            _ => CREDENTIALS_HINT,
        };
        let code = Word::code(code).in_brackets();
        let message = format!("The role of the AWS profile could not be assumed {code}");
        return (Kind::Credentials, message, Some(hint));
    }
    let message = match missing {
        CredentialsError::CredentialsNotLoaded(_) => "There are no AWS credentials",
        CredentialsError::ProviderTimedOut(_) => "The AWS credentials did not come within 10 seconds",
        CredentialsError::InvalidConfiguration(_) => "The AWS profile is not usable",
        _ => NOT_LOADED,
    };
    (Kind::Credentials, message.to_owned(), Some(CREDENTIALS_HINT))
}

/// The causes of an error; an `io::Error` shows what it wraps as well, which `source` skips.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn Error + 'static) = *link;
        match link.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => link.source(),
        }
    })
}
