//! `POST /`: the user pool, as Amazon Cognito speaks. A login by SRP in two calls, and a refresh in one.
//!
//! Nothing is signed, and the client has no secret. That an unknown user is refused in the first call, as a wrong password is in the
//! second, is a guess; the client's own time is signed along and not judged, so that a cloud with another clock can be logged in to.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::errors::{Refused, pool_error, pool_says};
use super::pool::Pool;
use crate::config::RefreshTokens;
use crate::error::CloudError;
use crate::face::answers::{broken, too_many};
use crate::face::{detached, strike_identity, through};
use crate::faults::Target;
use crate::identity::Grant;
use crate::identity::srp::{Claim, ClientPublic};
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;

/// Which call it is.
const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AWSCognitoIdentityProviderService.";
const VERIFY: &str = "PASSWORD_VERIFIER";

/// The body of either call. Never printed: it can hold a token.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    client_id: String,
    auth_flow: Option<String>,
    #[serde(default)]
    auth_parameters: Parameters,
    challenge_name: Option<String>,
    #[serde(default)]
    challenge_responses: Parameters,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
struct Parameters {
    username: Option<String>,
    srp_a: Option<String>,
    refresh_token: Option<SecretText>,
    timestamp: Option<String>,
    password_claim_secret_block: Option<String>,
    password_claim_signature: Option<String>,
}

