//! `/oauth/authorize`: where an app sends its user, who logs in, picks a home, and goes back with a code. With that the app is installed in
//! that home. Somebody with one home is not asked which.
//!
//! The parameters are the documented ones; PKCE is taken where it comes. The pages are the simulator's own, and that a household with one
//! home is sent straight back is a guess.

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
use crate::face::form::{self, Fields};
use crate::face::redirect::{self, Refusal, cookie, redirect, with_query};
use crate::face::sign_in::{self, SignIn};
use crate::face::{page, strike_identity, through};
use crate::faults::Target;
use crate::identity::AuthorizeRequest;
use crate::names::{AccountId, Email};
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;

/// The cookie of a login that has yet to pick a home.
const SESSION: &str = "postern.session";

/// Where it picks one.
const LOCATIONS: &str = "/oauth/authorize/location";

/// Reads and judges what an app asks for.
fn judge(query: Option<&str>, world: &World) -> Result<AuthorizeRequest, Refusal> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let needed = |name, problem| fields.get(name).ok_or(Refusal::Page(problem));
    let client_id = needed("client_id", "client_id is missing")?;
    let redirect_uri = needed("redirect_uri", "redirect_uri is missing")?;
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
    let Some(scope) = fields.get("scope") else {
        return Err(back("invalid_scope"));
    };
    Ok(AuthorizeRequest {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: challenge.map(str::to_owned),
        scope: granted(world, scope),
        state,
        installation: None,
    })
}

/// What the household grants of what is asked for.
fn granted(world: &World, asked: &str) -> String {
    let given = &world.settings.granted_scopes;
    let fits = |scope: &&str| {
        given
            .as_ref()
            .is_none_or(|given| given.iter().any(|one| one == scope))
    };
    asked
        .split_whitespace()
        .filter(fits)
        .collect::<Vec<_>>()
        .join(" ")
}

/// `GET` the page of the login.
pub(super) async fn page(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
) -> Response {
    answered(&shared, &connection, None, |world, _| {
        Ok(match judge(query.as_deref(), world) {
            Ok(_) => {
                let (secret, token) = sign_in::new_form(world);
                page::first_form(NAME, &secret, &token)
            }
            Err(refusal) => refuse(&refusal),
        })
    })
    .await
}

/// `POST` the page of the login.
pub(super) async fn submit(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = Fields::parse(&body);
    let email = fields.get("Email").map(Email::from);
    answered(&shared, &connection, email.as_ref(), |world, now| {
        let asked = match judge(query.as_deref(), world) {
            Ok(asked) => asked,
            Err(refusal) => return Ok(refuse(&refusal)),
        };
        Ok(match sign_in::judge(world, now, &headers, &fields) {
            SignIn::As { email, session } => {
                let mut homes = world.homes_of(&email).map(|(id, _, _)| id.clone());
                match (homes.next(), homes.next()) {
                    (Some(only), None) => {
                        drop(homes);
                        install(world, now, email, &only, asked)
                    }
                    (None, _) => page::problem(NAME, "this account has no home"),
                    (Some(_), Some(_)) => {
                        let to = format!("{LOCATIONS}?{}", query.as_deref().unwrap_or_default());
                        redirect(&to, &[cookie(SESSION, &session)])
                    }
                }
            }
            SignIn::Wrong { token } => page::form_again(NAME, &token),
            SignIn::Forged => page::problem(NAME, "the form has expired: go back and begin again"),
            SignIn::Cancelled => cancelled(asked),
            SignIn::Locked(retry_after) => too_many(retry_after, error_body),
        })
    })
    .await
}

/// `GET` the homes to pick from.
pub(super) async fn locations(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
) -> Response {
    answered(&shared, &connection, None, |world, now| {
        let Some((email, session)) = session(world, now, &headers) else {
            return Ok(page::problem(
                NAME,
                "the login has expired: go back and begin again",
            ));
        };
        let homes: Vec<_> = world
            .homes_of(&email)
            .map(|(id, home, _)| (id.as_str(), home.name.as_str()))
            .collect();
        Ok(page::choice(
            NAME,
            "Which home?",
            "Location",
            &homes,
            &world.identity.forgery_token(&session),
        ))
    })
    .await
}

/// `POST` the one that was picked.
pub(super) async fn locate(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = Fields::parse(&body);
    answered(&shared, &connection, None, |world, now| {
        let asked = match judge(query.as_deref(), world) {
            Ok(asked) => asked,
            Err(refusal) => return Ok(refuse(&refusal)),
        };
        let genuine = session(world, now, &headers).filter(|(_, session)| {
            fields.get(sign_in::FORGERY_FIELD) == Some(&*world.identity.forgery_token(session))
        });
        let Some((email, _)) = genuine else {
            return Ok(page::problem(
                NAME,
                "the login has expired: go back and begin again",
            ));
        };
        let home = AccountId::from(fields.get("Location").unwrap_or_default());
        Ok(if fields.get("button") == Some("cancel") {
            cancelled(asked)
        } else if world.home_seen_by(&email, &home).is_some() {
            install(world, now, email, &home, asked)
        } else {
            page::problem(NAME, "this is none of your homes")
        })
    })
    .await
}

/// Who has logged in, and the session by which that is known.
fn session(world: &World, now: Timestamp, headers: &HeaderMap) -> Option<(Email, String)> {
    form::cookies(headers, SESSION).find_map(|value| {
        let email = world.identity.session(now, std::iter::once(value))?;
        Some((email, value.to_owned()))
    })
}

/// Installs the app in a home, and sends the user back with a code for that.
fn install(
    world: &mut World,
    now: Timestamp,
    email: Email,
    home: &AccountId,
    mut asked: AuthorizeRequest,
) -> Response {
    asked.installation = Some(world.apps.install(&email, home, &asked.scope));
    let (to, state) = (asked.redirect_uri.clone(), asked.state.clone());
    let code = world.identity.issue_code(now, email, asked);
    let mut fields = vec![("code", code.expose_secret())];
    fields.extend(state.as_deref().map(|state| ("state", state)));
    redirect(&with_query(&to, &fields), &[])
}

fn cancelled(asked: AuthorizeRequest) -> Response {
    refuse(&Refusal::Back {
        to: asked.redirect_uri,
        error: "access_denied",
        state: asked.state,
    })
}

async fn answered(
    shared: &Shared,
    connection: &Connection,
    email: Option<&Email>,
    answer: impl FnOnce(&mut World, Timestamp) -> Result<Response, CloudError> + Send,
) -> Response {
    let fault = match strike_identity(shared, Target::Login, email) {
        Ok(fault) => fault,
        Err(error) => return broken(&error),
    };
    through(fault, connection, error_body, || {
        shared.change(answer).unwrap_or_else(|error| broken(&error))
    })
    .await
}

/// Says no, on a page or to the app.
fn refuse(refusal: &Refusal) -> Response {
    match refusal.back() {
        Err(reason) => page::problem(NAME, reason),
        Ok(to) => redirect(&to, &[]),
    }
}
