//! `POST /oauth/token`: a code or a refresh token for a pair of new tokens. Both are rotated.
//!
//! The id and the secret are taken by HTTP Basic or in the body, as clients of both kinds exist; an id in the body beside Basic must be
//! the same one.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;

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
        basic: token::basic(&headers),
        issuer: shared.base_url().to_owned(),
    };
    token::endpoint(shared, connection, request, error_body, issue).await
}

fn issue(
    world: &mut World,
    now: Timestamp,
    request: &Request,
) -> Result<Result<Issued, Refused>, CloudError> {
    let told = request.fields.get("client_id");
    let client = request.client();
    let Some(client_id) = client.filter(|client| told.is_none_or(|told| told == client)) else {
        return Ok(Err(Refused::INVALID_CLIENT));
    };
    let grant = match token::redeem(world, now, &request.fields, Some(&client_id)) {
        Ok(grant) => grant,
        Err(refused) => return Ok(Err(refused)),
    };
    let until = now + Duration::from_secs(u64::from(world.settings.access_token_ttl_s));
    Ok(Ok(Issued {
        access: world.identity.issue_opaque_access(&grant, until),
        scope: Some(grant.scope.clone()),
        further: vec![
            ("token_type", json!("bearer")),
            ("access_tier", json!(0)),
            ("installed_app_id", json!(grant.installation)),
        ],
        refresh: Some(token::next_refresh(world, &request.fields, grant)),
    }))
}
