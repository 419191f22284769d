//! Reval: the authoriser, the stage and the distribution before it, as the world has them, and what its users meet. A
//! user with a token of the new pool asks who they are whenever readers are read; what they are told is kept for a while,
//! as it is for everybody.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use switchback_model::{
    ApiStage, Authorizer, Distribution, DoneHow, Image, Pointer, RollbackScope, Step, StepState, Way,
};
use switchback_rehearsal as rehearsal;
use switchback_testkit::conformance::cell;
use switchback_testkit::{FaultyWorld, Reader, Rig, deployed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::SLOTS;
use crate::bench::{Troubled, What, in_real_time};

/// The step that people do by hand.
pub const RELEASE: &str = "release";
/// The pool that somebody else has the authoriser accept.
pub const THIRD_POOL: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL2";
/// After so much of world time a user signs in anew.
const SESSION: SignedDuration = SignedDuration::from_mins(30);

/// The pool that comes.
pub fn new_pool() -> String {
    format!(
        "arn:aws:cognito-idp:eu-west-2:{}:userpool/{}",
        rehearsal::ACCOUNT,
        rehearsal::ADMINS_POOL
    )
}

fn stage() -> ApiStage {
    ApiStage {
        api: rehearsal::REVAL_API.to_owned(),
        stage: rehearsal::REVAL_STAGE.to_owned(),
    }
}

/// The authoriser accepts the new pool.
pub fn accepts() -> Step {
    let of = (rehearsal::REVAL_API, rehearsal::REVAL_AUTHORIZER);
    deployed::accepts("accept", of, &new_pool())
}

/// The same, and it is put on the stage and published.
pub fn deploys() -> Vec<Step> {
    let accept = accepts();
    let snapshot = Step {
        after: vec![accept.id.clone()],
        ..deployed::snapshot("snapshot", rehearsal::REVAL_API)
    };
    let point = deployed::points("point", &stage(), &snapshot);
    let flush = deployed::flushes("flush", &stage(), &point);
    vec![accept, snapshot, point, flush]
}

/// A release by hand, and the invalidation by which browsers see it.
pub fn releases() -> Vec<Step> {
    let release = deployed::released(RELEASE);
    let invalidate = deployed::invalidates("invalidate", rehearsal::DISTRIBUTION, &["/*"], &release);
    vec![release, invalidate]
}

fn api(state: &rehearsal::Snapshot) -> &rehearsal::ApiView {
    let mut apis = state.apis.iter();
    apis.find(|api| api.api == rehearsal::REVAL_API).unwrap()
}

fn image(content: Authorizer) -> Image {
    Image::Authorizer {
        api: rehearsal::REVAL_API.to_owned(),
        authorizer: rehearsal::REVAL_AUTHORIZER.to_owned(),
        content: Box::new(content),
    }
}

/// The authoriser as it is edited.
pub fn authorizer(state: &rehearsal::Snapshot) -> Image {
    let view = &api(state).config.authorizers[0];
    image(Authorizer {
        kind: "COGNITO_USER_POOLS".to_owned(),
        pools: view.pools.clone(),
        ttl_s: view.ttl_seconds,
    })
}

/// The same, as a change of it left it.
pub fn authorizer_left(left: &Value) -> Image {
    let pools = left["providerARNs"].as_array().unwrap().iter();
    image(Authorizer {
        kind: left["type"].as_str().unwrap().to_owned(),
        pools: pools.map(|pool| pool.as_str().unwrap().to_owned()).collect(),
        ttl_s: u32::try_from(left["authorizerResultTtlInSeconds"].as_u64().unwrap()).unwrap(),
    })
}

/// The API, of which no image shows anything.
pub fn whole() -> Image {
    Image::Api {
        api: rehearsal::REVAL_API.to_owned(),
    }
}

fn deployment(state: &rehearsal::Snapshot) -> &str {
    &api(state).stages[0].deployment
}

fn at(deployment: &str) -> Image {
    Image::StagePointer {
        api: rehearsal::REVAL_API.to_owned(),
        stage: rehearsal::REVAL_STAGE.to_owned(),
        content: Box::new(Pointer {
            deployment: deployment.to_owned(),
            canary: false,
            offered: None,
            differs: Vec::new(),
        }),
    }
}

/// What the stage serves.
pub fn pointer(state: &rehearsal::Snapshot) -> Image {
    at(deployment(state))
}

/// The same, as a change of it left it, by the line that the log has of its patch.
pub fn pointer_left(patch: &str) -> Image {
    at(patch.strip_prefix("replace /deploymentId ").unwrap())
}

/// What a flush is about.
pub fn verdicts() -> Image {
    Image::Verdicts {
        api: rehearsal::REVAL_API.to_owned(),
        stage: rehearsal::REVAL_STAGE.to_owned(),
    }
}

/// The distribution.
pub fn distribution(state: &rehearsal::Snapshot) -> Image {
    let view = &state.distributions[0];
    Image::Distribution {
        id: view.id.clone(),
        content: Box::new(Distribution {
            aliases: view.aliases.clone(),
            enabled: view.enabled,
        }),
    }
}

/// The operation that changes an object, as the trace names that.
pub fn changes(object: &str) -> &'static str {
    match object {
        rehearsal::REVAL_AUTHORIZER => "UpdateAuthorizer",
        rehearsal::REVAL_API => "CreateDeployment",
        rehearsal::REVAL_STAGE => "UpdateStage",
        rehearsal::DISTRIBUTION => "CreateInvalidation",
        _ => "FlushStageAuthorizersCache",
    }
}

