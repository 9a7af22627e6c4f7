//! What a customer's browser does: fill in login forms and follow redirects, up to the address that it is sent back to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_core::ports::{Chance, SystemChance};
use reqwest::{Client, Response, header::LOCATION};
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::http::{PlayError, answer, client};
use crate::Addresses;

/// How many redirects a login may take.
const REDIRECTS_MAX: usize = 10;

/// Logs a person in at the platform's issuer, by code and PKCE, and answers their token for the customers' API.
///
/// # Errors
/// [`PlayError`].
pub async fn log_in(
    addresses: &Addresses,
    email: &str,
    password: &SecretString,
) -> Result<SecretString, PlayError> {
    const WHAT: &str = "logging in";
    let client = client()?;
    let verifier = URL_SAFE_NO_PAD.encode(SystemChance::default().bytes());
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let state = URL_SAFE_NO_PAD.encode(SystemChance::default().bytes());
    let asked = [
        ("response_type", "code"),
        ("client_id", "postern-app"),
        ("redirect_uri", addresses.signed_in.as_str()),
        ("scope", "household"),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let page = join(&addresses.issuer, "oauth2/authorize", WHAT)?;
    let mut form = asked.to_vec();
    form.extend([("email", email), ("password", password.expose_secret())]);
    let sent = send(WHAT, client.post(page).form(&form)).await?;
    let back = location(&sent, &addresses.issuer, WHAT)?;
    let (code, returned) = (parameter(&back, "code"), parameter(&back, "state"));
    if returned.as_deref() != Some(&state) {
        return Err(PlayError::unexpected(
            WHAT,
            "the issuer handed back another state",
        ));
    }
    let code = code.ok_or_else(|| PlayError::unexpected(WHAT, "the issuer gave no code"))?;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "postern-app"),
        ("redirect_uri", addresses.signed_in.as_str()),
        ("code", &code),
        ("code_verifier", &verifier),
    ];
    let token = join(&addresses.issuer, "oauth2/token", WHAT)?;
    let tokens: serde_json::Value = answer(WHAT.to_owned(), client.post(token).form(&form))
        .await?
        .done()?;
    let token = tokens["access_token"].as_str();
    token
        .map(SecretString::from)
        .ok_or_else(|| PlayError::unexpected(WHAT, "the issuer gave no token"))
}

/// Logs in on a vendor's page and follows it back to `sent_back_to`: the `state` and `code` that it hands over.
///
/// # Errors
/// [`PlayError`].
pub async fn log_in_at_vendor(
    page: &Url,
    email: &str,
    password: &SecretString,
    sent_back_to: &Url,
) -> Result<(String, SecretString), PlayError> {
    const WHAT: &str = "logging in at the vendor";
    let client = client()?;
    let (form_at, html) = walk_to_form(&client, page.clone(), WHAT).await?;
    let hidden = hidden_token(&html).unwrap_or_default();
    let form = [
        ("Email", email),
        ("Password", password.expose_secret()),
        ("__RequestVerificationToken", &hidden),
    ];
    let mut response = send(WHAT, client.post(form_at.clone()).form(&form)).await?;
    let mut here = form_at;
    for _ in 0..REDIRECTS_MAX {
        here = location(&response, &here, WHAT)?;
        if here.as_str().starts_with(sent_back_to.as_str()) {
            let state = parameter(&here, "state");
            let code = parameter(&here, "code").map(SecretString::from);
            return state
                .zip(code)
                .ok_or_else(|| PlayError::unexpected(WHAT, "the vendor handed back no state and code"));
        }
        response = send(WHAT, client.get(here.clone())).await?;
    }
    Err(PlayError::unexpected(WHAT, "too many redirects"))
}

async fn walk_to_form(client: &Client, page: Url, what: &str) -> Result<(Url, String), PlayError> {
    let mut here = page;
    for _ in 0..REDIRECTS_MAX {
        let response = send(what, client.get(here.clone())).await?;
        if !response.status().is_redirection() {
            let html = response.text().await.map_err(|source| gone(what, source))?;
            return Ok((here, html));
        }
        here = location(&response, &here, what)?;
    }
    Err(PlayError::unexpected(what, "too many redirects"))
}

/// The value of the form's anti-forgery field.
fn hidden_token(html: &str) -> Option<String> {
    let input = html
        .split('<')
        .find(|tag| tag.contains("__RequestVerificationToken"))?;
    let (_, rest) = input.split_once("value=\"")?;
    rest.split('"').next().map(str::to_owned)
}

async fn send(what: &str, request: reqwest::RequestBuilder) -> Result<Response, PlayError> {
    request.send().await.map_err(|source| gone(what, source))
}

fn gone(what: &str, source: reqwest::Error) -> PlayError {
    PlayError::NoAnswer {
        what: what.to_owned(),
        source,
    }
}

fn join(base: &Url, path: &str, what: &str) -> Result<Url, PlayError> {
    base.join(path)
        .map_err(|error| PlayError::unexpected(what, error.to_string()))
}

/// Where a redirect leads.
fn location(response: &Response, here: &Url, what: &str) -> Result<Url, PlayError> {
    let to = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let to =
        to.ok_or_else(|| PlayError::unexpected(what, format!("no redirect, but {}", response.status())))?;
    join(here, to, what)
}

fn parameter(address: &Url, name: &str) -> Option<String> {
    address
        .query_pairs()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}
