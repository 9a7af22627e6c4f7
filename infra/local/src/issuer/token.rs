//! `/oauth2/token`: client credentials, the authorization code with PKCE, and refresh.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::client::{Caller, authenticate};
use super::grants::{Full, NotGood, Redeemed};
use super::params::{NotAForm, Params};
use super::{ACCESS_S, Client, Issuer, IssuerError, allowed, spaced};

/// A refusal of the token endpoint (RFC 6749, 5.2).
#[derive(Debug)]
pub(super) enum OAuthError {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    Unavailable,
    Server(IssuerError),
}

impl From<NotAForm> for OAuthError {
    fn from(_: NotAForm) -> Self {
        Self::InvalidRequest("send a form (application/x-www-form-urlencoded) with each parameter once")
    }
}

impl From<NotGood> for OAuthError {
    fn from(_: NotGood) -> Self {
        Self::InvalidGrant
    }
}

impl From<Full> for OAuthError {
    fn from(_: Full) -> Self {
        Self::Unavailable
    }
}

impl From<IssuerError> for OAuthError {
    fn from(error: IssuerError) -> Self {
        Self::Server(error)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the client is unknown or its secret is wrong",
            ),
            Self::InvalidGrant => (
                StatusCode::BAD_REQUEST,
                "invalid_grant",
                "the code or refresh token is unknown, used, expired or not for this client; log in again",
            ),
            Self::InvalidScope => (
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                "the client may not have one of these scopes",
            ),
            Self::UnauthorizedClient => (
                StatusCode::BAD_REQUEST,
                "unauthorized_client",
                "this client may not use this grant type",
            ),
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "use client_credentials, authorization_code or refresh_token",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "try again in a while",
            ),
            Self::Server(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the issuer failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "server_error",
                    "the issuer failed; see its log",
                )
            }
        };
        let body = Json(json!({"error": error, "error_description": description}));
        let mut response = (status, body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"postern\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

pub(super) async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: Bytes) -> Response {
    match answer(&issuer, &headers, &body) {
        Ok(tokens) => ([(PRAGMA, "no-cache")], Json(tokens)).into_response(),
        Err(error) => error.into_response(),
    }
}

fn answer(issuer: &Issuer, headers: &HeaderMap, body: &[u8]) -> Result<Value, OAuthError> {
    let params = Params::of_form(headers, body)?;
    let grant_type = params
        .get("grant_type")
        .ok_or(OAuthError::InvalidRequest("grant_type is missing"))?;
    let caller = authenticate(issuer, headers, &params)?;
    match (grant_type, caller) {
        ("client_credentials", Caller::Carrier(client)) => client_credentials(issuer, client, &params),
        ("authorization_code", Caller::App) => authorization_code(issuer, &params),
        ("refresh_token", Caller::App) => refresh_token(issuer, &params),
        ("client_credentials" | "authorization_code" | "refresh_token", _) => {
            Err(OAuthError::UnauthorizedClient)
        }
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}

fn client_credentials(issuer: &Issuer, client: &Client, params: &Params) -> Result<Value, OAuthError> {
    let scopes = allowed(&client.scopes, params.scopes()).map_err(|_| OAuthError::InvalidScope)?;
    let audience = &issuer.0.config.carrier_audience;
    let access = issuer.access_token(audience, &client.id, &client.id, &scopes)?;
    Ok(json!({
        "access_token": access.expose_secret(),
        "token_type": "Bearer",
        "expires_in": ACCESS_S,
        "scope": spaced(&scopes),
    }))
}

fn authorization_code(issuer: &Issuer, params: &Params) -> Result<Value, OAuthError> {
    let needed = |name, why| params.get(name).ok_or(OAuthError::InvalidRequest(why));
    let code = needed("code", "code is missing")?;
    let redirect_uri = needed("redirect_uri", "redirect_uri is missing")?;
    let verifier = needed("code_verifier", "code_verifier is missing: PKCE is required")?;
    let app = &issuer.0.config.app.id;
    let redeemed = issuer
        .grants()
        .redeem_code(code, app, redirect_uri, verifier, issuer.now())?;
    tokens(issuer, redeemed)
}

fn refresh_token(issuer: &Issuer, params: &Params) -> Result<Value, OAuthError> {
    let token = params
        .get("refresh_token")
        .ok_or(OAuthError::InvalidRequest("refresh_token is missing"))?;
    let redeemed = issuer
        .grants()
        .redeem_refresh(token, &issuer.0.config.app.id, issuer.now())?;
    // The scopes of a refresh may not grow (RFC 6749, 6), and here they do not shrink either.
    if !params.scopes().is_subset(&redeemed.login.scopes) {
        return Err(OAuthError::InvalidScope);
    }
    tokens(issuer, redeemed)
}

fn tokens(issuer: &Issuer, redeemed: Redeemed) -> Result<Value, OAuthError> {
    let config = &issuer.0.config;
    let login = redeemed.login.clone();
    let access = issuer.access_token(
        &config.customer_audience,
        &login.subject,
        &config.app.id,
        &login.scopes,
    )?;
    let refresh = issuer.random_text()?;
    issuer
        .grants()
        .give_refresh(refresh.expose_secret(), redeemed, issuer.now())?;
    Ok(json!({
        "access_token": access.expose_secret(),
        "token_type": "Bearer",
        "expires_in": ACCESS_S,
        "refresh_token": refresh.expose_secret(),
        "scope": spaced(&login.scopes),
    }))
}
