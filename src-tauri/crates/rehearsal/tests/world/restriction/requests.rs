//! What requests meet on their way to user management.

use serde_json::{Value, json};
use switchback_rehearsal::{Client, Handle, MAINTENANCE_PARAMETER, STAGE_SPREAD, Site, WAF_SPREAD, World};

use super::{act, ask, at, block, pass, patch, status, written};
use crate::ecs::{put, roll, settled};
use crate::support::world;

/// Every name under which user management is reached.
const NAMES: [Site; 3] = [Site::Old, Site::New, Site::Gateway];

const READS: [&str; 7] = [
    "GET /allUsers",
    "GET /user",
    "GET /rolesForUsers",
    "GET /userNotification",
    "GET /api/users",
    "GET /api/users/anna",
    "OPTIONS /api/users/anna/mfa/reset",
];

const WRITES: [&str; 9] = [
    "POST /createUser",
    "POST /updateUser",
    "POST /updatePassword",
    "POST /deleteUser",
    "POST /api/users",
    "PUT /api/users/anna",
    "DELETE /api/users/anna",
    "POST /api/users/anna/mfa/reset",
    "POST /api/users/anna/trigger-password-reset",
];

async fn statuses(world: &World, lines: &[&str]) -> Vec<u16> {
    let mut all = Vec::new();
    for site in NAMES {
        for line in lines {
            all.push(status(world, site, line).await);
        }
    }
    all.dedup();
    all
}

/// The patches that throttle every write to nothing.
fn throttles() -> Vec<String> {
    let keys = WRITES.map(|line| {
        let (method, path) = line
            .replace("anna", "{u}")
            .split_once(' ')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        format!("/~1usermanagement{}/{method}", path.replace('/', "~1"))
    });
    keys.iter()
        .flat_map(|key| {
            ["rateLimit", "burstLimit"].map(|limit| format!("replace {key}/throttling/{limit} 0"))
        })
        .collect()
}

async fn throttle(world: &World) {
    let patches = throttles();
    let lines: Vec<&str> = patches.iter().map(String::as_str).collect();
    patch(world, &lines).await;
    pass(world, STAGE_SPREAD).await;
}

#[tokio::test]
async fn every_name_is_open_at_first_and_no_write_is_carried_out_without_credentials() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    assert_eq!(statuses(&world, &READS).await, [200]);
    assert_eq!(statuses(&world, &WRITES).await, [401]);
    assert_eq!(written(&world), [""; 0]);
    let (reads, writes) = (NAMES.len() * READS.len(), NAMES.len() * WRITES.len());
    let arrived = world.arrivals();
    assert_eq!(
        (arrived.at_sites, arrived.requests, arrived.refused_writes),
        (reads + writes, reads + writes, writes)
    );
    // What leads elsewhere comes to a site all the same.
    let elsewhere = ask(&world, Site::New, "POST /USERMANAGEMENT/createUser", "").await;
    assert_eq!(elsewhere.status, 404);
    let now = world.arrivals();
    assert_eq!(
        (now.at_sites, now.requests),
        (arrived.at_sites + 1, arrived.requests)
    );
    for site in NAMES {
        let reply = ask(&world, site, &at(site, "POST /api/users"), "").await;
        assert_eq!(
            reply.header("www-authenticate"),
            Some("Bearer realm=\"usermanagement\"")
        );
        let reply = ask(&world, site, &at(site, "POST /api/users"), "Authorization: x\r\n").await;
        assert_eq!(reply.status, 202);
    }
    assert_eq!(written(&world), ["POST /api/users"; 3]);
}

#[tokio::test]
async fn a_method_that_the_api_does_not_have_ends_at_the_gateway() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for site in NAMES {
        for line in [
            "GET /createUser",
            "HEAD /api/users",
            "PATCH /api/users/anna",
            "POST /none",
            "GET /",
            "OPTIONS /none",
        ] {
            let reply = ask(&world, site, &at(site, line), "Authorization: x\r\n").await;
            assert_eq!(
                (reply.status, reply.header("x-amzn-errortype")),
                (403, Some("MissingAuthenticationTokenException")),
                "{line}"
            );
        }
    }
    // Under its own name there is nothing but its stage.
    for path in [
        "/",
        "/version.json",
        "/usermanagement/user",
        "/test/usermanagement/user",
        "/prod",
    ] {
        let reply = ask(&world, Site::Gateway, &format!("GET {path}"), "").await;
        assert_eq!(reply.status, 403, "{path}");
        assert_eq!(reply.body, "{\"message\":\"Missing Authentication Token\"}");
    }
    assert_eq!(
        ask(&world, Site::Gateway, "GET //%70rod;x//usermanagement/user", "")
            .await
            .status,
        200
    );
    assert_eq!(world.snapshot().sites[3].address, Site::Gateway.address());
}

