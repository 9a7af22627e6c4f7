//! SIGKILL at any moment of a delivery, then a new start on the same data: no door stays open unwatched, no code opens twice,
//! nothing that was acknowledged is lost.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    carrier::{CloseDoor, Complete, Dispatch, OpenDoor},
    customer::{ChooseDoor, Preferences},
    delivery::{DeliveryView, GrantState},
    event::LogEntry,
    feed::EventData,
};
use postern_core::{
    log,
    ports::{Clock, SystemClock},
};
use postern_local::play::{CarrierClient, at_the_door, booking, household};
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD};
use secrecy::SecretString;

use crate::program::Program;

/// When the program is killed: so many milliseconds after the carrier has sent this.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Dispatching(u64),
    Opening(u64),
    Closing(u64),
    Completing(u64),
}

/// The longest that a door may stand in doubt: a command's time, what a door is given to move, and looks on a busy machine.
const SETTLED_WITHIN: SignedDuration = SignedDuration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_leaves_no_door_open_unwatched_and_opens_none_twice() {
    let moments = [
        Moment::Dispatching(0),
        Moment::Dispatching(15),
        Moment::Opening(0),
        Moment::Opening(10),
        Moment::Opening(25),
        Moment::Opening(60),
        Moment::Opening(150),
        Moment::Opening(400),
        Moment::Closing(0),
        Moment::Closing(10),
        Moment::Closing(30),
        Moment::Closing(100),
        Moment::Closing(300),
        Moment::Completing(5),
    ];
    let stories: Vec<_> = moments
        .into_iter()
        .map(|moment| tokio::spawn(survive(moment)))
        .collect();
    for story in stories {
        story.await.unwrap();
    }
}

async fn survive(moment: Moment) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path());
    set_up(&program).await;
    let carrier = program.carrier().await;
    let booked = carrier
        .book("book", &booking(SystemClock.now(), "PARCEL-1"))
        .await
        .unwrap();
    let acknowledged = walk_until_killed(program, &carrier, &booked, moment).await;

    let program = Program::start(folder.path());
    let carrier = program.carrier().await;
    let found = carrier.delivery(booked.id).await.unwrap();
    assert!(
        found.log_length >= acknowledged.log_length,
        "{moment:?}: {} entries were acknowledged and {} are left",
        acknowledged.log_length,
        found.log_length
    );
    let ended = bring_home(&carrier, found, moment).await;
    assert_eq!(ended.state, GrantState::Completed, "{moment:?}");
    let entries = carrier.log(ended.id).await.unwrap();
    log::verify(ended.id, &entries).unwrap();
    assert_eq!(
        told(&carrier, entries.len()).await,
        entries,
        "{moment:?}: each entry is told once"
    );

    let codes = redeemed(&carrier, &ended).await;
    let truth = program.truth().await;
    assert!(
        truth.open_commands <= codes,
        "{moment:?}: {truth:?} with {codes} codes redeemed"
    );
    assert_eq!(
        truth.opened, truth.closed,
        "{moment:?}: what was opened was closed"
    );
    assert_eq!(truth.opened, 1, "{moment:?}: {truth:?}");
    program.kill();
}

async fn set_up(program: &Program) {
    let customer = program.customer();
    customer.sign_up(&household()).await.unwrap();
    customer
        .link("myq", DEMO_EMAIL, &SecretString::from(DEMO_PASSWORD))
        .await
        .unwrap();
    let door = customer.doors().await.unwrap()[0].id;
    customer
        .choose(&ChooseDoor {
            door,
            door_is_sectional: true,
            allow_unattended_close: true,
        })
        .await
        .unwrap();
    customer.prefer(&Preferences::default()).await.unwrap();
    customer.turn_on().await.unwrap();
}

