//! The Lambda triggers of a pool (`DescribeUserPool`).

use aws_sdk_cognitoidentityprovider::types::{UserPoolTierType, UserPoolType};
use switchback_model::cognito::PreTokenVersion;

use super::comparison::{Comparison, NOT_TOLD};
use super::hcl::{Line, right, text, wrong};
use super::pool::resource;
use super::present::PresentFields;

/// Triggers that are absent in the expectation are not looked at. The pre-token trigger may be named
/// in the legacy field, in the newer one or in both, but not two of them (API reference,
/// LambdaConfigType); the legacy field alone means V1.
pub(super) fn judge(
    pool: &UserPoolType,
    told: &PresentFields,
    user_migration: Option<&str>,
    pre_token: Option<&str>,
    version: Option<PreTokenVersion>,
) -> Comparison {
    let lambda = pool.lambda_config();
    // A pool without triggers is described with an empty LambdaConfig.
    let mut untold = Vec::new();
    if lambda.is_none() {
        untold.push("LambdaConfig");
    }
    let none = if lambda.is_some() { "none" } else { NOT_TOLD };
    let (mut observed, mut expected) = (Vec::new(), Vec::new());
    let mut wrong_lines = Vec::new();
    let mut tier = None;
    if let Some(wanted) = user_migration {
        let found = lambda.and_then(|lambda| lambda.user_migration());
        observed.push(format!("migrate-user {}", found.unwrap_or(none)));
        expected.push(format!("migrate-user {wanted}"));
        if lambda.is_some() && found != Some(wanted) {
            wrong_lines.push(wrong("user_migration", text(wanted), found.unwrap_or("none")));
        }
    }
    if let Some(wanted) = pre_token {
        let legacy = lambda.and_then(|lambda| lambda.pre_token_generation());
        let config = lambda.and_then(|lambda| lambda.pre_token_generation_config());
        let in_config = |field: &str| {
            told.has(&format!(
                "/UserPool/LambdaConfig/PreTokenGenerationConfig/{field}"
            ))
        };
        let newer = config
            .filter(|_| in_config("LambdaArn"))
            .map(|config| config.lambda_arn());
        if config.is_some() && newer.is_none() {
            untold.push("PreTokenGenerationConfig.LambdaArn");
        }
        let version_told = config.is_none() || in_config("LambdaVersion");
        if !version_told {
            untold.push("PreTokenGenerationConfig.LambdaVersion");
        }
        let is_version = match config {
            Some(_) if !version_told => "version not told",
            Some(config) => config.lambda_version().as_str(),
            None => PreTokenVersion::V1.word(),
        };
        let version_word = version.map(PreTokenVersion::word);
        observed.push(match (legacy, newer) {
            (None, None) if config.is_some() => format!("pre-token {NOT_TOLD} ({is_version})"),
            (None, None) => format!("pre-token {none}"),
            (Some(one), Some(two)) if one != two => {
                format!("pre-token {two} ({is_version}), but {one} in the legacy field")
            }
            (legacy, newer) => format!(
                "pre-token {} ({is_version})",
                newer.or(legacy).unwrap_or_default()
            ),
        });
        expected.push(format!(
            "pre-token {wanted} ({})",
            version_word.unwrap_or("any version")
        ));
        if legacy.is_some_and(|found| found != wanted) {
            wrong_lines.push(wrong(
                "pre_token_generation",
                text(wanted),
                legacy.unwrap_or_default(),
            ));
        }
        // Where nothing was told of the trigger, nothing is known to be wrong with it.
        let named = legacy.or(newer).is_some() || config.is_some() || lambda.is_none();
        let version_wrong = lambda.is_some()
            && named
            && version_told
            && version_word.is_some_and(|wanted| wanted != is_version);
        let arn_wrong = newer.is_some_and(|found| found != wanted) || !named;
        if arn_wrong || version_wrong {
            let goal = version_word.unwrap_or(if named && version_told {
                is_version
            } else {
                PreTokenVersion::V1.word()
            });
            let arn_line = if newer == Some(wanted) {
                right("lambda_arn", text(wanted))
            } else {
                wrong(
                    "lambda_arn",
                    text(wanted),
                    newer.unwrap_or(if config.is_some() { NOT_TOLD } else { "none" }),
                )
            };
            let version_line = if config.is_some() && goal == is_version {
                right("lambda_version", text(goal))
            } else {
                wrong(
                    "lambda_version",
                    text(goal),
                    if config.is_some() { is_version } else { "none" },
                )
            };
            wrong_lines.push(Line::Block(
                "pre_token_generation_config",
                vec![arn_line, version_line],
            ));
        }
        // V1 works on every plan; with Lite the newer ones are refused or ignored.
        let needed = match version_word {
            Some(word) => word,
            None => is_version,
        };
        if needed != PreTokenVersion::V1.word() && (version_word.is_some() || version_told) {
            let found = pool.user_pool_tier().map(UserPoolTierType::as_str);
            observed.push(format!("plan {}", found.unwrap_or(NOT_TOLD)));
            expected.push("plan ESSENTIALS or PLUS".to_owned());
            match found {
                Some("ESSENTIALS" | "PLUS") => {}
                Some(found) => tier = Some(wrong("user_pool_tier", text("ESSENTIALS"), found)),
                // New pools are made with ESSENTIALS, older ones are LITE: no default tells which.
                None => untold.push("UserPoolTier"),
            }
        }
    }
    let mut lines: Vec<Line> = tier.into_iter().collect();
    if !wrong_lines.is_empty() {
        lines.push(Line::Block("lambda_config", wrong_lines));
    }
    Comparison::compare(observed.join("; "), expected.join("; "), resource(pool), lines).without(untold)
}
