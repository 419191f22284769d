#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};
use switchback_model::directory::{Account, AccountStatus, Filter, LookupBy, Personal, PoolId};
use switchback_rehearsal::{ADMINS_POOL, Client, OLD_POOL, World, WorldOptions};

use super::{UserPage, Walk};
use crate::tests::aws;
use crate::tests::server::{Play, server};
use crate::{Aws, ListPace};

struct Setup {
    world: World,
    aws: Aws,
    _dir: tempfile::TempDir,
}

async fn place() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let aws = aws(&world.handle().endpoint);
    Setup {
        world,
        aws,
        _dir: dir,
    }
}

impl Setup {
    async fn found(&self, pool: &str, by: LookupBy, value: &str) -> Vec<Account> {
        let page = self
            .aws
            .list_users(&pool_id(pool), &asked(by, value), 10)
            .await
            .unwrap();
        assert!(!page.more);
        page.users
    }

    fn count(&self, operation: &str) -> u64 {
        let counts = self.world.counts();
        counts
            .get(&format!("cognito-idp:{operation}"))
            .copied()
            .unwrap_or(0)
    }
}

/// What a walk through a pool gave.
#[derive(Default)]
struct Walked {
    users: Vec<Account>,
    pages: usize,
    ended: Option<ProviderError>,
    token: bool,
}

async fn everybody(aws: &Aws, pool: &PoolId) -> Walked {
    goes_on(aws, pool, &mut Walk::new(None)).await
}

async fn goes_on(aws: &Aws, pool: &PoolId, walk: &mut Walk) -> Walked {
    let mut walked = Walked::default();
    let mut take = |page: UserPage| {
        walked.pages += 1;
        walked.users.extend(page.users);
    };
    let broken = aws.every_user(pool, walk, &mut take).await.err();
    walked.token = broken.as_ref().is_some_and(|broken| broken.token);
    walked.ended = broken.map(|broken| broken.error);
    walked
}

fn pool_id(text: &str) -> PoolId {
    PoolId::new(text).unwrap()
}

fn asked(by: LookupBy, value: &str) -> Filter {
    Filter::new(by, value).unwrap()
}

fn anna() -> Filter {
    asked(LookupBy::Email, "anna.baker@example.nhs.test")
}

#[tokio::test]
async fn every_way_to_search_finds_who_is_meant() {
    let place = place().await;
    let one = |found: Vec<Account>| <[Account; 1]>::try_from(found).unwrap()[0].clone();
    let by_email = one(place
        .found(ADMINS_POOL, LookupBy::Email, "Anna.Baker@example.nhs.test")
        .await);
    assert_eq!(by_email.pool, ADMINS_POOL);
    assert_eq!(by_email.sub.as_ref(), Some(&by_email.username));
    assert_eq!(
        by_email.email.as_ref().unwrap().revealed(),
        "anna.baker@example.nhs.test"
    );
    assert_eq!(by_email.email_verified, Some(true));
    assert_eq!(by_email.given_name.as_ref().unwrap().revealed(), "Anna");
    assert_eq!(by_email.family_name.as_ref().unwrap().revealed(), "Baker");
    assert_eq!(
        (by_email.status, by_email.enabled, &by_email.mfa),
        (AccountStatus::Confirmed, Some(true), &None)
    );
    assert!(by_email.created_at.unwrap() <= by_email.modified_at.unwrap());
    let sub = by_email.username.revealed();
    for (by, value) in [
        (LookupBy::Sub, sub),
        (LookupBy::Username, sub),
        (LookupBy::EmailPrefix, "anna.b"),
        (LookupBy::FamilyNamePrefix, "Bak"),
    ] {
        assert_eq!(one(place.found(ADMINS_POOL, by, value).await), by_email, "{by:?}");
    }
    for (value, found) in [("Pat \"Paddy\"", 1), ("Pat \"", 1), ("\"", 0), ("\\", 0)] {
        let users = place.found(ADMINS_POOL, LookupBy::GivenNamePrefix, value).await;
        assert_eq!(users.len(), found, "{value}");
    }
    let escaped = place
        .found(ADMINS_POOL, LookupBy::FamilyNamePrefix, "Back\\sl")
        .await;
    assert_eq!(escaped.len(), 1);
    // Two accounts with one address, and one that is not there.
    let twins = place
        .found(ADMINS_POOL, LookupBy::Email, "isla.jones@example.nhs.test")
        .await;
    assert_eq!(twins.len(), 2);
    assert!(
        twins
            .iter()
            .any(|twin| twin.status == AccountStatus::ExternalProvider)
    );
    let nobody = place
        .found(ADMINS_POOL, LookupBy::Email, "nobody@example.nhs.test")
        .await;
    assert!(nobody.is_empty());
    let unsaid = one(place
        .found(ADMINS_POOL, LookupBy::Email, "omar.penn@example.nhs.test")
        .await);
    assert_eq!(unsaid.email_verified, None);
    assert_eq!(
        place.count("AdminGetUser"),
        0,
        "a search asks for nobody by themselves"
    );
}