/// What each edge answers.
pub fn edges(state: &rehearsal::Snapshot) -> Vec<Reader> {
    let edges = &state.reval.as_ref().unwrap().edges;
    let reader = |edge: &rehearsal::EdgeView| {
        let page = (edge.index == edge.root).then(|| json!(edge.index));
        shown(
            &page.unwrap_or_else(|| json!([edge.index, edge.root])),
            edge.starts,
        )
    };
    edges.iter().map(reader).collect()
}

/// What each edge would answer if it kept nothing.
pub fn origin(state: &rehearsal::Snapshot) -> Vec<Reader> {
    let reval = state.reval.as_ref().unwrap();
    let one = shown(&json!(reval.release), true);
    reval.edges.iter().map(|_| one.clone()).collect()
}

fn shown(page: &Value, starts: bool) -> Reader {
    Reader::from([(RELEASE.to_owned(), format!("{page}, starts: {starts}"))])
}

/// Why an invalidation of this reference is not there once, and over.
pub fn not_invalidated(state: &rehearsal::Snapshot, reference: &str) -> Option<String> {
    let all = state.distributions[0].invalidations.iter();
    let ours: Vec<&str> = all
        .filter(|one| one.reference == reference)
        .map(|one| one.status.as_str())
        .collect();
    (ours != ["Completed"]).then(|| format!("the invalidations of {reference} are {ours:?}"))
}

/// A user with a token of the new pool.
pub struct User {
    world: Arc<rehearsal::World>,
    session: Mutex<Option<(Timestamp, String)>>,
}

impl User {
    pub fn new(world: Arc<rehearsal::World>) -> Self {
        Self {
            world,
            session: Mutex::default(),
        }
    }

    /// What the stage serves, and what it says to the user.
    pub async fn meets(&self) -> Vec<Reader> {
        self.until_everywhere().await;
        let status = self.asks().await;
        vec![met(&self.world.snapshot(), status)]
    }

    /// The same, if no verdict were kept.
    pub fn would_meet(&self) -> Vec<Reader> {
        let state = self.world.snapshot();
        let tokens = api(&state).stages[0].tokens.iter();
        let mut fresh = tokens.filter(|token| token.pool == rehearsal::ADMINS_POOL);
        let fresh = fresh.next().unwrap().fresh;
        vec![met(&state, fresh)]
    }

    /// Until what the stage was last pointed at is served everywhere: AWS does not say when.
    async fn until_everywhere(&self) {
        let moves = |entry: &rehearsal::LogEntry| {
            matches!(entry.operation.as_str(), "UpdateStage" | "StageMoved")
                && matches!(
                    entry.outcome,
                    rehearsal::Outcome::Committed | rehearsal::Outcome::Lost
                )
        };
        let Some(last) = self.world.log().into_iter().rfind(moves) else {
            return;
        };
        let state = self.world.snapshot();
        let spread = SignedDuration::try_from(rehearsal::STAGE_SPREAD).unwrap();
        let left = (last.world_time + spread).duration_since(state.world_time);
        let left = Duration::try_from(left).unwrap_or_default();
        tokio::time::sleep(left / state.scale + Duration::from_millis(1)).await;
    }

