//! What a browser gets from the issuer: the form, the way back, discovery, and nothing it should not have.

use super::*;

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_and_ten_shut_it() {
    let world = world();
    for email in ["ada@example.test", "nobody@example.test"] {
        for attempt in 0..11 {
            let (response, html) = world.log_in(&[("email", email), ("password", "wrong")]).await;
            let (status, told) = if attempt < 10 {
                (401, "The e-mail or the password")
            } else {
                (429, "too many attempts")
            };
            assert_eq!(response.status(), status, "{email} {attempt}");
            assert!(html.contains(told) && !html.contains("value=\"wrong\""), "{html}");
        }
        assert_eq!(world.log_in(&[("email", email)]).await.0.status(), 429);
    }
    world.clock.store(NOW + 300, Ordering::SeqCst);
    assert_eq!(world.log_in(&[]).await.0.status(), 303);
    assert_eq!(
        world
            .log_in(&[("email", "nobody@example.test"), ("password", "")])
            .await
            .0
            .status(),
        401
    );
}

#[tokio::test]
async fn refusals_go_to_the_app_only_at_its_registered_address() {
    let world = world();
    let to_app = [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("scope", "deliveries.write", "invalid_scope"),
    ];
    for (name, value, error) in to_app {
        let (response, _) = world.get(&authorize(&[(name, value)])).await;
        let answer = returned(&response);
        assert_eq!(
            (answer["error"].as_str(), answer["state"].as_str()),
            (error, "s<\"1&")
        );
        assert!(!answer.contains_key("code"));
        let (response, _) = world.log_in(&[(name, value)]).await;
        assert_eq!(returned(&response)["error"], error);
    }
    for (name, value) in [("client_id", "other"), ("client_id", ""), ("redirect_uri", "")] {
        assert_eq!(world.get(&authorize(&[(name, value)])).await.0.status(), 400);
        assert_eq!(world.log_in(&[(name, value)]).await.0.status(), 400);
    }
}

#[tokio::test]
async fn the_page_speaks_french_and_cannot_be_framed_cached_or_scripted() {
    let request = Request::get(authorize(&[]))
        .header(ACCEPT_LANGUAGE, "fr-CA")
        .body(Body::empty());
    let (response, html) = world().send(request.unwrap()).await;
    assert!(html.contains("<html lang=\"fr\">") && html.contains("Mot de passe"));
    let headers = response.headers();
    assert_eq!(headers["x-frame-options"], "DENY");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
}

#[tokio::test]
async fn discovery_names_the_endpoints_and_the_apps_origin_may_read_it() {
    let world = world();
    let (_, document) = world.get("/.well-known/openid-configuration").await;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["issuer"], "http://127.0.0.1:8080");
    assert_eq!(document["token_endpoint"], "http://127.0.0.1:8080/oauth2/token");
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    let (_, keys) = world.get("/.well-known/jwks.json").await;
    assert_eq!(serde_json::from_str::<Value>(&keys).unwrap(), world.issuer.jwks());
    assert!(!keys.contains("\"d\""));
    for (origin, allowed) in [
        ("http://127.0.0.1:3000", true),
        ("http://127.0.0.1:3001", false),
        ("https://evil.test", false),
    ] {
        let request = Request::get("/.well-known/jwks.json")
            .header(ORIGIN, origin)
            .body(Body::empty());
        let (response, _) = world.send(request.unwrap()).await;
        let allows = response.headers().get("access-control-allow-origin");
        assert_eq!(
            allows.map(|value| value.to_str().unwrap()),
            allowed.then_some(origin)
        );
    }
}

