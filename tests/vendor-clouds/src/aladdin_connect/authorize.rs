//! `/login`: where an app sends its user, who logs in and goes straight back with a code.
//!
//! The parameters are the documented ones; PKCE is taken where it comes. The form on the page is the simulator's own.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::NAME;
use super::errors::error_body;
use crate::error::CloudError;
use crate::face::answers::{broken, too_many};
use crate::face::form::Fields;
use crate::face::redirect::{self, Refusal, redirect, with_query};
use crate::face::sign_in::{self, SignIn};
use crate::face::{page, strike_identity, through};
use crate::faults::Target;
use crate::identity::AuthorizeRequest;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;

/// Reads and judges what an app asks for. Parameters that are not known are let be.
fn judge(query: Option<&str>, world: &World) -> Result<AuthorizeRequest, Refusal> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let client_id = fields
        .get("client_id")
        .ok_or(Refusal::Page("client_id is missing"))?;
    let redirect_uri = fields
        .get("redirect_uri")
        .ok_or(Refusal::Page("redirect_uri is missing"))?;
    if !redirect::allowed(redirect_uri, &world.redirect_uris) {
        return Err(Refusal::Page("this redirect_uri is not registered"));
    }
    let state = fields.get("state").map(str::to_owned);
    let back = |error| Refusal::Back {
        to: redirect_uri.to_owned(),
        error,
        state: state.clone(),
    };
    if fields.get("response_type") != Some("code") {
        return Err(back("unsupported_response_type"));
    }
    let challenge = fields.get("code_challenge");
    if challenge.is_some() && fields.get("code_challenge_method") != Some("S256") {
        return Err(back("invalid_request"));
    }
    Ok(AuthorizeRequest {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: challenge.map(str::to_owned),
        scope: String::new(),
        state,
        installation: None,
    })
}

/// `GET` the page.
pub(super) async fn page(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
) -> Response {
    let fault = match strike_identity(&shared, Target::Login, None) {
        Ok(fault) => fault,
        Err(error) => return broken(&error),
    };
    through(fault, &connection, error_body, || {
        let shown = shared.change(|world, _| {
            let judged = judge(query.as_deref(), world);
            Ok(judged.map(|_| sign_in::new_form(world)))
        });
        match shown {
            Ok(Ok((secret, token))) => page::first_form(NAME, &secret, &token),
            Ok(Err(refusal)) => refuse(&refusal),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// `POST` the page: back to the app, with a code.
pub(super) async fn submit(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = Fields::parse(&body);
    let email = fields.get("Email").map(Email::from);
    let fault = match strike_identity(&shared, Target::Login, email.as_ref()) {
        Ok(fault) => fault,
        Err(error) => return broken(&error),
    };
    through(fault, &connection, error_body, || {
        let submitted =
            shared.change(|world, now| signed_in(world, now, query.as_deref(), &headers, &fields));
        submitted.unwrap_or_else(|error| broken(&error))
    })
    .await
}

fn signed_in(
    world: &mut World,
    now: Timestamp,
    query: Option<&str>,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Response, CloudError> {
    let asked = match judge(query, world) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refuse(&refusal)),
    };
    Ok(match sign_in::judge(world, now, headers, fields) {
        SignIn::As { email, .. } => {
            let (to, state) = (asked.redirect_uri.clone(), asked.state.clone());
            let code = world.identity.issue_code(now, email, asked);
            let mut fields = vec![("code", code.expose_secret())];
            fields.extend(state.as_deref().map(|state| ("state", state)));
            redirect(&with_query(&to, &fields), &[])
        }
        SignIn::Wrong { token } => page::form_again(NAME, &token),
        SignIn::Forged => page::problem(NAME, "the form has expired: go back and begin again"),
        SignIn::Cancelled => refuse(&Refusal::Back {
            to: asked.redirect_uri,
            error: "access_denied",
            state: asked.state,
        }),
        SignIn::Locked(retry_after) => too_many(retry_after, error_body),
    })
}

/// Says no, on a page or to the app.
fn refuse(refusal: &Refusal) -> Response {
    match refusal.back() {
        Err(reason) => page::problem(NAME, reason),
        Ok(to) => redirect(&to, &[]),
    }
}
