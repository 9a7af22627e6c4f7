//! The endpoints document, the login and the refresh.

use postern_vendor_clouds::config::{LoginThrottle, RefreshTokens};
use postern_vendor_clouds::control::LockOutOrder;
use postern_vendor_clouds::{Config, DEMO_EMAIL, DEMO_PASSWORD, Fault, Seed, Target, Vendor};
use serde_json::{Value, json};

use crate::sign_in::{Pool, client, cloud};

fn kind(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["__type"].as_str().unwrap_or("none"))
}

const REFUSED: (u16, &str) = (400, "NotAuthorizedException");

#[tokio::test]
async fn the_places_and_the_pool_are_told_to_anybody_and_follow_from_the_seed() {
    let cloud = cloud().await;
    let base = cloud.base_url();
    let told = client().get(format!("{base}/endpoints")).send().await.unwrap();
    let told: Value = told.json().await.unwrap();
    let apis = &told["endpoints"]["GraphQL"];
    assert_eq!(apis["device"]["https"], format!("{base}/device/graphql"));
    assert_eq!(apis["events"]["https"], format!("{base}/events/graphql"));
    let sockets = base.replace("http", "ws");
    assert_eq!(apis["device"]["wss"], format!("{sockets}/device/graphql"));
    let config = &told["endpoints"]["Config"];
    let region = config["Region"].as_str().unwrap();
    for id in ["UserPoolId", "IdentityPoolId"] {
        assert!(config[id].as_str().unwrap().starts_with(region), "{config}");
    }
    let other = Vendor::NiceGo.start(Config {
        seed: Seed(1),
        ..Vendor::NiceGo.demo()
    });
    let other = Pool::of(&other.await.unwrap()).await;
    assert_ne!(other.client_id, Pool::of(&cloud).await.client_id);
}

#[tokio::test]
async fn only_the_right_password_of_a_known_user_gets_tokens() {
    let cloud = cloud().await;
    let pool = Pool::of(&cloud).await;
    let (status, answer) = pool.log_in(DEMO_EMAIL, DEMO_PASSWORD).await;
    assert_eq!(status, 200);
    let tokens = &answer["AuthenticationResult"];
    assert_eq!(
        (&tokens["ExpiresIn"], &tokens["TokenType"]),
        (&json!(3600), &json!("Bearer"))
    );
    for token in ["IdToken", "AccessToken", "RefreshToken"] {
        assert!(tokens[token].is_string(), "{token}");
    }
    let wrong = pool.log_in(DEMO_EMAIL, "wrong").await;
    assert_eq!(kind(&wrong), REFUSED);
    let nobody = pool.log_in("nobody@example.com", DEMO_PASSWORD).await;
    assert_eq!(kind(&nobody), REFUSED);
}

#[tokio::test]
async fn a_challenge_is_good_for_one_answer_by_its_own_user() {
    let cloud = cloud().await;
    let pool = Pool::of(&cloud).await;
    let (_, challenge, own) = pool.begin(DEMO_EMAIL).await;
    let right = pool.proof(&challenge, &own, DEMO_PASSWORD);
    assert_eq!(pool.call("RespondToAuthChallenge", &right).await.0, 200);
    let again = pool.call("RespondToAuthChallenge", &right).await;
    assert_eq!(kind(&again), REFUSED);

    let (_, challenge, own) = pool.begin(DEMO_EMAIL).await;
    let mut other = pool.proof(&challenge, &own, DEMO_PASSWORD);
    other["ChallengeResponses"]["USERNAME"] = json!("somebody else");
    assert_eq!(kind(&pool.call("RespondToAuthChallenge", &other).await), REFUSED);
}

