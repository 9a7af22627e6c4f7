//! The permission in a handler's signature.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;

use super::{Claims, Refused, Verifier};
use crate::Problem;
use crate::problem::wire::{INSUFFICIENT_SCOPE, INTERNAL, TOKEN_EXPIRED, UNAUTHORIZED, UNAVAILABLE};

/// A scope, as a type. Each API declares its own:
///
/// ```
/// /// Read deliveries.
/// pub struct DeliveriesRead;
/// impl postern_http::Scope for DeliveriesRead {
///     const NAME: &'static str = "deliveries.read";
/// }
/// ```
pub trait Scope {
    /// The scope's name in a token, without the resource server's prefix: letters, digits, `.`, `-`, `_`,
    /// `:`.
    const NAME: &'static str;
}

/// Proof that the request came with a good token, whatever it allows: who calls, for what is counted by
/// caller. A handler takes an [`Authorized`].
///
/// Answers `unauthorized` or `token_expired` (401), each with `WWW-Authenticate` as RFC 6750 asks, and
/// `unavailable` (503) while the issuer's keys can't be had. The verifier is put into the request by
/// [`house`](crate::house()). A request's token is verified once, however often this is asked for.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// What the token says.
    pub claims: Claims,
}

/// The claims of the request's token, once it was verified. Private, so that nobody else can put them there.
#[derive(Debug, Clone)]
struct Verified(Claims);

impl<State: Send + Sync> FromRequestParts<State> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &State) -> Result<Self, Problem> {
        if let Some(Verified(claims)) = parts.extensions.get::<Verified>().cloned() {
            return Ok(Self { claims });
        }
        let Some(verifier) = parts.extensions.get::<Arc<Verifier>>().cloned() else {
            tracing::error!("a call that needs a token is served without a verifier");
            return Err(Problem::new(&INTERNAL));
        };
        let token = bearer(parts)?;
        let claims = verifier.verify(token).await.map_err(|refused| {
            tracing::info!(reason = %refused, "a token was refused");
            match refused {
                Refused::Invalid(_) => challenged(Problem::new(&UNAUTHORIZED), "error=\"invalid_token\""),
                Refused::Expired => challenged(
                    Problem::new(&TOKEN_EXPIRED),
                    "error=\"invalid_token\", error_description=\"the token has expired\"",
                ),
                Refused::KeysUnavailable => Problem::new(&UNAVAILABLE).retry_after_s(5),
            }
        })?;
        parts.extensions.insert(Verified(claims.clone()));
        Ok(Self { claims })
    }
}

/// Proof that the request came with a good token that has the scope `S`.
///
/// Answers as [`Bearer`] does, and `insufficient_scope` (403).
#[derive(Debug, Clone)]
pub struct Authorized<S> {
    /// What the token says.
    pub claims: Claims,
    scope: PhantomData<fn() -> S>,
}

impl<S: Scope, State: Send + Sync> FromRequestParts<State> for Authorized<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let Bearer { claims } = Bearer::from_request_parts(parts, state).await?;
        if !claims.has(S::NAME) {
            let challenge = format!("error=\"insufficient_scope\", scope=\"{}\"", S::NAME);
            let problem = Problem::new(&INSUFFICIENT_SCOPE)
                .with("scope", S::NAME)
                .member("scope", S::NAME);
            return Err(challenged(problem, &challenge));
        }
        Ok(Self {
            claims,
            scope: PhantomData,
        })
    }
}

fn challenged(problem: Problem, parameters: &str) -> Problem {
    let challenge = format!("Bearer realm=\"postern\", {parameters}");
    match HeaderValue::from_str(&challenge) {
        Ok(challenge) => problem.header(WWW_AUTHENTICATE, challenge),
        // Only a scope with a control character in its name could come here.
        Err(_) => problem.header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"postern\""),
        ),
    }
}

/// The token of the one `Authorization: Bearer …` header. Without one there is no `error` in the challenge
/// (RFC 6750, 3.1).
fn bearer(parts: &Parts) -> Result<&str, Problem> {
    let nothing = || {
        Problem::new(&UNAUTHORIZED).header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"postern\""),
        )
    };
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(nothing());
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .ok_or_else(nothing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim_matches(' '))
    } else {
        Err(nothing())
    }
}
