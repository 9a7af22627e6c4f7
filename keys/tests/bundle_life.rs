//! Bundles' signatures: the local life of the port, and the messages that are made with it.
#![cfg(test)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_keys::{
    BundleKey, BundleSigner, KeyFile,
    jws::{JwsError, SignedMessage, sign},
};
use proptest::prelude::*;

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn signed(payload: &[u8]) -> (String, BundleKey) {
    let signer = KeyFile::ephemeral().unwrap().bundle_signer();
    block(async {
        let message = sign(&signer, "test+jws", payload).await.unwrap();
        (message, signer.public_key().await.unwrap())
    })
}

fn judged(message: &str, key: BundleKey) -> Result<Vec<u8>, JwsError> {
    let read = SignedMessage::read(message, "test+jws")?;
    read.verified(&[key]).map(<[u8]>::to_vec)
}

#[test]
fn a_key_file_gives_the_same_key_for_bundles_whenever_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let kid = || {
        block(
            KeyFile::open_or_create(&path)
                .unwrap()
                .bundle_signer()
                .public_key(),
        )
        .unwrap()
        .kid()
    };
    assert_eq!(kid(), kid());
    let other = block(KeyFile::ephemeral().unwrap().bundle_signer().public_key())
        .unwrap()
        .kid();
    assert_ne!(kid(), other);
}

#[test]
fn the_header_names_the_algorithm_the_type_and_the_key_and_a_message_is_as_long_as_it_likes() {
    let payload = vec![b'x'; 100_000];
    let (message, key) = signed(&payload);
    let header = URL_SAFE_NO_PAD
        .decode(message.split('.').next().unwrap())
        .unwrap();
    let expected = format!(r#"{{"alg":"ES256","kid":"{}","typ":"test+jws"}}"#, key.kid());
    assert_eq!(String::from_utf8(header).unwrap(), expected);
    assert_eq!(judged(&message, key), Ok(payload));
}

#[test]
fn another_header_is_refused_whatever_it_holds() {
    let (message, key) = signed(b"evidence");
    let (_, rest) = message.split_once('.').unwrap();
    for header in [
        format!(r#"{{"alg":"none","kid":"{}","typ":"test+jws"}}"#, key.kid()),
        format!(r#"{{"alg":"HS256","kid":"{}","typ":"test+jws"}}"#, key.kid()),
        format!(r#"{{"alg":"ES256","kid":"{}","typ":"at+jwt"}}"#, key.kid()),
        format!(
            r#"{{"alg":"ES256","kid":"{}","typ":"test+jws","crit":["exp"]}}"#,
            key.kid()
        ),
        r#"{"alg":"ES256"}"#.to_owned(),
    ] {
        let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(&header));
        assert_eq!(judged(&forged, key), Err(JwsError::Header), "{header}");
    }
    let header = r#"{"alg":"ES256","kid":"another","typ":"test+jws"}"#;
    let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
    assert_eq!(judged(&forged, key), Err(JwsError::AnotherKey));
}

proptest! {
    #[test]
    fn a_message_with_any_character_changed_is_refused(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let (message, key) = signed(br#"{"door":"closed"}"#);
        let at = at.index(message.len());
        prop_assume!(message[at..=at] != to);
        let changed = format!("{}{to}{}", &message[..at], &message[at + 1..]);
        prop_assert!(judged(&changed, key).is_err());
    }

    #[test]
    fn no_text_upsets_the_reader(text in "\\PC{0,80}") {
        prop_assert!(SignedMessage::read(&text, "test+jws").is_err());
    }
}
