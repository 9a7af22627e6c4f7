//! The local life of both ports, and the key file behind them.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use postern_keys::{
    KeyError, KeyFile, MAX_MESSAGE_BYTES, MAX_PLAINTEXT_BYTES, PublicKey, SealContext, Sealed, Sealer,
    Signature, Signer, verify,
};
use proptest::prelude::*;
use secrecy::ExposeSecret;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn link(name: &str) -> SealContext {
    SealContext::for_link("myq", name)
}

proptest! {
    #[test]
    fn what_is_sealed_opens_to_the_same_bytes(
        plaintext in proptest::collection::vec(any::<u8>(), 0..5000), name in ".{0,40}",
    ) {
        let sealer = KeyFile::ephemeral().unwrap().sealer();
        let opened = block_on(async {
            let sealed = sealer.seal(&plaintext, &link(&name)).await.unwrap();
            let text = serde_json::to_string(&sealed).unwrap();
            let sealed: Sealed = serde_json::from_str(&text).unwrap();
            sealer.open(&sealed, &link(&name)).await.unwrap()
        });
        prop_assert_eq!(opened.expose_secret(), plaintext.as_slice());
    }

    #[test]
    fn text_that_is_no_blob_is_refused_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let sealer = KeyFile::ephemeral().unwrap().sealer();
        let refused = block_on(sealer.open(&Sealed::from_bytes(bytes), &link("link_a")));
        prop_assert!(matches!(refused, Err(KeyError::DoesNotOpen)));
    }

    #[test]
    fn a_signature_of_one_message_fits_no_other(message in ".{0,200}", other in ".{0,200}") {
        let signer = KeyFile::ephemeral().unwrap().signer();
        let (signature, key) = block_on(async {
            (signer.sign(message.as_bytes()).await.unwrap(), signer.public_key().await.unwrap())
        });
        prop_assert!(verify(&key, message.as_bytes(), &signature).is_ok());
        prop_assert_eq!(verify(&key, other.as_bytes(), &signature).is_ok(), message == other);
    }

    #[test]
    fn contexts_that_differ_never_open_each_other(a in "[a-c]{0,3}", b in "[a-c]{0,3}", c in "[a-c]{0,3}") {
        let sealer = KeyFile::ephemeral().unwrap().sealer();
        let one = SealContext::new([(a.clone(), format!("{b}{c}"))]);
        let other = SealContext::new([(format!("{a}{b}"), c)]);
        let opened = block_on(async {
            let sealed = sealer.seal(b"tokens", &one).await.unwrap();
            sealer.open(&sealed, &other).await
        });
        prop_assert_eq!(opened.is_ok(), one == other);
    }
}

#[tokio::test]
async fn a_blob_changed_in_any_byte_or_cut_anywhere_does_not_open() {
    let sealer = KeyFile::ephemeral().unwrap().sealer();
    let sealed = sealer.seal(b"access and refresh", &link("link_a")).await.unwrap();
    let bytes = sealed.as_bytes();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.to_vec();
            changed[position] ^= 1 << bit;
            let opened = sealer.open(&Sealed::from_bytes(changed), &link("link_a")).await;
            assert!(
                matches!(opened, Err(KeyError::DoesNotOpen)),
                "bit {bit} of byte {position}"
            );
        }
        let cut = Sealed::from_bytes(bytes[..position].to_vec());
        assert!(matches!(
            sealer.open(&cut, &link("link_a")).await,
            Err(KeyError::DoesNotOpen)
        ));
    }
}

#[tokio::test]
async fn a_blob_does_not_open_under_another_context_or_another_key() {
    let keys = KeyFile::ephemeral().unwrap();
    let sealed = keys.sealer().seal(b"tokens", &link("link_a")).await.unwrap();
    for context in [
        link("link_b"),
        SealContext::for_delivery("link_a"),
        SealContext::new([("vendor", "myq")]),
    ] {
        assert!(matches!(
            keys.sealer().open(&sealed, &context).await,
            Err(KeyError::DoesNotOpen)
        ));
    }
    let stranger = KeyFile::ephemeral().unwrap().sealer();
    assert!(matches!(
        stranger.open(&sealed, &link("link_a")).await,
        Err(KeyError::DoesNotOpen)
    ));
}

#[tokio::test]
async fn the_same_secret_sealed_twice_looks_different() {
    let sealer = KeyFile::ephemeral().unwrap().sealer();
    let first = sealer.seal(b"tokens", &link("link_a")).await.unwrap();
    let second = sealer.seal(b"tokens", &link("link_a")).await.unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let keys = KeyFile::ephemeral().unwrap();
    let longest = vec![7; MAX_PLAINTEXT_BYTES];
    let sealed = keys.sealer().seal(&longest, &link("link_a")).await.unwrap();
    let again: Sealed = serde_json::from_value(serde_json::to_value(&sealed).unwrap()).unwrap();
    assert_eq!(again, sealed);
    let longer = vec![7; MAX_PLAINTEXT_BYTES + 1];
    assert!(matches!(
        keys.sealer().seal(&longer, &link("link_a")).await,
        Err(KeyError::TooLong { .. })
    ));
    assert!(keys.signer().sign(&[7; MAX_MESSAGE_BYTES]).await.is_ok());
    assert!(matches!(
        keys.signer().sign(&[7; MAX_MESSAGE_BYTES + 1]).await,
        Err(KeyError::TooLong { .. })
    ));
}