#[tokio::test]
async fn every_status_is_read() {
    let place = place().await;
    let everybody = place
        .aws
        .list_users(
            &pool_id(ADMINS_POOL),
            &asked(LookupBy::EmailPrefix, "\u{200d}"),
            100,
        )
        .await
        .unwrap();
    assert!(everybody.users.is_empty());
    let mut seen = BTreeSet::new();
    let mut disabled = 0;
    for letter in 'a'..='z' {
        let users = place
            .found(ADMINS_POOL, LookupBy::EmailPrefix, &letter.to_string())
            .await;
        disabled += users.iter().filter(|user| user.enabled == Some(false)).count();
        seen.extend(users.into_iter().map(|user| user.status));
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert_eq!(disabled, 1);
}

#[tokio::test]
async fn one_account_is_read_with_its_second_factors() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    let email = Personal::new("anna.baker@example.nhs.test");
    let read = place.aws.admin_get_user(&pool, &email).await.unwrap().unwrap();
    assert_eq!(read.mfa, Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]));
    let listed = place
        .found(ADMINS_POOL, LookupBy::Email, email.revealed())
        .await
        .remove(0);
    assert_eq!(Account { mfa: None, ..read }, listed);
    assert_eq!(
        place
            .aws
            .admin_get_user(&pool, &Personal::new("nobody@example.nhs.test"))
            .await,
        Ok(None)
    );
    assert_eq!(place.count("AdminGetUser"), 2);
}

#[tokio::test]
async fn empty_pages_with_a_token_are_no_end() {
    let place = place().await;
    place.world.inject("empty-pages:5".parse().unwrap()).unwrap();
    let page = place
        .aws
        .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
        .await
        .unwrap();
    assert_eq!((page.users.len(), page.more), (1, false));
    assert_eq!(place.count("ListUsers"), 6);
    // More empty pages than anybody waits for: nobody was found, but nobody says that it is all.
    place.world.inject("empty-pages:1000".parse().unwrap()).unwrap();
    let page = place
        .aws
        .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
        .await
        .unwrap();
    assert_eq!((page.users.len(), page.more, page.stopped), (0, true, true));
    assert_eq!(place.count("ListUsers"), 106);
}

#[tokio::test]
async fn everybody_is_read_to_the_end_or_it_is_said_why_not() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    let seeded = everybody(&place.aws, &pool).await;
    assert_eq!(seeded.ended, None);
    let (_, people) = place.aws.pool_about(&pool).await.unwrap();
    assert_eq!(people, Some(seeded.users.len()));
    Client::new(place.world.handle())
        .add_users(ADMINS_POOL, 500)
        .await
        .unwrap();
    let all = everybody(&place.aws, &pool).await;
    assert_eq!((all.users.len(), all.ended), (seeded.users.len() + 500, None));
    assert_eq!(all.pages, all.users.len().div_ceil(60));
    place
        .world
        .inject("throttle:ListUsers:0".parse().unwrap())
        .unwrap();
    let none = everybody(&place.aws, &pool).await;
    assert_eq!((none.users.len(), none.ended.unwrap().kind), (0, Kind::Throttled));
    let elsewhere = everybody(&place.aws, &pool_id("eu-west-1_X")).await;
    assert_eq!(elsewhere.ended.unwrap().kind, Kind::Guard);
}

