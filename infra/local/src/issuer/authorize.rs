//! `/oauth2/authorize`: the login form, and what becomes of it.
//!
//! The client and its redirect address are checked first. When either is wrong there is nowhere safe to send
//! the person, so they get a page; every other refusal goes back to the app (RFC 6749, 4.1.2.1).

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use postern_http::Language;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::grants::{Binding, Login};
use super::page::{self, Notice};
use super::params::Params;
use super::{Issuer, Person, Scopes, allowed};

/// The longest `state`.
const STATE_BYTES_MAX: usize = 1024;

/// A request to log in, checked.
pub(super) struct Ask {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) scopes: Scopes,
    pub(super) challenge: String,
}

/// Why there is no form.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// Told to the person on a page.
    Page(Notice),
    /// Told to the app, at its registered address.
    App {
        redirect_uri: String,
        state: Option<String>,
        error: &'static str,
        why: &'static str,
    },
}

/// Shows the form.
pub(super) async fn form(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let language = Language::from_headers(&headers);
    let Ok(params) = Params::of_query(query.as_deref()) else {
        return page::refusal(language, Notice::Malformed);
    };
    match check(&issuer, &params) {
        Ok(ask) => page::form(language, StatusCode::OK, &issuer.0.config.app.id, &ask, "", None),
        Err(refusal) => refused(&issuer, language, refusal),
    }
}

/// Takes the form: everything is checked again, since the hidden fields are the browser's to change.
pub(super) async fn log_in(State(issuer): State<Issuer>, headers: HeaderMap, body: Bytes) -> Response {
    let language = Language::from_headers(&headers);
    let Ok(params) = Params::of_form(&headers, &body) else {
        return page::refusal(language, Notice::Malformed);
    };
    let ask = match check(&issuer, &params) {
        Ok(ask) => ask,
        Err(refusal) => return refused(&issuer, language, refusal),
    };
    let email = params.get("email").unwrap_or_default();
    let again = |status, notice| {
        page::form(
            language,
            status,
            &issuer.0.config.app.id,
            &ask,
            email,
            Some(notice),
        )
    };
    match person(&issuer, email, params.get("password").unwrap_or_default()) {
        Err(Shut::Wrong) => again(StatusCode::UNAUTHORIZED, Notice::WrongLogin),
        Err(Shut::TooOften) => again(StatusCode::TOO_MANY_REQUESTS, Notice::TooOften),
        Ok(person) => match code(&issuer, &ask, person) {
            Some(code) => back(
                &issuer,
                &ask.redirect_uri,
                ask.state.as_deref(),
                &[("code", code.expose_secret())],
            ),
            None => again(StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable),
        },
    }
}

fn check(issuer: &Issuer, params: &Params) -> Result<Ask, Refusal> {
    let app = &issuer.0.config.app;
    if params.get("client_id") != Some(app.id.as_str()) {
        return Err(Refusal::Page(Notice::UnknownApp));
    }
    // Letter for letter (RFC 9700, 2.1): no prefix, no pattern, no port left open.
    let redirect_uri = app
        .redirect_uris
        .iter()
        .find(|registered| params.get("redirect_uri") == Some(registered.as_str()))
        .ok_or(Refusal::Page(Notice::UnknownRedirect))?
        .clone();
    let state = params.get("state").map(str::to_owned);
    if state.as_ref().is_some_and(|state| state.len() > STATE_BYTES_MAX) {
        return Err(Refusal::Page(Notice::Malformed));
    }
    let refuse = |error, why| {
        Err(Refusal::App {
            redirect_uri: redirect_uri.clone(),
            state: state.clone(),
            error,
            why,
        })
    };
    if params.get("response_type") != Some("code") {
        return refuse("unsupported_response_type", "response_type must be code");
    }
    if params.get("code_challenge_method") != Some("S256") {
        return refuse("invalid_request", "code_challenge_method must be S256");
    }
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let challenge = params.get("code_challenge").unwrap_or_default();
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return refuse("invalid_request", "code_challenge must be a SHA-256 as base64url");
    }
    let Ok(scopes) = allowed(&app.scopes, params.scopes()) else {
        return refuse("invalid_scope", "the app may not have one of these scopes");
    };
    Ok(Ask {
        redirect_uri,
        state,
        scopes,
        challenge: challenge.to_owned(),
    })
}

enum Shut {
    Wrong,
    TooOften,
}

fn person<'a>(issuer: &'a Issuer, email: &str, password: &str) -> Result<&'a Person, Shut> {
    let email = email.trim().to_lowercase();
    let found = issuer
        .0
        .config
        .people
        .iter()
        .find(|person| person.email.to_lowercase() == email);
    let id = found.map_or("", |person| person.id.as_str());
    let now = issuer.now();
    if issuer.grants().shut_out(id, now) {
        return Err(Shut::TooOften);
    }
    // An unknown address takes as long as a known one with a wrong password.
    let nobody = SecretString::default();
    let same = issuer.same(found.map_or(&nobody, |person| &person.password), password);
    match found.filter(|_| same && !password.is_empty()) {
        Some(person) => {
            issuer.grants().succeeded(id);
            Ok(person)
        }
        None => {
            issuer.grants().failed(id, now);
            Err(Shut::Wrong)
        }
    }
}

fn code(issuer: &Issuer, ask: &Ask, person: &Person) -> Option<SecretString> {
    let code = match issuer.random_text() {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no code could be made");
            return None;
        }
    };
    let binding = Binding {
        client_id: issuer.0.config.app.id.clone(),
        redirect_uri: ask.redirect_uri.clone(),
        challenge: ask.challenge.clone(),
    };
    let login = Login {
        subject: person.id.clone(),
        scopes: ask.scopes.clone(),
    };
    issuer
        .grants()
        .give_code(code.expose_secret(), binding, login, issuer.now())
        .ok()
        .map(|()| code)
}

fn refused(issuer: &Issuer, language: Language, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Page(notice) => page::refusal(language, notice),
        Refusal::App {
            redirect_uri,
            state,
            error,
            why,
        } => back(
            issuer,
            &redirect_uri,
            state.as_deref(),
            &[("error", error), ("error_description", why)],
        ),
    }
}

/// Back to the app, with `iss` so that it can tell issuers apart (RFC 9207).
fn back(issuer: &Issuer, redirect_uri: &str, state: Option<&str>, answer: &[(&str, &str)]) -> Response {
    let location = Url::parse(redirect_uri).ok().and_then(|mut url| {
        url.query_pairs_mut()
            .extend_pairs(answer)
            .extend_pairs(state.map(|state| ("state", state)));
        url.query_pairs_mut().append_pair("iss", &issuer.0.config.issuer);
        HeaderValue::from_str(url.as_str()).ok()
    });
    match location {
        Some(location) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            response.headers_mut().insert(LOCATION, location);
            page::guarded(response)
        }
        // Registered addresses were parsed at the start, and a parsed address is plain ASCII.
        None => page::refusal(Language::default(), Notice::UnknownRedirect),
    }
}
