//! What is held back, for how long, and what ends it.

use proptest::prelude::*;
use reqwest::Method;
use url::Url;

use super::*;

fn request() -> VendorRequest {
    let url = Url::parse("https://vendor.example/doors?x=1").unwrap();
    VendorRequest::new(Method::GET, url)
}

/// The account of a link.
fn of(number: u32) -> Option<LinkId> {
    Some(LinkId::from_parts(1, number.into()))
}

fn answered(status: u16, retry_after_seconds: Option<u32>) -> Result<Reply, SendError> {
    Ok(Reply {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after_seconds,
        calls_left: None,
        more_in_seconds: None,
        is_json: true,
        body: Vec::new(),
    })
}

fn broken() -> Result<Reply, SendError> {
    Err(SendError {
        outcome: postern_contract::adapter::Outcome::NotExecuted,
        failure: SendFailure::Interrupted,
    })
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

/// A restraint, to be told and asked at a second.
struct Told(Restraint);

impl Told {
    fn new() -> Self {
        Self(Restraint::new(RestraintPolicy::default()))
    }

    fn learn(&self, account: u32, result: &Result<Reply, SendError>, second: i64) {
        self.0.learn(
            Asked::Reading,
            &request(),
            of(account),
            result,
            SILENCE_MIN,
            at(second),
        );
    }

    fn admit(&self, account: u32, second: i64) -> Result<(), SendFailure> {
        self.admit_as(Asked::Reading, account, second)
    }

    fn admit_as(&self, asked: Asked, account: u32, second: i64) -> Result<(), SendFailure> {
        self.0
            .admit(asked, &request(), of(account), at(second))
            .map_err(|held| held.failure)
    }
}

proptest! {
    #[test]
    fn no_reading_is_held_back_for_longer_than_the_policy_says_and_none_after_a_success(
        story in prop::collection::vec((0_usize..5, prop::option::of(any::<u32>()), 0_i64..40, any::<bool>()), 0..60),
    ) {
        let (told, policy) = (Told::new(), RestraintPolicy::default());
        let longest = policy.busy_pause_max.max(policy.down_pause_max).as_secs();
        let mut second = 0;
        for (what, asked, passed, first) in story {
            second += passed;
            let account = if first { 1 } else { 2 };
            let result = match what {
                0 => answered(200, None),
                1 => answered(429, asked),
                2 => answered(503, asked),
                3 => answered(500, None),
                _ => broken(),
            };
            told.learn(account, &result, second);
            if what == 0 {
                prop_assert_eq!(told.admit(account, second), Ok(()));
            }
            // Whoever waits as long as it is told is let through soon, whatever came before.
            let mut waits = 0;
            while let Err(SendFailure::LeftAlone { seconds } | SendFailure::TakenForDown { seconds }) = told.admit(account, second) {
                prop_assert!(seconds > 0 && u64::from(seconds) <= longest);
                second += i64::from(seconds);
                waits += 1;
                prop_assert!(waits <= 2);
            }
        }
    }
}

#[test]
fn who_watches_a_door_is_held_back_for_half_a_minute_at_most() {
    let told = Told::new();
    told.learn(1, &answered(429, Some(900)), 5_000);
    let held = |seconds| Err(SendFailure::LeftAlone { seconds });
    assert_eq!(told.admit_as(Asked::Door, 1, 5_010), held(20));
    assert_eq!(told.admit_as(Asked::Door, 1, 5_030), Ok(()));
    assert_eq!(told.admit(1, 5_030), held(870), "a list can wait");
    told.learn(1, &answered(429, Some(5)), 6_000);
    assert_eq!(told.admit_as(Asked::Door, 1, 6_000), held(5));
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_a_pause() {
    let told = Told::new();
    told.learn(1, &answered(429, Some(60)), 5_000);
    assert_eq!(told.admit(1, 5_000), Err(SendFailure::LeftAlone { seconds: 60 }));
    assert_eq!(told.admit(1, 0), Ok(()));
}

#[test]
fn an_account_that_asks_too_much_is_left_alone_as_long_as_the_vendor_asks_and_others_are_not() {
    let told = Told::new();
    told.learn(1, &answered(429, Some(60)), 0);
    assert_eq!(told.admit(1, 0), Err(SendFailure::LeftAlone { seconds: 60 }));
    assert_eq!(told.admit(1, 59), Err(SendFailure::LeftAlone { seconds: 1 }));
    assert_eq!(told.admit(2, 0), Ok(()));
    assert_eq!(told.admit(1, 60), Ok(()));
}

#[test]
fn without_a_time_the_pause_grows_from_knock_to_knock_and_never_beyond_its_bound() {
    let told = Told::new();
    for (second, pause) in [(0, 5), (100, 10), (200, 20), (300, 40)] {
        told.learn(1, &answered(429, None), second);
        assert_eq!(
            told.admit(1, second),
            Err(SendFailure::LeftAlone { seconds: pause })
        );
    }
    told.learn(1, &answered(429, Some(86_400)), 400);
    assert_eq!(told.admit(1, 400), Err(SendFailure::LeftAlone { seconds: 900 }));
    told.learn(1, &answered(200, None), 401);
    told.learn(1, &answered(429, None), 402);
    assert_eq!(
        told.admit(1, 402),
        Err(SendFailure::LeftAlone { seconds: 5 }),
        "a success forgives"
    );
}

#[test]
fn a_host_that_fails_again_and_again_is_asked_by_one_reading_at_a_time() {
    let told = Told::new();
    for _ in 0..4 {
        told.learn(1, &broken(), 0);
        assert_eq!(told.admit(2, 0), Ok(()));
    }
    told.learn(1, &answered(500, None), 0);
    assert_eq!(told.admit(2, 0), Ok(()), "a 500 may be about one account alone");
    told.learn(1, &answered(502, None), 0);
    assert_eq!(told.admit(2, 0), Err(SendFailure::TakenForDown { seconds: 1 }));
    assert_eq!(told.admit(1, 1), Ok(()), "one is sent to see");
    assert_eq!(
        told.admit(2, 1),
        Err(SendFailure::TakenForDown { seconds: 10 }),
        "and the others wait for it"
    );
    told.learn(1, &broken(), 2);
    assert_eq!(told.admit(2, 2), Err(SendFailure::TakenForDown { seconds: 2 }));
    assert_eq!(told.admit(2, 4), Ok(()));
    assert_eq!(
        told.admit(1, 14),
        Ok(()),
        "one that never comes back is not waited for for ever"
    );
    told.learn(2, &answered(404, None), 15);
    assert_eq!(
        (told.admit(1, 15), told.admit(2, 15)),
        (Ok(()), Ok(())),
        "any answer is one"
    );
}

#[test]
fn an_order_that_meets_too_much_holds_no_reading_back_for_the_door_has_to_be_read_then() {
    let told = Told::new();
    let refused = answered(429, Some(60));
    told.0
        .learn(Asked::Other, &request(), of(1), &refused, SILENCE_MIN, at(0));
    assert_eq!(told.admit(1, 0), Ok(()));
}

#[test]
fn a_callers_hurry_says_nothing_of_the_vendor() {
    let told = Told::new();
    let hurry = Err(SendError {
        failure: SendFailure::NoAnswerInTime,
        ..broken().unwrap_err()
    });
    for _ in 0..20 {
        told.0
            .learn(Asked::Reading, &request(), of(1), &hurry, SILENCE_MIN / 2, at(0));
    }
    assert_eq!(told.admit(1, 0), Ok(()));
}

#[test]
fn however_many_accounts_there_are_few_are_remembered() {
    let told = Told::new();
    for account in 0..5_000 {
        told.learn(account, &answered(429, Some(600)), 0);
        assert!(told.0.remembered().accounts.len() <= ACCOUNTS_MAX);
    }
}
