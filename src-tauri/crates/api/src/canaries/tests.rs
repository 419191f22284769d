//! How often somebody signs in, on a clock that moves only when it is told to.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::VecDeque;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_journal::{Canary, KeyRing, KeyRingProblem, MemoryKeyRing, Store};
use switchback_testkit::clock::ManualClock;

use super::*;

const POOL: &str = "eu-west-2_EXAMPLE1";
const MINUTE: Duration = Duration::from_secs(60);

/// Answers in turn, and counts.
#[derive(Default)]
struct Fake {
    answers: Mutex<VecDeque<Result<IdToken, NotSignedIn>>>,
    tries: Mutex<Vec<String>>,
    /// What a look says; present where nothing stands here.
    looks: Mutex<VecDeque<Result<bool, ProviderError>>>,
    looked: Mutex<u32>,
}

#[async_trait]
impl Door for Arc<Fake> {
    async fn has(&self, _pool: &PoolId, _canary: &Canary) -> Result<bool, ProviderError> {
        *self.looked.lock().unwrap() += 1;
        self.looks.lock().unwrap().pop_front().unwrap_or(Ok(true))
    }

    async fn has_sub(&self, pool: &PoolId, _sub: &str) -> Result<bool, ProviderError> {
        assert_eq!(pool.as_str(), POOL);
        *self.looked.lock().unwrap() += 1;
        self.looks.lock().unwrap().pop_front().unwrap_or(Ok(true))
    }

    async fn sign_in(&self, _pool: &PoolId, canary: &Canary) -> Result<IdToken, NotSignedIn> {
        self.tries.lock().unwrap().push(canary.password().to_owned());
        // Others ask meanwhile.
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.answers.lock().unwrap().pop_front().unwrap()
    }
}

struct Setup {
    _home: tempfile::TempDir,
    ring: Arc<MemoryKeyRing>,
    store: Store,
    clock: Arc<ManualClock>,
    door: Arc<Fake>,
    given: Arc<Given>,
}

fn pool() -> PoolId {
    PoolId::new(POOL).unwrap()
}

fn target() -> TargetName {
    TargetName::new("prod").unwrap()
}

impl Setup {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let ring: Arc<MemoryKeyRing> = Arc::default();
        let store = Store::open(home.path(), ring.clone() as Arc<dyn KeyRing>).unwrap();
        Self {
            _home: home,
            ring,
            store,
            clock: ManualClock::new(),
            door: Arc::default(),
            given: Arc::default(),
        }
    }

    fn set(&self, password: &str) {
        let canary = Canary::new("client", "canary-of-probes", password.as_bytes()).unwrap();
        self.store.set_canary(&target(), &pool(), &canary).unwrap();
    }

    /// As each run's surroundings have one.
    fn giver(&self) -> Giver {
        self.giver_of(&self.given)
    }

    fn giver_of(&self, given: &Arc<Given>) -> Giver {
        let source = Kept {
            store: self.store.clone(),
            target: target(),
        };
        giver(given, "AWS", source, self.door.clone(), self.clock.clone())
    }

    fn answer(&self, answer: Result<IdToken, NotSignedIn>) {
        self.door.answers.lock().unwrap().push_back(answer);
    }

    /// A token of so many minutes.
    fn token(&self, minutes: i64) -> IdToken {
        let ends = self.clock.now() + SignedDuration::from_mins(minutes);
        let claims = format!("{{\"exp\":{}}}", ends.as_second());
        IdToken::new(format!("a.{}.c", URL_SAFE_NO_PAD.encode(claims)))
    }

    fn tries(&self) -> usize {
        self.door.tries.lock().unwrap().len()
    }
}

fn refused() -> NotSignedIn {
    NotSignedIn::Refused {
        why: "the password is not accepted".to_owned(),
        mend: "Look at the password.",
    }
}

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end() {
    let desk = Setup::new();
    desk.set("one");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    desk.clock.advance(MINUTE * 54);
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 1, "other surroundings, the same token");
    desk.clock.advance(MINUTE);
    desk.answer(Ok(desk.token(4)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    // One that lives shorter than that is kept for half of its life.
    desk.clock.advance(MINUTE);
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    desk.clock.advance(MINUTE);
    desk.answer(Ok(IdToken::new("no token".to_owned())));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 3);
    // One that does not say when it ends is not kept.
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 4);
    // Of a canary that was set anew or forgotten, nothing is given.
    desk.set("two");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 5);
    desk.store.forget_canary(&target(), &pool()).unwrap();
    let nobody = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(nobody, NoToken::nobody("prod", POOL));
    assert_eq!(
        *desk.door.tries.lock().unwrap(),
        ["one", "one", "one", "one", "two"]
    );
}