/// A page that fails ends the reading; those before it are kept, and nobody takes them for all.
#[tokio::test]
async fn a_reading_that_breaks_off_keeps_what_it_has() {
    let page = "{\"Users\":[{\"Username\":\"one\",\"Enabled\":true}],\"PaginationToken\":\"t1\"}".to_owned();
    let denied = "{\"__type\":\"AccessDeniedException\"}".to_owned();
    let server = server(vec![Play::Answer(200, page), Play::Answer(400, denied)]).await;
    let read = everybody(&aws(&server.url), &pool_id(ADMINS_POOL)).await;
    assert_eq!((read.users.len(), read.ended.unwrap().kind), (1, Kind::Denied));
    assert!(!server.requests()[0].contains("Filter"));
}

/// Who comes later goes on behind the last page: no page is asked for twice, and none is left out.
#[tokio::test]
async fn a_walk_goes_on_where_another_stood() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    let client = Client::new(place.world.handle());
    client.add_users(ADMINS_POOL, 500).await.unwrap();
    let whole = everybody(&place.aws, &pool).await;
    let asked = place.count("ListUsers");
    let mut pages = Vec::new();
    let mut first = Walk::new(Some(500));
    let mut take = |page: UserPage| pages.push(page);
    place.aws.every_user(&pool, &mut first, &mut take).await.unwrap();
    assert!(first.has_ended());
    for stood in 0..pages.len() {
        let mut later = Walk::new(None);
        pages[..=stood].iter().for_each(|page| later.take(page));
        let before = place.count("ListUsers");
        let rest = goes_on(&place.aws, &pool, &mut later).await;
        assert_eq!(rest.ended, None);
        let users = pages[..=stood].iter().flat_map(|page| page.users.clone());
        let users: Vec<Account> = users.chain(rest.users).collect();
        assert_eq!(users, whole.users);
        assert_eq!(
            place.count("ListUsers") - before,
            asked - u64::try_from(stood).unwrap() - 1
        );
    }
}

/// A token that AWS no longer takes is told apart from everything else that it refuses.
#[tokio::test]
async fn a_token_that_has_run_out_is_told_apart() {
    let page = "{\"Users\":[{\"Username\":\"one\",\"Enabled\":true}],\"PaginationToken\":\"t1\"}".to_owned();
    let invalid =
        "{\"__type\":\"InvalidParameterException\",\"message\":\"Invalid pagination token\"}".to_owned();
    let pool = pool_id(ADMINS_POOL);
    let served = server(vec![
        Play::Answer(200, page),
        Play::Answer(400, invalid.clone()),
        Play::Answer(400, invalid),
    ])
    .await;
    let aws = aws(&served.url);
    let mut walk = Walk::new(None);
    let read = goes_on(&aws, &pool, &mut walk).await;
    assert_eq!((read.users.len(), read.token, walk.has_ended()), (1, true, false));
    // Without a token it is something else.
    let read = everybody(&aws, &pool).await;
    assert_eq!((read.ended.unwrap().kind, read.token), (Kind::Refused, false));
}

/// A chosen pace is kept from the first page to the last, and no second has more than it says.
#[tokio::test]
async fn a_chosen_pace_spaces_the_pages_evenly() {
    let place = place().await;
    let aws = place
        .aws
        .clone()
        .with_list_pace(ListPace::new(20.try_into().unwrap()));
    assert_eq!((place.aws.list_rate(), aws.list_rate()), (None, Some(20)));
    assert_eq!(
        place.aws.clone().at_pace().list_rate(),
        Some(crate::usual_lists())
    );
    place.world.inject("empty-pages:11".parse().unwrap()).unwrap();
    let started = Instant::now();
    let read = everybody(&aws, &pool_id(ADMINS_POOL)).await;
    // The first at once, and eleven more at least, a twentieth of a second apart.
    assert!(read.pages >= 12, "{}", read.pages);
    assert!(started.elapsed() >= Duration::from_millis(11 * 50 - 5));
}

