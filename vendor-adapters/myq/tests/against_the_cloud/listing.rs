//! What is a door, and which home it belongs to.

use postern_contract::adapter::{AdapterErrorKind, Answer};
use postern_contract::door::{DoorKind, DoorState, UnattendedOpen};
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar};
use postern_vendor_clouds::config::{DecoyKind, DecoyPlan, DoorPlan};
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::{DEMO_EMAIL, Email};
use serde_json::json;

use crate::harness::Bench;

#[tokio::test]
async fn the_adapter_says_who_it_is_without_speaking_to_the_vendor() {
    let bench = Bench::unlinked().await;
    let bench = bench.0;
    bench.cloud.shutdown().await;
    let request = json!({
        "contract": "1.3", "request_id": "r", "deadline": "2026-03-02T15:00:30Z",
        "call": { "operation": "describe", "input": {} },
    });
    let reply = bench.service.dispatch(request.to_string().as_bytes()).await;
    let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!(reply["result"]["ok"]["output"]["vendor"], "myq");
    assert_eq!(reply["result"]["ok"]["output"]["optional_operations"], json!([]));
}

#[tokio::test]
async fn gateways_lamps_gates_locks_and_things_without_a_state_are_no_doors() {
    let bench = Bench::linked().await;
    let home = bench.control().world().unwrap().homes[0].account_id.clone();
    for kind in [DecoyKind::DoorWithoutState, DecoyKind::Gate] {
        bench
            .control()
            .add_decoy(&home, &DecoyPlan::new(kind, "Decoy"))
            .unwrap();
    }
    let door = bench.only_door().await;
    assert_eq!((door.name.as_str(), door.site), ("Main door", None));
    assert_eq!((door.kind, door.camera), (DoorKind::Unknown, false));
    assert_eq!(door.unattended_open, UnattendedOpen::Allowed);
    assert!(matches!(door.unattended_close, UnattendedClose::Allowed { .. }));
    assert_eq!(
        (door.reading.state, door.reading.stale),
        (DoorState::Closed, false)
    );
}

#[tokio::test]
async fn each_home_of_a_login_is_listed_and_a_door_seen_in_two_only_once() {
    let bench = Bench::linked().await;
    let (control, owner) = (bench.control(), Email::from(DEMO_EMAIL));
    let cabin = control.add_home(&owner, "Cabin").unwrap();
    control.add_door(&cabin, &DoorPlan::closed("Boat door")).unwrap();
    control.share_door(&bench.main_door(), &cabin).unwrap();
    let listed = bench.list().await.unwrap();
    let mut seen: Vec<_> = listed
        .iter()
        .map(|door| {
            (
                door.name.as_str(),
                door.site.as_ref().map(|site| site.as_str().to_owned()),
            )
        })
        .collect();
    seen.sort();
    assert_eq!(seen.len(), 2, "{listed:?}");
    assert_eq!(seen[0], ("Boat door", Some("Cabin".into())));
    assert_eq!(seen[1].0, "Main door");
    assert_eq!(
        bench.list().await.unwrap(),
        listed,
        "references do not change from one listing to the next"
    );
    for door in &listed {
        assert_eq!(
            bench.read(door.door.as_str()).await.unwrap().state,
            DoorState::Closed
        );
    }
}

#[tokio::test]
async fn a_door_that_forbids_unattended_movements_says_so() {
    let bench = Bench::linked().await;
    bench
        .control()
        .set_unattended_close_allowed(&bench.main_door(), false)
        .unwrap();
    bench
        .control()
        .set_unattended_open_allowed(&bench.main_door(), false)
        .unwrap();
    let low = DoorPatch {
        sensor_battery_low: Some(true),
        ..DoorPatch::default()
    };
    bench.control().patch_door(&bench.main_door(), &low).unwrap();
    let door = bench.only_door().await;
    assert_eq!(door.unattended_open, UnattendedOpen::NotAllowed);
    let reason = UnattendedCloseBar::OpenerForbids;
    assert_eq!(door.unattended_close, UnattendedClose::NotAllowed { reason });
    assert!(door.reading.battery.is_some_and(|battery| battery.low));
}

#[tokio::test]
async fn a_door_is_read_alike_from_its_own_address_and_from_the_list() {
    let mut from_list = Bench::configured(|config| {
        config.single_device_reads = false;
        config.versions.devices = "5.2".into();
    })
    .await;
    from_list.link().await;
    let single = Bench::linked().await;
    for bench in [&single, &from_list] {
        let door = bench.only_door().await.door;
        assert_eq!(bench.read(door.as_str()).await.unwrap().state, DoorState::Closed);
        let home = door.as_str().split('/').next().unwrap();
        for missing in [
            format!("{home}/CG0000000000"),
            format!("nowhere/{}", bench.main_door()),
        ] {
            let refused = bench.read(&missing).await.unwrap_err();
            assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound, "{missing}");
        }
        for nonsense in ["no-door", "../accounts", "/", "a/b/c"] {
            let refused = bench.read(nonsense).await.unwrap_err();
            assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound, "{nonsense}");
        }
    }
}

#[tokio::test]
async fn a_lamp_is_not_ordered_as_a_door() {
    let bench = Bench::linked().await;
    let world = bench.control().world().unwrap();
    let home = world.homes[0].account_id.clone();
    let plan = DecoyPlan::new(DecoyKind::Gate, "Back gate");
    let gate = bench.control().add_decoy(&home, &plan).unwrap().unwrap();
    let refused = bench.open(&format!("{home}/{gate}")).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound);
}

#[tokio::test]
async fn what_myq_does_not_have_is_unsupported() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    let mut clip = bench.door_input(door.as_str());
    clip["from"] = json!("2026-03-02T14:00:00Z");
    clip["to"] = json!("2026-03-02T15:00:00Z");
    let refused = bench.call("clip.get", clip).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Unsupported);
    let webhook = json!({ "method": "POST", "target": "/", "headers": [], "body": "" });
    let refused = bench.call("events.parse", webhook).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Unsupported);
    assert!(matches!(
        bench.call("door.read", bench.door_input(door.as_str())).await,
        Ok(Answer::DoorRead(_))
    ));
}