/// Text that is not to be printed.
struct SecretText(SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

/// What the cloud sent along with its question: the name of the login that began.
struct SecretBlock(String);

impl SecretBlock {
    fn read(text: Option<String>) -> Option<Self> {
        let bytes = STANDARD.decode(text?).ok()?;
        String::from_utf8(bytes).ok().map(Self)
    }
}

/// What is asked of the pool.
enum Asked {
    /// A login begins.
    Begin { email: Email, public: ClientPublic },
    /// It goes on, with what shows that the client knows the password.
    Prove {
        user_id: String,
        timestamp: String,
        /// The name of the login that began.
        secret_block: SecretBlock,
        signature: Vec<u8>,
    },
    /// New tokens for an old one.
    Refresh(SecretString),
}

impl Asked {
    fn read(operation: &str, body: Body) -> Result<Self, Refused> {
        let missing = Refused::InvalidParameter;
        match (operation, body.auth_flow.as_deref()) {
            ("InitiateAuth", Some("USER_SRP_AUTH")) => {
                let given = body.auth_parameters;
                let email = given.username.as_deref().map(Email::from).ok_or(missing)?;
                let public = given.srp_a.as_deref().and_then(ClientPublic::read);
                Ok(Self::Begin {
                    email,
                    public: public.ok_or(missing)?,
                })
            }
            ("InitiateAuth", Some("REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN")) => {
                let token = body.auth_parameters.refresh_token.ok_or(missing)?;
                Ok(Self::Refresh(token.0))
            }
            ("RespondToAuthChallenge", _) if body.challenge_name.as_deref() == Some(VERIFY) => {
                let given = body.challenge_responses;
                let signature = given.password_claim_signature.ok_or(missing)?;
                Ok(Self::Prove {
                    user_id: given.username.ok_or(missing)?,
                    timestamp: given.timestamp.ok_or(missing)?,
                    secret_block: SecretBlock::read(given.password_claim_secret_block).ok_or(missing)?,
                    signature: STANDARD.decode(signature).map_err(|_| missing)?,
                })
            }
            ("InitiateAuth" | "RespondToAuthChallenge", _) => Err(missing),
            _ => Err(Refused::UnknownOperation),
        }
    }

    /// Whose login or token it is, before it is spent.
    fn owner(&self, world: &World) -> Option<Email> {
        match self {
            Self::Begin { email, .. } => Some(email.clone()),
            Self::Prove { secret_block, .. } => world.identity.proof_owner(&secret_block.0).cloned(),
            Self::Refresh(token) => world.identity.refresh_owner(token).cloned(),
        }
    }

    /// A login begins on its page, so to speak; the second call and a refresh are for tokens.
    const fn kind(&self) -> Target {
        match self {
            Self::Begin { .. } => Target::Login,
            Self::Prove { .. } | Self::Refresh(_) => Target::Token,
        }
    }
}

/// The endpoint.
pub(super) async fn pool(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // On its own task: a client that gives up waiting may have spent its token nevertheless.
    detached(async move {
        let operation = headers.get(TARGET).and_then(|target| target.to_str().ok());
        let Some(operation) = operation.and_then(|target| target.strip_prefix(SERVICE)) else {
            return Refused::UnknownOperation.into_response();
        };
        let Ok(body) = serde_json::from_slice::<Body>(&body) else {
            return Refused::InvalidParameter.into_response();
        };
        let client_id = body.client_id.clone();
        let asked = match Asked::read(operation, body) {
            Ok(asked) => asked,
            Err(refused) => return refused.into_response(),
        };
        let fault = match shared
            .look(|world, _| asked.owner(world))
            .and_then(|email| strike_identity(&shared, asked.kind(), email.as_ref()))
        {
            Ok(fault) => fault,
            Err(error) => return broken(&error),
        };
        let answered = || {
            let answered = shared.change(|world, now| answer(world, now, &client_id, asked));
            answered.unwrap_or_else(|error| broken(&error))
        };
        through(fault, &connection, pool_error, answered).await
    })
    .await
}

fn answer(world: &mut World, now: Timestamp, client_id: &str, asked: Asked) -> Result<Response, CloudError> {
    let pool = Pool::of(world.seed());
    if client_id != pool.client_id {
        return Ok(Refused::NoSuchClient.into_response());
    }
    let owner = asked.owner(world);
    if let Some(locked) = owner.and_then(|email| world.identity.locked(now, &email)) {
        return Ok(too_many(locked.retry_after, pool_error));
    }
    let grant = |email| Grant {
        email,
        client_id: client_id.to_owned(),
        scope: String::new(),
        installation: None,
    };
    Ok(match asked {
        Asked::Begin { email, public } => begin(world, now, email, public),
        Asked::Prove {
            user_id,
            timestamp,
            secret_block,
            signature,
        } => {
            let claim = Claim {
                pool: &pool.name,
                user_id: &user_id,
                secret_block: secret_block.0.as_bytes(),
                timestamp: &timestamp,
            };
            match prove(world, now, &secret_block, &claim, &signature) {
                Ok(email) => {
                    let throttle = world.settings.login_throttle.clone();
                    world.identity.logged_in(now, &email, throttle.as_ref());
                    match world.identity.locked(now, &email) {
                        Some(locked) => too_many(locked.retry_after, pool_error),
                        None => {
                            let refresh = world.identity.issue_refresh(grant(email.clone()));
                            tokens(world, now, &grant(email), Some(&refresh))
                        }
                    }
                }
                Err(refused) => refused.into_response(),
            }
        }
        Asked::Refresh(token) => match world.settings.refresh_tokens {
            RefreshTokens::Fixed => match world.identity.refresh_grant(&token) {
                Some(grant) => tokens(world, now, &grant, None),
                None => Refused::NotAuthorized.into_response(),
            },
            RefreshTokens::Rotating => match world.identity.redeem_refresh(&token) {
                Some(grant) => {
                    let next = world.identity.issue_refresh(grant.clone());
                    tokens(world, now, &grant, Some(&next))
                }
                None => Refused::NotAuthorized.into_response(),
            },
        },
    })
}

/// What the client must sign along, with what it needs to find the key.
fn begin(world: &mut World, now: Timestamp, email: Email, public: ClientPublic) -> Response {
    let known = world.user(&email).ok();
    let Some((user_id, verifier)) = known.and_then(|user| Some((user.id.clone(), user.verifier()?.clone())))
    else {
        return Refused::NotAuthorized.into_response();
    };
    let (name, secret) = world.identity.begin_proof(now, email, public);
    let body = json!({
        "ChallengeName": VERIFY,
        "ChallengeParameters": {
            "SALT": verifier.salt(),
            "SRP_B": verifier.public(secret.as_bytes()),
            "SECRET_BLOCK": STANDARD.encode(name),
            "USER_ID_FOR_SRP": user_id,
            "USERNAME": user_id,
        },
    });
    pool_says(StatusCode::OK, body)
}

/// Who has shown to know their password. Each challenge is good for one answer.
fn prove(
    world: &mut World,
    now: Timestamp,
    secret_block: &SecretBlock,
    claim: &Claim<'_>,
    signature: &[u8],
) -> Result<Email, Refused> {
    let proof = world
        .identity
        .take_proof(now, &secret_block.0)
        .ok_or(Refused::NotAuthorized)?;
    let user = world.user(&proof.email).map_err(|_| Refused::NotAuthorized)?;
    let proven = user.id == claim.user_id
        && user.verifier().is_some_and(|verifier| {
            verifier.proves(&proof.public, proof.secret.as_bytes(), claim, signature)
        });
    if proven {
        return Ok(proof.email);
    }
    let throttle = world.settings.login_throttle.clone();
    world.identity.login_failed(now, &proof.email, throttle.as_ref());
    Err(Refused::NotAuthorized)
}

/// Three tokens, of which the id token opens the API; after a refresh two, unless refresh tokens rotate.
fn tokens(world: &mut World, now: Timestamp, grant: &Grant, refresh: Option<&SecretString>) -> Response {
    let ttl_s = world.settings.access_token_ttl_s;
    let until = now + Duration::from_secs(u64::from(ttl_s));
    let id_token = world.identity.issue_opaque_access(grant, until);
    let mut result = json!({
        "IdToken": id_token.expose_secret(),
        // That the API does not take this one is a guess: no client sends it.
        "AccessToken": world.identity.fresh(),
        "ExpiresIn": ttl_s,
        "TokenType": "Bearer",
    });
    if let Some(refresh) = refresh {
        result["RefreshToken"] = json!(refresh.expose_secret());
    }
    let body = json!({ "AuthenticationResult": result, "ChallengeParameters": {} });
    pool_says(StatusCode::OK, body)
}
