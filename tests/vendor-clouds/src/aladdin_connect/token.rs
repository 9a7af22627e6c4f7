//! `POST oauth2/token`: a code or a refresh token for a pair of new tokens.
//!
//! How a client names itself is not documented: its id and secret are taken in the body and by HTTP Basic, whatever they are, but there
//! must be both, and a code is good only for the id that it was asked for with.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::errors::error_body;
use crate::error::CloudError;
use crate::face::form::Fields;
use crate::face::token::{self, Issued, Refused, Request};
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;

/// The endpoint.
pub(super) async fn token(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request {
        fields: Fields::parse(&body),
        basic: basic(&headers),
        issuer: shared.base_url().to_owned(),
    };
    token::endpoint(shared, connection, request, error_body, issue).await
}

/// The id and secret in `Authorization: Basic`, each encoded as in a form (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, SecretString)> {
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

/// Who the client says it is, if it says so with a secret.
fn client(request: &Request) -> Option<String> {
    let in_body = || {
        let (id, secret) = (
            request.fields.get("client_id")?,
            request.fields.secret("client_secret")?,
        );
        Some((id.to_owned(), secret))
    };
    let (id, secret) = request.basic.clone().or_else(in_body)?;
    (!id.is_empty() && !secret.expose_secret().is_empty()).then_some(id)
}

fn issue(
    world: &mut World,
    now: Timestamp,
    request: &Request,
) -> Result<Result<Issued, Refused>, CloudError> {
    let Some(client_id) = client(request) else {
        return Ok(Err(Refused::INVALID_CLIENT));
    };
    let grant = match token::redeem(world, now, &request.fields, Some(&client_id)) {
        Ok(grant) => grant,
        Err(refused) => return Ok(Err(refused)),
    };
    let until = now + Duration::from_secs(u64::from(world.settings.access_token_ttl_s));
    Ok(Ok(Issued {
        access: world.identity.issue_opaque_access(&grant, until),
        refresh: Some(token::next_refresh(world, &request.fields, grant)),
        scope: None,
    }))
}
