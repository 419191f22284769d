//! How a pool sends its mail (`DescribeUserPool`).

use aws_sdk_cognitoidentityprovider::types::{EmailSendingAccountType, UserPoolType};

use super::comparison::{Comparison, NOT_TOLD};
use super::hcl::{Line, text, wrong};
use super::pool::resource;

/// By an SES identity of our own that covers the FROM address. COGNITO_DEFAULT sends 50 mails a day for
/// the whole account (Cognito developer guide, "Email settings").
pub(super) fn judge(pool: &UserPoolType, from: &str) -> Comparison {
    let config = pool.email_configuration();
    let told = config.and_then(|config| config.email_sending_account());
    let account = told.map_or(NOT_TOLD, EmailSendingAccountType::as_str);
    let identity_arn = config.and_then(|config| config.source_arn());
    let header = config.and_then(|config| config.from());
    // Without a FROM of its own the identity is the address.
    let address = match header {
        Some(header) => Some(address_of(header)),
        None => identity_arn
            .and_then(identity_of)
            .filter(|identity| identity.contains('@')),
    };
    let developer = EmailSendingAccountType::Developer.as_str();
    let mut lines = Vec::new();
    if told.is_some() && account != developer {
        lines.push(wrong("email_sending_account", text(developer), account));
    }
    // Beside a sender that was not told, what was left out says nothing either.
    let counts = |found: Option<&str>| told.is_some() || found.is_some();
    if counts(header) && !address.is_some_and(|address| address.eq_ignore_ascii_case(from)) {
        lines.push(wrong("from_email_address", text(from), header.unwrap_or("none")));
    }
    let covered = identity_arn
        .and_then(identity_of)
        .is_some_and(|identity| covers(identity, from));
    if counts(identity_arn) && !covered {
        let wanted = wanted_identity(pool, from);
        lines.push(wrong("source_arn", text(&wanted), identity_arn.unwrap_or("none")));
    }
    let block = if lines.is_empty() {
        Vec::new()
    } else {
        vec![Line::Block("email_configuration", lines)]
    };
    Comparison::compare(
        format!(
            "{account}, from {}, identity {}",
            header.unwrap_or("none"),
            identity_arn.unwrap_or("none")
        ),
        format!("{developer}, from {from}, an SES identity that covers it"),
        resource(pool),
        block,
    )
    .without(match told {
        Some(_) => Vec::new(),
        None => vec!["EmailSendingAccount"],
    })
}

/// The address of a FROM header: alone, or in angle brackets behind a name.
fn address_of(header: &str) -> &str {
    match header.rsplit_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default().trim(),
        None => header.trim(),
    }
}

/// The domain or address of an identity's ARN.
fn identity_of(arn: &str) -> Option<&str> {
    arn.split_once(":identity/").map(|(_, identity)| identity)
}

/// An identity covers its own address, or every address of its domain and of those below it (SES
/// developer guide, "Verified identities").
fn covers(identity: &str, address: &str) -> bool {
    let (identity, address) = (identity.to_ascii_lowercase(), address.to_ascii_lowercase());
    if identity.contains('@') {
        return identity == address;
    }
    address.rsplit_once('@').is_some_and(|(_, domain)| {
        domain == identity
            || domain
                .strip_suffix(&identity)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

/// The identity of the address's domain, in the pool's account and region.
fn wanted_identity(pool: &UserPoolType, from: &str) -> String {
    let mut parts = pool.arn().unwrap_or_default().split(':').skip(3);
    let (region, account) = (
        parts.next().filter(|part| !part.is_empty()).unwrap_or("REGION"),
        parts.next().filter(|part| !part.is_empty()).unwrap_or("ACCOUNT"),
    );
    let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
    format!("arn:aws:ses:{region}:{account}:identity/{domain}")
}
