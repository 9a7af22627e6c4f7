//! Where the keys come from: fetched, kept, fetched again, and refused when they are not what they say.

use super::*;

/// An issuer's key address that counts its calls, gives what `current` says, and fails when it says nothing.
async fn address(current: Arc<std::sync::Mutex<Option<Value>>>, calls: Arc<AtomicUsize>) -> url::Url {
    let router = Router::new().route(
        "/jwks",
        get(move || async move {
            calls.fetch_add(1, Ordering::SeqCst);
            match current.lock().unwrap().clone() {
                Some(document) => Ok(document.to_string()),
                None => Err(axum::http::StatusCode::BAD_GATEWAY),
            }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_a_new_one_appears_but_not_at_every_whim() {
    let (old, new) = (key(), key());
    let document = Arc::new(std::sync::Mutex::new(Some(old.jwks())));
    let calls = Arc::new(AtomicUsize::new(0));
    let clock = Arc::new(AtomicI64::new(NOW));
    let url = address(Arc::clone(&document), Arc::clone(&calls)).await;
    let mut config = config(KeySource::PlainHttp(url));
    config.now = {
        let clock = Arc::clone(&clock);
        Arc::new(move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap())
    };
    let verifier = Verifier::new(config).unwrap();
    let (with_old, with_new) = (old.sign(&good()).unwrap(), new.sign(&good()).unwrap());

    // Many at once: one fetch serves them all.
    let (a, b, c) = tokio::join!(
        verifier.verify(&with_old),
        verifier.verify(&with_old),
        verifier.verify(&with_old)
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // Unknown ids, one after the other, inside 30 s: no fetch.
    for _ in 0..5 {
        assert_eq!(invalid(verifier.verify(&with_new).await), "an unknown key");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // The issuer rotates; after 30 s the new key is found, and the old one is gone.
    *document.lock().unwrap() = Some(new.jwks());
    clock.store(NOW + 30, Ordering::SeqCst);
    assert!(verifier.verify(&with_new).await.is_ok());
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(invalid(verifier.verify(&with_old).await), "an unknown key");

    // The issuer goes silent: what is known goes on, what isn't is neither believed nor refused.
    *document.lock().unwrap() = None;
    clock.store(NOW + 60, Ordering::SeqCst);
    assert_eq!(verifier.verify(&with_old).await, Err(Refused::KeysUnavailable));
    assert!(verifier.verify(&with_new).await.is_ok());
    assert_eq!(calls.load(Ordering::SeqCst), 3);

    // An address that gives something else is as good as silent.
    *document.lock().unwrap() = Some(json!({"keys": []}));
    clock.store(NOW + 90, Ordering::SeqCst);
    assert_eq!(verifier.verify(&with_old).await, Err(Refused::KeysUnavailable));
    let mut huge = old.jwks();
    huge["filler"] = json!("x".repeat(70_000));
    *document.lock().unwrap() = Some(huge);
    clock.store(NOW + 120, Ordering::SeqCst);
    assert_eq!(verifier.verify(&with_old).await, Err(Refused::KeysUnavailable));
    assert_eq!(calls.load(Ordering::SeqCst), 5);
}

#[test]
fn a_key_source_must_be_what_it_says() {
    let make = |keys| {
        Verifier::new(config(keys))
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let http: url::Url = "http://issuer.test/jwks".parse().unwrap();
    assert_eq!(
        make(KeySource::Https(http)),
        Err("the key source must be an https address, and is http".to_owned())
    );
    assert!(make(KeySource::Fixed(json!({"keys": []}))).is_err());
}
