//! API Gateway, REST APIs: the settings that a stage has for single methods, and the pools that an authoriser asks.
//!
//! Nothing guards a write (API reference, UpdateStage): what stands there is read right before, and what somebody wrote
//! in between is found out afterwards.

mod authorizer;
mod look;
mod read;
mod throttle;

#[cfg(test)]
mod tests;

pub use authorizer::{AuthorizerChange, AuthorizerLook};
pub use look::ThrottleLook;
pub use throttle::ThrottleChange;

use switchback_model::ApiStage;

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

/// What people must know: nothing guards a write, and nothing tells of what it overwrites.
const CAUTION: &str = "AWS has no guard here: it refuses no write because somebody else wrote first. Switchback reads once \
                       more right before; what somebody writes to the same in the moment between is overwritten, and \
                       nothing shows it.";

/// Reads a stage.
pub const STAGE: Op = Op::reads(Service::ApiGateway, "GetStage", On::Object).granted_as("GET");
/// Tells which methods there are.
pub const RESOURCES: Op = Op::reads(
    Service::ApiGateway,
    "GetResources",
    On::Beside {
        of: "/stages/",
        is: "/resources",
    },
)
.granted_as("GET");
/// Changes settings of a stage.
pub const UPDATE: Op = Op::changes(Service::ApiGateway, "UpdateStage", On::Object).granted_as("PATCH");

/// Reads an authoriser.
pub const AUTHORIZER: Op = Op::reads(Service::ApiGateway, "GetAuthorizer", On::Object).granted_as("GET");
/// Changes which pools it asks.
pub const UPDATE_AUTHORIZER: Op =
    Op::changes(Service::ApiGateway, "UpdateAuthorizer", On::Object).granted_as("PATCH");

/// An authoriser of a REST API (as below).
#[must_use]
pub fn authorizer(api: &str, authorizer: &str) -> Resource {
    Resource {
        id: format!("authorizer:{api}/{authorizer}"),
        title: format!("Authoriser {authorizer} of API {api}"),
        granted: Granted {
            service: Service::ApiGateway.id(),
            stands: Stands::InRegion,
            rest: format!("/restapis/{api}/authorizers/{authorizer}"),
            name: None,
        },
        command: words([
            "apigateway",
            "get-authorizer",
            "--rest-api-id",
            api,
            "--authorizer-id",
            authorizer,
        ]),
        global: false,
        page: format!(
            "apigateway/main/apis/{}/authorizers?api={}&region={{region}}",
            part(api),
            part(api)
        ),
    }
}

/// A stage of a REST API (Service Authorization Reference, "Amazon API Gateway Management": its ARNs name no account).
#[must_use]
pub fn stage(on: &ApiStage) -> Resource {
    Resource {
        id: format!("stage:{}/{}", on.api, on.stage),
        title: format!("Stage {} of API {}", on.stage, on.api),
        granted: Granted {
            service: Service::ApiGateway.id(),
            stands: Stands::InRegion,
            rest: format!("/restapis/{}/stages/{}", on.api, on.stage),
            name: None,
        },
        command: words([
            "apigateway",
            "get-stage",
            "--rest-api-id",
            &on.api,
            "--stage-name",
            &on.stage,
        ]),
        global: false,
        page: format!(
            "apigateway/main/apis/{}/stages?api={}&region={{region}}",
            part(&on.api),
            part(&on.api)
        ),
    }
}