#[tokio::test]
async fn a_search_that_matches_thousands_stops_at_the_limit() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    Client::new(place.world.handle())
        .add_users(ADMINS_POOL, 5_000)
        .await
        .unwrap();
    let numbers = asked(LookupBy::FamilyNamePrefix, "Number");
    let page = place.aws.list_users(&pool, &numbers, 50).await.unwrap();
    assert_eq!((page.users.len(), page.more, page.stopped), (50, true, false));
    assert_eq!(place.count("ListUsers"), 1);
    // Exactly the limit and not one more: all of them, known to be all.
    let tens = asked(LookupBy::FamilyNamePrefix, "Number 00012");
    let page = place.aws.list_users(&pool, &tens, 10).await.unwrap();
    assert_eq!((page.users.len(), page.more), (10, false));
    let page = place.aws.list_users(&pool, &tens, 9).await.unwrap();
    assert_eq!((page.users.len(), page.more), (9, true));
    let page = place.aws.list_users(&pool, &numbers, 6_000).await.unwrap();
    assert_eq!((page.users.len(), page.more), (5_000, false));
    let names: BTreeSet<_> = page.users.iter().map(|user| &user.username).collect();
    assert_eq!(names.len(), 5_000);
}

#[tokio::test]
async fn throttling_is_waited_out_or_named() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    place
        .world
        .inject("throttle:ListUsers:2".parse().unwrap())
        .unwrap();
    let page = place.aws.list_users(&pool, &anna(), 1).await.unwrap();
    assert_eq!(page.users.len(), 1);
    assert_eq!(place.count("ListUsers"), 3);
    place
        .world
        .inject("throttle:ListUsers:0".parse().unwrap())
        .unwrap();
    let error = place.aws.list_users(&pool, &anna(), 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Throttled);
    assert_eq!(place.count("ListUsers"), 8, "five tries");
}

#[tokio::test]
async fn a_missing_permission_is_named_and_stops_nothing_else() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    place.world.inject("denied:ListUsers".parse().unwrap()).unwrap();
    let error = place.aws.list_users(&pool, &anna(), 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Denied);
    assert!(error.message.contains("cognito-idp:ListUsers"), "{error}");
    let by_name = Personal::new("anna.baker@example.nhs.test");
    assert!(place.aws.admin_get_user(&pool, &by_name).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_wrong_is_named_before_anything_is_sent() {
    let place = place().await;
    let elsewhere = pool_id("eu-west-1_REHEARSAL1");
    let error = place.aws.list_users(&elsewhere, &anna(), 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Guard);
    assert!(
        error.message.contains("eu-west-1") && error.message.contains("eu-west-2"),
        "{error}"
    );
    let by_name = Personal::new("x");
    let error = place.aws.admin_get_user(&elsewhere, &by_name).await.unwrap_err();
    assert_eq!(error.kind, Kind::Guard);
    // 246 letters and `email = ""` are 256 characters; no filter is longer.
    let pool = pool_id(OLD_POOL);
    let fits = asked(LookupBy::Email, &"x".repeat(246));
    assert_eq!(fits.text().chars().count(), 256);
    assert!(place.world.counts().is_empty(), "nothing was sent");
    assert!(
        place
            .aws
            .list_users(&pool, &fits, 1)
            .await
            .unwrap()
            .users
            .is_empty()
    );
    let unknown = pool_id("eu-west-2_NONE");
    let error = place.aws.list_users(&unknown, &anna(), 1).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Kind::NotFound, "There is no user pool eu-west-2_NONE")
    );
}

