//! The workload of a run, from its seed: who lives where, which carriers there are, and which deliveries they have for two half days.
//!
//! The doors are few and the deliveries many, so that they meet at one door, in one record, at the same time.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::dice::Dice;

/// Where all the garages stand.
pub(crate) const ZONE: &str = "America/Toronto";

/// A delivery as its carrier has planned it.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryPlan {
    /// Its place in the whole workload, kept when others are left out.
    pub(crate) number: usize,
    pub(crate) household: usize,
    pub(crate) carrier: usize,
    pub(crate) book_at: Timestamp,
    pub(crate) dispatch_at: Timestamp,
    pub(crate) window: (Timestamp, Timestamp),
    pub(crate) arrive_at: Timestamp,
    pub(crate) parcels: usize,
    /// Whether the carrier names the driver when the parcels go out.
    pub(crate) names_driver: bool,
}

/// The workload.
#[derive(Debug, Clone)]
pub(crate) struct Workload {
    pub(crate) begins: Timestamp,
    /// The times in which people are up.
    pub(crate) busy: [(Timestamp, Timestamp); 2],
    pub(crate) households: usize,
    pub(crate) carriers: usize,
    pub(crate) deliveries: Vec<DeliveryPlan>,
}

impl Workload {
    /// The workload of `seed`, with `count` deliveries.
    pub(crate) fn new(seed: u64, count: usize) -> Self {
        let dice = Dice::new(seed, "workload");
        let zone = TimeZone::get(ZONE).expect("the tables know the zone of Toronto");
        // Ordinary days, and the two nights in which the clocks change.
        let days = [
            "2026-03-07",
            "2026-06-14",
            "2026-10-31",
            "2026-11-23",
            "2027-02-28",
        ];
        let day: jiff::civil::Date = dice.one_of(&days).parse().expect("the days above are days");
        let begins = day
            .at(19, 30, 0, 0)
            .to_zoned(zone.clone())
            .expect("half past seven in the evening is never skipped")
            .timestamp();
        let morning = day.tomorrow().expect("there is a tomorrow").at(7, 0, 0, 0);
        let morning = morning
            .to_zoned(zone)
            .expect("seven in the morning is never skipped")
            .timestamp();
        let minutes = |count: u64| SignedDuration::from_mins(i64::try_from(count).unwrap_or_default());
        // A door has a dozen deliveries in some hours: at the busiest several at once.
        let span = minutes(60 + dice.between(2, 6) * count.min(40) as u64);
        let busy = [
            (begins + minutes(10), begins + minutes(10) + span / 3),
            (morning, morning + span),
        ];
        let households = usize::try_from(dice.between(2, 4)).unwrap_or(2).max(count / 12);
        let carriers = usize::try_from(dice.between(2, 3)).unwrap_or(2);
        let deliveries = (0..count)
            .map(|number| plan(&dice, number, begins, &busy, households, carriers))
            .collect();
        Self {
            begins,
            busy,
            households,
            carriers,
            deliveries,
        }
    }
}

fn plan(
    dice: &Dice,
    number: usize,
    begins: Timestamp,
    busy: &[(Timestamp, Timestamp); 2],
    households: usize,
    carriers: usize,
) -> DeliveryPlan {
    let tomorrow = dice.happens(0.7);
    let (from, until) = busy[usize::from(tomorrow)];
    let within = |from: Timestamp, until: Timestamp| {
        let span = u64::try_from(until.duration_since(from).as_secs()).unwrap_or_default();
        from + SignedDuration::from_millis(i64::try_from(dice.between(0, span * 1000)).unwrap_or_default())
    };
    let arrive_at = within(from, until);
    let before = dice.between(0, 60);
    let after = dice.between(5, 120);
    let minutes = |count: u64| SignedDuration::from_mins(i64::try_from(count).unwrap_or_default());
    let starts = arrive_at - minutes(before);
    let window = (starts, starts + minutes(before + after));
    let early = dice.happens(0.5);
    let (book_at, dispatch_at) = if tomorrow && early {
        (
            within(begins, busy[0].1),
            within(busy[0].1, busy[0].1 + minutes(60)),
        )
    } else {
        let dispatch_at = arrive_at - minutes(dice.between(1, 30));
        (dispatch_at - minutes(dice.between(0, 20)), dispatch_at)
    };
    DeliveryPlan {
        number,
        household: dice.index(households),
        carrier: dice.index(carriers),
        book_at: book_at.max(begins),
        dispatch_at: dispatch_at.max(begins),
        window,
        arrive_at,
        parcels: 1 + dice.index(3),
        names_driver: dice.happens(0.5),
    }
}
