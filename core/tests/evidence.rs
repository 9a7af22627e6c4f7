//! Evidence bundles: what the platform makes of a delivery's record is believed, and nothing else is.

#![cfg(test)]

use std::sync::LazyLock;

use jiff::SignedDuration;
use postern_contract::{
    door::DoorState,
    evidence::{BUNDLE_TYPE, BundleStage, EvidenceBundle},
    ids::CarrierId,
};
use postern_core::{
    Error, deliveries,
    evidence::{BundleKeys, NotEvidence, bundle, prove, read_unsigned},
    grant::{Grant, Limits},
    guardian,
    ports::Subject,
};
use postern_keys::{BundleSigner as _, LocalBundleSigner};
use postern_keys::{JwkSet, KeyFile, PublicKey, jws};
use postern_test_world::World;
use proptest::prelude::*;

fn north() -> CarrierId {
    "north".parse().unwrap()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A delivery whose window went by, with its log signed; its keys; and the bundle from before.
struct Evidence {
    under_way: EvidenceBundle,
    ended: EvidenceBundle,
    signer: LocalBundleSigner,
    keys: BundleKeys,
}

static EVIDENCE: LazyLock<Evidence> =
    LazyLock::new(|| std::thread::spawn(|| block(evidence())).join().unwrap());

async fn evidence() -> Evidence {
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    world.open(delivery).await.unwrap();
    let look = async || {
        guardian::look(&world.platform, Subject::Delivery { delivery })
            .await
            .unwrap();
    };
    world.clock.advance(SignedDuration::from_secs(5));
    look().await;
    assert_eq!(world.vendor.state_of("account-1", "door-1"), DoorState::Open);
    let under_way = deliveries::evidence(&world.platform, &north(), delivery)
        .await
        .unwrap();
    for _ in 0..40 {
        world.clock.advance(SignedDuration::from_mins(5));
        look().await;
    }
    let ended = deliveries::evidence(&world.platform, &north(), delivery)
        .await
        .unwrap();
    let stranger = deliveries::evidence(&world.platform, &"south".parse().unwrap(), delivery).await;
    assert!(matches!(stranger, Err(Error::NotFound)), "{stranger:?}");
    the_log_must_be_the_grants(&world, delivery).await;
    let signer = KeyFile::ephemeral().unwrap().bundle_signer();
    let logs = world.platform.signer.public_key().await.unwrap();
    let keys = BundleKeys::from(&JwkSet::of(logs, signer.public_key().await.unwrap()));
    Evidence {
        under_way,
        ended,
        signer,
        keys,
    }
}

/// A bundle is not made of a log that is short or changed; and one that has grown since is cut back to the moment of the grant.
async fn the_log_must_be_the_grants(world: &World, delivery: postern_contract::ids::DeliveryId) {
    let store = &world.platform.store;
    let loaded = store.load_grant::<Grant>(delivery).await.unwrap().unwrap();
    let (grant, mut log) = (loaded.grant.doc, store.whole_log(delivery).await.unwrap());
    let make = |log: &[_]| bundle(&grant, "North", log, world.now(), &Limits::default());
    assert!(matches!(make(&log[1..]), Err(Error::Corrupt(_))));
    log.push(log[0].clone());
    assert_eq!(make(&log).unwrap().log.len() as u64, grant.log_length);
    log[1].at = world.now();
    assert!(matches!(make(&log), Err(Error::Corrupt(_))));
}

fn signed(bundle: &EvidenceBundle) -> String {
    let payload = serde_json::to_vec(bundle).unwrap();
    block(jws::sign(&EVIDENCE.signer, BUNDLE_TYPE, &payload)).unwrap()
}

#[test]
fn a_bundle_is_believed_under_way_and_at_the_end() {
    let it = &*EVIDENCE;
    for (bundle, stage) in [
        (&it.under_way, BundleStage::UnderWay),
        (&it.ended, BundleStage::Final),
    ] {
        let proven = prove(&signed(bundle), &it.keys).unwrap();
        assert_eq!((&proven.bundle, proven.bundle.stage), (bundle, stage));
        assert_eq!(
            read_unsigned(&signed(bundle)).unwrap().head,
            bundle.delivery.log_head
        );
    }
}

#[test]
fn what_a_signed_bundle_tells_beside_its_log_must_follow_from_it() {
    type Change = fn(&mut EvidenceBundle);
    let changes: [(&str, Change); 6] = [
        ("how far", |it| it.stage = BundleStage::UnderWay),
        ("parties", |it| it.parties.carrier = "south".parse().unwrap()),
        ("parcels", |it| {
            it.parcels[0].left_inside = !it.parcels[0].left_inside;
        }),
        ("readings", |it| it.readings[0].age_ms += 1),
        ("window", |it| {
            it.policy.window = {
                let (from, until) = (it.delivery.window.starts_at(), it.delivery.window.ends_at());
                postern_contract::delivery::Window::new(from, until + SignedDuration::from_mins(1)).unwrap()
            }
        }),
        ("door", |it| {
            it.parties.door = postern_contract::ids::DoorId::from_parts(1, 1);
        }),
    ];
    for (what, change) in changes {
        let mut bundle = EVIDENCE.ended.clone();
        change(&mut bundle);
        let refused = prove(&signed(&bundle), &EVIDENCE.keys);
        assert!(
            matches!(&refused, Err(NotEvidence::Disagrees(why)) if why.contains(what)),
            "{what}: {refused:?}"
        );
    }
}

#[test]
fn the_end_needs_the_logs_own_signature_by_the_platforms_own_key() {
    let mut strange = EVIDENCE.keys.clone();
    strange.logs = vec![PublicKey::from([7; 32])];
    let refused = prove(&signed(&EVIDENCE.ended), &strange);
    assert!(matches!(refused, Err(NotEvidence::Log(_))), "{refused:?}");
    let refused = prove(
        &signed(&EVIDENCE.ended),
        &BundleKeys {
            bundles: vec![],
            ..EVIDENCE.keys.clone()
        },
    );
    assert!(matches!(refused, Err(NotEvidence::Message(_))), "{refused:?}");
}

proptest! {
    #[test]
    fn a_bundle_with_any_byte_of_its_payload_changed_is_refused(at in any::<prop::sample::Index>(), by in 1_u8..=255) {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let message = signed(&EVIDENCE.ended);
        let parts: Vec<&str> = message.split('.').collect();
        let mut payload = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let at = at.index(payload.len());
        payload[at] ^= by;
        let touched = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(payload), parts[2]);
        prop_assert!(matches!(prove(&touched, &EVIDENCE.keys), Err(NotEvidence::Message(_))));
    }

    #[test]
    fn a_chain_that_was_changed_is_found_even_under_a_good_signature(at in any::<prop::sample::Index>(), how in 0_u8..4) {
        let mut bundle = EVIDENCE.ended.clone();
        let at = at.index(bundle.log.len());
        match how {
            0 => bundle.log[at].at += SignedDuration::from_secs(1),
            1 => bundle.log[at].event = postern_contract::event::DeliveryEvent::ReissueLapsed,
            2 => { bundle.log.remove(at); }
            _ => { let entry = bundle.log[at].clone(); bundle.log.insert(at, entry); }
        }
        prop_assert!(matches!(prove(&signed(&bundle), &EVIDENCE.keys), Err(NotEvidence::Log(_))));
    }
}