/// Real Cognito repeats a wrong value in its refusal.
#[tokio::test]
async fn an_error_never_repeats_what_was_searched_for() {
    let echo = |code: &str| {
        let said = "1 validation error detected: Value 'anna.baker@example.nhs.test' at 'filter' failed";
        serde_json::json!({"__type": code, "message": said}).to_string()
    };
    for (status, code, kind) in [
        (400, "InvalidParameterException", Kind::Refused),
        (400, "ResourceNotFoundException", Kind::NotFound),
        (400, "AccessDeniedException", Kind::Denied),
        (400, "SomethingNew", Kind::Refused),
        (418, "", Kind::Unclear),
    ] {
        let plays = (0..5).map(|_| Play::Answer(status, echo(code))).collect();
        let server = server(plays).await;
        let pool = pool_id(ADMINS_POOL);
        let error = aws(&server.url).list_users(&pool, &anna(), 1).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("anna"), "{shown}");
        assert!(
            code.is_empty() || kind != Kind::Refused || shown.contains(code),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_token_that_leads_nowhere_ends_the_search_as_unknown() {
    let page = "{\"Users\":[],\"PaginationToken\":\"same\"}".to_owned();
    let server = server(vec![
        Play::Answer(200, page.clone()),
        Play::Answer(200, page.clone()),
        Play::Answer(200, page),
    ])
    .await;
    let error = aws(&server.url)
        .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Untrue);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].contains("\"Limit\":60") && !requests[0].contains("PaginationToken"));
    assert!(requests[1].contains("\"PaginationToken\":\"same\""));
}

/// Pages whose tokens go A, B, A, and pages that never have anybody new.
#[tokio::test]
async fn pages_without_an_end_are_not_read_for_ever() {
    let page = |users: &str, token: &str| {
        Play::Answer(
            200,
            format!("{{\"Users\":[{users}],\"PaginationToken\":\"{token}\"}}"),
        )
    };
    let one = "{\"Username\":\"one\",\"Enabled\":true}";
    let two = "{\"Username\":\"two\",\"Enabled\":true}";
    let pool = pool_id(ADMINS_POOL);
    let round = || {
        vec![
            page("", "A"),
            page("", "B"),
            page("", "A"),
            page("", "B"),
            page("", "A"),
        ]
    };
    let served = server(round()).await;
    let error = aws(&served.url).list_users(&pool, &anna(), 5).await.unwrap_err();
    assert_eq!((error.kind, served.requests().len()), (Kind::Untrue, 3));
    let served = server(round()).await;
    let read = everybody(&aws(&served.url), &pool).await;
    assert_eq!(
        (read.ended.unwrap().kind, served.requests().len()),
        (Kind::Untrue, 3)
    );
    // The same people with ever new tokens: what was read stays, and nobody takes it for all.
    let stale = || {
        (0..9)
            .map(|n| page([one, two][n % 2], &n.to_string()))
            .collect::<Vec<_>>()
    };
    let served = server(stale()).await;
    let found = aws(&served.url).list_users(&pool, &anna(), 50).await.unwrap();
    assert_eq!(
        (found.more, found.stopped, served.requests().len()),
        (true, true, 5)
    );
    let served = server(stale()).await;
    let read = everybody(&aws(&served.url), &pool).await;
    assert_eq!((read.users.len(), served.requests().len()), (5, 5));
    assert_eq!(read.ended.unwrap().kind, Kind::Untrue);
}

/// As many pages as a pool's own number of people needs, twice over; fewer than anybody would wait for.
#[test]
fn a_pool_with_more_and_more_people_ends_by_its_own_count() {
    let mut pages = super::pages::Pages::default();
    let mut read = 0_usize;
    while !pages.have_no_end() {
        let mut new = somebody();
        new.username = Personal::new(format!("u{read}"));
        pages.take(&[new], Some(&read.to_string()));
        if pages.are_many() {
            pages.expect(Some(30));
        }
        read += 1;
    }
    assert_eq!((read, pages.go_round(), pages.are_stale()), (81, false, false));
}

fn somebody() -> Account {
    Account {
        pool: ADMINS_POOL.to_owned(),
        username: Personal::new("u"),
        sub: None,
        email: None,
        email_verified: None,
        given_name: None,
        family_name: None,
        status: AccountStatus::Confirmed,
        enabled: Some(true),
        created_at: None,
        modified_at: None,
        mfa: None,
    }
}

