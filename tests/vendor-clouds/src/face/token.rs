//! A token endpoint: a code or a refresh token for new tokens. What a client must send, and what it gets, is the face's own.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::answers::{self, broken};
use super::form::Fields;
use super::{ErrorBody, detached, strike_identity, through};
use crate::config::RefreshTokens;
use crate::error::CloudError;
use crate::faults::Target;
use crate::identity::Grant;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;

/// New tokens.
pub(crate) struct Issued {
    pub(crate) access: SecretString,
    pub(crate) refresh: Option<SecretString>,
    pub(crate) scope: Option<String>,
    /// What this vendor tells besides, or in other words than usual.
    pub(crate) further: Vec<(&'static str, Value)>,
}

/// OAuth's error code, with the status that goes with it.
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) &'static str);

impl Refused {
    pub(crate) const INVALID_REQUEST: Self = Self(StatusCode::BAD_REQUEST, "invalid_request");
    pub(crate) const INVALID_CLIENT: Self = Self(StatusCode::UNAUTHORIZED, "invalid_client");
}

/// How a face makes tokens of a request.
pub(crate) type Issue = fn(&mut World, Timestamp, &Request) -> Result<Result<Issued, Refused>, CloudError>;

/// What came to the endpoint.
pub(crate) struct Request {
    /// The form.
    pub(crate) fields: Fields,
    /// Who it says it is, by HTTP Basic.
    pub(crate) basic: Option<(String, SecretString)>,
    /// Where the cloud is reached.
    pub(crate) issuer: String,
}

impl Request {
    /// Who the client says it is, if it says so with a secret: by HTTP Basic, or in the body.
    pub(crate) fn client(&self) -> Option<String> {
        let in_body = || {
            let (id, secret) = (
                self.fields.get("client_id")?,
                self.fields.secret("client_secret")?,
            );
            Some((id.to_owned(), secret))
        };
        let (id, secret) = self.basic.clone().or_else(in_body)?;
        (!id.is_empty() && !secret.expose_secret().is_empty()).then_some(id)
    }
}

/// The id and secret in `Authorization: Basic`, each encoded as in a form (RFC 6749, section 2.3.1).
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, SecretString)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let pair = STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let field = format!("x={text}");
        let mut fields = form_urlencoded::parse(field.as_bytes());
        fields.next().map(|(_, value)| value.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?.into()))
}

/// The endpoint.
pub(crate) async fn endpoint(
    shared: Shared,
    connection: Connection,
    request: Request,
    body: ErrorBody,
    issue: Issue,
) -> Response {
    // On its own task: a client that gives up waiting may have spent its token nevertheless.
    detached(async move {
        let fault = match owner(&shared, &request.fields)
            .and_then(|email| strike_identity(&shared, Target::Token, email.as_ref()))
        {
            Ok(fault) => fault,
            Err(error) => return broken(&error),
        };
        let answered = || answer(&shared, &request, body, issue).unwrap_or_else(|error| broken(&error));
        through(fault, &connection, body, answered).await
    })
    .await
}

/// Whose code or refresh token it is, before it is spent.
fn owner(shared: &Shared, fields: &Fields) -> Result<Option<Email>, CloudError> {
    shared.look(|world, _| {
        let code = fields
            .secret("code")
            .and_then(|code| world.identity.code_owner(&code).cloned());
        code.or_else(|| {
            let refresh = fields.secret("refresh_token")?;
            world.identity.refresh_owner(&refresh).cloned()
        })
    })
}

fn answer(shared: &Shared, request: &Request, body: ErrorBody, issue: Issue) -> Result<Response, CloudError> {
    if let Some(locked) = owner(shared, &request.fields)?
        .map(|email| shared.look(|world, now| world.identity.locked(now, &email)))
        .transpose()?
        .flatten()
    {
        return Ok(answers::too_many(locked.retry_after, body));
    }
    let (issued, ttl_s) = shared.change(|world, now| {
        let issued = issue(world, now, request)?;
        Ok((issued, world.settings.access_token_ttl_s))
    })?;
    Ok(match issued {
        Ok(issued) => {
            let mut body = json!({
                "access_token": issued.access.expose_secret(),
                "expires_in": ttl_s,
                "token_type": "Bearer",
            });
            if let Some(refresh) = issued.refresh {
                body["refresh_token"] = json!(refresh.expose_secret());
            }
            if let Some(scope) = issued.scope {
                body["scope"] = json!(scope);
            }
            for (name, value) in issued.further {
                body[name] = value;
            }
            let headers = [(header::CACHE_CONTROL, "no-store, no-cache, max-age=0")];
            (headers, Json(body)).into_response()
        }
        Err(Refused(status, error)) => (status, Json(json!({ "error": error }))).into_response(),
    })
}

/// What the code or refresh token in `fields` stands for; it is spent, unless it is a refresh token of a cloud that does not rotate
/// them.
pub(crate) fn redeem(
    world: &mut World,
    now: Timestamp,
    fields: &Fields,
    client_id: Option<&str>,
) -> Result<Grant, Refused> {
    let grant = match fields.get("grant_type") {
        Some("authorization_code") => {
            let (Some(code), Some(redirect_uri)) = (fields.secret("code"), fields.get("redirect_uri")) else {
                return Err(Refused::INVALID_REQUEST);
            };
            let challenge = fields.get("code_verifier").map(challenge);
            world
                .identity
                .redeem_code(now, &code, challenge.as_deref(), redirect_uri, client_id)
        }
        Some("refresh_token") => {
            let Some(token) = fields.secret("refresh_token") else {
                return Err(Refused::INVALID_REQUEST);
            };
            match world.settings.refresh_tokens {
                RefreshTokens::Rotating => world.identity.redeem_refresh(&token),
                RefreshTokens::Fixed => world.identity.refresh_grant(&token),
            }
        }
        _ => return Err(Refused(StatusCode::BAD_REQUEST, "unsupported_grant_type")),
    };
    grant.ok_or(Refused(StatusCode::BAD_REQUEST, "invalid_grant"))
}

/// The refresh token that goes with new tokens: a new one, or the one that came where they are not rotated.
pub(crate) fn next_refresh(world: &mut World, fields: &Fields, grant: Grant) -> SecretString {
    match (world.settings.refresh_tokens, fields.secret("refresh_token")) {
        (RefreshTokens::Fixed, Some(kept)) => kept,
        _ => world.identity.issue_refresh(grant),
    }
}

/// The S256 challenge that a verifier answers (RFC 7636).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
