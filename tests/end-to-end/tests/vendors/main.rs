//! Whole deliveries with the openers of every vendor that there is an adapter for, through the public addresses alone.
#![cfg(test)]

use std::time::Duration;

use postern_adapter_declarative::VendorFile;
use postern_contract::{
    delivery::{Attention, GrantState},
    unattended::OBSTRUCTED_CLOSES_MAX,
};
use postern_end_to_end::stage::{Stage, config, driver, eventually, key};
use postern_local::{LocalConfig, VENDORS};
use postern_vendor_clouds::{Fault, Target, Vendor};

async fn stage(vendor: Vendor) -> Stage {
    Stage::with(LocalConfig { vendor, ..config() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_in_a_file_delivers_as_its_adapter_in_code_does() {
    let text = include_str!("../../../../vendor-adapters/declarative/vendors/aladdin-connect.toml");
    let stage = Stage::with(LocalConfig {
        vendor: Vendor::AladdinConnect,
        vendor_file: Some(VendorFile::read("aladdin-connect.toml", text).unwrap()),
        ..config()
    });
    let stage = stage.await;
    // The answer to the open is lost, the token runs out, and the door is found open and closed all the same.
    let armed = stage.armed("1Z-FILE").await;
    let lost = Fault::status(500).after_motion();
    stage.cloud().fail_next(Target::Command, lost, 1).unwrap();
    stage.ask_to_open(&armed, &key()).await;
    let open = stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert!(stage.story(armed.id).await.contains(&"open_unknown"));
    stage.cloud().expire_access_tokens(None).unwrap();
    let completed = stage.closed_and_completed(open.id).await;
    assert_eq!(completed.state, GrantState::Completed);
    assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1));
    assert_eq!(stage.cloud().commands_received(&stage.door).unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_made_with_one_order_each_way() {
    for vendor in VENDORS {
        let stage = stage(vendor).await;
        let delivery = stage.opened("1Z-VENDOR").await;
        let completed = stage.closed_and_completed(delivery.id).await;
        assert_eq!(completed.state, GrantState::Completed, "{vendor:?}");
        assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1), "{vendor:?}");
        assert_eq!(
            stage.cloud().commands_received(&stage.door).unwrap(),
            2,
            "{vendor:?}"
        );
        let story = stage.story(delivery.id).await;
        for told in ["open_accepted", "opened", "close_accepted", "closed", "completed"] {
            assert!(story.contains(&told), "{vendor:?}: {told} is not in {story:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_is_lost_is_not_repeated_and_the_door_is_found_open() {
    for vendor in VENDORS {
        for status in [401, 403, 429, 500] {
            let stage = stage(vendor).await;
            let armed = stage.armed("1Z-LOST").await;
            let lost = Fault::status(status).after_motion();
            stage.cloud().fail_next(Target::Command, lost, 1).unwrap();
            stage.ask_to_open(&armed, &key()).await;
            let open = stage.until(armed.id, |view| view.state == GrantState::Open).await;
            assert_eq!(stage.cloud().commands_received(&stage.door).unwrap(), 1);
            assert!(stage.story(armed.id).await.contains(&"open_unknown"));
            stage.closed_and_completed(open.id).await;
            assert_eq!(
                (stage.times_opened(), stage.times_closed()),
                (1, 1),
                "{vendor:?} {status}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_have_run_out_are_refreshed_on_the_way_to_the_door() {
    for vendor in VENDORS {
        let stage = stage(vendor).await;
        stage.cloud().expire_access_tokens(None).unwrap();
        let delivery = stage.opened("1Z-TOKEN").await;
        stage.closed_and_completed(delivery.id).await;
        assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1), "{vendor:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_that_meets_something_is_tried_twice_and_then_left_to_a_person() {
    for vendor in VENDORS {
        let stage = stage(vendor).await;
        let delivery = stage.opened("1Z-STOPPED").await;
        stage.cloud().obstruct_next_closes(&stage.door, 5).unwrap();
        let (key, driver) = (key(), driver());
        let close = stage.carrier.verb(delivery.id, "close", &key, &driver);
        close.await.unwrap();
        // Where no obstruction is shown, a close has merely not succeeded.
        let expected = if vendor == Vendor::Myq {
            Attention::Obstructed
        } else {
            Attention::DoorLeftOpen
        };
        let left = stage
            .until(delivery.id, |view| {
                view.attention == Some(expected) && stage.times_closed() >= usize::from(OBSTRUCTED_CLOSES_MAX)
            })
            .await;
        assert_ne!(left.state, GrantState::Closed, "{vendor:?}");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(
            stage.times_closed(),
            usize::from(OBSTRUCTED_CLOSES_MAX),
            "{vendor:?}: no third try"
        );
        assert_ne!(
            stage.carrier.delivery(delivery.id).await.unwrap().state,
            GrantState::Completed
        );
    }
}

/// The vendor shows nothing by which an old state could be told from a new one, and has been seen to go on showing one for minutes. A door
/// that then seems not to have opened is watched for longer than that, and ours to close as soon as it shows.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_its_cloud_shows_as_closed_for_minutes_after_it_opened_is_found_and_closed() {
    let vendor = Vendor::AladdinConnect;
    let stage = stage(vendor).await;
    let armed = stage.armed("1Z-FROZEN").await;
    // Longer than a door is given to open, and shorter than the watch after that, as four minutes are in real time.
    let limits = stage.local.platform.limits;
    let frozen = limits.open_settle * 2;
    assert!(frozen < limits.open_settle + limits.late_open);
    stage
        .cloud()
        .freeze_report(&stage.door, Duration::try_from(frozen).unwrap())
        .unwrap();
    stage.ask_to_open(&armed, &key()).await;
    eventually("the door moves", || stage.times_opened() == 1).await;
    let open = stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(stage.cloud().commands_received(&stage.door).unwrap(), 1);
    let story = stage.story(armed.id).await;
    assert!(
        story.contains(&"not_opened"),
        "it seemed so for a while: {story:?}"
    );
    stage.closed_and_completed(open.id).await;
    assert_eq!(stage.times_closed(), 1);
}