/// An empty page says `"Users":[]`. Without the field nobody knows what the answer says.
#[tokio::test]
async fn an_answer_without_a_list_of_users_is_not_nobody() {
    for page in ["{}", "{\"Users\":null}", "{\"PaginationToken\":\"next\"}"] {
        let server = server(vec![Play::Answer(200, page.to_owned())]).await;
        let error = aws(&server.url)
            .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
            .await
            .expect_err(page);
        assert_eq!(error.kind, Kind::Untrue);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_pace_is_at_most_five_a_second() {
    let place = place().await;
    let aws = place.aws.clone().at_pace();
    place.world.inject("empty-pages:7".parse().unwrap()).unwrap();
    let started = Instant::now();
    aws.list_users(&pool_id(ADMINS_POOL), &anna(), 1).await.unwrap();
    assert_eq!(place.count("ListUsers"), 8);
    // A second may hold five at most, so eight take more than one.
    assert!(started.elapsed() > Duration::from_secs(1));
}

/// The SDK reads a missing `Enabled` as "no".
#[tokio::test]
async fn an_account_of_which_nobody_says_that_it_is_enabled_is_not_disabled() {
    let user = |name: &str, rest: &str| format!("{{\"Username\":\"{name}\"{rest}}}");
    let users = [
        user("a", ",\"Enabled\":true"),
        user("b", ""),
        user("c", ",\"Enabled\":false"),
        user("d", ",\"Enabled\":null"),
    ];
    let server = server(vec![
        Play::Answer(200, format!("{{\"Users\":[{}]}}", users.join(","))),
        Play::Answer(200, user("b", ",\"UserStatus\":\"CONFIRMED\"")),
        Play::Answer(200, user("a", ",\"Enabled\":true")),
    ])
    .await;
    let aws = aws(&server.url);
    let pool = pool_id(ADMINS_POOL);
    let page = aws.list_users(&pool, &anna(), 10).await.unwrap();
    let said: Vec<_> = page.users.iter().map(|user| user.enabled).collect();
    assert_eq!(said, [Some(true), None, Some(false), None]);
    for expected in [None, Some(true)] {
        let one = aws.admin_get_user(&pool, &Personal::new("b")).await.unwrap();
        assert_eq!(one.unwrap().enabled, expected);
    }
}

#[tokio::test]
async fn a_pool_says_whether_letter_case_counts_and_how_long_an_invitation_lives() {
    let pool = |configuration: &str| {
        let pool = format!("{{\"UserPool\":{{\"Id\":\"{ADMINS_POOL}\"{configuration}}}}}");
        Play::Answer(200, pool)
    };
    let denied = || Play::Answer(400, "{\"__type\":\"AccessDeniedException\"}".to_owned());
    let server = server(vec![
        pool(",\"UsernameConfiguration\":{\"CaseSensitive\":false}"),
        pool(",\"UsernameConfiguration\":{\"CaseSensitive\":true}"),
        pool(""),
        pool(",\"Policies\":{\"PasswordPolicy\":{\"MinimumLength\":8,\"TemporaryPasswordValidityDays\":1}}"),
        pool(",\"AdminCreateUserConfig\":{\"UnusedAccountValidityDays\":30}"),
        pool(
            ",\"Policies\":{\"PasswordPolicy\":{\"TemporaryPasswordValidityDays\":2}},\
             \"AdminCreateUserConfig\":{\"UnusedAccountValidityDays\":7}",
        ),
        pool(",\"Policies\":{\"PasswordPolicy\":{\"TemporaryPasswordValidityDays\":0}}"),
        // The server's clock is far from ours, so the SDK takes a refusal for one of the clock, and asks on.
        denied(),
        denied(),
        denied(),
    ])
    .await;
    let aws = aws(&server.url);
    let id = pool_id(ADMINS_POOL);
    for (counts, days) in [
        (false, Some(7)),
        (true, Some(7)),
        (true, Some(7)),
        (true, Some(1)),
        (true, Some(30)),
        (true, Some(2)),
        (true, None),
    ] {
        let rules = aws.pool_rules(&id).await.unwrap();
        assert_eq!(rules.letter_case_counts, counts);
        assert_eq!(rules.invitation_lives.map(|lives| lives.as_hours() / 24), days);
    }
    let denied = aws.pool_rules(&id).await.unwrap_err();
    assert_eq!(denied.kind, Kind::Denied);
}
