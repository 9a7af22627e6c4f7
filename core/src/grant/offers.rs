//! The windows that a household offers: its hours on the days to come, by its own clock.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{DateTime, Time, time},
    tz::TimeZone,
};
use postern_contract::delivery::Window;

use super::{Limits, Policy, book::window_bars};

/// What is offered of a day where the household has set no hours: from eight in the morning to eight in the evening.
const DAY: (Time, Time) = (time(8, 0, 0, 0), time(20, 0, 0, 0));
/// Windows begin at whole minutes.
const MINUTE_S: i64 = 60;
/// More than any clock is ever set by.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// The windows on offer on so many days, today among them, in their order. None overlaps another, none is longer than a window may be,
/// and each can be booked as it is. A zone that the tables no longer know offers nothing.
#[must_use]
pub fn offers(policy: &Policy, now: Timestamp, days: u8, limits: &Limits) -> Vec<Window> {
    let Ok(zone) = TimeZone::get(&policy.time_zone) else {
        return Vec::new();
    };
    let preferences = &policy.consent.preferences;
    let from = preferences.paused_until.map_or(now, |until| until.max(now));
    let mut spans: Vec<(Timestamp, Timestamp)> = zone
        .to_datetime(now)
        .date()
        .series(1.day())
        .take(days.into())
        .flat_map(|date| {
            let set = preferences.hours.iter().filter_map(|hours| hours.on(date));
            let usual = preferences
                .hours
                .is_empty()
                .then(|| (date.to_datetime(DAY.0), date.to_datetime(DAY.1)));
            set.chain(usual).collect::<Vec<_>>()
        })
        .flat_map(|(starts, ends)| moments(&zone, starts, ends))
        .filter_map(|(starts, ends)| Some((whole_minute(starts.max(from))?, ends)))
        .filter(|(starts, ends)| starts < ends)
        .collect();
    spans.sort_unstable();
    joined(spans)
        .into_iter()
        .flat_map(|(starts, ends)| pieces(starts, ends))
        .filter(|window| window_bars(policy, window, now, limits).is_empty())
        .collect()
}

/// The moments at which it is from `starts` up to `ends` by the clock of `zone`, which may be set in between: it may be so twice, or
/// not at all.
fn moments(zone: &TimeZone, starts: DateTime, ends: DateTime) -> Vec<(Timestamp, Timestamp)> {
    let around = |local| zone.to_ambiguous_timestamp(local).compatible().ok();
    let (Some(first), Some(last)) = (around(starts), around(ends)) else {
        return Vec::new();
    };
    let (first, last) = (first - A_DAY, last + A_DAY);
    let set = zone.following(first).map(|set| set.timestamp());
    let marks = std::iter::once(first)
        .chain(set.take_while(|at| *at < last))
        .chain([last]);
    let marks: Vec<Timestamp> = marks.collect();
    marks
        .windows(2)
        .filter_map(|stretch| {
            let offset = zone.to_offset(stretch[0]);
            let from = offset.to_timestamp(starts).ok()?.max(stretch[0]);
            let until = offset.to_timestamp(ends).ok()?.min(stretch[1]);
            (from < until).then_some((from, until))
        })
        .collect()
}

fn whole_minute(at: Timestamp) -> Option<Timestamp> {
    let exact = at.subsec_nanosecond() == 0 && at.as_second().rem_euclid(MINUTE_S) == 0;
    let minute = at.as_second().div_euclid(MINUTE_S) + i64::from(!exact);
    Timestamp::from_second(minute * MINUTE_S).ok()
}

/// Spans in their order, those that meet made one.
fn joined(spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(spans.len());
    for (starts, ends) in spans {
        match joined.last_mut() {
            Some((_, last)) if starts <= *last => *last = ends.max(*last),
            _ => joined.push((starts, ends)),
        }
    }
    joined
}

/// A span as windows: one, or as few of one length as are not too long.
fn pieces(starts: Timestamp, ends: Timestamp) -> Vec<Window> {
    let length = ends.as_second() - starts.as_second();
    let count = (length + Window::LENGTH_S_MAX - 1) / Window::LENGTH_S_MAX;
    let cut = |at: i64| starts.as_second() + length * at / count;
    (0..count)
        .filter_map(|piece| {
            let from = Timestamp::from_second(cut(piece)).ok()?;
            let until = if piece + 1 == count {
                ends
            } else {
                Timestamp::from_second(cut(piece + 1)).ok()?
            };
            Window::new(from, until).ok()
        })
        .collect()
}
