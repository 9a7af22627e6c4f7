//! What is a door, what is said of it, and what is not.

use postern_contract::adapter::AdapterErrorKind;
use postern_contract::door::{Door, DoorKind, DoorState, UnattendedOpen};
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar};
use postern_vendor_clouds::config::DoorPlan;
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::{DEMO_PASSWORD, Email};
use secrecy::SecretString;
use serde_json::json;

use crate::harness::Bench;

fn named<'a>(doors: &'a [Door], name: &str) -> &'a Door {
    doors.iter().find(|door| door.name.as_str() == name).unwrap()
}

fn names(doors: &[Door]) -> Vec<&str> {
    let mut names: Vec<_> = doors.iter().map(|door| door.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn the_adapter_says_who_it_is_without_speaking_to_the_vendor() {
    let bench = Bench::unlinked().await.0;
    bench.cloud.shutdown().await;
    let request = json!({
        "contract": "1.3", "request_id": "r", "deadline": "2026-03-02T15:00:30Z",
        "call": { "operation": "describe", "input": {} },
    });
    let reply = bench.service.dispatch(request.to_string().as_bytes()).await;
    let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
    let described = &reply["result"]["ok"]["output"];
    assert_eq!(described["vendor"], "nice-go");
    assert_eq!(described["name"], "Nice G.O.");
    assert_eq!(described["optional_operations"], json!([]));
}

#[tokio::test]
async fn every_door_is_listed_once_and_one_whose_firmware_is_too_old_is_left_out() {
    let bench = Bench::linked().await;
    let doors = bench.list().await.unwrap();
    assert_eq!(names(&doors), ["Main door", "Second bay", "Workshop"]);
    for door in &doors {
        assert_eq!((door.kind, door.camera), (DoorKind::Unknown, false));
        assert_eq!(door.unattended_open, UnattendedOpen::Allowed);
        assert!(matches!(door.unattended_close, UnattendedClose::Allowed { .. }));
        assert_eq!(bench.read(door.door.as_str()).await.unwrap(), door.reading);
        assert_eq!(door.reading.state, DoorState::Closed);
        assert_eq!((door.reading.obstructed, door.reading.battery), (None, None));
    }
    assert_eq!(bench.list().await.unwrap(), doors);
    let shed = bench.control().door_named("Garden shed").unwrap();
    let refused = bench.read(shed.as_str()).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound);
}

#[tokio::test]
async fn a_list_that_comes_in_pages_is_read_to_its_end() {
    let bench = Bench::linked().await;
    let whole = bench.list().await.unwrap();
    for page_max in [1, 2, 3] {
        bench.set(|settings| settings.page_max = Some(page_max));
        assert_eq!(bench.list().await.unwrap(), whole, "{page_max}");
    }
    bench.set(|settings| settings.page_max = Some(1));
    let last = bench.control().door_named("Workshop").unwrap();
    bench.open(last.as_str()).await.unwrap();
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
async fn a_door_that_is_not_connected_is_listed_offline_whatever_its_numbers_say() {
    let bench = Bench::linked().await;
    let (control, second) = (bench.control(), bench.control().door_named("Second bay").unwrap());
    control.set_online(&bench.main_door(), false).unwrap();
    let never_paired = DoorPatch {
        paired: Some(false),
        ..DoorPatch::default()
    };
    control.patch_door(&second, &never_paired).unwrap();
    let doors = bench.list().await.unwrap();
    for name in ["Main door", "Second bay"] {
        let seen = &named(&doors, name).reading;
        assert_eq!(
            (seen.state, seen.online, seen.stale),
            (DoorState::Unknown, false, true),
            "{name}"
        );
    }
    assert_eq!(named(&doors, "Workshop").reading.state, DoorState::Closed);
}

#[tokio::test]
async fn a_household_on_vacation_wants_nothing_moved() {
    let bench = Bench::linked().await;
    let away = DoorPatch {
        vacation_mode: Some(true),
        ..DoorPatch::default()
    };
    bench.control().patch_door(&bench.main_door(), &away).unwrap();
    let doors = bench.list().await.unwrap();
    let main = named(&doors, "Main door");
    assert_eq!(main.unattended_open, UnattendedOpen::NotAllowed);
    let reason = UnattendedCloseBar::OpenerForbids;
    assert_eq!(main.unattended_close, UnattendedClose::NotAllowed { reason });
    assert_eq!(
        main.reading.state,
        DoorState::Closed,
        "it can be read all the same"
    );
    assert_eq!(named(&doors, "Workshop").unattended_open, UnattendedOpen::Allowed);
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
    let granted = bench
        .fill_in(&begun, other.as_str(), DEMO_PASSWORD)
        .await
        .unwrap();
    bench.credentials = granted.credentials.as_str().into();
    let theirs = bench.list().await.unwrap();
    assert_eq!(names(&theirs), ["Main door", "Own door"]);
    assert_eq!(named(&theirs, "Main door").door, named(&mine, "Main door").door);
    assert_eq!(named(&theirs, "Own door").door.as_str(), own.as_str());
    let workshop = named(&mine, "Workshop").door.as_str();
    let refused = bench.read(workshop).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound);
}

#[tokio::test]
async fn what_names_no_door_is_not_found() {
    let bench = Bench::linked().await;
    for missing in ["nowhere", "../graphql", "\"}}"] {
        let refused = bench.read(missing).await.unwrap_err();
        assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound, "{missing}");
    }
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
}