/// What says what a sign-in brings is told by one of now; a check that is read every few seconds does not sign in each time.
#[tokio::test]
async fn a_fresh_token_is_half_a_minute_old_at_most() {
    let desk = Setup::new();
    assert!(desk.giver().knows(POOL).await.is_err());
    desk.set("one");
    desk.giver().knows(POOL).await.unwrap();
    assert_eq!(desk.tries(), 0, "nobody is asked for that");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    desk.clock.advance(std::time::Duration::from_secs(30));
    desk.giver().fresh_id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 1);
    desk.clock.advance(std::time::Duration::from_secs(1));
    desk.answer(Ok(desk.token(60)));
    desk.giver().fresh_id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    // The one of before is not given any more, and this one to everybody.
    desk.clock.advance(MINUTE);
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    // It was refused: neither is asked again, nor is the old one given for it.
    desk.answer(Err(refused()));
    desk.giver().fresh_id_token(POOL).await.unwrap_err();
    desk.giver().fresh_id_token(POOL).await.unwrap_err();
    assert_eq!(desk.tries(), 3);
}

#[tokio::test]
async fn who_ask_at_once_make_one_sign_in() {
    let desk = Setup::new();
    desk.set("one");
    desk.answer(Ok(desk.token(60)));
    let givers: Vec<Giver> = (0..8).map(|_| desk.giver()).collect();
    let all = futures_util::future::join_all(givers.iter().map(|giver| giver.id_token(POOL))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(desk.tries(), 1);
    // The same of a refusal.
    desk.set("wrong");
    desk.answer(Err(refused()));
    let all = futures_util::future::join_all(givers.iter().map(|giver| giver.id_token(POOL))).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(desk.tries(), 2);
}

#[tokio::test]
async fn a_refused_sign_in_is_not_tried_again_for_a_while() {
    let desk = Setup::new();
    desk.set("wrong");
    desk.answer(Err(refused()));
    let first = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(
        first.message,
        "the sign-in of its canary was refused: the password is not accepted"
    );
    let hint = first.hint.unwrap();
    assert!(
        hint.starts_with("Look at the password. ")
            && hint.contains("canary set --target prod --pool eu-west-2_EXAMPLE1"),
        "{hint}"
    );
    desk.clock.advance(MINUTE * 14);
    let again = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(
        again.message,
        "the sign-in of its canary was refused at 09:00 UTC: the password is not accepted; not tried again before \
         09:15 UTC, so that nobody is locked out"
    );
    // Nor by another program of this home, nor where the clock was set back a little.
    let other: Arc<Given> = Arc::default();
    desk.giver_of(&other).id_token(POOL).await.unwrap_err();
    desk.clock.jump_wall(SignedDuration::from_mins(-20));
    desk.giver().id_token(POOL).await.unwrap_err();
    desk.clock.jump_wall(SignedDuration::from_mins(20));
    assert_eq!(desk.tries(), 1);
    // After a while it is.
    desk.clock.advance(MINUTE);
    desk.answer(Err(refused()));
    desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(desk.tries(), 2);
    // Once it gets in, nothing is held against it.
    let row = || desk.store.canaries(&target()).unwrap().remove(0);
    assert!(row().refused.is_some());
    desk.clock.advance(MINUTE * 15);
    desk.answer(Ok(desk.token(10)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(row().refused, None);
    // Set anew, a refused one is tried at once.
    desk.clock.advance(MINUTE * 10);
    desk.answer(Err(refused()));
    desk.giver().id_token(POOL).await.unwrap_err();
    desk.set("right");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 5);
}

#[tokio::test]
async fn what_is_no_refusal_is_tried_again() {
    let desk = Setup::new();
    desk.set("one");
    let lost = ProviderError {
        kind: ProviderErrorKind::NoAnswer,
        operation: "InitiateAuth".to_owned(),
        message: "No answer came in time from AWS".to_owned(),
        hint: None,
        request_id: None,
        sent: true,
    };
    desk.answer(Err(NotSignedIn::Untold(lost)));
    let words = desk.giver().id_token(POOL).await.unwrap_err();
    assert!(words.message.contains("No answer came in time"), "{words}");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
}

/// Who asks gives up, and what came of it is remembered all the same.
#[tokio::test]
async fn a_question_that_was_given_up_is_no_other_try() {
    let desk = Setup::new();
    desk.set("wrong");
    desk.answer(Err(refused()));
    let giver = desk.giver();
    let hasty = tokio::time::timeout(Duration::from_millis(1), async {
        while desk.tries() == 0 {
            let _ = futures_util::poll!(Box::pin(giver.id_token(POOL)));
            tokio::task::yield_now().await;
        }
    });
    let _ = hasty.await;
    giver.id_token(POOL).await.unwrap_err();
    assert_eq!(desk.tries(), 1);
}

#[tokio::test]
async fn a_keychain_that_fails_is_named_and_nobody_signs_in() {
    let desk = Setup::new();
    desk.set("one");
    desk.ring.set_problem(Some(KeyRingProblem::Locked));
    let locked = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(locked.message, "its canary can't be read: the keychain is locked");
    assert!(locked.hint.unwrap().contains("Unlock"));
    let bad = desk.giver().id_token("no pool").await.unwrap_err();
    assert!(bad.message.contains("no id of a user pool"));
    assert_eq!(desk.tries(), 0);
}

#[test]
fn a_rehearsal_knows_its_canary_in_both_pools() {
    let known = Known { target: target() };
    for (id, client) in [
        (switchback_rehearsal::OLD_POOL, switchback_rehearsal::OLD_CLIENT),
        (
            switchback_rehearsal::ADMINS_POOL,
            switchback_rehearsal::REVAL_CLIENT,
        ),
    ] {
        let row = known.row(&PoolId::new(id).unwrap()).unwrap().unwrap();
        let canary = known.canary(&row).unwrap();
        assert_eq!(
            (canary.client(), canary.user()),
            (client, switchback_rehearsal::CANARY_USER)
        );
    }
    assert_eq!(known.row(&pool()).unwrap(), None);
}

/// A look, and no sign-in, which would make it there.
#[tokio::test]
async fn a_canary_that_its_pool_does_not_have_is_never_signed_in() {
    let desk = Setup::new();
    desk.set("right");
    desk.door.looks.lock().unwrap().push_back(Ok(false));
    let absent = desk.giver().id_token(POOL).await.unwrap_err();
    assert!(absent.message.contains("would make it there"), "{absent}");
    assert!(absent.hint.unwrap().contains("pool-canary"));
    assert_eq!(desk.tries(), 0);
    // It is no refusal: once it is there, it is signed in at once.
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 1);
    // A token that is kept needs no look.
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(*desk.door.looked.lock().unwrap(), 2);
}

#[tokio::test]
async fn where_nobody_can_tell_whether_it_is_there_nobody_is_signed_in() {
    let desk = Setup::new();
    desk.set("right");
    let denied = ProviderError {
        kind: ProviderErrorKind::Denied,
        operation: "AdminGetUser".to_owned(),
        message: "The role may not read users".to_owned(),
        hint: Some("Ask for the permission.".to_owned()),
        request_id: None,
        sent: true,
    };
    let half = [Ok(false), Err(denied.clone())];
    let looks = [Err(denied.clone()), Err(denied), Ok(true), Ok(false), Ok(true)];
    let looks = looks.into_iter().chain(half);
    desk.door.looks.lock().unwrap().extend(looks);
    let unasked = desk.giver().id_token(POOL).await.unwrap_err();
    assert!(unasked.message.contains("nobody was signed in"), "{unasked}");
    assert_eq!(desk.tries(), 0);
    assert!(desk.giver().stands(POOL, None).await.is_err());
    let stands = |by_name, by_sub| Stands { by_name, by_sub };
    let seen = desk.giver().stands(POOL, None).await.unwrap();
    assert_eq!(seen, stands(true, None));
    let seen = desk.giver().stands(POOL, Some("a sub")).await.unwrap();
    assert_eq!(seen, stands(false, Some(true)));
    // Half a look is none.
    assert!(desk.giver().stands(POOL, Some("a sub")).await.is_err());
    assert_eq!(desk.tries(), 0, "a look signs nobody in");
}

/// While the step that makes or deletes it has it in hand, nobody else signs it in; and what tokens there were are gone.
#[tokio::test]
async fn a_held_canary_is_signed_in_by_nobody_else_and_its_token_is_gone() {
    use switchback_aws::cognito::Canaries as _;
    let desk = Setup::new();
    desk.set("right");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    let held = desk.giver().hold(POOL).await;
    desk.door.looks.lock().unwrap().push_back(Ok(false));
    let giver = desk.giver();
    let asked = tokio::spawn(async move { giver.id_token(POOL).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!asked.is_finished(), "it waits");
    drop(held);
    // It was deleted meanwhile: nothing is given of what was kept.
    assert!(
        asked
            .await
            .unwrap()
            .unwrap_err()
            .message
            .contains("would make it there")
    );
    assert_eq!(desk.tries(), 1);
}

/// What the step was refused is remembered for everybody, for as long as for any other sign-in.
#[tokio::test]
async fn a_refusal_of_the_step_is_a_pause_for_all() {
    use switchback_aws::cognito::Canaries as _;
    let desk = Setup::new();
    desk.set("wrong");
    let mut held = desk.giver().hold_to_sign_in(POOL).await.ok().unwrap();
    held.refused("the password is not accepted", "Look at the password.")
        .await;
    drop(held);
    let paused = desk.giver().hold_to_sign_in(POOL).await.err().unwrap();
    assert!(paused.message.contains("not tried again"), "{paused:?}");
    // Another process of this home, and the checks.
    let other: Arc<Given> = Arc::default();
    assert!(desk.giver_of(&other).hold_to_sign_in(POOL).await.is_err());
    assert!(
        desk.giver()
            .id_token(POOL)
            .await
            .unwrap_err()
            .message
            .contains("not tried again")
    );
    assert_eq!(desk.tries(), 0);
    // Its deletion does not wait for that.
    drop(desk.giver().hold(POOL).await);
    desk.clock.advance(15 * MINUTE);
    assert!(desk.giver().hold_to_sign_in(POOL).await.is_ok());
}
