//! Opening, watched: how often a code is redeemed, when a second order leaves, and what is on record when the first arrives.

use std::{collections::BTreeSet, time::Duration};

use postern_contract::{event::DeliveryEvent, ids::DeliveryId};
use postern_end_to_end::stage::{Stage, key, open_for};

use crate::Verdict;

/// The codes that the log says were redeemed, in order.
async fn redeemed(stage: &Stage, delivery: DeliveryId) -> Vec<u32> {
    let log = stage.log(delivery).await;
    let codes = log.iter().filter_map(|entry| match &entry.event {
        DeliveryEvent::OpenRequested { code_number, .. } => Some(*code_number),
        _ => None,
    });
    codes.collect()
}

/// A driver taps again and again, each time as a new request, while the door opens and after.
pub(crate) async fn a_code_is_redeemed_once(stage: Stage) -> Verdict {
    let armed = stage.armed("PARCEL-1").await;
    for _ in 0..4 {
        stage.ask_to_open(&armed, &key()).await;
    }
    let codes = redeemed(&stage, armed.id).await;
    let once = codes.iter().collect::<BTreeSet<_>>().len() == codes.len();
    let orders = stage.myq().commands_received(&stage.door).unwrap();
    if once && orders <= codes.len() && stage.times_opened() <= codes.len() {
        Ok(())
    } else {
        Err(format!("codes {codes:?} were redeemed for {orders} orders"))
    }
}

/// The vendor takes the order and the door does not move yet. The driver taps again for as long as the order may still be carried
/// out, and a little less.
pub(crate) async fn no_second_order_before_the_first_is_settled(stage: Stage) -> Verdict {
    let armed = stage.armed("PARCEL-1").await;
    stage.myq().set_stuck(&stage.door, true).unwrap();
    let platform = &stage.local.platform;
    let until = platform.now() + platform.limits.open_settle / 5;
    while platform.now() < until {
        stage.ask_to_open(&armed, &key()).await;
        if redeemed(&stage, armed.id).await.len() > 1 {
            return Err("a second order was decided while the first was under way".to_owned());
        }
    }
    let story = stage.story(armed.id).await;
    assert!(
        story.contains(&"open_accepted"),
        "nothing was under way: {story:?}"
    );
    Ok(())
}

/// The vendor answers slowly, and the log is read as soon as the order has arrived there.
pub(crate) async fn the_intent_is_on_record_when_the_order_arrives(stage: Stage) -> Verdict {
    let armed = stage.armed("PARCEL-1").await;
    let asked = key();
    let open = open_for(&armed);
    let watch = async {
        while stage.myq().commands_received(&stage.door).unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // Read after the order has arrived: what is missing now was missing then.
        redeemed(&stage, armed.id).await
    };
    let (answer, codes) = tokio::join!(stage.carrier.verb(armed.id, "open", &asked, &open), watch);
    drop(answer);
    if codes.is_empty() {
        Err("the order was at the vendor and nothing was on record".to_owned())
    } else {
        Ok(())
    }
}
