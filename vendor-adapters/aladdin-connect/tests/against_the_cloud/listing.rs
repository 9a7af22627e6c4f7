//! What is a door, what is said of it, and what is not.

use postern_contract::adapter::{AdapterErrorKind, Answer};
use postern_contract::door::{Battery, Door, DoorKind, DoorState, UnattendedOpen};
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar};
use postern_vendor_clouds::config::DoorPlan;
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::{DEMO_PASSWORD, Email, Serial};
use secrecy::SecretString;
use serde_json::json;

use crate::bench::Bench;
use crate::partner::Brand;

fn named<'a>(doors: &'a [Door], name: &str) -> &'a Door {
    doors.iter().find(|door| door.name.as_str() == name).unwrap()
}

#[tokio::test]
async fn the_adapter_says_who_it_is_without_speaking_to_the_vendor() {
    for (brand, name) in [
        (Brand::AladdinConnect, "Aladdin Connect"),
        (Brand::OhdAnywhere, "OHD Anywhere"),
    ] {
        let bench = Bench::configured(|config| config.brand = brand).await.0;
        bench.cloud.shutdown().await;
        let request = json!({
            "contract": "1.3", "request_id": "r", "deadline": "2026-03-02T15:00:30Z",
            "call": { "operation": "describe", "input": {} },
        });
        let reply = bench.service.dispatch(request.to_string().as_bytes()).await;
        let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
        let described = &reply["result"]["ok"]["output"];
        assert_eq!(described["vendor"], "aladdin-connect");
        assert_eq!(described["name"], name);
        assert_eq!(described["optional_operations"], json!([]));
    }
}

#[tokio::test]
async fn every_door_of_every_controller_is_listed_once_and_reads_as_it_lists() {
    let bench = Bench::linked().await;
    let doors = bench.list().await.unwrap();
    let names: Vec<_> = doors.iter().map(|door| door.name.as_str()).collect();
    assert_eq!(names, ["Main door", "Second bay", "Workshop", "Garden shed"]);
    let references: Vec<_> = doors.iter().map(|door| door.door.as_str()).collect();
    assert_eq!(
        references,
        ["5c0a7e41-1", "5c0a7e41-2", "5c0a7e41-3", "9d13b8f2-1"]
    );
    for door in &doors {
        assert_eq!((door.kind, door.camera), (DoorKind::Unknown, false));
        assert_eq!(door.unattended_open, UnattendedOpen::Allowed);
        assert!(matches!(door.unattended_close, UnattendedClose::Allowed { .. }));
        // The list and the single reading are spelled differently, and say the same.
        assert_eq!(bench.read(door.door.as_str()).await.unwrap(), door.reading);
        assert_eq!(door.reading.state, DoorState::Closed);
    }
    assert_eq!(bench.list().await.unwrap(), doors);
}

#[tokio::test]
async fn a_battery_is_told_where_there_is_one_and_nothing_of_it_where_it_shows_nought() {
    let bench = Bench::linked().await;
    let low = DoorPatch {
        sensor_battery_percent: Some(9),
        ..DoorPatch::default()
    };
    let workshop = bench.control().door_named("Workshop").unwrap();
    bench.control().patch_door(&workshop, &low).unwrap();
    let doors = bench.list().await.unwrap();
    let battery = |name| named(&doors, name).reading.battery;
    let told = |percent, low| {
        Some(Battery {
            percent: Some(percent),
            low,
        })
    };
    assert_eq!(battery("Main door"), told(88, false));
    assert_eq!(battery("Workshop"), told(9, true));
    assert_eq!(battery("Second bay"), None, "none is shown");
    assert_eq!(battery("Garden shed"), None, "0 is shown");
}

