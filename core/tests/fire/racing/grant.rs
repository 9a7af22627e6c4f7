//! Many writers on one grant: orders to open and to close, a refusal by the household, the guardian.

use jiff::SignedDuration;
use postern_contract::{
    carrier::{CloseDoor, OpenDoor},
    delivery::DeliveryView,
    ids::{CarrierId, DeliveryId},
    place::Fix,
};
use postern_core::{
    Error, Platform,
    deliveries::{self, Idempotent},
    grant::Grant,
    guardian, households, log,
    ports::Subject,
    rates::Admission,
    store::{Asked, Write},
};
use postern_test_world::{World, position};

use super::{all_at_once, sound::sound, under_fire, was_overtaken};
use crate::{
    dice::{Dice, through},
    lives::plain,
    pool,
};

/// How often the guardian looks before a delivery must have ended.
const LOOKS_MAX: usize = 20;

#[derive(Debug, Clone, Copy)]
enum Order {
    Open,
    Close,
}

async fn ask(
    platform: Platform,
    caller: Idempotent,
    delivery: DeliveryId,
    order: Order,
) -> Result<DeliveryView, Error> {
    let driver = "drv:1".parse().unwrap();
    match order {
        Order::Open => {
            let body = OpenDoor {
                driver,
                position: Fix::new(position(), 5.0).unwrap(),
                tracking_number: "1Z999".parse().unwrap(),
            };
            deliveries::open(&platform, &caller, delivery, body, Admission::uncounted()).await
        }
        Order::Close => deliveries::close(&platform, &caller, delivery, CloseDoor { driver }).await,
    }
}

/// Asks for each, all at once, and answers what each was answered, in words.
async fn ask_all(platform: &Platform, delivery: DeliveryId, orders: &[(Idempotent, Order)]) -> Vec<String> {
    let asked = orders.iter().enumerate().map(|(at, (caller, order))| {
        let flow = ask(platform.clone(), caller.clone(), delivery, *order);
        async move {
            let answer = flow.await;
            let is_answer = matches!(answer, Ok(_) | Err(Error::Refused(_)));
            assert!(is_answer, "{answer:?}");
            (at, format!("{answer:?}"))
        }
    });
    let mut answers = all_at_once(asked.collect::<Vec<_>>()).await;
    answers.sort();
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Has the guardian look, hour after hour, until the delivery has ended and its log is signed.
async fn see_it_end(world: &World, delivery: DeliveryId) -> Grant {
    for _ in 0..LOOKS_MAX {
        guardian::look(&world.platform, Subject::Delivery { delivery })
            .await
            .unwrap();
        let loaded = world
            .platform
            .store
            .load_grant::<Grant>(delivery)
            .await
            .unwrap()
            .unwrap();
        if loaded.grant.doc.log_signature.is_some() {
            return loaded.grant.doc;
        }
        world.clock.advance(SignedDuration::from_mins(10));
    }
    panic!("the delivery does not end");
}

#[tokio::test]
async fn of_fifty_opens_closes_and_a_refusal_at_once_one_open_wins_at_most_and_each_key_keeps_its_answer() {
    let world = World::new().await;
    let platform = world.platform.clone();
    race(&world, &platform, &Dice::seeded(), 50, 8).await;
}

#[tokio::test]
async fn the_same_holds_through_a_network_that_fails() {
    let world = World::new().await;
    let dice = Dice::seeded();
    let platform = under_fire(&world, &dice);
    race(&world, &platform, &dice, 8, 4).await;
}

async fn race(world: &World, platform: &Platform, dice: &Dice, opens: usize, closes: usize) {
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    let order = |at| if at < opens { Order::Open } else { Order::Close };
    let mut orders: Vec<_> = (0..opens + closes)
        .map(|at| (world.carrier(), order(at)))
        .collect();
    orders.sort_by_cached_key(|_| dice.number());
    let refusal = async {
        if dice.one_in(2) {
            households::refuse(platform, ann, delivery).await.unwrap();
        }
    };
    let (answers, ()) = tokio::join!(ask_all(platform, delivery, &orders), refusal);

    let opened = sound(world, ann).await;
    assert_eq!(
        world.vendor.count("door.open"),
        opened,
        "an order left that is not on record, or twice"
    );
    let won = orders
        .iter()
        .zip(&answers)
        .filter(|((_, order), answer)| matches!(order, Order::Open) && answer.starts_with("Ok"));
    assert!(won.count() <= 1, "two opens were told that they had won");

    // The same keys again, without faults: nothing moves, and each hears what it heard.
    let calls = world.vendor.seen().len();
    assert_eq!(ask_all(&world.platform, delivery, &orders).await, answers);
    assert_eq!(world.vendor.seen().len(), calls);

    see_it_end(world, delivery).await;
    assert_eq!(sound(world, ann).await, opened);
}

#[tokio::test]
async fn the_guardian_and_the_driver_may_both_finish_an_open_and_the_log_stays_whole() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    world.open(delivery).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(10));
    let platform = under_fire(&world, &Dice::seeded());
    let guardians = (0..6).map(|_| {
        let platform = platform.clone();
        async move {
            let looked = guardian::look(&platform, Subject::Delivery { delivery }).await;
            assert!(matches!(looked, Ok(_) | Err(Error::Contended)), "{looked:?}");
        }
    });
    let orders: Vec<_> = (0..6).map(|_| (world.carrier(), Order::Close)).collect();
    let (_, _) = tokio::join!(all_at_once(guardians), ask_all(&platform, delivery, &orders));
    assert_eq!(sound(&world, ann).await, 1);
    see_it_end(&world, delivery).await;
    assert_eq!(
        (sound(&world, ann).await, world.vendor.count("door.open")),
        (1, 1)
    );
}