    async fn asks(&self) -> u16 {
        let token = self.token().await;
        let gateway = self.world.handle().stand_in(rehearsal::Site::Gateway.address());
        let request = format!(
            "GET /{}{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n",
            rehearsal::REVAL_STAGE,
            rehearsal::REVAL_USERINFO,
            rehearsal::REVAL_API_HOST
        );
        let answer = exchange(gateway.unwrap(), &request).await;
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Of a session that is not over soon; one token as long as that, because verdicts are kept by it.
    async fn token(&self) -> String {
        let now = self.world.snapshot().world_time;
        let mut session = self.session.lock().await;
        if let Some((since, token)) = &*session
            && now.duration_since(*since) < SESSION
        {
            return token.clone();
        }
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": rehearsal::REVAL_CLIENT,
            "AuthParameters": {
                "USERNAME": rehearsal::CANARY_USER,
                "PASSWORD": rehearsal::CANARY_PASSWORD,
            },
        })
        .to_string();
        let to = self.world.handle().aws_addr();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {to}\r\nContent-Type: application/x-amz-json-1.1\r\n\
             X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(to, &request).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let token = body["AuthenticationResult"]["IdToken"].as_str().unwrap();
        *session = Some((now, token.to_owned()));
        token.to_owned()
    }
}

fn met(state: &rehearsal::Snapshot, status: u16) -> Reader {
    Reader::from([
        (rehearsal::REVAL_STAGE.to_owned(), deployment(state).to_owned()),
        ("a user of the new pool".to_owned(), status.to_string()),
    ])
}

async fn exchange(to: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// Between the last look and the request nothing guards an authoriser: a pool that somebody else adds there survives
/// both ways, because a request names ours alone, and what it was to do counts as done by ours alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_comes_between_the_last_look_and_the_request_survives() {
    for way in [Way::Apply, Way::Undo] {
        let _slot = SLOTS.acquire().await.unwrap();
        let (subject, closed) = in_real_time(What::Authorizer).await;
        let faulty = FaultyWorld::new(subject.world.clone(), None);
        let (clock, journal) = (subject.clock.clone(), subject.journal.clone());
        let mut desk = Rig::start(clock, journal, faulty.clone(), faulty.killed())
            .await
            .unwrap();
        let start = subject.oracle.images().await;
        let held = |world: Arc<rehearsal::World>| {
            world
                .inject("lands-late:UpdateAuthorizer:600:1".parse().unwrap())
                .unwrap();
            tokio::spawn(async move {
                // It is used up once the request is there.
                let is_there = || world.snapshot().faults.is_empty();
                while !is_there() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                world.inject("authorizer-edited".parse().unwrap()).unwrap();
            })
        };
        let edited = match way {
            Way::Apply => Some(held(closed.clone())),
            Way::Undo | Way::Publish => None,
        };
        desk.apply("accept").await.unwrap();
        let state = desk.state("accept");
        assert!(
            matches!(
                state,
                StepState::Done {
                    how: DoneHow::Verified
                }
            ),
            "{state:?}"
        );
        let edited = match edited {
            Some(edited) => edited,
            None => held(closed.clone()),
        };
        desk.roll_back(RollbackScope::All).await.unwrap();
        edited.await.unwrap();
        assert_eq!(desk.rollback_state(), "completed", "{way:?}");
        let pools = |image: &Image| match image {
            Image::Authorizer { content, .. } => content.pools.clone(),
            _ => unreachable!("an authoriser"),
        };
        let mut expected = pools(&start[0]);
        expected.insert(THIRD_POOL.to_owned());
        assert_eq!(pools(&subject.oracle.images().await[0]), expected, "{way:?}");
    }
}

/// What goes wrong between the adapter and the world, as the adapter itself hears it: nothing is made twice, and all
/// is seen there and back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_or_cut_on_the_wire_leaves_nothing_in_doubt() {
    let mut running = Vec::new();
    for (what, operation) in [
        (What::Authorizer, "UpdateAuthorizer"),
        (What::Pointed, "CreateDeployment"),
        (What::Pointed, "UpdateStage"),
        (What::Pointed, "FlushStageAuthorizersCache"),
        (What::Invalidated, "CreateInvalidation"),
    ] {
        for fault in ["lost-response", "answer-cut"] {
            let fault = format!("{fault}:{operation}:1");
            running.push(tokio::spawn(async move {
                let _slot = SLOTS.acquire().await.unwrap();
                let bench = Troubled { what, fault };
                let (_, outcome) = cell(&bench, None).await;
                outcome
                    .err()
                    .map(|why| format!("{what:?} {}: {why}", bench.fault))
            }));
        }
    }
    let mut red = Vec::new();
    for one in running {
        red.extend(one.await.unwrap());
    }
    assert!(red.is_empty(), "{}", red.join("\n"));
}
