//! `POST /connect/token`: a code or a refresh token for a pair of new tokens.
//!
//! What clients send beside what is needed differs from one to the next, so it is let be: a wrong `scope`, a missing
//! `client_id`, any `Authorization`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::form::Fields;
use super::identity::Grant;
use super::{answers, detached, strike_identity, through};
use crate::error::CloudError;
use crate::faults::Target;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;

/// The pair, or why not.
enum Issued {
    /// Two tokens, the second only for apps that asked for `offline_access`.
    Tokens {
        access: SecretString,
        refresh: Option<SecretString>,
        scope: String,
        ttl_s: u32,
    },
    /// OAuth's error code.
    Refused(&'static str),
    /// The account is locked.
    Locked(Option<u64>),
}

/// The endpoint.
pub(super) async fn token(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    body: Bytes,
) -> Response {
    // On its own task: a client that gives up waiting may have spent its token nevertheless.
    detached(async move {
        let fields = Fields::parse(&body);
        let fault = match owner(&shared, &fields)
            .and_then(|email| strike_identity(&shared, Target::Token, email.as_ref()))
        {
            Ok(fault) => fault,
            Err(error) => return answers::broken(&error),
        };
        through(fault, &connection, || answer(&shared, &fields)).await
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

fn answer(shared: &Shared, fields: &Fields) -> Response {
    match issue(shared, fields) {
        Ok(Issued::Tokens {
            access,
            refresh,
            scope,
            ttl_s,
        }) => {
            let mut body = json!({
                "access_token": access.expose_secret(),
                "expires_in": ttl_s,
                "token_type": "Bearer",
                "scope": scope,
            });
            if let Some(refresh) = refresh {
                body["refresh_token"] = json!(refresh.expose_secret());
            }
            (
                [(header::CACHE_CONTROL, "no-store, no-cache, max-age=0")],
                Json(body),
            )
                .into_response()
        }
        Ok(Issued::Refused(error)) => {
            (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
        }
        Ok(Issued::Locked(retry_after)) => answers::too_many(retry_after),
        Err(error) => answers::broken(&error),
    }
}

fn issue(shared: &Shared, fields: &Fields) -> Result<Issued, CloudError> {
    if let Some(locked) = owner(shared, fields)?
        .map(|email| shared.look(|world, now| world.identity.locked(now, &email)))
        .transpose()?
        .flatten()
    {
        return Ok(Issued::Locked(locked.retry_after));
    }
    shared.change(|world, now| {
        let grant = match fields.get("grant_type") {
            Some("authorization_code") => {
                let needed = (
                    fields.secret("code"),
                    fields.get("code_verifier"),
                    fields.get("redirect_uri"),
                );
                let (Some(code), Some(verifier), Some(redirect_uri)) = needed else {
                    return Ok(Issued::Refused("invalid_request"));
                };
                let challenge = challenge(verifier);
                let client_id = fields.get("client_id");
                world
                    .identity
                    .redeem_code(now, &code, &challenge, redirect_uri, client_id)
            }
            Some("refresh_token") => {
                let Some(token) = fields.secret("refresh_token") else {
                    return Ok(Issued::Refused("invalid_request"));
                };
                world.identity.redeem_refresh(&token)
            }
            _ => return Ok(Issued::Refused("unsupported_grant_type")),
        };
        let Some(grant) = grant else {
            return Ok(Issued::Refused("invalid_grant"));
        };
        let Grant { email, scope, .. } = grant.clone();
        let user_id = world.user(&email)?.id.clone();
        let ttl_s = world.settings.access_token_ttl_s;
        let until = now + std::time::Duration::from_secs(u64::from(ttl_s));
        let access = world
            .identity
            .issue_access(shared.base_url(), &grant, &user_id, (now, until))?;
        let offline = scope.split_whitespace().any(|word| word == "offline_access");
        let refresh = offline.then(|| world.identity.issue_refresh(grant));
        Ok(Issued::Tokens {
            access,
            refresh,
            scope,
            ttl_s,
        })
    })
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
