//! What is a door, what is said of it, and what is not.

use postern_contract::adapter::AdapterErrorKind;
use postern_contract::door::{Battery, Door, DoorKind, DoorState, UnattendedOpen};
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar};
use postern_vendor_clouds::config::DoorPlan;
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
    assert_eq!(
        (&described["vendor"], &described["name"]),
        (&json!("smartthings"), &json!("SmartThings"))
    );
    assert_eq!(
        described["optional_operations"],
        json!(["events.subscribe", "events.parse"])
    );
}

#[tokio::test]
async fn garage_doors_of_every_layout_are_listed_once_and_a_microwave_is_not() {
    let bench = Bench::linked().await;
    let doors = bench.list().await.unwrap();
    assert_eq!(names(&doors), ["Main door", "Second bay", "Workshop"]);
    for door in &doors {
        assert_eq!(door.door.as_str(), bench.named(door.name.as_str()));
        assert_eq!((door.kind, door.camera), (DoorKind::Unknown, false));
        assert_eq!(door.unattended_open, UnattendedOpen::Allowed);
        assert!(matches!(door.unattended_close, UnattendedClose::Allowed { .. }));
        assert_eq!(bench.read(door.door.as_str()).await.unwrap(), door.reading);
        assert_eq!(door.reading.state, DoorState::Closed);
    }
    let told = |percent, low| {
        Some(Battery {
            percent: Some(percent),
            low,
        })
    };
    assert_eq!(named(&doors, "Main door").reading.battery, told(90, false));
    assert_eq!(
        named(&doors, "Second bay").reading.battery,
        told(35, false),
        "on another component"
    );
    assert_eq!(named(&doors, "Workshop").reading.battery, None);
    assert_eq!(bench.list().await.unwrap(), doors);
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end() {
    let bench = Bench::linked().await;
    bench.set(|settings| settings.page_max = Some(1));
    let doors = bench.list().await.unwrap();
    assert_eq!(names(&doors), ["Main door", "Second bay", "Workshop"]);
}

#[tokio::test]
async fn only_a_maker_that_the_operator_names_may_be_closed_unattended() {
    let mut bench =
        Bench::configured(|config| config.close_warnings.retain(|maker, _| maker == "FortrezZ")).await;
    bench.link().await;
    let doors = bench.list().await.unwrap();
    let reason = UnattendedCloseBar::OpenerDoesNotSay;
    for (name, allowed) in [("Main door", false), ("Second bay", true), ("Workshop", false)] {
        let told = named(&doors, name).unattended_close;
        assert_eq!(matches!(told, UnattendedClose::Allowed { .. }), allowed, "{name}");
        assert!(allowed || told == UnattendedClose::NotAllowed { reason });
    }
    let door = bench.door();
    bench.open(&door).await.unwrap();
    bench.pass(60);
    let refused = bench.close(&door).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorLockedOut);
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
}

#[tokio::test]
async fn a_door_that_is_away_is_as_old_as_its_last_word_and_one_never_set_up_is_unknown() {
    let bench = Bench::linked().await;
    bench.pass(60);
    bench.control().set_online(&bench.main_door(), false).unwrap();
    bench.patch("Second bay", |patch| patch.paired = Some(false));
    let doors = bench.list().await.unwrap();
    let away = &named(&doors, "Main door").reading;
    assert_eq!(
        (away.state, away.online, away.stale),
        (DoorState::Closed, false, true)
    );
    assert!(away.observed_at < bench.clock.now());
    assert_eq!(away.shown_state(), DoorState::Unknown);
    let never = &named(&doors, "Second bay").reading;
    assert_eq!(
        (never.state, never.online, never.stale),
        (DoorState::Unknown, false, true)
    );
    assert_eq!(named(&doors, "Workshop").reading.state, DoorState::Closed);
}

#[tokio::test]
async fn a_device_without_health_counts_as_connected() {
    let bench = Bench::linked().await;
    bench.set(|settings| settings.without_health = true);
    let seen = bench.read(&bench.door()).await.unwrap();
    assert_eq!(
        (seen.state, seen.online, seen.stale),
        (DoorState::Closed, true, false)
    );
    bench.open(&bench.door()).await.unwrap();
}

#[tokio::test]
async fn an_opener_that_claims_to_be_closed_against_its_sensor_is_unknown() {
    let bench = Bench::linked().await;
    let door = bench.door();
    bench.open(&door).await.unwrap();
    bench.pass(60);
    bench.patch("Main door", |patch| patch.claims_closed = Some(true));
    let seen = bench.read(&door).await.unwrap();
    assert_eq!(seen.state, DoorState::Unknown);
    assert!(!seen.proves_closed_after(jiff::Timestamp::UNIX_EPOCH));
    let refused = bench.close(&door).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Rejected, "{}", refused.message);
}

#[tokio::test]
async fn a_door_under_two_accounts_has_one_name_and_a_strangers_is_not_found() {
    let mut bench = Bench::linked().await;
    let (control, other) = (bench.control(), Email::from("neighbour@example.com"));
    control
        .add_user(&other, &SecretString::from(DEMO_PASSWORD))
        .unwrap();
    let home = control.add_home(&other, "Next door").unwrap();
    control.share_door(&bench.main_door(), &home).unwrap();
    control.add_door(&home, &DoorPlan::closed("Own door")).unwrap();
    let (mine, workshop) = (bench.door(), bench.named("Workshop"));
    let begun = bench.begin().await;
    let brought = bench.log_in_as(&begun, other.as_str()).await;
    let granted = bench.complete(&begun, &brought.code).await.unwrap();
    bench.credentials = granted.credentials.as_str().into();
    let theirs = bench.list().await.unwrap();
    assert_eq!(names(&theirs), ["Main door", "Own door"]);
    assert_eq!(named(&theirs, "Main door").door.as_str(), mine);
    let refused = bench.read(&workshop).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound);
}

#[tokio::test]
async fn what_names_no_door_is_not_found() {
    let bench = Bench::linked().await;
    let device = bench.main_door();
    for missing in [
        device.as_str().to_owned(),
        format!("{device}/sensor"),
        format!("{device}/main/x"),
        format!("{device}/.."),
        "nowhere/main".to_owned(),
        "../devices/main".to_owned(),
    ] {
        let refused = bench.read(&missing).await.unwrap_err();
        assert_eq!(refused.kind, AdapterErrorKind::DoorNotFound, "{missing}");
    }
    let mut clip = bench.door_input(&bench.door());
    clip["from"] = json!("2026-03-02T14:00:00Z");
    clip["to"] = json!("2026-03-02T15:00:00Z");
    let refused = bench.call("clip.get", clip).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Unsupported);
}
