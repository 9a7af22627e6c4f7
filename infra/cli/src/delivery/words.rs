//! A sentence for each thing that can happen in a delivery, can be due for it, or needs a person.
//!
//! Every match here is exhaustive: an event that the contract gains does not compile until it has its sentence.

use jiff::{Timestamp, tz::TimeZone};
use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{Actor, Attention, DoorstepReason, GrantState, RevocationReason},
    door::{DoorReading, DoorState},
    event::DeliveryEvent,
};
use postern_core::grant::Chore;

/// By which clock times are told.
pub(super) struct Clock(pub(super) TimeZone);

impl Clock {
    pub(super) fn tell(&self, at: Timestamp) -> String {
        moment(at, &self.0)
    }
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S %Z")
        .to_string()
}

/// What happened, in one sentence, with times in `zone`.
#[must_use]
pub fn event_sentence(event: &DeliveryEvent, zone: &TimeZone) -> String {
    use DeliveryEvent as E;
    let at = |moment_of: Timestamp| moment(moment_of, zone);
    match event {
        E::Booked {
            carrier,
            window,
            tracking_numbers,
            ..
        } => format!(
            "The carrier {carrier} booked it for {}, between {} and {}.",
            counted(tracking_numbers.len(), "parcel"),
            at(window.starts_at()),
            at(window.ends_at())
        ),
        E::Dispatched {
            driver: Some(_),
            arm_at,
        } => {
            format!(
                "The parcels are out for delivery with a known driver; the door may be asked for from {}.",
                at(*arm_at)
            )
        }
        E::Dispatched { driver: None, arm_at } => {
            format!(
                "The parcels are out for delivery; the door may be asked for from {}.",
                at(*arm_at)
            )
        }
        E::Changed {
            window,
            arm_at,
            driver,
            tracking_numbers,
        } => {
            let changes = [
                window
                    .map(|window| format!("between {} and {}", at(window.starts_at()), at(window.ends_at()))),
                arm_at.map(|moment| format!("the door may be asked for from {}", at(moment))),
                driver.as_ref().map(|_| "another driver".to_owned()),
                tracking_numbers
                    .as_ref()
                    .map(|parcels| counted(parcels.len(), "parcel")),
            ];
            let changes: Vec<String> = changes.into_iter().flatten().collect();
            format!("The carrier changed it: {}.", changes.join(", "))
        }
        E::Armed { code_number } => {
            format!("One-time code number {code_number} was minted and sealed: the door can be asked for.")
        }
        E::OpenRequested {
            code_number,
            distance_m,
            accuracy_m,
            ..
        } => format!(
            "The driver asked for the door from {distance_m} m away (give or take {accuracy_m} m); code number {code_number} was used up."
        ),
        E::OpenAccepted { .. } => "The vendor took the order to open.".to_owned(),
        E::OpenNotExecuted { kind, .. } => {
            format!("The order to open was certainly not carried out: {}.", why(*kind))
        }
        E::OpenUnknown { kind, .. } => {
            format!(
                "Whether the order to open was carried out is not known: {}. The door is read, and nothing is repeated.",
                why(*kind)
            )
        }
        E::Opened { reading } => format!("The door was seen {}.", seen(reading)),
        E::NotOpened { reading, .. } => format!(
            "Long after the order to open, the door was seen {}: it did not open.",
            seen(reading)
        ),
        E::CloseRequested { by, try_number, .. } => {
            format!("{} asked for the door to be closed (try {try_number}).", who(*by))
        }
        E::CloseAccepted { .. } => "The vendor took the order to close.".to_owned(),
        E::CloseNotExecuted { kind, .. } => format!(
            "The order to close was certainly not carried out: {}.",
            why(*kind)
        ),
        E::CloseUnknown { kind, .. } => format!(
            "Whether the order to close was carried out is not known: {}.",
            why(*kind)
        ),
        E::CloseStopped {
            stopped_closes,
            reading,
            ..
        } => {
            format!(
                "The door was told to close and yet seen {}; closes stopped so far: {stopped_closes}.",
                seen(reading)
            )
        }
        E::Closed {
            ordered: true,
            reading,
        } => format!("The door was seen {}, as ordered.", seen(reading)),
        E::Closed {
            ordered: false,
            reading,
        } => format!(
            "The door was seen {}, without an order: somebody closed it by hand.",
            seen(reading)
        ),
        E::StillClosed { reading } => {
            format!("The door was looked at again and seen still {}.", seen(reading))
        }
        E::MovedUnordered { reading } => format!(
            "The door moved though nobody here had ordered it: it was seen {}.",
            seen(reading)
        ),
        E::AttentionRaised { attention } => format!("A person was needed: {}.", name(*attention)),
        E::AttentionCleared { attention } => {
            format!("A person was no longer needed for this: {}.", name(*attention))
        }
        E::TakenOver { by } => format!(
            "{} took the door over: from then on nothing closes it from afar.",
            who(*by)
        ),
        E::Reissued { number, .. } => {
            format!("The driver had to go back in and got a further code (reissue {number}).")
        }
        E::ReissueLapsed => {
            "The further code was not used in time: the delivery stands as it stood when the door was closed."
                .to_owned()
        }
        E::RevocationRequested { reason } => format!(
            "The household's right was taken back while the door was in use ({}): the door is closed first.",
            taken_back(*reason)
        ),
        E::Completed { by, dropped } => format!(
            "{} completed the delivery with {} left inside.",
            who(*by),
            counted(dropped.len(), "parcel")
        ),
        // The carrier's own words may hold anything, so they are left out.
        E::DoorstepRequested { reason, .. } => format!(
            "The parcels were left at the doorstep ({}); nothing opens any more, and the door is seen closed first.",
            doorstep(*reason)
        ),
        E::LeftAtDoorstep { reason, .. } => {
            format!(
                "It ended with the parcels at the doorstep: {}.",
                doorstep(*reason)
            )
        }
        E::Cancelled { .. } => "The carrier called it off.".to_owned(),
        E::Expired => "The window went by.".to_owned(),
        E::Revoked { reason } => format!("The household's right was taken back: {}.", taken_back(*reason)),
    }
}

