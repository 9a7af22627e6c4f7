//! The evidence of deliveries: signed, checked by our own command and by somebody else's library, private where it must be, and
//! readable by a person.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use clap::Parser as _;
use postern_cli::{Arguments, Exit};
use postern_contract::{
    delivery::{GrantState, RevocationReason},
    evidence::{BundleStage, EvidenceBundle},
    ids::DeliveryId,
};
use postern_core::{
    evidence::{BundleKeys, prove},
    log,
};
use postern_end_to_end::stage::{Stage, key};
use postern_keys::PublicKey;
use postern_local::play::{CarrierClient, booking};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The JOSE library that nobody here wrote, and what it builds on.
const JOSE: [&str; 5] = [
    "jwcrypto==1.6.1",
    "cryptography==50.0.2",
    "cffi==2.1.1",
    "pycparser==3.12",
    "typing-extensions==4.16.0",
];

/// A bundle and the published keys, as files that anybody may have.
struct Files(TempDir);

impl Files {
    async fn of(stage: &Stage, message: &str) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        let keys = stage.carrier.signing_keys().await.unwrap();
        std::fs::write(files.0.path().join("keys"), json!(keys).to_string()).unwrap();
        files.lay(message);
        files
    }

    fn lay(&self, message: &str) {
        std::fs::write(self.0.path().join("bundle"), message).unwrap();
    }

    /// What `postern evidence verify` says by how it ends.
    async fn by_our_command(&self) -> Exit {
        let (bundle, keys) = (self.0.path().join("bundle"), self.0.path().join("keys"));
        let words = [
            "postern",
            "evidence",
            "verify",
            bundle.to_str().unwrap(),
            "--keys",
        ];
        let words = words.into_iter().chain(keys.to_str());
        postern_cli::run(Arguments::try_parse_from(words).unwrap()).await
    }

    /// What a JOSE library of another language finds in it.
    fn by_another_library(&self) -> Result<Value, String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/platform/evidence.py");
        let output = Command::new(postern_test_tools::python(&JOSE).join("python"))
            .arg(script)
            .args([self.0.path().join("bundle"), self.0.path().join("keys")])
            .output()
            .unwrap();
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout).unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }
}