#[tokio::test]
async fn the_rule_closes_every_write_under_every_name_and_spelling() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    act(&world, block()).await;
    pass(&world, WAF_SPREAD).await;
    assert_eq!(statuses(&world, &WRITES).await, [503]);
    assert_eq!(statuses(&world, &READS).await, [200]);
    for site in NAMES {
        let prefix = if site == Site::Gateway { "/prod" } else { "" };
        for line in [
            "//usermanagement//createUser",
            "/usermanagement;a=b/createUser;c/",
            "/%75sermanagement/cre%61teUser",
            "/;/usermanagement/api/users/..",
        ] {
            let reply = ask(
                &world,
                site,
                &format!("POST {prefix}{line}"),
                "Authorization: x\r\n",
            )
            .await;
            assert_eq!(
                (reply.status, reply.header("x-tis-restricted")),
                (503, Some("firewall")),
                "{line}"
            );
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        }
        let headers = "X-HTTP-Method-Override: DELETE\r\nAuthorization: x\r\n";
        let reply = ask(&world, site, &at(site, "GET /api/users/anna"), headers).await;
        assert_eq!(reply.status, 503);
    }
    assert_eq!(written(&world), [""; 0]);
    // Other applications stay open.
    assert_eq!(ask(&world, Site::New, "POST /version.json", "").await.status, 200);
    act(&world, json!({"Count": {}})).await;
    pass(&world, WAF_SPREAD).await;
    assert_eq!(statuses(&world, &WRITES).await, [401]);
}

#[tokio::test]
async fn the_throttle_closes_every_write_under_every_name() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    throttle(&world).await;
    assert_eq!(statuses(&world, &WRITES).await, [429]);
    assert_eq!(statuses(&world, &READS).await, [200]);
    let reply = ask(&world, Site::Old, "POST /usermanagement;x/cre%61teUser", "").await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.body, "{\"message\":\"Too Many Requests\"}");
    for (header, value) in [
        ("x-amzn-errortype", "TooManyRequestsException"),
        ("x-tis-restricted", "throttle"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(reply.header(header), Some(value));
    }
    // A throttle is of the method that is sent: another one in a header means nothing to it, nor to the application.
    let headers = "X-HTTP-Method-Override: POST\r\nAuthorization: x\r\n";
    let reply = ask(&world, Site::Old, "GET /usermanagement/api/users", headers).await;
    assert_eq!((reply.status, written(&world)), (200, Vec::new()));
    // One limit of the two is enough, and a key that is gone leaves what holds for all.
    patch(
        &world,
        &[
            "remove /~1usermanagement~1createUser/POST",
            "replace /~1usermanagement~1api~1users/POST/throttling/rateLimit 10",
            "replace /~1usermanagement~1api~1users~1{u}/PUT/throttling/rateLimit 10",
            "replace /~1usermanagement~1api~1users~1{u}/PUT/throttling/burstLimit 10",
        ],
    )
    .await;
    pass(&world, STAGE_SPREAD).await;
    assert_eq!(status(&world, Site::New, "POST /createUser").await, 401);
    assert_eq!(status(&world, Site::New, "POST /api/users").await, 429);
    assert_eq!(status(&world, Site::New, "PUT /api/users/anna").await, 401);
    patch(&world, &["replace /*/*/throttling/burstLimit 0"]).await;
    pass(&world, STAGE_SPREAD).await;
    assert_eq!(status(&world, Site::New, "GET /api/users").await, 429);
    assert_eq!(status(&world, Site::New, "PUT /api/users/anna").await, 401);
}

/// The rule, the throttle, the flag, the credentials, the handler.
#[tokio::test]
async fn what_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    act(&world, block()).await;
    throttle(&world).await;
    put(&world, MAINTENANCE_PARAMETER, "true").await;
    roll(&world).await;
    settled(&world).await;
    pass(&world, WAF_SPREAD).await;
    let site = Site::New;
    let line = at(site, "POST /createUser");
    let asked = |headers: &'static str| {
        let (world, line) = (&world, &line);
        async move {
            let reply = ask(world, site, line, headers).await;
            let mark = reply.header("x-tis-restricted").unwrap_or_default().to_owned();
            (reply.status, mark)
        }
    };
    assert_eq!(asked("").await, (503, "firewall".to_owned()));
    act(&world, json!({"Count": {}})).await;
    pass(&world, WAF_SPREAD).await;
    assert_eq!(asked("").await, (429, "throttle".to_owned()));
    patch(&world, &["remove /~1usermanagement~1createUser/POST"]).await;
    pass(&world, STAGE_SPREAD).await;
    assert_eq!(asked("").await, (503, String::new()));
    put(&world, MAINTENANCE_PARAMETER, "false").await;
    roll(&world).await;
    settled(&world).await;
    assert_eq!(asked("").await, (401, String::new()));
    assert_eq!(written(&world), [""; 0]);
    assert_eq!(asked("Authorization: x\r\n").await, (202, String::new()));
    assert_eq!(written(&world), ["POST /createUser"]);
}

