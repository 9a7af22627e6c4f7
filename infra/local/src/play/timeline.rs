//! The customer's view of a delivery while it happens, a line for each thing that happened.

use jiff::{Timestamp, Unit};
use postern_contract::{
    delivery::{Actor, Attention},
    event::{DeliveryEvent, LogEntry},
    ids::DeliveryId,
};
use tokio::task::JoinHandle;

use super::{CustomerClient, PlayError};

/// Prints a delivery's log as it grows, until the delivery has ended.
pub(super) fn follow(
    customer: CustomerClient,
    delivery: DeliveryId,
    start: Timestamp,
) -> JoinHandle<Result<(), PlayError>> {
    tokio::spawn(async move {
        let mut told = 0;
        loop {
            let view = customer.delivery_after(delivery, told).await?;
            let known = told;
            for entry in customer
                .log(delivery)
                .await?
                .iter()
                .filter(|entry| entry.sequence > known)
            {
                println!("  {}  {}", clock(entry.at, start), words(entry));
                told = entry.sequence;
            }
            if view.state.is_end() && told >= view.log_length {
                return Ok(());
            }
        }
    })
}

/// Seconds since the start of the play.
pub(super) fn clock(at: Timestamp, start: Timestamp) -> String {
    let seconds = at.duration_since(start).as_secs_f64();
    format!("{seconds:>6.2} s")
}

fn words(entry: &LogEntry) -> String {
    match &entry.event {
        DeliveryEvent::Booked {
            carrier,
            window,
            tracking_numbers,
            ..
        } => format!(
            "booked by {carrier}: {} parcel(s), door may open until {}",
            tracking_numbers.len(),
            window
                .ends_at()
                .round(Unit::Second)
                .unwrap_or_else(|_| window.ends_at())
        ),
        DeliveryEvent::Dispatched { .. } => "out for delivery".to_owned(),
        DeliveryEvent::Armed { code_number } => format!("one-time code {code_number} minted and sealed"),
        DeliveryEvent::OpenRequested {
            driver, distance_m, ..
        } => {
            format!("driver {driver} is {distance_m} m from the door; the code is redeemed")
        }
        DeliveryEvent::OpenAccepted { .. } => "the opener took the order to open".to_owned(),
        DeliveryEvent::Opened { reading } => format!("the door is open (seen {})", reading.observed_at),
        DeliveryEvent::CloseRequested { by, .. } => match by {
            Actor::Carrier => "the driver has left; closing".to_owned(),
            Actor::Guardian => "nobody closed the door; the guardian does".to_owned(),
            Actor::Household => "the household took the right back; closing".to_owned(),
        },
        DeliveryEvent::CloseAccepted { .. } => "the opener took the order to close".to_owned(),
        DeliveryEvent::Closed { ordered, reading } => {
            let how = if *ordered { "" } else { " by hand" };
            format!("the door is closed{how} (seen {})", reading.observed_at)
        }
        DeliveryEvent::AttentionRaised { attention } => format!("ATTENTION: {}", need(*attention)),
        DeliveryEvent::Completed { taken, .. } if !taken.is_empty() => {
            format!("completed: {} parcel(s) taken out", taken.len())
        }
        DeliveryEvent::Completed { dropped, .. } => format!("completed: {} parcel(s) inside", dropped.len()),
        other => other.name().replace('_', " "),
    }
}

const fn need(attention: Attention) -> &'static str {
    match attention {
        Attention::DoorLeftOpen => "the door was left open",
        Attention::OutcomeUnknown => "nobody knows yet whether the door moved",
        Attention::DoorUnreachable => "the opener cannot be reached",
        Attention::Obstructed => "something is in the door's way",
    }
}
