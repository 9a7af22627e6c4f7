//! `POST /connect/token`: a code or a refresh token for a pair of new tokens.
//!
//! What clients send beside what is needed differs from one to the next, so it is let be: a wrong `scope`, a missing
//! `client_id`, any `Authorization`.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use jiff::Timestamp;

use super::answers::error_body;
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
    body: Bytes,
) -> Response {
    let request = Request {
        fields: Fields::parse(&body),
        basic: None,
        issuer: shared.base_url().to_owned(),
    };
    token::endpoint(shared, connection, request, error_body, issue).await
}

/// Two tokens, the second only for apps that asked for `offline_access`.
fn issue(
    world: &mut World,
    now: Timestamp,
    request: &Request,
) -> Result<Result<Issued, Refused>, CloudError> {
    let fields = &request.fields;
    if fields.get("grant_type") == Some("authorization_code") && fields.get("code_verifier").is_none() {
        return Ok(Err(Refused::INVALID_REQUEST));
    }
    let grant = match token::redeem(world, now, fields, fields.get("client_id")) {
        Ok(grant) => grant,
        Err(refused) => return Ok(Err(refused)),
    };
    let user_id = world.user(&grant.email)?.id.clone();
    let until = now + Duration::from_secs(u64::from(world.settings.access_token_ttl_s));
    let access = world
        .identity
        .issue_access(&request.issuer, &grant, &user_id, (now, until))?;
    let scope = grant.scope.clone();
    let offline = scope.split_whitespace().any(|word| word == "offline_access");
    let refresh = offline.then(|| token::next_refresh(world, fields, grant));
    Ok(Ok(Issued {
        access,
        refresh,
        scope: Some(scope),
        further: Vec::new(),
    }))
}