#[tokio::test]
async fn old_and_new_are_met_in_turn_until_the_new_is_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let line = "POST /createUser";
    let mut met = Vec::new();
    act(&world, block()).await;
    for _ in 0..4 {
        met.push(status(&world, Site::New, line).await);
    }
    assert_eq!(met, [401, 503, 401, 503]);
    // Another one on top of it.
    act(&world, json!({"Block": {}})).await;
    let mut met = Vec::new();
    for _ in 0..6 {
        met.push(status(&world, Site::Gateway, line).await);
    }
    met.sort_unstable();
    assert_eq!(met, [401, 401, 403, 403, 503, 503]);
    world.reset().unwrap();
    patch(&world, &["replace /*/*/throttling/rateLimit 0"]).await;
    let mut met = Vec::new();
    for _ in 0..4 {
        met.push(status(&world, Site::Old, line).await);
    }
    assert_eq!(met, [401, 429, 401, 429]);
}

#[tokio::test]
async fn the_gateways_site_fails_as_the_others_do() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let read = "GET /api/users";
    world.inject("site-down:gateway".parse().unwrap()).unwrap();
    assert_eq!(status(&world, Site::Gateway, read).await, 503);
    assert_eq!(status(&world, Site::New, read).await, 200);
    world.lift("site-down").unwrap();
    world.inject("site-down:old".parse().unwrap()).unwrap();
    let reply = ask(&world, Site::Old, &at(Site::Old, "POST /createUser"), "").await;
    assert_eq!((reply.status, reply.header("x-tis-restricted")), (503, None));
    assert_eq!(status(&world, Site::Gateway, read).await, 200);
}

#[tokio::test]
async fn a_restriction_survives_a_kill_shows_in_the_snapshot_and_goes_with_a_reset() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 60).await;
    let objects = first.snapshot().objects();
    // An object a rule and one a key: what was touched shows, and nothing else.
    let new = |before: &[String]| {
        let now = first.snapshot().objects();
        let new = now.iter().filter(|object| !before.contains(object));
        new.map(|object| serde_json::from_str(object).unwrap())
            .collect::<Vec<Value>>()
    };
    act(&first, block()).await;
    let ruled = new(&objects);
    assert_eq!((ruled.len(), &ruled[0]["rule"]["Action"]), (1, &block()));
    let before = first.snapshot().objects();
    throttle(&first).await;
    let mut keys = new(&before);
    assert_eq!(keys.len(), WRITES.len());
    assert!(
        keys.iter_mut()
            .all(|key| key["settings"]["throttlingRateLimit"].take() == json!(0.0))
    );
    let seen = first.snapshot();
    assert_eq!(seen.firewalls[0].account, "123456789012");
    assert_eq!(seen.firewalls[0].acl["Rules"][1]["Action"], block());
    assert!(!serde_json::to_string(&seen).unwrap().contains("LockToken"));
    assert_eq!(seen.stages[0].method_settings.len(), 10);
    drop(first);
    let second = world(dir.path(), 60).await;
    let now = second.snapshot();
    assert_eq!((now.firewalls, now.stages), (seen.firewalls, seen.stages));
    pass(&second, WAF_SPREAD).await;
    assert_eq!(status(&second, Site::New, "POST /createUser").await, 503);
    // Echoed back, the world looks as it began, whatever the lock token is by now.
    act(&second, json!({"Count": {}})).await;
    Client::new(&Handle::read(dir.path()).unwrap())
        .reset()
        .await
        .unwrap();
    assert_eq!(second.snapshot().objects(), objects);
    assert_eq!(status(&second, Site::New, "POST /createUser").await, 401);
}

/// A world that an earlier version left knows nothing of the two.
#[tokio::test]
async fn a_state_of_an_earlier_version_is_completed() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    let objects = first.snapshot().objects();
    first.stop().await;
    let path = dir.path().join("state.json");
    let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for part in ["waf", "apigateway"] {
        assert!(state.as_object_mut().unwrap().remove(part).is_some());
    }
    std::fs::write(&path, state.to_string()).unwrap();
    let second = world(dir.path(), 1).await;
    assert_eq!(second.snapshot().objects(), objects);
    assert_eq!(status(&second, Site::Gateway, "POST /createUser").await, 401);
}