#[tokio::test]
async fn a_changed_signature_or_another_key_does_not_verify() {
    let keys = KeyFile::ephemeral().unwrap();
    let signature = keys.signer().sign(b"delivered").await.unwrap();
    let key = keys.signer().public_key().await.unwrap();
    for position in 0..64 {
        let mut changed = *signature.as_bytes();
        changed[position] ^= 0x10;
        assert!(
            verify(&key, b"delivered", &Signature::from(changed)).is_err(),
            "byte {position}"
        );
    }
    let stranger = KeyFile::ephemeral().unwrap().signer().public_key().await.unwrap();
    assert!(matches!(
        verify(&stranger, b"delivered", &signature),
        Err(KeyError::BadSignature)
    ));
}

#[test]
fn signatures_and_public_keys_travel_as_base64url_and_refuse_any_other_length() {
    let key = PublicKey::from([0xfb; 32]);
    assert_eq!(serde_json::to_string(&key).unwrap(), format!("\"{key}\""));
    assert_eq!(
        serde_json::from_str::<PublicKey>(&format!("\"{key}\"")).unwrap(),
        key
    );
    for text in ["", "AAAA", "not base64!", &Signature::from([1; 64]).to_string()] {
        assert!(PublicKey::try_from(text.to_owned()).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_key_file_is_made_once_and_read_again_after() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    let first = KeyFile::open_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        1,
        "nothing else is left behind"
    );
    let sealed = first.sealer().seal(b"tokens", &link("link_a")).await.unwrap();
    let second = KeyFile::open_or_create(&path).unwrap();
    assert_eq!(
        second
            .sealer()
            .open(&sealed, &link("link_a"))
            .await
            .unwrap()
            .expose_secret(),
        b"tokens"
    );
    assert_eq!(
        second.signer().public_key().await.unwrap(),
        first.signer().public_key().await.unwrap()
    );
}

#[tokio::test]
async fn processes_that_start_at_once_agree_on_one_key_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    let keys: Vec<KeyFile> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| KeyFile::open_or_create(&path).unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let public = keys[0].signer().public_key().await.unwrap();
    for other in &keys {
        assert_eq!(other.signer().public_key().await.unwrap(), public);
    }
}

#[test]
fn a_key_file_that_others_may_use_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    KeyFile::open_or_create(&path).unwrap();
    for mode in [0o604, 0o640, 0o602, 0o620, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = KeyFile::open_or_create(&path).unwrap_err();
        assert!(matches!(refused, KeyError::LoosePermissions { mode: found, .. } if found == mode));
        assert!(refused.to_string().contains("chmod 600"));
    }
}

#[test]
fn a_key_file_of_another_form_is_refused_and_left_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    KeyFile::open_or_create(&path).unwrap();
    let good: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let with = |name: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed.to_string()
    };
    let secret_of_wrong_form = "c2VjcmV0LWtleS1vZi13cm9uZy1sZW5ndGg";
    for content in [
        String::new(),
        "null".into(),
        "{".into(),
        with("version", 2.into()),
        with("sealing_key", secret_of_wrong_form.into()),
        with("signing_key", secret_of_wrong_form.into()),
        with("sealing_key", 17.into()),
        with("comment", "hello".into()),
        " ".repeat(5000),
    ] {
        write_private(&path, &content);
        let refused = KeyFile::open_or_create(&path).unwrap_err();
        assert!(
            matches!(refused, KeyError::MalformedKeyFile { .. }),
            "{content:?} gave {refused:?}"
        );
        assert!(!format!("{refused} {refused:?}").contains(secret_of_wrong_form));
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            content,
            "a key file is never overwritten"
        );
    }
    assert!(matches!(
        KeyFile::open_or_create(directory.path()),
        Err(KeyError::MalformedKeyFile { .. })
    ));
}

#[tokio::test]
async fn no_debug_output_shows_a_key_or_a_blob() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    let keys = KeyFile::open_or_create(&path).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let sealed = keys.sealer().seal(b"tokens", &link("link_a")).await.unwrap();
    let shown = format!("{keys:?} {:?} {:?} {sealed:?}", keys.sealer(), keys.signer());
    for name in ["sealing_key", "signing_key"] {
        assert!(!shown.contains(file[name].as_str().unwrap()));
    }
    assert!(shown.ends_with(&format!("Sealed({} bytes)", sealed.as_bytes().len())));
    assert!(shown.contains("REDACTED"), "{shown}");
}

fn write_private(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