#[tokio::test]
async fn without_the_vendors_word_on_its_warning_no_door_may_be_closed_unattended() {
    let mut bench = Bench::configured(|config| config.close_warning = None).await;
    bench.link().await;
    let reason = UnattendedCloseBar::OpenerDoesNotSay;
    for door in bench.list().await.unwrap() {
        assert_eq!(door.unattended_close, UnattendedClose::NotAllowed { reason });
        assert_eq!(door.unattended_open, UnattendedOpen::Allowed);
    }
    let door = bench.door();
    bench.open(door.as_str()).await.unwrap();
    bench.pass(60);
    let refused = bench.close(door.as_str()).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorLockedOut);
    assert_eq!(
        bench.control().commands_received(&bench.main_door()).unwrap(),
        1,
        "the open, and no close"
    );
}

#[tokio::test]
async fn a_door_that_is_not_connected_is_listed_offline_whatever_its_status_says() {
    let bench = Bench::linked().await;
    let (control, second) = (bench.control(), bench.control().door_named("Second bay").unwrap());
    control.set_online(&bench.main_door(), false).unwrap();
    let never_set_up = DoorPatch {
        paired: Some(false),
        ..DoorPatch::default()
    };
    control.patch_door(&second, &never_set_up).unwrap();
    let doors = bench.list().await.unwrap();
    for name in ["Main door", "Second bay"] {
        let seen = &named(&doors, name).reading;
        assert_eq!(
            (seen.state, seen.online, seen.stale),
            (DoorState::Unknown, false, true),
            "{name}"
        );
    }
    // Merely away, it may be opened when it is back; never set up, it may not.
    assert_eq!(
        named(&doors, "Main door").unattended_open,
        UnattendedOpen::Allowed
    );
    assert_eq!(
        named(&doors, "Second bay").unattended_open,
        UnattendedOpen::NotAllowed
    );
    assert_eq!(named(&doors, "Workshop").reading.state, DoorState::Closed);
}

#[tokio::test]
async fn a_door_under_two_accounts_has_one_name() {
    let mut bench = Bench::linked().await;
    let mine = bench.list().await.unwrap();
    let (control, other) = (bench.control(), Email::from("neighbour@example.com"));
    control
        .add_user(&other, &SecretString::from(DEMO_PASSWORD))
        .unwrap();
    let home = control.add_home(&other, "Next door").unwrap();
    control.share_door(&bench.main_door(), &home).unwrap();
    let own = control.add_door(&home, &DoorPlan::closed("Own door")).unwrap();
    let begun = bench.begin().await;
    let brought = bench.log_in_as(&begun, other.as_str()).await;
    let granted = bench.complete(&begun, &brought.code).await.unwrap();
    bench.credentials = granted.credentials.as_str().into();
    let theirs = bench.list().await.unwrap();
    let names: Vec<_> = theirs.iter().map(|door| door.name.as_str()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(named(&theirs, "Main door").door, named(&mine, "Main door").door);
    assert_eq!(named(&theirs, "Own door").door.as_str(), own.as_str());
    let workshop = named(&mine, "Workshop").door.as_str();
    let refused = bench.read(workshop).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound);
}

#[tokio::test]
async fn what_names_no_door_is_not_found() {
    let bench = Bench::linked().await;
    for missing in [
        "5c0a7e41-0",
        "5c0a7e41-4",
        "5c0a7e41",
        "nowhere-1",
        "../devices-1",
        "-1",
        "5c0a7e41/doors/1",
    ] {
        let refused = bench.read(missing).await.unwrap_err();
        assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound, "{missing}");
    }
    assert!(
        bench
            .control()
            .motions(Some(&Serial::from("5c0a7e41-4")), 0)
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_the_vendor_is_not_known_to_have_is_unsupported() {
    let bench = Bench::linked().await;
    let door = bench.door();
    let mut clip = bench.door_input(door.as_str());
    clip["from"] = json!("2026-03-02T14:00:00Z");
    clip["to"] = json!("2026-03-02T15:00:00Z");
    let refused = bench.call("clip.get", clip).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Unsupported);
    let webhook = json!({ "method": "POST", "target": "/", "headers": [], "body": "" });
    let refused = bench.call("events.parse", webhook).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Unsupported);
    let read = bench.call("door.read", bench.door_input(door.as_str())).await;
    assert!(matches!(read, Ok(Answer::DoorRead(_))));
}
