//! The user pool, as Amazon Cognito speaks: a login by SRP in two calls, and a refresh in one. Nothing is signed, and the vendor's app
//! has no secret.

use std::time::Duration;

use postern_adapter_sdk::{CallContext, DeadlineClient, Reply, TokenSet, VendorRequest};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::places::Pool;
use crate::srp::{Challenge, Ours};

/// Which call it is.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const INITIATE: HeaderValue = HeaderValue::from_static("AWSCognitoIdentityProviderService.InitiateAuth");
const RESPOND: HeaderValue =
    HeaderValue::from_static("AWSCognitoIdentityProviderService.RespondToAuthChallenge");
const AMZ_JSON: &str = "application/x-amz-json-1.1";
const VERIFY: &str = "PASSWORD_VERIFIER";

/// The longest life of a token that is believed: a day, which is the longest that Cognito can be told.
const LIFETIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How the time of the proof is written. The day has no zero in front.
const TIMESTAMP: &str = "%a %b %-d %H:%M:%S UTC %Y";

/// What the pool asks before it gives tokens.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    challenge_name: String,
    challenge_parameters: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Parameters {
    salt: String,
    srp_b: String,
    secret_block: String,
    user_id_for_srp: String,
}

/// Tokens, or a further question.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answered {
    authentication_result: Option<Tokens>,
    challenge_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tokens {
    id_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_in: u64,
}

/// Logs in. The password is proven and not sent.
///
/// # Errors
/// `rejected`, not executed, where the pool does not take the e-mail address and the password, or wants more than those; otherwise as
/// [`refresh`].
pub async fn log_in(
    http: &DeadlineClient,
    pool: &Pool,
    call: &CallContext,
    email: &SecretString,
    password: &SecretString,
) -> Result<TokenSet, AdapterError> {
    let internal = |why: &str| AdapterError::not_executed(AdapterErrorKind::Internal, why);
    let ours = Ours::draw().map_err(|error| internal(&error.to_string()))?;
    let begin = json!({
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": pool.client_id,
        "AuthParameters": { "USERNAME": email.expose_secret().trim(), "SRP_A": ours.public() },
    });
    let asked: Asked = ask(http, pool, call, INITIATE, &begin, Purpose::Login).await?;
    if asked.challenge_name != VERIFY {
        return Err(wants_more());
    }
    let odd = |_| unusable("asked something that is no challenge");
    let parameters: Parameters = serde_json::from_value(asked.challenge_parameters).map_err(odd)?;
    let timestamp = call.now().strftime(TIMESTAMP).to_string();
    let challenge = Challenge {
        public: &parameters.srp_b,
        salt: &parameters.salt,
        user_id: &parameters.user_id_for_srp,
        secret_block: &parameters.secret_block,
    };
    let signature = ours
        .prove(challenge, &pool.name, password.expose_secret(), &timestamp)
        .map_err(|_| unusable("asked something that no honest client answers"))?;
    let proof = json!({
        "ChallengeName": VERIFY,
        "ClientId": pool.client_id,
        "ChallengeResponses": {
            "USERNAME": parameters.user_id_for_srp,
            "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters.secret_block,
            "PASSWORD_CLAIM_SIGNATURE": signature,
        },
    });
    let answered: Answered = ask(http, pool, call, RESPOND, &proof, Purpose::Login).await?;
    match answered {
        Answered {
            authentication_result: Some(tokens),
            ..
        } => Ok(token_set(tokens, None, call)),
        Answered {
            challenge_name: Some(_),
            ..
        } => Err(wants_more()),
        Answered { .. } => Err(lost("neither tokens nor a question")),
    }
}

/// Exchanges the refresh token, which stays good; one that comes with the answer takes its place all the same.
///
/// # Errors
/// `link_revoked`, not executed, if the pool no longer takes the refresh token; `rate_limited`; `vendor_unavailable` or `timed_out`, with
/// outcome `unknown` as soon as the pool may have acted.
pub async fn refresh(
    http: &DeadlineClient,
    pool: &Pool,
    call: &CallContext,
    tokens: &TokenSet,
) -> Result<TokenSet, AdapterError> {
    let Some(refresh_token) = &tokens.refresh_token else {
        return Err(AdapterError::not_executed(
            AdapterErrorKind::LinkRevoked,
            "the vendor gave no refresh token; the household has to link again",
        ));
    };
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": pool.client_id,
        "AuthParameters": { "REFRESH_TOKEN": refresh_token.expose_secret() },
    });
    let answered: Answered = ask(http, pool, call, INITIATE, &body, Purpose::Refresh).await?;
    let fresh = answered.authentication_result.ok_or_else(|| lost("no tokens"))?;
    Ok(token_set(fresh, Some(tokens), call))
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Login,
    Refresh,
}

