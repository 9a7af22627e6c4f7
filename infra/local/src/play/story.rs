//! The story that `cargo run` plays.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    carrier::{AskEligibility, BookDelivery, CloseDoor, Complete, DaysAhead, Dispatch, OpenDoor},
    customer::{ChooseDoor, HouseholdDoor, LinkState, Preferences, SignUp},
    delivery::{DeliveryView, Window},
    ids::DeliveryId,
    place::{Address, Country, Fix, Locale, Position},
};
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD};
use secrecy::SecretString;

use super::{CarrierClient, CustomerClient, PlayError, Proof, timeline};
use crate::LocalPlatform;

/// How long the signature of a delivery that has ended may take.
const SIGNED_WITHIN: Duration = Duration::from_secs(10);

/// What a play came to.
#[derive(Debug, Clone)]
pub struct Story {
    /// The delivery that was made.
    pub delivery: DeliveryId,
    /// What its log proves.
    pub proof: Proof,
    /// How long it took from the first call to the proof.
    pub took: SignedDuration,
}

/// The household of the play.
#[must_use]
pub fn household() -> SignUp {
    let label = |text: &str| text.parse().expect("the story's names follow the rule for names");
    SignUp {
        address: Address {
            line1: label("12 Elm Street"),
            line2: None,
            city: label("Guelph"),
            region: "ON".to_owned().try_into().expect("ON is two capital letters"),
            postal_code: label("N1G 2W1"),
            country: Country::CA,
        },
        position: Position::new(43.5448, -80.2482).expect("Guelph is on the globe"),
        time_zone: "America/Toronto".to_owned(),
        locale: Locale::EnCa,
    }
}

/// Where the driver of the play stands: some twenty metres from the door.
#[must_use]
pub fn at_the_door() -> Fix {
    let position = Position::new(43.5449, -80.2480).expect("Guelph is on the globe");
    Fix::new(position, 8.0).expect("8 m is a possible accuracy")
}

/// Sets a household up, unless an earlier start on this data folder did: its opener linked, its door chosen, delivery on.
///
/// # Errors
/// [`PlayError`].
pub async fn set_up(local: &LocalPlatform) -> Result<CustomerClient, PlayError> {
    let person = &local.seeds.people[0];
    let customer = CustomerClient::log_in(&local.addresses, person).await?;
    settle_in(&customer).await?;
    Ok(customer)
}

/// The same for whoever is logged in.
///
/// # Errors
/// [`PlayError`].
pub async fn settle_in(customer: &CustomerClient) -> Result<(), PlayError> {
    if customer.household().await?.is_none() {
        customer.sign_up(&household()).await?;
    }
    let links = customer.links().await?;
    if !links.iter().any(|link| link.state == LinkState::Active) {
        customer
            .link("myq", DEMO_EMAIL, &SecretString::from(DEMO_PASSWORD))
            .await?;
    }
    let doors: Vec<HouseholdDoor> = customer.doors().await?;
    let door = doors
        .first()
        .ok_or_else(|| PlayError::unexpected("listing doors", "there is none"))?;
    let choice = ChooseDoor {
        door: door.id,
        door_is_sectional: true,
        allow_unattended_close: true,
    };
    if !door.is_delivery_door {
        customer.choose(&choice).await?;
    }
    customer.prefer(&Preferences::default()).await?;
    customer.turn_on().await?;
    Ok(())
}

/// A booking for the play's household whose window holds `now`.
#[must_use]
pub fn booking(now: Timestamp, parcel: &str) -> BookDelivery {
    let hour = SignedDuration::from_hours(1);
    BookDelivery {
        address: household().address,
        window: Window::new(now - hour, now + hour * 2).expect("three hours are a window"),
        tracking_numbers: vec![
            parcel
                .parse()
                .expect("the story's parcels follow the rule for labels"),
        ],
        carrier_reference: None,
    }
}

/// Plays one delivery, telling it line by line when `aloud`.
///
/// # Errors
/// [`PlayError`]: what was not as promised.
pub async fn play(local: &LocalPlatform, aloud: bool) -> Result<Story, PlayError> {
    let start = local.platform.now();
    let tell = |what: &str| {
        if aloud {
            println!("  {}  {what}", timeline::clock(local.platform.now(), start));
        }
    };
    tell("the customer logs in, links a myQ opener over OAuth2 and chooses the door");
    let customer = set_up(local).await?;
    let carrier = CarrierClient::connect(&local.addresses, &local.seeds.carriers[0]).await?;
    let parcel = format!("1Z{}", local.platform.now().as_millisecond());
    let booking = booking(start, &parcel);
    let question = AskEligibility {
        address: booking.address.clone(),
        window: Some(booking.window),
        days: DaysAhead::default(),
    };
    let answer = carrier.eligibility(&question).await?;
    if !answer.eligible {
        return Err(PlayError::unexpected(
            "asking whether a delivery can be had",
            format!("{:?}", answer.reasons),
        ));
    }
    tell("the carrier asks: in-garage delivery is on offer");
    let booked = carrier.book(&format!("book-{parcel}"), &booking).await?;
    let lines = aloud.then(|| timeline::follow(customer.clone(), booked.id, start));
    let view = deliver(&carrier, &booked, &parcel).await?;
    if let Some(lines) = lines {
        lines
            .await
            .map_err(|_| PlayError::unexpected("following the delivery", "the follower panicked"))??;
    }
    let view = signed(&carrier, view).await?;
    let key = carrier.signing_key().await?;
    let proof = Proof::of(&view, &carrier.log(view.id).await?, &key)?;
    let took = local.platform.now().duration_since(start);
    Ok(Story {
        delivery: view.id,
        proof,
        took,
    })
}

/// The carrier's part, from dispatch to completion.
async fn deliver(
    carrier: &CarrierClient,
    booked: &DeliveryView,
    parcel: &str,
) -> Result<DeliveryView, PlayError> {
    let key = |verb: &str| format!("{verb}-{parcel}");
    let driver: postern_contract::text::DriverRef =
        "driver-7".parse().expect("a driver's name follows the rule");
    carrier
        .dispatch(
            booked.id,
            &key("dispatch"),
            &Dispatch {
                driver: Some(driver.clone()),
            },
        )
        .await?;
    let open = OpenDoor {
        driver: driver.clone(),
        position: at_the_door(),
        tracking_number: booked.tracking_numbers[0].clone(),
    };
    carrier.open(booked.id, &key("open"), &open).await?;
    carrier
        .close(booked.id, &key("close"), &CloseDoor { driver })
        .await?;
    carrier
        .complete(booked.id, &key("complete"), &Complete::default())
        .await
}

/// The delivery once its log is signed.
async fn signed(carrier: &CarrierClient, view: DeliveryView) -> Result<DeliveryView, PlayError> {
    let signed = async {
        let mut view = view;
        while view.log_signature.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            view = carrier.delivery(view.id).await?;
        }
        Ok(view)
    };
    tokio::time::timeout(SIGNED_WITHIN, signed)
        .await
        .map_err(|_| PlayError::unexpected("waiting for the log's signature", "it did not come"))?
}