/// The answer to whoever shows this token, as status, headers and body.
async fn answer(
    stage: &Stage,
    delivery: DeliveryId,
    token: &str,
    more: &[(&str, &str)],
) -> reqwest::Response {
    let address = format!(
        "{}v1/deliveries/{delivery}/evidence",
        stage.local.addresses.carrier_api
    );
    let mut request = reqwest::Client::new().get(address).bearer_auth(token);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn token(stage: &Stage, scopes: &[&str]) -> String {
    let carrier = stage.local.seeds.carriers[0].id.to_string();
    let minted = stage.local.issuer().mint_for_client(&carrier, scopes).unwrap();
    minted.expose_secret().to_owned()
}

async fn page(stage: &Stage, delivery: DeliveryId, language: &str) -> String {
    let token = token(stage, &["evidence:read"]);
    let wish = [("accept", "text/html"), ("accept-language", language)];
    let answer = answer(stage, delivery, &token, &wish).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers()["content-language"], &language[..2]);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_a_whole_delivery_is_believed_by_our_command_and_by_another_library_and_changed_by_neither()
 {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let early = stage.carrier.evidence(open.id).await.unwrap();
    stage.closed_and_completed(open.id).await;
    let signed = stage.until(open.id, |view| view.log_signature.is_some()).await;
    let message = stage.carrier.evidence(open.id).await.unwrap();
    let keys = BundleKeys::from(&stage.carrier.signing_keys().await.unwrap());

    let proven = prove(&early, &keys).unwrap();
    assert_eq!(proven.bundle.stage, BundleStage::UnderWay);
    let proven = prove(&message, &keys).unwrap();
    assert_eq!(
        (proven.bundle.stage, &proven.bundle.delivery),
        (BundleStage::Final, &signed)
    );
    assert_eq!(
        proven.bundle.log,
        stage.log(open.id).await,
        "the bundle's log is the one at /log"
    );
    assert_eq!(proven.bundle.parties.carrier_name, "Northwind Parcel");
    let parcel = &proven.bundle.parcels[0];
    assert!(
        parcel.scanned && parcel.tracking_number.as_str() == "PARCEL-1",
        "{parcel:?}"
    );
    assert!(proven.bundle.readings.len() >= 2, "seen open and seen closed");

    let files = Files::of(&stage, &message).await;
    assert_eq!(files.by_our_command().await, Exit::Well);
    let read: EvidenceBundle = serde_json::from_value(files.by_another_library().unwrap()).unwrap();
    assert_eq!(read, proven.bundle);

    let middle = message.len() / 2;
    let other = if &message[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    files.lay(&format!(
        "{}{other}{}",
        &message[..middle],
        &message[middle + 1..]
    ));
    assert_eq!(files.by_our_command().await, Exit::Unwell);
    let refused = files.by_another_library().unwrap_err();
    assert!(refused.starts_with("refused:"), "{refused}");

    let mut strange = keys;
    strange.logs = vec![PublicKey::from([7; 32])];
    assert!(
        prove(&message, &strange).is_err(),
        "the log's own signature counts too"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_finds_no_evidence_and_a_token_without_the_scope_may_not_look() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    let other = CarrierClient::connect(&stage.local.addresses, &stage.local.seeds.carriers[1])
        .await
        .unwrap();
    let path = format!("/v1/deliveries/{}/evidence", booked.id);
    let stranger = other.get(&path).await.unwrap();
    assert_eq!((stranger.status.as_u16(), stranger.code()), (404, "not_found"));
    let narrow = SecretString::from(token(&stage, &["deliveries:read", "deliveries:write"]));
    let narrow = CarrierClient::with_token(&stage.local.addresses, narrow).unwrap();
    let refused = narrow.get(&path).await.unwrap();
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (403, "insufficient_scope")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_household_took_its_right_back_is_told_to_it_alone_and_its_log_still_proves_it() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage.customer.turn_off().await.unwrap();
    stage.until(armed.id, |view| view.log_signature.is_some()).await;
    let view = stage.carrier.delivery(armed.id).await.unwrap();
    assert_eq!(
        (view.state, view.revocation),
        (GrantState::Revoked, Some(RevocationReason::Withheld))
    );

    let message = stage.carrier.evidence(armed.id).await.unwrap();
    let keys = BundleKeys::from(&stage.carrier.signing_keys().await.unwrap());
    let bundle = prove(&message, &keys).unwrap().bundle;
    let told = serde_json::to_string(&(&bundle, stage.log(armed.id).await)).unwrap();
    for private in ["disabled", "salt", "changed_at", "battery"] {
        assert!(!told.contains(private), "the carrier is told {private}: {told}");
    }
    let own = stage.customer.log(armed.id).await.unwrap();
    assert_eq!(log::verify(armed.id, &own).unwrap(), view.log_head);
    assert!(serde_json::to_string(&own).unwrap().contains("disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_for_a_person_is_escaped_and_speaks_english_and_french() {
    let stage = Stage::set().await;
    let mut wanted = booking(stage.local.platform.now(), "PARCEL-1");
    wanted.carrier_reference = Some("<script>alert('1')</script> & \"co\"".parse().unwrap());
    let booked = stage.carrier.book(&key(), &wanted).await.unwrap();

    let english = page(&stage, booked.id, "en-CA").await;
    assert!(english.contains("<html lang=\"en\">") && english.contains("Evidence of a delivery"));
    assert!(
        english.contains("&lt;script&gt;alert(") && !english.contains("<script"),
        "{english}"
    );
    assert!(english.contains("postern evidence verify") && english.contains(&booked.log_head));
    assert!(
        !english.contains("http://") && !english.contains("https://"),
        "it fetches nothing"
    );
    let french = page(&stage, booked.id, "fr-CA").await;
    assert!(french.contains("<html lang=\"fr\">") && french.contains("Preuve d’une livraison"));
    assert!(french.contains("Réservée par le transporteur.") && !french.contains("<script"));

    let token = token(&stage, &["evidence:read"]);
    let signed = answer(&stage, booked.id, &token, &[("accept", "*/*")]).await;
    assert_eq!(signed.headers()["content-type"], "application/jose");
    assert_eq!(signed.headers()["cache-control"], "no-store");
}