/// What is due, in one sentence.
#[must_use]
pub const fn chore_sentence(chore: Chore) -> &'static str {
    match chore {
        Chore::Arm => "its day begins and a code is minted.",
        Chore::Expire => "the window ends and the delivery with it, unless the door was asked for.",
        Chore::FinishRevocation => "the delivery ends as revoked, once a late opening is ruled out.",
        Chore::Lapse => "the order under way is given up as of unknown outcome, if nothing is heard of it.",
        Chore::ReadDoor => "the door is read.",
        Chore::CloseDoor => "the door is read, and closed if it is still open.",
        Chore::LetGo => "the delivery ends: a person took the door over and nobody saw it closed.",
        Chore::LapseReissue => "the further code is taken back if nobody used it.",
        Chore::Complete => "the delivery is completed, if the carrier has not done so.",
        Chore::SignLog => "the log is signed.",
    }
}

/// What needs a person, and what to do.
pub(super) const fn attention_sentence(attention: Attention) -> &'static str {
    match attention {
        Attention::DoorLeftOpen => {
            "the door was opened for this delivery and could not be closed. Ask the household, or the driver if still there, to close it; \
             the household can take the door over in its app."
        }
        Attention::OutcomeUnknown => {
            "an order may or may not have moved the door. It is being read; if this stays, ask somebody at the house how the door stands."
        }
        Attention::DoorUnreachable => {
            "the opener cannot be reached, so nobody knows how the door stands. Ask somebody at the house to look, and run `postern doctor`."
        }
        Attention::Obstructed => {
            "something stands in the door's way. Ask somebody at the house to clear it and to close the door."
        }
    }
}