const WRITERS: usize = 8;
const TURNS: u64 = 3;

#[tokio::test]
async fn writers_over_the_version_that_they_read_lose_no_update_and_leave_a_log_without_gaps() {
    let record = postern_embedded_record::EmbeddedRecord::memory().unwrap();
    let calm = plain(&record);
    calm.create_table().await.unwrap();
    let store = through(&record, Dice::seeded().passing(4));
    let (delivery, household) = (pool::delivery(0), pool::household(0));
    let carrier: CarrierId = pool::carrier(0);
    let salt = log::LogSalt::new([0; 32]);
    let written = Write::put_grant(delivery, &carrier, household, None, &log::START, None).unwrap();
    calm.transact(vec![written]).await.unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let (store, carrier, salt) = (store.clone(), carrier.clone(), salt.clone());
        async move {
            let mut turn = 0;
            while turn < TURNS {
                let read = store.load_grant::<String>(delivery).await.unwrap().unwrap().grant;
                let event = pool::entry(0, 1, 0).event;
                let entry = log::entry(delivery, read.version, pool::at(0), &read.doc, event, &salt);
                let key = format!("writer {writer}, turn {turn}");
                let asked = Asked {
                    tenant: "north",
                    key: &key,
                    fingerprint: "f",
                };
                let due = pool::at(u8::try_from(read.version % 7).unwrap());
                let writes = vec![
                    Write::put_grant(
                        delivery,
                        &carrier,
                        household,
                        Some(due),
                        &entry.hash,
                        Some(read.version),
                    )
                    .unwrap(),
                    Write::log_entry(household, &carrier, pool::STANDING, &entry).unwrap(),
                    Write::request_answered(asked, &entry.hash, pool::at(0)),
                ];
                match store.transact(writes).await {
                    Ok(()) => turn += 1,
                    Err(error) => assert!(was_overtaken(&error), "{error:?}"),
                }
            }
        }
    });
    all_at_once(writers).await;

    let turns = u64::try_from(WRITERS).unwrap() * TURNS;
    let grant = calm.load_grant::<String>(delivery).await.unwrap().unwrap().grant;
    assert_eq!(grant.version, turns + 1);
    let entries = calm.whole_log(delivery).await.unwrap();
    assert_eq!(
        (log::verify(delivery, &entries), entries.len()),
        (Ok(grant.doc), usize::try_from(turns).unwrap())
    );
}
