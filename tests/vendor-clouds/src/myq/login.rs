//! The page on which a user types address and password.
//!
//! Clients tell a wrong password from a right one by counting cookies: at least two mean right. python-myq needs the
//! anti-forgery token to be the last input of the form.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use secrecy::SecretString;

use super::authorize::{self, CALLBACK, Refusal, SESSION_COOKIE};
use super::form::{self, Fields};
use super::{answers, strike_identity, through};
use crate::error::CloudError;
use crate::faults::Target;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;

/// Where the page is.
pub(super) const PATH: &str = "/Account/LoginWithEmail";
/// The cookie that the form's token belongs to.
const FORGERY_COOKIE: &str = ".AspNetCore.Antiforgery.Postern";
/// The form's token.
const FORGERY_FIELD: &str = "__RequestVerificationToken";

/// `GET` the page.
pub(super) async fn page(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
) -> Response {
    let fault = match strike_identity(&shared, Target::Login, None) {
        Ok(fault) => fault,
        Err(error) => return answers::broken(&error),
    };
    through(fault, &connection, || {
        let shown = shared.change(|world, _| {
            if let Err(refusal) = destination(query.as_deref(), world) {
                return Ok(Err(refusal));
            }
            let secret = world.identity.fresh();
            let token = world.identity.forgery_token(&secret);
            Ok(Ok((secret, token)))
        });
        match shown {
            Ok(Ok((secret, token))) => {
                let cookie = authorize::cookie(FORGERY_COOKIE, &secret);
                let headers = [
                    (header::SET_COOKIE, cookie),
                    (header::CACHE_CONTROL, "no-store".to_owned()),
                ];
                (AppendHeaders(headers), form_page(&token, None)).into_response()
            }
            Ok(Err(refusal)) => authorize::refuse(&refusal),
            Err(error) => answers::broken(&error),
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
    /// Wrong address or password: the form again.
    Wrong { token: String },
    /// The form is not the one that was shown here.
    Forged,
    /// Sent back, or nowhere to send to.
    Refused(Refusal),
    /// The account is locked.
    Locked(Option<u64>),
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
        Err(error) => return answers::broken(&error),
    };
    through(fault, &connection, || {
        match submitted(&shared, query.as_deref(), &headers, &fields, email) {
            Ok(Submitted::LoggedIn {
                to,
                session,
                session_id,
            }) => {
                let cookies = [
                    authorize::cookie(SESSION_COOKIE, &session),
                    authorize::cookie("idsrv.session", &session_id),
                ];
                authorize::redirect(&to, &cookies)
            }
            Ok(Submitted::Wrong { token }) => {
                form_page(&token, Some("The email or password is not correct.")).into_response()
            }
            Ok(Submitted::Forged) => problem_page("the form has expired: go back and begin again"),
            Ok(Submitted::Refused(refusal)) => authorize::refuse(&refusal),
            Ok(Submitted::Locked(retry_after)) => answers::too_many(retry_after),
            Err(error) => answers::broken(&error),
        }
    })
    .await
}

fn submitted(
    shared: &Shared,
    query: Option<&str>,
    headers: &HeaderMap,
    fields: &Fields,
    email: Option<Email>,
) -> Result<Submitted, CloudError> {
    shared.change(|world, now| {
        let to = match destination(query, world) {
            Ok(to) => to,
            Err(refusal) => return Ok(Submitted::Refused(refusal)),
        };
        let token = fields.get(FORGERY_FIELD);
        let genuine = |secret: &&str| token == Some(world.identity.forgery_token(secret).as_str());
        let Some(secret) = form::cookies(headers, FORGERY_COOKIE).find(genuine) else {
            return Ok(Submitted::Forged);
        };
        if fields.get("button") == Some("cancel") {
            let asked = authorize::judge(&Fields::parse(after_question_mark(&to)), world);
            return Ok(Submitted::Refused(match asked {
                Ok(asked) => Refusal::Back {
                    to: asked.redirect_uri,
                    error: "access_denied",
                    state: asked.state,
                },
                Err(refusal) => refusal,
            }));
        }
        let password = fields
            .secret("Password")
            .unwrap_or_else(|| SecretString::from(""));
        let throttle = world.settings.login_throttle.clone();
        let known = email.filter(|email| world.user(email).is_ok());
        if let Some(locked) = known.as_ref().and_then(|email| world.identity.locked(now, email)) {
            return Ok(Submitted::Locked(locked.retry_after));
        }
        let Some(email) = known.filter(|email| world.password_fits(email, &password)) else {
            if let Some(email) = fields.get("Email").map(Email::from) {
                world.identity.login_failed(now, &email, throttle.as_ref());
            }
            let token = world.identity.forgery_token(secret);
            return Ok(Submitted::Wrong { token });
        };
        let session = world.identity.logged_in(now, &email, throttle.as_ref());
        if let Some(locked) = world.identity.locked(now, &email) {
            return Ok(Submitted::Locked(locked.retry_after));
        }
        let session_id = world.identity.fresh();
        Ok(Submitted::LoggedIn {
            to,
            session,
            session_id,
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

fn form_page(token: &str, problem: Option<&str>) -> Html<String> {
    let problem = problem
        .map(|problem| format!("<p role=\"alert\">{problem}</p>\n"))
        .unwrap_or_default();
    Html(document(&format!(
        "<p>This is a simulator. Never type a password of yours.</p>\n\
         {problem}<form method=\"post\">\n\
         <label>Email <input type=\"email\" name=\"Email\" autocomplete=\"username\" required></label>\n\
         <label>Password <input type=\"password\" name=\"Password\" autocomplete=\"current-password\" required>\
         </label>\n\
         <input type=\"submit\" value=\"Sign in\">\n\
         <button name=\"button\" value=\"cancel\" formnovalidate>Cancel</button>\n\
         <input type=\"hidden\" name=\"{FORGERY_FIELD}\" value=\"{token}\">\n\
         </form>"
    )))
}

/// 400, on a page for people.
pub(super) fn problem_page(reason: &str) -> Response {
    let page = document(&format!(
        "<p role=\"alert\">Sorry, there was an error: {reason}.</p>"
    ));
    (StatusCode::BAD_REQUEST, Html(page)).into_response()
}

fn document(body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Sign in - simulated myQ</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}}\
         label,input{{display:block;width:100%;box-sizing:border-box;margin-bottom:.75rem}}\
         input{{font:inherit;padding:.5rem}}[role=alert]{{color:#a30000}}</style></head>\n\
         <body>\n<main><h1>Simulated myQ</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
}
