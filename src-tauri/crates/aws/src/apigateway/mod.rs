//! API Gateway, REST APIs: the settings that a stage has for single methods, the pools that an authoriser asks, and which
//! deployment a stage serves.
//!
//! Nothing guards a write (API reference, UpdateStage): what stands there is read right before, and what somebody wrote
//! in between is found out afterwards.

mod api_look;
mod authorizer;
mod flush;
mod http_api;
mod look;
mod pointer;
mod read;
mod refused;
mod snapshot;
mod throttle;

#[cfg(test)]
mod tests;

pub use api_look::ApiLook;
pub use authorizer::{AuthorizerChange, AuthorizerLook};
pub use flush::FlushChange;
pub use look::ThrottleLook;
pub use pointer::{PointerChange, StageLook};
pub use snapshot::SnapshotChange;
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
/// Tells what an API says where it refuses.
pub const REFUSALS: Op = Op::reads(
    Service::ApiGateway,
    "GetGatewayResponse",
    On::Beside {
        of: "/stages/",
        is: "/gatewayresponses/*",
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

/// Reads a REST API.
pub const API: Op = Op::reads(
    Service::ApiGateway,
    "GetRestApi",
    On::Beside {
        of: "/deployments",
        is: "",
    },
)
.granted_as("GET");
/// Tells which deployments there are.
pub const DEPLOYMENTS: Op = Op::reads(Service::ApiGateway, "GetDeployments", On::Object).granted_as("GET");
/// The same, of the API of a stage.
pub const STAGE_DEPLOYMENTS: Op = Op::reads(
    Service::ApiGateway,
    DEPLOYMENTS.operation,
    On::Beside {
        of: "/stages/",
        is: "/deployments",
    },
)
.granted_as("GET");
/// Reads a deployment.
pub const DEPLOYMENT: Op = Op::reads(
    Service::ApiGateway,
    "GetDeployment",
    On::Beside {
        of: "/stages/",
        is: "/deployments/*",
    },
)
.granted_as("GET");
/// Makes a deployment.
pub const SNAPSHOT: Op = Op::changes(Service::ApiGateway, "CreateDeployment", On::Object).granted_as("POST");
/// Drops the verdicts that a stage's authorisers keep.
pub const FLUSH: Op = Op::changes(
    Service::ApiGateway,
    "FlushStageAuthorizersCache",
    On::Beside {
        of: "/cache/",
        is: "/cache/authorizers",
    },
)
.granted_as("DELETE");
/// Tells whether an API that is no REST API is another one.
pub const HTTP_API: Op = Op::reads(
    Service::ApiGateway,
    "GetApi",
    On::Beside {
        of: "/restapis/",
        is: "/apis/*",
    },
)
.granted_as("GET");

/// The deployments of a REST API (as below).
#[must_use]
pub fn deployments(api: &str) -> Resource {
    Resource {
        id: format!("deployments:{api}"),
        title: format!("Deployments of API {api}"),
        granted: Granted {
            service: Service::ApiGateway.id(),
            stands: Stands::InRegion,
            rest: format!("/restapis/{api}/deployments"),
            name: None,
        },
        command: words(["apigateway", "get-deployments", "--rest-api-id", api]),
        global: false,
        page: format!(
            "apigateway/main/apis/{}/stages?api={}&region={{region}}",
            part(api),
            part(api)
        ),
    }
}

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
