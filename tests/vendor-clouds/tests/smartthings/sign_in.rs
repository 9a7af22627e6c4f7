//! The household's browser at the simulated login page, and the exchange of what it brings back.

use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD, RunningCloud};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect::Policy};
use serde_json::Value;
use url::Url;

/// Where the login leads back to: an app's own address, which needs no registration.
pub(crate) const APP: &str = "com.example.app://linked";

/// What the vendor's documents say to ask for.
pub(crate) const SCOPES: &str = "r:locations:* r:devices:* x:devices:*";

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
    page.set_path("oauth/authorize");
    page.query_pairs_mut().extend_pairs(parameters);
    page
}

/// The parameters that the vendor documents.
pub(crate) fn documented() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "our-client"),
        ("redirect_uri", APP),
        ("state", "st-1"),
        ("scope", SCOPES),
    ]
}

/// What a page answers to these fields and these cookies, with the token that it shows.
pub(crate) async fn submit(page: &Url, cookies: &str, fields: &[(&str, &str)]) -> Response {
    let client = client();
    let shown = client.get(page.clone()).header(COOKIE, cookies).send().await;
    let shown = shown.expect("the page answers");
    let own = shown.headers().get(SET_COOKIE).map(pair);
    let cookies = own.unwrap_or_else(|| cookies.to_owned());
    let html = shown.text().await.expect("the page is text");
    let (_, rest) = html
        .split_once("name=\"__RequestVerificationToken\" value=\"")
        .unwrap_or_else(|| panic!("the form has its token: {html}"));
    let token = rest.split('"').next().unwrap_or_default();
    let mut all = fields.to_vec();
    all.push(("__RequestVerificationToken", token));
    let sent = client.post(page.clone()).header(COOKIE, cookies).form(&all);
    sent.send().await.expect("the page answers")
}

/// `name=value` of a cookie that is set.
pub(crate) fn pair(cookie: &reqwest::header::HeaderValue) -> String {
    let cookie = cookie.to_str().expect("a cookie is text");
    cookie.split(';').next().unwrap_or_default().to_owned()
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
    let back = submit(page, "", &login).await;
    assert!(
        back.status().is_redirection(),
        "{} at {}",
        back.status(),
        cloud.base_url()
    );
    parameter(&back, "code").expect("there is a code")
}

/// What the token endpoint answers to these fields, by HTTP Basic as the vendor's own SDK does.
pub(crate) async fn token(cloud: &RunningCloud, fields: &[(&str, &str)]) -> (u16, Value) {
    let address = format!("{}/oauth/token", cloud.base_url());
    let request = client().post(address).form(fields);
    let answer = request.basic_auth("our-client", Some("our secret")).send().await;
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
        ("client_id", "our-client"),
    ]
}

/// The homeowner's tokens.
pub(crate) async fn tokens(cloud: &RunningCloud) -> Value {
    let code = code(cloud, &page(cloud, &documented())).await;
    let (status, tokens) = token(cloud, &exchange(&code)).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}
