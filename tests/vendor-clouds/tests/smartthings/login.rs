//! The login page, the choice of a home, and the token endpoint.

use postern_vendor_clouds::config::DoorPlan;
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD, Email};
use reqwest::Response;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;

use crate::sign_in::{client, code, documented, exchange, page, pair, parameter, submit, token};
use crate::visit::Visit;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const LOGIN: [(&str, &str); 2] = [("Email", DEMO_EMAIL), ("Password", DEMO_PASSWORD)];

/// Where an answer leads to.
fn location(answer: &Response) -> String {
    let to = answer.headers().get(LOCATION).unwrap();
    to.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_household_with_one_home_is_sent_straight_back_and_a_wrong_password_is_not() {
    let visit = Visit::demo().await;
    let page = page(&visit.cloud, &documented());
    let wrong = submit(&page, "", &[("Email", DEMO_EMAIL), ("Password", "wrong")]).await;
    assert_eq!((wrong.status().as_u16(), parameter(&wrong, "code")), (200, None));
    let right = submit(&page, "", &LOGIN).await;
    assert_eq!(parameter(&right, "state").as_deref(), Some("st-1"));
    assert!(parameter(&right, "code").is_some());
    let cancelled = submit(&page, "", &[("button", "cancel")]).await;
    assert_eq!(parameter(&cancelled, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_household_with_two_homes_picks_one_and_the_app_sees_nothing_of_the_other() {
    let mut visit = Visit::demo().await;
    let control = visit.control().clone();
    let cottage = control.add_home(&Email::from(DEMO_EMAIL), "Cottage <b>").unwrap();
    let theirs = control
        .add_door(&cottage, &DoorPlan::closed("Boat house"))
        .unwrap();
    let page = page(&visit.cloud, &documented());
    let on = submit(&page, "", &LOGIN).await;
    let cookie = pair(&on.headers()[SET_COOKIE]);
    let choice = page.join(&location(&on)).unwrap();
    let shown = client()
        .get(choice.clone())
        .header(COOKIE, &cookie)
        .send()
        .await
        .unwrap();
    let html = shown.text().await.unwrap();
    assert!(
        html.contains("Cottage &lt;b&gt;") && html.contains("Home"),
        "{html}"
    );
    let without_login = client().get(choice.clone()).send().await.unwrap();
    assert_eq!(without_login.status().as_u16(), 400);
    let nowhere = submit(&choice, &cookie, &[("Location", "nowhere")]).await;
    assert_eq!(nowhere.status().as_u16(), 400);
    let cancelled = submit(&choice, &cookie, &[("button", "cancel")]).await;
    assert_eq!(parameter(&cancelled, "error").as_deref(), Some("access_denied"));
    let forged = client().post(choice.clone()).header(COOKIE, &cookie);
    let forged = forged
        .form(&[("Location", cottage.as_str())])
        .send()
        .await
        .unwrap();
    assert_eq!(forged.status().as_u16(), 400);

    let back = submit(&choice, &cookie, &[("Location", cottage.as_str())]).await;
    let (status, tokens) = token(&visit.cloud, &exchange(&parameter(&back, "code").unwrap())).await;
    assert_eq!(status, 200);
    let at_home = std::mem::replace(&mut visit.tokens, tokens);
    assert_ne!(at_home["installed_app_id"], visit.tokens["installed_app_id"]);
    let (_, listed) = visit.get("/devices").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["deviceId"], json!(theirs));
    let main = visit.door("Main door");
    assert_eq!(visit.get(&format!("/devices/{main}/status")).await.0, 403);
    let elsewhere = format!(
        "/devices?locationId={}",
        at_home["installed_app_id"].as_str().unwrap()
    );
    assert_eq!(visit.get(&elsewhere).await.0, 403);
}

#[tokio::test]
async fn what_was_not_granted_is_told_with_the_token_and_refused() {
    let mut visit = Visit::demo().await;
    visit.set(|settings| settings.granted_scopes = Some(vec!["r:devices:*".to_owned()]));
    let code = code(&visit.cloud, &page(&visit.cloud, &documented())).await;
    let (_, tokens) = token(&visit.cloud, &exchange(&code)).await;
    assert_eq!(tokens["scope"], "r:devices:*");
    visit.tokens = tokens;
    let door = visit.door("Main door");
    assert_eq!(visit.get("/devices").await.0, 200);
    let (status, refused) = visit.command(&door, "open").await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (403, &json!("ForbiddenError"))
    );
}

#[tokio::test]
async fn a_client_names_itself_by_basic_or_in_the_body_and_never_as_two() {
    let visit = Visit::demo().await;
    let page = page(&visit.cloud, &documented());
    let address = format!("{}/oauth/token", visit.cloud.base_url());
    for (secret, by_basic, status) in [
        (Some("our secret"), None, 200),
        (None, None, 401),
        (None, Some("our-client"), 200),
        (None, Some("somebody else"), 401),
    ] {
        let code = code(&visit.cloud, &page).await;
        let mut fields = exchange(&code);
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        let mut request = client().post(&address).form(&fields);
        if let Some(id) = by_basic {
            request = request.basic_auth(id, Some("our secret"));
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{secret:?} {by_basic:?}");
    }
}

#[tokio::test]
async fn a_code_that_was_asked_for_with_pkce_needs_its_verifier() {
    let visit = Visit::demo().await;
    let mut parameters = documented();
    parameters.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    let page = page(&visit.cloud, &parameters);
    for (verifier, status) in [(None, 400), (Some("wrong"), 400), (Some(VERIFIER), 200)] {
        let code = code(&visit.cloud, &page).await;
        let mut fields = exchange(&code);
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(token(&visit.cloud, &fields).await.0, status, "{verifier:?}");
    }
}

#[tokio::test]
async fn a_page_asked_for_wrongly_says_so_there_or_to_the_app() {
    let visit = Visit::demo().await;
    for (changed, to, error) in [
        ("client_id", "", None),
        ("redirect_uri", "https://evil.example/", None),
        ("response_type", "token", Some("unsupported_response_type")),
        ("scope", "", Some("invalid_scope")),
        ("code_challenge", CHALLENGE, Some("invalid_request")),
    ] {
        let mut parameters = documented();
        parameters.retain(|(name, _)| *name != changed);
        parameters.push((changed, to));
        let shown = client()
            .get(page(&visit.cloud, &parameters))
            .send()
            .await
            .unwrap();
        assert_eq!(parameter(&shown, "error").as_deref(), error, "{changed}");
        assert_eq!(shown.status().as_u16(), if error.is_some() { 302 } else { 400 });
    }
}

#[tokio::test]
async fn a_refresh_rotates_both_tokens_for_the_same_installed_app() {
    let visit = Visit::demo().await;
    let refresh = visit.tokens["refresh_token"].as_str().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", "our-client"),
    ];
    let (status, again) = token(&visit.cloud, &fields).await;
    assert_eq!(status, 200, "{again}");
    assert_eq!(again["installed_app_id"], visit.tokens["installed_app_id"]);
    for name in ["access_token", "refresh_token"] {
        assert_ne!(again[name], visit.tokens[name]);
    }
    assert_eq!(token(&visit.cloud, &fields).await.0, 400, "it is spent");
}