pub(super) const fn state_sentence(state: GrantState) -> &'static str {
    match state {
        GrantState::Scheduled => "booked; its day has not come, or the parcel is not out for delivery yet.",
        GrantState::Armed => "ready for the driver to ask for the door.",
        GrantState::Opening => "the door was told to open.",
        GrantState::Open => "the door is not closed.",
        GrantState::Closing => "the door was told to close.",
        GrantState::Closed => "the door was seen closed; not completed yet.",
        GrantState::Completed => "delivered, and the door was seen closed.",
        GrantState::Cancelled => "called off by the carrier, or left at the doorstep.",
        GrantState::Expired => "its window went by.",
        GrantState::Revoked => "the household's right was taken back.",
    }
}

const fn name(attention: Attention) -> &'static str {
    match attention {
        Attention::DoorLeftOpen => "the door could not be closed",
        Attention::OutcomeUnknown => "an order may or may not have moved the door",
        Attention::DoorUnreachable => "the opener could not be reached",
        Attention::Obstructed => "something stood in the door's way",
    }
}

const fn who(actor: Actor) -> &'static str {
    match actor {
        Actor::Carrier => "The carrier",
        Actor::Household => "The household",
        Actor::Guardian => "The platform itself",
    }
}

const fn taken_back(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Disabled => "in-garage delivery was turned off",
        RevocationReason::Refused => "the household refused this delivery",
        RevocationReason::Unlinked => "the opener was unlinked, or its link broke for good",
        RevocationReason::DoorChanged => "the household chose another door",
        RevocationReason::DoorTransferred => "another household showed that the door is theirs",
        RevocationReason::Withheld => "for a reason of the household's own",
        RevocationReason::TakenOver => "a person took the door over, and nobody saw it closed in time",
    }
}

const fn why(kind: AdapterErrorKind) -> &'static str {
    match kind {
        AdapterErrorKind::CredentialsExpired => "the access to the vendor's account had run out",
        AdapterErrorKind::LinkRevoked => "the vendor no longer accepts the household's link",
        AdapterErrorKind::DoorNotFound => "the account has no such door",
        AdapterErrorKind::DoorOffline => "the opener was not connected",
        AdapterErrorKind::DoorObstructed => "something stood in the door's way",
        AdapterErrorKind::DoorLockedOut => "the opener refuses commands from afar",
        AdapterErrorKind::RateLimited => "the vendor asked us to slow down",
        AdapterErrorKind::VendorUnavailable => "the vendor's cloud was down or talked nonsense",
        AdapterErrorKind::TimedOut => "no answer came in time",
        AdapterErrorKind::Unsupported => "this opener cannot do that",
        AdapterErrorKind::Rejected => "the vendor, or the check before the order, said no",
        AdapterErrorKind::InvalidRequest => "the adapter did not understand the order",
        AdapterErrorKind::Internal => "the adapter had a fault",
    }
}

fn seen(reading: &DoorReading) -> String {
    let state = match reading.shown_state() {
        DoorState::Open => "open",
        DoorState::Opening => "opening",
        DoorState::Closed => "closed",
        DoorState::Closing => "closing",
        DoorState::Stopped => "stopped half-way",
        DoorState::Warning => "about to close, with its alarm on",
        DoorState::Unknown => "in a state that nobody can tell",
    };
    match reading.obstructed {
        Some(true) => format!("{state}, with something in its way"),
        Some(false) | None => state.to_owned(),
    }
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

const fn doorstep(reason: DoorstepReason) -> &'static str {
    match reason {
        DoorstepReason::DoorDidNotOpen => "the door did not open",
        DoorstepReason::Animal => "an animal was inside",
        DoorstepReason::TooLarge => "they were too large",
        DoorstepReason::NoRoom => "there was no room inside",
        DoorstepReason::NotSafe => "it was not safe to go in",
        DoorstepReason::CustomerAsked => "the household asked for it",
        DoorstepReason::Other => "another reason",
    }
}