#[tokio::test]
async fn over_a_real_socket_a_carrier_is_issued_a_token_and_the_platform_fetches_the_keys() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (mut config, _) = config();
    config.issuer = address.clone();
    let router = Issuer::new(config).unwrap().router();
    tokio::spawn(async move { axum::serve(listener, router).await });

    let http = reqwest::Client::new();
    let found = format!("{address}/.well-known/openid-configuration");
    let document: Value = http.get(found).send().await.unwrap().json().await.unwrap();
    let answer = http
        .post(document["token_endpoint"].as_str().unwrap())
        .basic_auth("swift-parcel", Some("carrier-secret"))
        .form(&[("grant_type", "client_credentials")])
        .send();
    let tokens: Value = answer.await.unwrap().json().await.unwrap();
    let verifier = Verifier::new(VerifierConfig {
        issuer: address,
        audience: Audience::Claim("postern-carrier-api".to_owned()),
        algorithms: vec![Algorithm::Es256],
        keys: KeySource::PlainHttp(document["jwks_uri"].as_str().unwrap().parse().unwrap()),
        scope_prefix: String::new(),
        now: Arc::new(|| Timestamp::from_second(NOW).unwrap()),
    });
    let claims = verifier
        .unwrap()
        .verify(tokens["access_token"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(claims.subject, "swift-parcel");
}

#[tokio::test]
async fn tokens_can_be_minted_for_those_who_are_known() {
    let world = world();
    let token = world
        .issuer
        .mint_for_client("swift-parcel", &["deliveries.read"])
        .unwrap();
    let claims = world.verified("postern-carrier-api", token.expose_secret()).await;
    assert_eq!(spaced(&claims.scopes), "deliveries.read");
    let token = world.issuer.mint_for_person("person-1").unwrap();
    assert_eq!(
        world
            .verified("postern-customer-api", token.expose_secret())
            .await
            .subject,
        "person-1"
    );
    assert!(matches!(
        world.issuer.mint_for_client("nobody", &[]),
        Err(IssuerError::Unknown(_))
    ));
    assert!(matches!(
        world.issuer.mint_for_person("nobody"),
        Err(IssuerError::Unknown(_))
    ));
    let scope = world.issuer.mint_for_client("swift-parcel", &["household"]);
    assert!(matches!(scope, Err(IssuerError::Scope { .. })));
}

#[test]
fn addresses_that_must_not_be_registered_are_refused_at_the_start() {
    for uri in [
        "http://example.test/cb",
        "https://a.test/cb#x",
        "javascript:alert(1)",
        "/callback",
        "app:/cb",
    ] {
        let (mut config, _) = config();
        config.app.redirect_uris.push(uri.to_owned());
        assert!(
            matches!(Issuer::new(config), Err(IssuerError::RedirectUri(_))),
            "{uri}"
        );
    }
    for address in ["http://127.0.0.1:8080/", "127.0.0.1", "ftp://a.test"] {
        let (mut config, _) = config();
        config.issuer = address.to_owned();
        assert!(
            matches!(Issuer::new(config), Err(IssuerError::Address(_))),
            "{address}"
        );
    }
}

#[test]
fn debug_prints_no_secret() {
    let (config, _) = config();
    let printed = format!(
        "{:?} {:?} {:?}",
        config.clients,
        config.people,
        Issuer::new(config.clone()).unwrap()
    );
    assert!(
        !printed.contains("carrier-secret") && !printed.contains("correct horse"),
        "{printed}"
    );
}

/// Addresses near the registered one, and any other text.
fn another_address() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,40}",
        "\\PC{1,10}".prop_map(|tail| format!("{CALLBACK}{tail}")),
        "\\PC{1,10}".prop_map(|head| format!("{head}{CALLBACK}")),
        (1..CALLBACK.len()).prop_map(|cut| CALLBACK[..cut].to_owned()),
        "[a-z]{1,8}".prop_map(|host| CALLBACK.replace("127.0.0.1", &host)),
        Just(CALLBACK.to_uppercase()),
        Just(CALLBACK.replace("http:", "https:")),
        Just(CALLBACK.replace("127.0.0.1", "127.0.0.1@evil.test")),
    ]
}

proptest! {
    /// Whatever address is asked for, with whatever else wrong: nobody is sent anywhere but to the
    /// registered one.
    #[test]
    fn an_open_redirect_is_impossible(
        address in another_address(),
        state in "\\PC{0,20}",
        response_type in prop_oneof![Just("code"), Just("token")],
        posted: bool,
    ) {
        prop_assume!(address != CALLBACK);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = world();
        let change = [("redirect_uri", address.as_str()), ("state", &state), ("response_type", response_type)];
        let (response, _) = runtime.block_on(async {
            if posted { world.log_in(&change).await } else { world.get(&authorize(&change)).await }
        });
        prop_assert_eq!(response.status(), 400);
        prop_assert!(response.headers().get(LOCATION).is_none());
    }

    /// A state, whatever it holds, comes back as it was and changes nothing else of the address.
    #[test]
    fn a_state_comes_back_as_it_was(state in "\\PC{1,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = world();
        let (response, _) = runtime.block_on(world.log_in(&[("state", &state)]));
        let answer = returned(&response);
        prop_assert_eq!(&answer["state"], &state);
        prop_assert_eq!(answer.keys().map(String::as_str).collect::<Vec<_>>(), ["code", "from", "iss", "state"]);
    }
}
