//! The page on which a user types address and password.
//!
//! Clients tell a wrong password from a right one by counting cookies: at least two mean right.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::authorize::{self, CALLBACK, SESSION_COOKIE};
use super::{NAME, answers};
use crate::error::CloudError;
use crate::face::answers::broken;
use crate::face::form::Fields;
use crate::face::redirect::{Refusal, cookie, redirect};
use crate::face::sign_in::{self, SignIn};
use crate::face::{page, strike_identity, through};
use crate::faults::Target;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;

/// Where the page is.
pub(super) const PATH: &str = "/Account/LoginWithEmail";
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
    through(fault, &connection, answers::error_body, || {
        let shown = shared.change(|world, _| {
            if let Err(refusal) = destination(query.as_deref(), world) {
                return Ok(Err(refusal));
            }
            Ok(Ok(sign_in::new_form(world)))
        });
        match shown {
            Ok(Ok((secret, token))) => page::first_form(NAME, &secret, &token),
            Ok(Err(refusal)) => authorize::refuse(&refusal),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// What came of a form.
enum Submitted {
    /// On to the callback, logged in.
    LoggedIn {
        to: String,
        session: String,
        session_id: String,
    },
    /// Not, for the reason of every login.
    Not(SignIn),
    /// Sent back, or nowhere to send to.
    Refused(Refusal),
}

/// `POST` the page.
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
    through(fault, &connection, answers::error_body, || {
        match submitted(&shared, query.as_deref(), &headers, &fields) {
            Ok(Submitted::LoggedIn {
                to,
                session,
                session_id,
            }) => {
                let cookies = [
                    cookie(SESSION_COOKIE, &session),
                    cookie("idsrv.session", &session_id),
                ];
                redirect(&to, &cookies)
            }
            Ok(Submitted::Not(SignIn::Wrong { token })) => page::form_again(NAME, &token),
            Ok(Submitted::Not(SignIn::Locked(retry_after))) => answers::too_many(retry_after),
            Ok(Submitted::Not(SignIn::Forged | SignIn::Cancelled | SignIn::As { .. })) => {
                page::problem(NAME, "the form has expired: go back and begin again")
            }
            Ok(Submitted::Refused(refusal)) => authorize::refuse(&refusal),
            Err(error) => broken(&error),
        }
    })
    .await
}

fn submitted(
    shared: &Shared,
    query: Option<&str>,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Submitted, CloudError> {
    shared.change(|world, now| {
        let to = match destination(query, world) {
            Ok(to) => to,
            Err(refusal) => return Ok(Submitted::Refused(refusal)),
        };
        Ok(match sign_in::judge(world, now, headers, fields) {
            SignIn::As { session, .. } => Submitted::LoggedIn {
                to,
                session,
                session_id: world.identity.fresh(),
            },
            SignIn::Cancelled => {
                let asked = authorize::judge(&Fields::parse(after_question_mark(&to)), world);
                Submitted::Refused(match asked {
                    Ok(asked) => Refusal::Back {
                        to: asked.redirect_uri,
                        error: "access_denied",
                        state: asked.state,
                    },
                    Err(refusal) => refusal,
                })
            }
            other => Submitted::Not(other),
        })
    })
}

/// Where the login leads: only ever to the callback here, with a request that makes sense.
fn destination(query: Option<&str>, world: &crate::world::World) -> Result<String, Refusal> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let to = fields.get("returnUrl").unwrap_or_default();
    if !to
        .strip_prefix(CALLBACK)
        .is_some_and(|rest| rest.starts_with('?'))
    {
        return Err(Refusal::Page("this page is part of a login that an app begins"));
    }
    authorize::judge(&Fields::parse(after_question_mark(to)), world)?;
    if to.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(to.to_owned())
    } else {
        Err(Refusal::Page("returnUrl is not an address"))
    }
}

fn after_question_mark(url: &str) -> &[u8] {
    url.split_once('?').map_or("", |(_, query)| query).as_bytes()
}
