//! The windows on offer: the household's hours by its own clock, through daylight saving, pauses and the limits.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use postern_contract::{
    customer::{Hours, Weekday},
    delivery::Window,
};
use proptest::{prelude::*, sample::select};

use super::fixtures::{at, household_on, window};
use crate::grant::{Limits, Policy, offers};

fn with(hours: Vec<Hours>) -> Policy {
    let mut policy = household_on();
    policy.consent.preferences.hours = hours;
    policy
}

fn daily(from: (i8, i8), until: (i8, i8)) -> Hours {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let days = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
    let clock = |(hour, minute)| jiff::civil::time(hour, minute, 0, 0);
    Hours::new(days.into(), clock(from), clock(until)).unwrap()
}

fn offered(policy: &Policy, now: &str, days: u8) -> Vec<Window> {
    offers(policy, at(now), days, &Limits::default())
}

#[test]
fn a_household_without_hours_offers_the_day_and_of_today_what_is_left_of_it() {
    // Half a minute past ten in the morning in Toronto.
    let found = offered(&household_on(), "2026-11-23T15:00:30Z", 2);
    let expected = [
        window("2026-11-23T15:01:00Z", "2026-11-24T01:00:00Z"),
        window("2026-11-24T13:00:00Z", "2026-11-25T01:00:00Z"),
    ];
    assert_eq!(found, expected);
    assert_eq!(offered(&household_on(), "2026-11-23T15:00:30Z", 0), []);
}

#[test]
fn hours_are_by_the_households_clock_before_and_after_the_clocks_change() {
    let policy = with(vec![daily((9, 0), (10, 0))]);
    // The clocks go back on 1 November 2026 and forward on 14 March 2027.
    let found = offered(&policy, "2026-10-31T04:00:00Z", 2);
    let expected = [
        window("2026-10-31T13:00:00Z", "2026-10-31T14:00:00Z"),
        window("2026-11-01T14:00:00Z", "2026-11-01T15:00:00Z"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_hour_that_comes_twice_is_offered_whole_and_one_that_is_skipped_only_where_it_is() {
    let night = with(vec![daily((1, 0), (2, 30))]);
    // One o'clock comes twice on the first night, and half past two not at all on the second.
    let twice = offered(&night, "2026-11-01T04:00:00Z", 1);
    assert_eq!(twice, [window("2026-11-01T05:00:00Z", "2026-11-01T07:30:00Z")]);
    let skipped = offered(&night, "2027-03-14T05:00:00Z", 1);
    assert_eq!(skipped, [window("2027-03-14T06:00:00Z", "2027-03-14T07:00:00Z")]);
    let gone = offered(&with(vec![daily((2, 5), (2, 55))]), "2027-03-14T05:00:00Z", 1);
    assert_eq!(gone, []);
}

#[test]
fn hours_that_meet_are_one_window_and_a_day_that_is_too_long_is_two() {
    let policy = with(vec![
        daily((8, 0), (12, 0)),
        daily((11, 0), (14, 0)),
        daily((20, 0), (21, 0)),
    ]);
    let found = offered(&policy, "2026-11-23T05:00:00Z", 1);
    let expected = [
        window("2026-11-23T13:00:00Z", "2026-11-23T19:00:00Z"),
        window("2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z"),
    ];
    assert_eq!(found, expected);
    let long = offered(&with(vec![daily((0, 0), (20, 0))]), "2026-11-23T05:00:00Z", 1);
    let expected = [
        window("2026-11-23T05:00:00Z", "2026-11-23T15:00:00Z"),
        window("2026-11-23T15:00:00Z", "2026-11-24T01:00:00Z"),
    ];
    assert_eq!(long, expected);
}

#[test]
fn a_pause_cuts_what_it_covers_and_an_unknown_zone_offers_nothing() {
    let mut policy = with(vec![daily((9, 0), (17, 0))]);
    policy.consent.preferences.paused_until = Some(at("2026-11-24T18:00:00Z"));
    let found = offered(&policy, "2026-11-23T05:00:00Z", 3);
    let expected = [
        window("2026-11-24T18:00:00Z", "2026-11-24T22:00:00Z"),
        window("2026-11-25T14:00:00Z", "2026-11-25T22:00:00Z"),
    ];
    assert_eq!(found, expected);
    policy.time_zone = "Atlantis/Deep".into();
    assert_eq!(offered(&policy, "2026-11-23T05:00:00Z", 3), []);
}

fn hours() -> impl Strategy<Value = Hours> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Wednesday};
    let days = prop::collection::btree_set(select(vec![Monday, Wednesday, Friday, Saturday, Sunday]), 1..5);
    (days, 0..1439_i32, 1..1440_i32).prop_map(|(days, from, length)| {
        let clock = |minute: i32| {
            let (hour, minute) = (minute / 60, minute % 60);
            jiff::civil::time(i8::try_from(hour).unwrap(), i8::try_from(minute).unwrap(), 0, 0)
        };
        Hours::new(days, clock(from), clock((from + length).min(1439))).unwrap()
    })
}

proptest! {
    #[test]
    fn every_window_on_offer_lies_in_the_hours_ahead_of_now_in_order_and_can_be_booked(
        set in prop::collection::vec(hours(), 0..4),
        zone in select(vec!["America/Toronto", "America/St_Johns", "America/Phoenix", "Pacific/Honolulu", "UTC"]),
        // Around the changes of the clocks, and anywhere in the year.
        now in prop_oneof![1_793_400_000_i64..1_793_700_000, 1_804_900_000_i64..1_805_100_000, 1_795_000_000_i64..1_826_000_000],
        paused in prop::option::of(0..400_000_i64),
        days in 0..15_u8,
    ) {
        let now = Timestamp::from_second(now).unwrap();
        let mut policy = with(set);
        policy.time_zone = zone.to_owned();
        policy.consent.preferences.paused_until = paused.map(|s| now + SignedDuration::from_secs(s));
        let zone = TimeZone::get(zone).unwrap();
        let limits = Limits::default();
        let found = offers(&policy, now, days, &limits);
        let mut last = now;
        for window in &found {
            prop_assert!(window.starts_at() >= last);
            last = window.ends_at();
            let within = window.ends_at().duration_since(window.starts_at()) / 7;
            for part in 0..7 {
                let moment = window.starts_at() + within * part;
                let consent = &policy.consent;
                prop_assert_eq!(consent.covers(&super::fixtures::carrier("north"), moment, &zone), Ok(()));
            }
            prop_assert!(crate::grant::book::window_bars(&policy, window, now, &limits).is_empty());
        }
        let lasts = zone.to_datetime(last).date().duration_since(zone.to_datetime(now).date());
        prop_assert!(lasts.as_hours() <= i64::from(days) * 24);
    }
}