/// Walks the delivery up to the moment and kills the program there; the last answer that came.
async fn walk_until_killed(
    program: Program,
    carrier: &CarrierClient,
    booked: &DeliveryView,
    moment: Moment,
) -> DeliveryView {
    let id = booked.id;
    let dispatch = async || carrier.dispatch(id, "dispatch", &Dispatch::default()).await;
    let open = async || carrier.open(id, "open", &open_body(booked)).await;
    let close = async || carrier.close(id, "close", &close_body()).await;
    let complete = async || carrier.complete(id, "complete", &Complete::default()).await;
    let mut last = booked.clone();
    let (after_ms, answered) = match moment {
        Moment::Dispatching(after_ms) => (after_ms, race(dispatch(), program, after_ms).await),
        Moment::Opening(after_ms) => {
            last = dispatch().await.unwrap();
            (after_ms, race(open(), program, after_ms).await)
        }
        Moment::Closing(after_ms) => {
            dispatch().await.unwrap();
            last = open().await.unwrap();
            (after_ms, race(close(), program, after_ms).await)
        }
        Moment::Completing(after_ms) => {
            dispatch().await.unwrap();
            open().await.unwrap();
            last = close().await.unwrap();
            (after_ms, race(complete(), program, after_ms).await)
        }
    };
    let _ = after_ms;
    answered.unwrap_or(last)
}

/// Sends a call and kills the program a little later; the answer, if it came before that.
async fn race<E>(
    call: impl Future<Output = Result<DeliveryView, E>>,
    program: Program,
    after_ms: u64,
) -> Option<DeliveryView> {
    let killing = async {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        program.kill();
    };
    let (answer, ()) = tokio::join!(call, killing);
    answer.ok()
}

/// Goes on as a driver would after the silence, until the delivery is completed.
async fn bring_home(carrier: &CarrierClient, found: DeliveryView, moment: Moment) -> DeliveryView {
    let give_up: Timestamp = SystemClock.now() + SETTLED_WITHIN;
    let mut view = found;
    let mut step = 0;
    while !view.state.is_end() {
        assert!(SystemClock.now() < give_up, "{moment:?}: still {view:#?}");
        step += 1;
        let key = format!("again-{step}");
        // A refusal is fine here: the state tells what to do next.
        let _ = match view.state {
            GrantState::Scheduled => carrier
                .dispatch(view.id, &key, &Dispatch::default())
                .await
                .map(drop),
            GrantState::Armed => carrier.open(view.id, &key, &open_body(&view)).await.map(drop),
            GrantState::Open => carrier.close(view.id, &key, &close_body()).await.map(drop),
            GrantState::Closed => carrier
                .complete(view.id, &key, &Complete::default())
                .await
                .map(drop),
            _ => Ok(()),
        };
        // Slowly enough for the carrier's quotas.
        tokio::time::sleep(Duration::from_millis(150)).await;
        view = carrier.delivery(view.id).await.unwrap();
    }
    view
}

/// What the carrier was told, once it is at least so many entries.
async fn told(carrier: &CarrierClient, at_least: usize) -> Vec<LogEntry> {
    let (mut entries, mut after) = (Vec::new(), None);
    loop {
        let wait_s = if entries.len() < at_least { 25 } else { 0 };
        let page = carrier.events(after, wait_s).await.unwrap();
        if page.items.is_empty() {
            return entries;
        }
        entries.extend(page.items.into_iter().map(|event| match event.data {
            EventData::Delivery(changed) => changed.entry,
            EventData::Webhook(changed) => panic!("no endpoint has changed: {changed:?}"),
        }));
        after = Some(page.next_cursor);
    }
}

/// How many codes the delivery's log says were redeemed.
async fn redeemed(carrier: &CarrierClient, view: &DeliveryView) -> usize {
    let log = carrier.log(view.id).await.unwrap();
    log.iter()
        .filter(|entry| entry.event.name() == "open_requested")
        .count()
}

fn open_body(view: &DeliveryView) -> OpenDoor {
    OpenDoor {
        driver: close_body().driver,
        position: at_the_door(),
        tracking_number: view.tracking_numbers[0].clone(),
    }
}

fn close_body() -> CloseDoor {
    CloseDoor {
        driver: "driver-7".parse().unwrap(),
    }
}
