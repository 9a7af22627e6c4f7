//! The two ends of the login: where an app sends its user, and where the user goes back to the app.

use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use secrecy::ExposeSecret;

use super::{answers, login};
use crate::face::answers::broken;
use crate::face::form::{self, Fields};
use crate::face::redirect::{self, Refusal, cookie, redirect, with_query};
use crate::face::{page, strike_identity, through};
use crate::faults::Target;
use crate::identity::AuthorizeRequest;
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;

/// Where the login comes back to.
pub(super) const CALLBACK: &str = "/connect/authorize/callback";
/// The cookie that says who is logged in.
pub(super) const SESSION_COOKIE: &str = ".AspNetCore.Identity.Application";
/// What an app asks for that does not say.
const DEFAULT_SCOPE: &str = "MyQ_Residential offline_access";
/// Reads and judges what an app asks for. Parameters that are not known are let be.
pub(super) fn judge(fields: &Fields, world: &World) -> Result<AuthorizeRequest, Refusal> {
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
    // S256 makes 43 characters of base64url, always (RFC 7636).
    let challenge = fields
        .get("code_challenge")
        .filter(|challenge| challenge.len() == 43);
    let challenge = challenge.ok_or_else(|| back("invalid_request"))?;
    if fields.get("code_challenge_method") != Some("S256") {
        return Err(back("invalid_request"));
    }
    Ok(AuthorizeRequest {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: Some(challenge.to_owned()),
        scope: fields.get("scope").unwrap_or(DEFAULT_SCOPE).to_owned(),
        state,
        installation: None,
    })
}

/// `GET /connect/authorize`: on to the login page, with three cookies.
pub(super) async fn begin(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
) -> Response {
    let fault = match strike_identity(&shared, Target::Login, None) {
        Ok(fault) => fault,
        Err(error) => return broken(&error),
    };
    let query = query.unwrap_or_default();
    through(fault, &connection, answers::error_body, || {
        let began = shared.change(|world, _| {
            let judged = judge(&Fields::parse(query.as_bytes()), world);
            Ok(judged.map(|_| [(); 3].map(|()| world.identity.fresh())))
        });
        match began {
            Ok(Ok([nonce, correlation, affinity])) => {
                let return_url = format!("{CALLBACK}?{query}");
                let location = format!("{}?{}", login::PATH, form::query(&[("returnUrl", &return_url)]));
                let cookies = [
                    cookie(".AspNetCore.OpenIdConnect.Nonce", &nonce),
                    cookie(".AspNetCore.Correlation.MyQ", &correlation),
                    cookie("ARRAffinity", &affinity),
                ];
                redirect(&location, &cookies)
            }
            Ok(Err(refusal)) => refuse(&refusal),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// `GET /connect/authorize/callback`: back to the app, with a code.
pub(super) async fn callback(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let fault = match strike_identity(&shared, Target::Login, None) {
        Ok(fault) => fault,
        Err(error) => return broken(&error),
    };
    through(fault, &connection, answers::error_body, || {
        let issued = shared.change(|world, now| {
            let asked = match judge(&fields, world) {
                Ok(asked) => asked,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let cookies = form::cookies(&headers, SESSION_COOKIE);
            let Some(email) = world.identity.session(now, cookies) else {
                let (to, state) = (asked.redirect_uri, asked.state);
                return Ok(Err(Refusal::Back {
                    to,
                    error: "login_required",
                    state,
                }));
            };
            let (to, scope, state) = (
                asked.redirect_uri.clone(),
                asked.scope.clone(),
                asked.state.clone(),
            );
            let code = world.identity.issue_code(now, email, asked);
            Ok(Ok((to, scope, state, code)))
        });
        match issued {
            Ok(Ok((to, scope, state, code))) => {
                let mut fields = vec![("code", code.expose_secret()), ("scope", scope.as_str())];
                fields.extend(state.as_deref().map(|state| ("state", state)));
                redirect(&with_query(&to, &fields), &[])
            }
            Ok(Err(refusal)) => refuse(&refusal),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// Says no, on a page or to the app.
pub(super) fn refuse(refusal: &Refusal) -> Response {
    match refusal.back() {
        Err(reason) => page::problem(super::NAME, reason),
        Ok(to) => redirect(&to, &[]),
    }
}
