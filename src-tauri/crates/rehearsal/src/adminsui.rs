//! The new Admins-UI as its distribution answers it: a page, one script in which the settings of its environment stand,
//! and the build that it says it is. Its edges keep nothing here: what they keep is rehearsed with Reval.

use std::sync::LazyLock;

use crate::aws::apigateway::{ADMINS_NEW_API, ADMINS_NEW_STAGE};
use crate::aws::cloudfront::{self, row_of};
use crate::aws::cognito::{ADMINS_CLIENT, ADMINS_DOMAIN, ADMINS_POOL, REGION};
use crate::core::Core;
use crate::faults::{App, Fault, Site};
use crate::http::{self as web, Answer};
use crate::reval::{self, INDEX};

/// The base of the API that the new Admins-UI calls, as compiled into its script.
pub const ADMINS_NEW_API_URL: &str = "https://n3w4a5d6m7.execute-api.eu-west-2.amazonaws.com/prod";
/// The pool that the script names while it is one of another environment.
pub const ADMINS_WRONG_POOL: &str = "eu-west-2_REHEARSAL8";

/// What the script of a build has in it of its environment.
struct Settings {
    pool: &'static str,
    client: &'static str,
    api: String,
}

/// A build: its script, under the name that the hash of it gives.
struct Bundle {
    path: String,
    script: String,
    page: String,
}

impl Bundle {
    fn of(settings: &Settings) -> Self {
        let Settings { pool, client, api } = settings;
        let host = Site::New.host();
        let script = format!(
            "\"use strict\";(()=>{{const c={{region:\"{REGION}\",userPoolId:\"{pool}\",userPoolWebClientId:\"{client}\",\
             oauth:{{domain:\"{ADMINS_DOMAIN}\",redirectSignIn:\"https://{host}/\",\
             redirectSignOut:\"https://{host}/signed-out\",responseType:\"code\"}},api:\"{api}\"}};\
             document.querySelector(\"main\").dataset.region=c.region}})();\n"
        );
        let path = format!("/main.{}.js", &reval::sha1(&script)[..16]);
        let site = Site::New;
        let page = format!(
            "<!doctype html><html lang=\"en\"><title>Rehearsal: {site} side</title>\
             <h1>This is the {site} side</h1><main><p>Build {}</p></main><script src=\"{path}\"></script></html>\n",
            site.build()
        );
        Self { path, script, page }
    }
}

/// The build that the origin has.
fn bundle(faults: &[Fault]) -> &'static Bundle {
    static RIGHT: LazyLock<Bundle> = LazyLock::new(|| {
        Bundle::of(&Settings {
            pool: ADMINS_POOL,
            client: ADMINS_CLIENT,
            api: format!("https://{ADMINS_NEW_API}.execute-api.{REGION}.amazonaws.com/{ADMINS_NEW_STAGE}"),
        })
    });
    static WRONG: LazyLock<Bundle> = LazyLock::new(|| {
        Bundle::of(&Settings {
            pool: ADMINS_WRONG_POOL,
            client: "rehearsaladminsclient000009",
            api: format!("https://n9w9a9d9m9.execute-api.{REGION}.amazonaws.com/{ADMINS_NEW_STAGE}"),
        })
    });
    match faults.contains(&Fault::WrongBundle) {
        true => &WRONG,
        false => &RIGHT,
    }
}

/// What the distribution says of itself before anything else is asked; nothing where it is enabled.
pub(crate) fn refused(core: &Core) -> Option<Answer> {
    let enabled = core.read(|state| cloudfront::is_enabled(row_of(App::Admins), &state.faults));
    (!enabled).then(|| reval::refusal(reval::DISABLED))
}

/// A file of the origin, of which a path that no behaviour routes elsewhere is one or none.
pub(crate) fn file(core: &Core, path: &str) -> Answer {
    let bundle = core.read(|state| bundle(&state.faults));
    match path {
        "/version.json" => web::answer(
            200,
            "application/json",
            format!("{{\"build\":\"{}\"}}", Site::New.build()),
        ),
        "/" | INDEX => web::answer(200, "text/html; charset=utf-8", bundle.page.as_str()),
        path if path == bundle.path => web::answer(200, "application/javascript", bundle.script.as_str()),
        _ => web::answer(404, "text/plain; charset=utf-8", "Not found\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_api_is_the_one_that_it_has() {
        assert!(ADMINS_NEW_API_URL.contains(ADMINS_NEW_API));
        for (faults, has) in [(vec![], true), (vec![Fault::WrongBundle], false)] {
            let script = &bundle(&faults).script;
            for text in [ADMINS_POOL, ADMINS_CLIENT, ADMINS_NEW_API_URL] {
                assert_eq!(script.contains(text), has, "{text}");
            }
        }
    }
}
