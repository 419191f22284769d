//! Faults that somebody injects. What somebody else does in the account happens at once.

use super::{AwsError, apigateway, cloudfront, ecs, route53, ssm, waf};
use crate::WorldError;
use crate::core::Core;
use crate::faults::Fault;
use crate::records::Routing;
use crate::{reval, seed};

/// Puts a fault in force; what somebody else does happens at once instead, and leaves nothing to lift.
pub(crate) fn inject(core: &Core, fault: Fault) -> Result<(), WorldError> {
    let refused = |error: AwsError| WorldError::SecondWriter { why: error.message };
    if let Fault::SecondWriter { address } = &fault {
        return route53::second_writer(core, address, None).map_err(refused);
    }
    if let Fault::Routed { policy } = &fault {
        let routing = Routing::example(policy);
        return route53::second_writer(core, seed::SECOND_WRITER_ADDRESS, routing).map_err(refused);
    }
    if let Fault::ParameterChanged { name, value } = &fault {
        return ssm::somebody_puts(core, name, value.as_deref())
            .map_err(|error| WorldError::ParameterChanged { why: error.message });
    }
    let refused = |error: AwsError| WorldError::ServiceChanged { why: error.message };
    if fault == Fault::RolledBySomebody {
        return ecs::somebody_rolls(core).map_err(refused);
    }
    if fault == Fault::TaskReplaced {
        return ecs::task_is_replaced(core).map_err(refused);
    }
    let refused = |error: AwsError| WorldError::RestrictionChanged { why: error.message };
    if fault == Fault::RuleEdited {
        return waf::somebody_edits_a_rule(core).map_err(refused);
    }
    if fault == Fault::RuleSet {
        return waf::somebody_sets_the_rule(core).map_err(refused);
    }
    if let Fault::ThrottleSet { on } = &fault {
        return apigateway::somebody_sets_a_throttle(core, on).map_err(refused);
    }
    if let Fault::UnfinishedWork { app } = fault {
        return apigateway::somebody_leaves_work_unfinished(core, app).map_err(refused);
    }
    if let Fault::AuthorizerEdited { app } = fault {
        return apigateway::somebody_edits_the_authorizer(core, app).map_err(refused);
    }
    if let Fault::StageMoved { app } = fault {
        return apigateway::somebody_deploys(core, app).map_err(refused);
    }
    if let Fault::InvalidationBegun { app } = fault {
        return cloudfront::somebody_invalidates(core, app).map_err(refused);
    }
    if let Fault::RevalReleased { release } = fault {
        return reval::somebody_releases(core, release);
    }
    Ok(core.put_in_force(fault)?)
}
