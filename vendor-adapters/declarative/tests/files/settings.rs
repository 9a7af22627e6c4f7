//! What a file leaves to the operator.

use postern_adapter_declarative::{DeclarativeAdapter, Settings, VendorFile};

use crate::examples::example;

fn file() -> VendorFile {
    VendorFile::read("acme.toml", example()).unwrap()
}

fn all() -> Settings {
    Settings::default()
        .with("VENDOR_CLIENT_ID", "postern")
        .with_secret("VENDOR_API_KEY", "ak-swordfish".into())
        .with_secret("VENDOR_CLIENT_SECRET", "cs-swordfish".into())
}

#[test]
fn with_everything_there_is_an_adapter_and_it_shows_no_secret() {
    let adapter = DeclarativeAdapter::new(&file(), &all()).unwrap();
    assert!(!format!("{adapter:?} {:?}", all()).contains("swordfish"));
}

#[test]
fn what_is_missing_or_unusable_is_named_at_the_place_that_asks_for_it() {
    let nothing = Settings::default().with("VENDOR_CLIENT_ID", "");
    let no_id = Settings::default()
        .with_secret("VENDOR_API_KEY", "k".into())
        .with_secret("VENDOR_CLIENT_SECRET", "s".into());
    let short = all().with("VENDOR_CLOSE_WARNING_SECONDS", "4");
    let two_lines = all().with_secret("VENDOR_API_KEY", "sword\nfish".into());
    for (settings, says) in [
        (
            nothing,
            "acme.toml:9:13: VENDOR_API_KEY_SEALED is missing: seal the secret",
        ),
        (no_id, "acme.toml:14:13: VENDOR_CLIENT_ID is missing: set it"),
        (
            short,
            "VENDOR_CLOSE_WARNING_SECONDS must be between 5 and 60 seconds",
        ),
        (two_lines, "VENDOR_API_KEY is empty, or can't be sent in a header"),
    ] {
        let wrong = DeclarativeAdapter::new(&file(), &settings)
            .unwrap_err()
            .to_string();
        assert!(wrong.contains(says), "{wrong}");
        assert!(!wrong.contains("fish"), "{wrong}");
    }
}

#[test]
fn an_address_from_a_setting_is_judged_as_strictly_as_one_in_the_file() {
    let left_open = example().replacen(
        "\"https://api.acme.example/v2\"",
        "{ setting = \"VENDOR_BASE_URL\" }",
        1,
    );
    let file = VendorFile::read("acme.toml", &left_open).unwrap();
    for (address, good) in [
        ("https://eu.acme.example/v2", true),
        ("http://127.0.0.1:9/v2", true),
        ("http://eu.acme.example/v2", false),
        ("eu.acme.example", false),
    ] {
        let made = DeclarativeAdapter::new(&file, &all().with("VENDOR_BASE_URL", address));
        assert_eq!(made.is_ok(), good, "{address}");
    }
}
