//! The rules of codes, refresh tokens and failed logins.

use super::*;
use proptest::prelude::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn with_code() -> Grants {
    let mut grants = Grants::default();
    // The pair of RFC 7636, appendix B.
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
    let binding = Binding {
        client_id: "app".into(),
        redirect_uri: "https://a.test/cb".into(),
        challenge,
    };
    let login = Login {
        subject: "p".into(),
        scopes: Scopes::new(),
    };
    grants.give_code("code", binding, login, at(0)).unwrap();
    grants
}

fn redeem(grants: &mut Grants, now: i64) -> Result<Redeemed, NotGood> {
    grants.redeem_code("code", "app", "https://a.test/cb", VERIFIER, at(now))
}

#[test]
fn a_code_is_good_once_and_its_second_use_ends_the_login() {
    let mut grants = with_code();
    let redeemed = redeem(&mut grants, 59).unwrap();
    grants.give_refresh("r1", redeemed, at(59)).unwrap();
    assert_eq!(redeem(&mut grants, 59).unwrap_err(), NotGood);
    assert_eq!(grants.redeem_refresh("r1", "app", at(59)).unwrap_err(), NotGood);
}

#[test]
fn a_code_ends_after_a_minute() {
    assert!(redeem(&mut with_code(), 60).is_err());
}

#[test]
fn a_code_is_bound_and_a_wrong_attempt_spends_it() {
    for (client, uri, verifier) in [
        ("other", "https://a.test/cb", VERIFIER),
        ("app", "https://a.test/cb/", VERIFIER),
        (
            "app",
            "https://a.test/cb",
            "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong",
        ),
        ("app", "https://a.test/cb", ""),
    ] {
        let mut grants = with_code();
        assert_eq!(
            grants
                .redeem_code("code", client, uri, verifier, at(1))
                .unwrap_err(),
            NotGood
        );
        assert_eq!(redeem(&mut grants, 1).unwrap_err(), NotGood);
    }
}

#[test]
fn a_refresh_token_rotates_and_a_stolen_one_ends_the_login() {
    let mut grants = with_code();
    let redeemed = redeem(&mut grants, 1).unwrap();
    grants.give_refresh("r1", redeemed, at(1)).unwrap();
    assert!(grants.redeem_refresh("r1", "other", at(2)).is_err());
    let redeemed = grants.redeem_refresh("r1", "app", at(2)).unwrap();
    assert_eq!(redeemed.login.subject, "p");
    grants.give_refresh("r2", redeemed, at(2)).unwrap();
    assert!(grants.redeem_refresh("r1", "app", at(3)).is_err());
    assert!(grants.redeem_refresh("r2", "app", at(3)).is_err());
}

#[test]
fn a_login_ends_after_thirty_days_however_often_it_was_refreshed() {
    let (mut grants, day) = (with_code(), 24 * 3600);
    let redeemed = redeem(&mut grants, 1).unwrap();
    grants.give_refresh("r1", redeemed, at(1)).unwrap();
    let redeemed = grants.redeem_refresh("r1", "app", at(29 * day)).unwrap();
    grants.give_refresh("r2", redeemed, at(29 * day)).unwrap();
    assert!(grants.redeem_refresh("r2", "app", at(30 * day + 1)).is_err());
}

#[test]
fn ten_failures_shut_one_person_out_for_a_while() {
    let mut grants = Grants::default();
    for _ in 0..10 {
        assert!(!grants.shut_out("p", at(0)));
        grants.failed("p", at(0));
    }
    assert!(grants.shut_out("p", at(299)) && !grants.shut_out("q", at(0)));
    assert!(!grants.shut_out("p", at(300)));
}

proptest! {
    #[test]
    fn only_the_verifier_itself_proves_a_challenge(verifier in "[A-Za-z0-9._~-]{43,128}", other in "\\PC{0,130}") {
        let challenge = URL_SAFE_NO_PAD.encode(hash(&verifier));
        prop_assert!(proves(&verifier, &challenge));
        prop_assert_eq!(proves(&other, &challenge), verifier == other);
    }

    /// Whatever is tried, in whatever order, a code is redeemed at most once.
    #[test]
    fn codes_are_single_use(attempts in prop::collection::vec((any::<bool>(), any::<bool>(), 0i64..70), 1..8)) {
        let mut grants = with_code();
        let mut redeemed = 0;
        for (right_client, right_verifier, now) in attempts {
            let client = if right_client { "app" } else { "other" };
            let verifier = if right_verifier { VERIFIER } else { &VERIFIER[1..] };
            redeemed += i32::from(
                grants.redeem_code("code", client, "https://a.test/cb", verifier, at(now)).is_ok(),
            );
        }
        prop_assert!(redeemed <= 1);
    }
}
