//! Every kind of action, and the adapter that carries it out. A kind that has no place here does not compile.

use switchback_aws::AnyChange;
use switchback_aws::apigateway::{
    AuthorizerChange, FlushChange, PointerChange, SnapshotChange, ThrottleChange,
};
use switchback_aws::cloudfront::InvalidateChange;
use switchback_aws::cognito::CanaryChange;
use switchback_aws::ecs::RollChange;
use switchback_aws::route53::NameChange;
use switchback_aws::ssm::ParameterChange;
use switchback_aws::waf::RuleChange;
use switchback_model::ActionSpec;
use switchback_model::unknown::Unknown;

/// The adapter of an action.
///
/// # Errors
/// What a newer program wrote, which nothing here carries out.
pub fn change(action: &ActionSpec) -> Result<Box<dyn AnyChange>, &Unknown> {
    Ok(match action {
        ActionSpec::SetTtl(spec) => Box::new(NameChange::from(spec.clone())),
        ActionSpec::SwitchRecord(spec) => Box::new(NameChange::from(spec.clone())),
        ActionSpec::SetParameter(spec) => Box::new(ParameterChange(spec.clone())),
        ActionSpec::RollService(spec) => Box::new(RollChange(spec.clone())),
        ActionSpec::SetRuleAction(spec) => Box::new(RuleChange(spec.clone())),
        ActionSpec::SetThrottle(spec) => Box::new(ThrottleChange(spec.clone())),
        ActionSpec::SetAuthorizer(spec) => Box::new(AuthorizerChange(spec.clone())),
        ActionSpec::SnapshotApi(spec) => Box::new(SnapshotChange(spec.clone())),
        ActionSpec::PointStage(spec) => Box::new(PointerChange(spec.clone())),
        ActionSpec::FlushStage(spec) => Box::new(FlushChange(spec.clone())),
        ActionSpec::Invalidate(spec) => Box::new(InvalidateChange(spec.clone())),
        ActionSpec::SignInCanary(spec) => Box::new(CanaryChange(spec.clone())),
        ActionSpec::Unknown(unknown) => return Err(unknown),
    })
}