async fn ask<T: for<'de> Deserialize<'de>>(
    http: &DeadlineClient,
    pool: &Pool,
    call: &CallContext,
    operation: HeaderValue,
    body: &Value,
    purpose: Purpose,
) -> Result<T, AdapterError> {
    let request = VendorRequest::new(Method::POST, pool.url.clone())
        .header(TARGET, operation)
        .body(AMZ_JSON, body.to_string().into_bytes());
    let reply = http.exchange(&request, call.deadline()).await?;
    if reply.status.is_success() {
        // Whatever it is, the pool has acted.
        return reply.json().map_err(|_| lost("something unexpected"));
    }
    Err(refused(&reply, purpose))
}

/// What a refusal means. The pool tells by its type, and always with the status 400.
fn refused(reply: &Reply, purpose: Purpose) -> AdapterError {
    let status = reply.status.as_u16();
    let said = reply.is_json.then(|| named(&reply.body)).flatten();
    let kind = match (said.as_deref(), purpose) {
        // An account that is gone or was reset has no more tokens; whoever owns it has to sign in anew.
        (
            Some(
                "NotAuthorizedException"
                | "UserNotFoundException"
                | "UserNotConfirmedException"
                | "PasswordResetRequiredException",
            ),
            Purpose::Refresh,
        ) => AdapterErrorKind::LinkRevoked,
        // The last three are in Cognito's documentation, for accounts that the vendor's own app would not let in either.
        (
            Some(
                "NotAuthorizedException"
                | "UserNotFoundException"
                | "UserNotConfirmedException"
                | "PasswordResetRequiredException",
            ),
            Purpose::Login,
        ) => AdapterErrorKind::Rejected,
        (Some("TooManyRequestsException"), _) => AdapterErrorKind::RateLimited,
        _ if status == 429 => AdapterErrorKind::RateLimited,
        _ => AdapterErrorKind::VendorUnavailable,
    };
    let named = said.unwrap_or_else(|| "no reason".to_owned());
    let message = format!("the user pool answered with status {status} and {named}");
    // A refusal in its own words is one; a failure of its own may come after it has acted.
    let error = if (400..=499).contains(&status) {
        AdapterError::not_executed(kind, message)
    } else {
        AdapterError::unknown(kind, message)
    };
    error.with_retry_after(reply.retry_after_seconds)
}

/// The type of an error, which may stand behind the name of its service. What does not look like a type is not repeated.
fn named(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(rename = "__type")]
        kind: String,
    }
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    let kind = refusal.kind.rsplit('#').next()?;
    let plain = (1..=60).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then(|| kind.to_owned())
}

fn wants_more() -> AdapterError {
    AdapterError::not_executed(
        AdapterErrorKind::Rejected,
        "the account wants more for a login than an e-mail address and a password",
    )
}

fn unusable(what: &str) -> AdapterError {
    AdapterError::not_executed(
        AdapterErrorKind::VendorUnavailable,
        format!("the user pool {what}"),
    )
}

fn lost(what: &str) -> AdapterError {
    AdapterError::unknown(
        AdapterErrorKind::VendorUnavailable,
        format!("the user pool answered a success with {what}"),
    )
}

fn token_set(tokens: Tokens, before: Option<&TokenSet>, call: &CallContext) -> TokenSet {
    let lifetime = Duration::from_secs(tokens.expires_in).min(LIFETIME_MAX);
    TokenSet {
        access_token: tokens.id_token,
        refresh_token: tokens
            .refresh_token
            .or_else(|| before.and_then(|before| before.refresh_token.clone())),
        expires_at: call.now().saturating_add(lifetime).unwrap_or_else(|_| call.now()),
        scope: None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_time_is_written_as_the_pool_wants_it() {
        for (at, written) in [
            ("2026-11-22T15:20:44Z", "Sun Nov 22 15:20:44 UTC 2026"),
            ("2026-03-02T05:00:00Z", "Mon Mar 2 05:00:00 UTC 2026"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(at.strftime(TIMESTAMP).to_string(), written);
        }
    }

    #[test]
    fn a_refusal_is_known_by_its_type_with_or_without_its_service_before_it() {
        let said = |kind: &str| named(json!({ "__type": kind, "message": "m" }).to_string().as_bytes());
        assert_eq!(
            said("NotAuthorizedException").as_deref(),
            Some("NotAuthorizedException")
        );
        assert_eq!(
            said("com.amazonaws.cognito#NotAuthorizedException").as_deref(),
            Some("NotAuthorizedException")
        );
        assert_eq!(said("wrong password: hunter2"), None);
        assert_eq!(named(b"<html>"), None);
    }

    proptest! {
        #[test]
        fn no_refusal_makes_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = named(&body);
        }
    }
}
