//! Whether a second factor is asked for (`GetUserPoolMfaConfig`).

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput;
use aws_sdk_cognitoidentityprovider::types::UserPoolMfaType;
use switchback_engine::ports::ProviderError;
use switchback_model::cognito::MfaMode;

use super::comparison::{Comparison, NOT_TOLD, listed};
use super::hcl::{Line, Resource, text, wrong};
use super::look::OfPool;
use super::present::PresentFields;
use super::{COGNITO, of_pool};
use crate::connect::Aws;
use crate::op::Op;
use crate::resource::words;

/// `cognito.mfa`.
pub(super) struct Mfa(pub(super) MfaMode);

#[async_trait]
impl OfPool for Mfa {
    type Answer = Arc<(GetUserPoolMfaConfigOutput, PresentFields)>;
    const OPS: &'static [Op] = &[super::MFA];

    fn resource(&self, pool_id: &str) -> crate::resource::Resource {
        of_pool(
            format!("mfa:{pool_id}"),
            format!("Second factor of {pool_id}"),
            pool_id,
            words([COGNITO, "get-user-pool-mfa-config", "--user-pool-id", pool_id]),
            "",
        )
    }

    async fn ask(&self, aws: &Aws, pool_id: &str) -> Result<Self::Answer, ProviderError> {
        aws.mfa(pool_id).await
    }

    fn judge(&self, pool_id: &str, answer: &Self::Answer) -> Comparison {
        let (config, told) = &**answer;
        judge(pool_id, config, told, self.0)
    }
}

/// A second factor that is asked for needs one that can be set up.
pub(super) fn judge(
    pool_id: &str,
    config: &GetUserPoolMfaConfigOutput,
    told: &PresentFields,
    wanted: MfaMode,
) -> Comparison {
    let found = config
        .mfa_configuration()
        .map_or(MfaMode::Off.word(), UserPoolMfaType::as_str);
    let app = config
        .software_token_mfa_configuration()
        .is_some_and(|app| app.enabled());
    // Each of these is there, but not whether it can be used.
    let mut untold = Vec::new();
    let sms = config.sms_mfa_configuration();
    if config.software_token_mfa_configuration().is_some()
        && !told.has("/SoftwareTokenMfaConfiguration/Enabled")
    {
        untold.push("SoftwareTokenMfaConfiguration.Enabled");
    }
    if sms.is_some_and(|sms| sms.sms_configuration().is_none()) {
        untold.push("SmsMfaConfiguration.SmsConfiguration");
    }
    let factors: Vec<&str> = [
        (app, "authenticator app"),
        (
            sms.is_some_and(|sms| sms.sms_configuration().is_some()),
            "text message",
        ),
        (config.email_mfa_configuration().is_some(), "e-mail"),
    ]
    .into_iter()
    .filter_map(|(there, name)| there.then_some(name))
    .collect();
    let mut lines = Vec::new();
    if found != wanted.word() {
        lines.push(wrong("mfa_configuration", text(wanted.word()), found));
    }
    if wanted == MfaMode::Off || !factors.is_empty() {
        untold.clear();
    } else if untold.is_empty() {
        lines.push(Line::Block(
            "software_token_mfa_configuration",
            vec![wrong("enabled", "true", "no second factor to set up")],
        ));
    }
    let expected = match wanted {
        MfaMode::Off => "OFF".to_owned(),
        asked => format!("{}, with a factor to set up", asked.word()),
    };
    let observed = match wanted {
        MfaMode::Off => found.to_owned(),
        _ if untold.is_empty() => format!("{found}, factors: {}", listed(&factors)),
        _ => format!("{found}, factors: {NOT_TOLD}"),
    };
    let resource = Resource {
        kind: "aws_cognito_user_pool",
        object: pool_id,
    };
    Comparison::compare(observed, expected, resource, lines).without(untold)
}
