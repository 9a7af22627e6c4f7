//! The household's browser at the simulated login page, and the exchange of what it brings back.

use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD, RunningCloud};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect::Policy};
use serde_json::Value;
use url::Url;

/// Where the login leads back to: an app's own address, which needs no registration.
pub(crate) const APP: &str = "com.example.app://linked";

pub(crate) fn client() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .expect("a client can be made")
}

/// The login page, asked for with these parameters.
pub(crate) fn page(cloud: &RunningCloud, parameters: &[(&str, &str)]) -> Url {
    let mut page = Url::parse(cloud.base_url()).expect("it has an address");
    page.set_path("login");
    page.query_pairs_mut().extend_pairs(parameters);
    page
}

/// The parameters that the vendor documents.
pub(crate) fn documented() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "partner"),
        ("redirect_uri", APP),
        ("state", "st-1"),
    ]
}

/// What the page answers to these fields.
pub(crate) async fn submit(page: &Url, fields: &[(&str, &str)]) -> Response {
    let client = client();
    let shown = client.get(page.clone()).send().await.expect("the page answers");
    let cookie = shown.headers()[SET_COOKIE].to_str().expect("a cookie is text");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let html = shown.text().await.expect("the page is text");
    let (_, rest) = html
        .split_once("name=\"__RequestVerificationToken\" value=\"")
        .expect("the form has its token");
    let token = rest.split('"').next().unwrap_or_default();
    let mut all = fields.to_vec();
    all.push(("__RequestVerificationToken", token));
    let sent = client.post(page.clone()).header(COOKIE, cookie).form(&all);
    sent.send().await.expect("the page answers")
}

/// A parameter of the address that an answer leads to.
pub(crate) fn parameter(answer: &Response, name: &str) -> Option<String> {
    let to = answer.headers().get(LOCATION)?.to_str().ok()?;
    let to = Url::parse(to).ok()?;
    let found = to.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

/// A code for the homeowner.
pub(crate) async fn code(cloud: &RunningCloud, page: &Url) -> String {
    let login = [("Email", DEMO_EMAIL), ("Password", DEMO_PASSWORD)];
    let back = submit(page, &login).await;
    assert!(
        back.status().is_redirection(),
        "{} at {}",
        back.status(),
        cloud.base_url()
    );
    parameter(&back, "code").expect("there is a code")
}

/// What the token endpoint answers to these fields.
pub(crate) async fn token(cloud: &RunningCloud, fields: &[(&str, &str)]) -> (u16, Value) {
    let address = format!("{}/v1/oauth2/token", cloud.base_url());
    let answer = client().post(address).form(fields).send().await;
    let answer = answer.expect("the endpoint answers");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("it answers in JSON"))
}

/// The fields that exchange a code.
pub(crate) fn exchange(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", APP),
        ("client_id", "partner"),
        ("client_secret", "partner's secret"),
    ]
}

/// An access token of the homeowner's.
pub(crate) async fn access_token(cloud: &RunningCloud) -> String {
    let code = code(cloud, &page(cloud, &documented())).await;
    let (status, tokens) = token(cloud, &exchange(&code)).await;
    assert_eq!(status, 200, "{tokens}");
    tokens["access_token"].as_str().expect("it is text").to_owned()
}