#[tokio::test]
async fn a_call_without_what_it_needs_is_refused_by_its_kind() {
    let cloud = cloud().await;
    let pool = Pool::of(&cloud).await;
    let begin = |client_id: &str, public: &str| {
        json!({
            "AuthFlow": "USER_SRP_AUTH",
            "ClientId": client_id,
            "AuthParameters": { "USERNAME": DEMO_EMAIL, "SRP_A": public },
        })
    };
    for (operation, body, expected) in [
        (
            "InitiateAuth",
            begin(&pool.client_id, "0"),
            "InvalidParameterException",
        ),
        (
            "InitiateAuth",
            begin("another app", "2"),
            "ResourceNotFoundException",
        ),
        ("InitiateAuth", json!({}), "InvalidParameterException"),
        (
            "RespondToAuthChallenge",
            begin(&pool.client_id, "2"),
            "InvalidParameterException",
        ),
        ("SignUp", begin(&pool.client_id, "2"), "UnknownOperationException"),
    ] {
        let answer = pool.call(operation, &body).await;
        assert_eq!(kind(&answer), (400, expected), "{operation} {body}");
    }
}

#[tokio::test]
async fn a_refresh_token_stays_as_it_is_unless_set_otherwise_and_can_be_revoked() {
    let cloud = cloud().await;
    let pool = Pool::of(&cloud).await;
    let tokens = pool.tokens().await;
    let first = tokens["RefreshToken"].as_str().unwrap();
    for _ in 0..2 {
        let (status, answer) = pool.refresh(first).await;
        assert_eq!(status, 200);
        let refreshed = &answer["AuthenticationResult"];
        assert!(refreshed["IdToken"].is_string());
        assert_ne!(refreshed["IdToken"], tokens["IdToken"]);
        assert!(refreshed.get("RefreshToken").is_none());
    }
    let mut settings = cloud.control().settings().unwrap();
    settings.refresh_tokens = RefreshTokens::Rotating;
    cloud.control().set_settings(settings).unwrap();
    let (_, answer) = pool.refresh(first).await;
    let second = answer["AuthenticationResult"]["RefreshToken"].as_str().unwrap();
    assert_eq!(kind(&pool.refresh(first).await), REFUSED);
    cloud.control().revoke_refresh_tokens(None).unwrap();
    assert_eq!(kind(&pool.refresh(second).await), REFUSED);
}

#[tokio::test]
async fn troubles_on_order_befall_both_calls_and_a_lost_answer_has_spent_the_challenge() {
    let cloud = cloud().await;
    let pool = Pool::of(&cloud).await;
    let control = cloud.control();
    control.fail_next(Target::Login, Fault::status(500), 1).unwrap();
    let answer = pool.log_in(DEMO_EMAIL, DEMO_PASSWORD).await;
    assert_eq!(kind(&answer), (500, "InternalErrorException"));
    control.fail_next(Target::Token, Fault::status(429), 1).unwrap();
    let answer = pool.log_in(DEMO_EMAIL, DEMO_PASSWORD).await;
    assert_eq!(kind(&answer), (429, "TooManyRequestsException"));

    let (_, challenge, own) = pool.begin(DEMO_EMAIL).await;
    let proof = pool.proof(&challenge, &own, DEMO_PASSWORD);
    let lost = Fault::status(503).after_motion();
    control.fail_next(Target::Token, lost, 1).unwrap();
    assert_eq!(pool.call("RespondToAuthChallenge", &proof).await.0, 503);
    assert_eq!(kind(&pool.call("RespondToAuthChallenge", &proof).await), REFUSED);

    let order = LockOutOrder {
        email: DEMO_EMAIL.into(),
        seconds: 60,
        retry_after: true,
    };
    let token = pool.tokens().await["RefreshToken"].as_str().unwrap().to_owned();
    control.lock_out(&order).unwrap();
    assert_eq!(pool.log_in(DEMO_EMAIL, DEMO_PASSWORD).await.0, 429);
    assert_eq!(pool.refresh(&token).await.0, 429);
}

#[tokio::test]
async fn wrong_passwords_lock_an_account_where_that_is_set() {
    let cloud = cloud().await;
    let pool = Pool::of(&cloud).await;
    let mut settings = cloud.control().settings().unwrap();
    settings.login_throttle = Some(LoginThrottle::default());
    cloud.control().set_settings(settings).unwrap();
    for _ in 0..3 {
        assert_eq!(kind(&pool.log_in(DEMO_EMAIL, "wrong").await), REFUSED);
    }
    assert_eq!(pool.log_in(DEMO_EMAIL, DEMO_PASSWORD).await.0, 429);
}
