//! The REST APIs that an authoriser guards, a row each: Reval's, and the one that the new Admins-UI calls. Every id is made
//! up.

use super::api::{Authorizer, Config, Method, Methods, fits};
use super::seed::with_path;
use crate::aws::cognito::{self, ADMINS_POOL, OLD_POOL};
use crate::faults::{App, Site};

/// The id of the API of Reval.
pub const REVAL_API: &str = "r3v4l5a6p7";
/// Its name.
pub const REVAL_API_NAME: &str = "tis-reval";
/// The stage of it that serves.
pub const REVAL_STAGE: &str = "prod";
/// The id of the authoriser that guards it.
pub const REVAL_AUTHORIZER: &str = "re7al1";
/// The path that tells a signed-in user who they are; the new API of Admins has it, too.
pub const REVAL_USERINFO: &str = "/profile/api/userinfo";
/// The deployment that its stage serves in a new world.
pub const REVAL_DEPLOYMENT: &str = "d3p1rv";
/// The id of the API that the new Admins-UI calls.
pub const ADMINS_NEW_API: &str = "n3w4a5d6m7";
/// Its name.
pub const ADMINS_NEW_API_NAME: &str = "tis-admins-cognito";
/// The stage of it that serves.
pub const ADMINS_NEW_STAGE: &str = "prod";
/// The id of the authoriser that guards it.
pub const ADMINS_NEW_AUTHORIZER: &str = "adm1n1";
/// The deployment that its stage serves in a new world.
pub const ADMINS_NEW_DEPLOYMENT: &str = "d3p1ad";

/// The path of the doctors.
const DOCTORS: &str = "/api/doctors";
/// The path of a user.
const USER: &str = "/profile/api/users/{u}";

/// A guarded API, as a new world has it.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub app: App,
    pub id: &'static str,
    pub name: &'static str,
    pub stage: &'static str,
    /// The host under which AWS serves it.
    pub host: &'static str,
    pub authorizer: &'static str,
    pub authorizer_name: &'static str,
    /// The id of the pool whose tokens its authoriser takes.
    pub pool: &'static str,
    /// By path, the methods that its authoriser guards; each path has `OPTIONS` besides, which nothing guards.
    pub routes: &'static [(&'static str, &'static [&'static str])],
    /// An earlier deployment, which is there to be pointed to, and the one that its stage serves; each with what was
    /// written of it.
    pub deployments: [(&'static str, &'static str); 2],
    /// The site whose page may read its refusals.
    pub page: Site,
    /// The method that somebody adds and leaves undeployed.
    pub unfinished: (&'static str, &'static str),
    /// The method that loses its authoriser.
    pub opened: (&'static str, &'static str),
}

pub(super) const ALL: [Guarded; 2] = [
    Guarded {
        app: App::Reval,
        id: REVAL_API,
        name: REVAL_API_NAME,
        stage: REVAL_STAGE,
        host: crate::seed::REVAL_API_HOST,
        authorizer: REVAL_AUTHORIZER,
        authorizer_name: "reval-users",
        pool: OLD_POOL,
        routes: &[(REVAL_USERINFO, &["GET"]), (DOCTORS, &["GET"])],
        deployments: [("d3p0rv", "release 17"), (REVAL_DEPLOYMENT, "release 18")],
        page: Site::Reval,
        unfinished: ("POST", DOCTORS),
        opened: ("GET", DOCTORS),
    },
    Guarded {
        app: App::Admins,
        id: ADMINS_NEW_API,
        name: ADMINS_NEW_API_NAME,
        stage: ADMINS_NEW_STAGE,
        host: crate::seed::ADMINS_NEW_API_HOST,
        authorizer: ADMINS_NEW_AUTHORIZER,
        authorizer_name: "admins-users",
        pool: ADMINS_POOL,
        routes: &[
            (REVAL_USERINFO, &["GET"]),
            ("/profile/api/users", &["POST"]),
            (USER, &["PUT", "DELETE"]),
        ],
        deployments: [("d3p0ad", "release 2"), (ADMINS_NEW_DEPLOYMENT, "release 3")],
        page: Site::New,
        unfinished: ("POST", "/profile/api/users/{u}/roles"),
        opened: ("PUT", USER),
    },
];

/// The API of an application.
pub(crate) fn of_app(app: App) -> &'static Guarded {
    let [reval, admins] = const { &ALL };
    match app {
        App::Reval => reval,
        App::Admins => admins,
    }
}

/// The guarded API of an id; none of the API before user management.
pub(super) fn of_id(id: &str) -> Option<&'static Guarded> {
    App::ALL.map(of_app).into_iter().find(|one| one.id == id)
}

/// The guarded API that answers under a host.
pub(crate) fn of_host(host: &str) -> Option<&'static Guarded> {
    let mut all = App::ALL.map(of_app).into_iter();
    all.find(|one| one.host.eq_ignore_ascii_case(host))
}

impl Guarded {
    /// The page that may read its refusals, as a browser names it in `Origin`.
    pub(crate) fn origin(&self) -> String {
        format!("https://{}", self.page.host())
    }

    /// The methods that a path has in a new world, beside `OPTIONS`; none where no resource fits it.
    pub(crate) fn verbs(&self, path: &str) -> &'static [&'static str] {
        let mut routes = self.routes.iter();
        routes
            .find(|(of, _)| fits(of, path))
            .map_or(&[], |(_, verbs)| verbs)
    }

    /// Its methods and its authoriser in a new world.
    pub(super) fn config(&self) -> Config {
        let mut methods = Methods::new();
        for (path, verbs) in self.routes {
            let of_path = with_path(&mut methods, path);
            of_path.push(Method::open("OPTIONS"));
            of_path.extend(verbs.iter().map(|verb| Method::guarded(verb, self.authorizer)));
        }
        Config {
            methods,
            authorizers: vec![Authorizer {
                id: self.authorizer.to_owned(),
                name: self.authorizer_name.to_owned(),
                providers: vec![cognito::arn(self.pool)],
                ttl_s: 300,
            }],
        }
    }
}
