//! Everybody of a pool, page by page, and pages that never end.

use std::time::{Duration, Instant};

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_model::directory::{Account, AccountStatus, Personal};
use switchback_rehearsal::{ADMINS_POOL, Client};

use super::{anna, everybody, goes_on, place, pool_id};
use crate::cognito::users::{UserPage, Walk};
use crate::tests::aws;
use crate::tests::server::{Play, server};

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
    let mut first = Walk::default();
    let mut take = |page: UserPage, _: usize| pages.push(page);
    place.aws.every_user(&pool, &mut first, &mut take).await.unwrap();
    assert!(first.has_ended());
    for stood in 0..pages.len() {
        let mut later = Walk::default();
        for page in &pages[..=stood] {
            later.take(page);
        }
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

/// The service is not kept waiting while a page is dealt with, and never asked for more than the one page after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_page_is_on_its_way_while_one_is_dealt_with() {
    let page = |n: usize| {
        let user = format!("{{\"Username\":\"u{n}\",\"Enabled\":true}}");
        Play::Answer(
            200,
            format!("{{\"Users\":[{user}],\"PaginationToken\":\"t{n}\"}}"),
        )
    };
    let denied = Play::Answer(400, "{\"__type\":\"AccessDeniedException\"}".to_owned());
    let served = server(vec![page(1), page(2), denied]).await;
    let mut walk = Walk::default();
    let mut dealt = 0;
    let mut take = |page: UserPage, _: usize| {
        dealt += 1;
        assert_eq!(page.users.len(), 1);
        let since = Instant::now();
        while served.requests().len() < dealt + 1 && since.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        assert_eq!(served.requests().len(), dealt + 1);
    };
    let aws = aws(&served.url);
    let broken = aws.every_user(&pool_id(ADMINS_POOL), &mut walk, &mut take).await;
    assert_eq!((dealt, broken.unwrap_err().error.kind), (2, Kind::Denied));
    // Where it broke off is behind the last page that was dealt with.
    assert_eq!((walk.token(), walk.has_ended()), (Some("t2"), false));
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
    let mut walk = Walk::default();
    let read = goes_on(&aws, &pool, &mut walk).await;
    assert_eq!((read.users.len(), read.token, walk.has_ended()), (1, true, false));
    // Without a token it is something else.
    let read = everybody(&aws, &pool).await;
    assert_eq!((read.ended.unwrap().kind, read.token), (Kind::Refused, false));
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
        (read.endless, read.ended.unwrap().kind, served.requests().len()),
        (true, Kind::Untrue, 3)
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
    // Who is on two pages is one.
    assert_eq!((read.users.len(), read.known, served.requests().len()), (5, 2, 5));
    assert!(read.endless);
    let error = read.ended.unwrap();
    assert_eq!(error.kind, Kind::Untrue);
    assert!(error.message.contains("nobody new"), "{error}");
}

/// How many people AWS says that there are is brought up to date now and then, while a pool is being filled: nothing is
/// asked about it, and nothing ends by it.
#[tokio::test]
async fn a_pool_is_read_for_as_long_as_pages_bring_somebody_new() {
    const PAGES: usize = 400;
    let page = |n: usize| {
        let next = match n {
            PAGES.. => String::new(),
            n => format!(",\"PaginationToken\":\"t{n}\""),
        };
        let user = format!("{{\"Username\":\"u{n}\",\"Enabled\":true}}");
        Play::Answer(200, format!("{{\"Users\":[{user}]{next}}}"))
    };
    let served = server((1..=PAGES).map(page).collect()).await;
    let read = everybody(&aws(&served.url), &pool_id(ADMINS_POOL)).await;
    assert_eq!((read.ended, read.users.len(), read.known), (None, PAGES, PAGES));
    assert!(
        served
            .requests()
            .iter()
            .all(|asked| !asked.contains("DescribeUserPool"))
    );
    assert_eq!(served.requests().len(), PAGES);
}

#[test]
fn more_people_than_twice_any_estimate_are_no_endless_answer() {
    let mut pages = crate::cognito::users::pages::Pages::default();
    for read in 0..20_000_usize {
        pages.take(&[somebody_of(read)], Some(&read.to_string()));
        assert!(!pages.have_no_end() && !pages.go_round(), "{read}");
    }
    assert_eq!(pages.people(), 20_000);
    for read in 0..3 {
        assert!(!pages.have_no_end());
        pages.take(&[somebody_of(0)], Some(&format!("t{read}")));
    }
    assert!(pages.have_no_end() && !pages.go_round());
}

fn somebody_of(number: usize) -> Account {
    Account {
        username: Personal::new(format!("u{number}")),
        ..somebody()
    }
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
