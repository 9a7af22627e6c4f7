//! The door model, with times taken out of a hat: whatever is done to a door, these things stay true.

#[cfg(test)]
mod model {
    use std::time::Duration;

    use jiff::Timestamp;
    use postern_vendor_clouds::door::{
        Activity, Cause, Direction, Disposition, Door, DoorTimings, Happening, Position, REVERSALS_MAX,
        ReportedState,
    };
    use postern_vendor_clouds::seed::{Seed, Stream};
    use proptest::prelude::*;

    fn start() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn a_door(position: Position) -> Door {
        Door::resting(
            position,
            DoorTimings::default(),
            start(),
            Stream::new(Seed(1), "door"),
        )
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const COMMAND: Cause = Cause::Command { seq: 1 };
    const BUTTON: Cause = Cause::WallButton { seq: 1 };

    /// One thing that is done to a door.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Wait(u64),
        Command(Direction),
        Button(Option<Direction>),
        Pulse,
        Obstruct(u32),
        Halfway(u32),
        Stuck(bool),
        Online(bool),
        Freeze(u64),
        CloseAllowed(bool),
        Lag(u64),
    }

    fn act() -> impl Strategy<Value = Act> {
        let direction = prop_oneof![Just(Direction::Open), Just(Direction::Close)];
        prop_oneof![
            6 => (0..20_000u64).prop_map(Act::Wait),
            5 => direction.clone().prop_map(Act::Command),
            2 => proptest::option::of(direction).prop_map(Act::Button),
            2 => Just(Act::Pulse),
            2 => (0..4u32).prop_map(Act::Obstruct),
            1 => (0..2u32).prop_map(Act::Halfway),
            1 => proptest::bool::weighted(0.2).prop_map(Act::Stuck),
            1 => any::<bool>().prop_map(Act::Online),
            1 => (0..30_000u64).prop_map(Act::Freeze),
            1 => proptest::bool::weighted(0.8).prop_map(Act::CloseAllowed),
            1 => (0..30_000u64).prop_map(Act::Lag),
        ]
    }

    /// A door, its time, and everything that happened and was asked.
    struct Story {
        door: Door,
        now: Timestamp,
        happened: Vec<(Timestamp, Happening)>,
        accepted: usize,
        pressed: Vec<Timestamp>,
    }

    impl Story {
        fn of(door: Door) -> Self {
            Self {
                door,
                now: start(),
                happened: Vec::new(),
                accepted: 0,
                pressed: Vec::new(),
            }
        }

        fn play(&mut self, act: Act) {
            let now = self.now;
            match act {
                Act::Wait(ms) => self.now += Duration::from_millis(ms),
                Act::Command(direction) => {
                    let (disposition, happened) = self.door.command(now, direction, COMMAND);
                    self.accepted += usize::from(disposition == Disposition::Accepted);
                    self.happened.extend(happened.into_iter().map(|what| (now, what)));
                }
                Act::Pulse => {
                    let (disposition, happened) = self.door.pulse(now, COMMAND);
                    self.accepted += usize::from(disposition == Disposition::Accepted);
                    self.happened.extend(happened.into_iter().map(|what| (now, what)));
                }
                Act::Button(target) => {
                    let happened = self.door.press_wall_button(now, target, BUTTON);
                    self.happened.extend(happened.into_iter().map(|what| (now, what)));
                    self.pressed.push(now);
                }
                Act::Obstruct(times) => self.door.switches.obstruct_next_closes = times,
                Act::Halfway(times) => self.door.switches.stop_next_halfway = times,
                Act::Stuck(stuck) => self.door.switches.stuck = stuck,
                Act::Online(online) => self.door.set_online(now, online, true),
                Act::Freeze(ms) => self.door.freeze_report(now, Duration::from_millis(ms)),
                Act::CloseAllowed(allowed) => self.door.switches.unattended_close_allowed = allowed,
                Act::Lag(ms) => self.door.timings.report_lag = Duration::from_millis(ms),
            }
            let happened = self.door.advance(self.now);
            self.happened.extend(happened);
        }

        /// Starts of movements: when, which way, why.
        fn motions(&self) -> Vec<(Timestamp, Direction, Cause)> {
            self.happened
                .iter()
                .filter_map(|(at, what)| match what {
                    Happening::Motion { direction, cause, .. } => Some((*at, *direction, *cause)),
                    _ => None,
                })
                .collect()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn a_door_is_closed_exactly_when_it_lies_on_the_floor(acts in proptest::collection::vec(act(), 1..60)) {
            let mut story = Story::of(a_door(Position::CLOSED));
            for act in acts {
                story.play(act);
                let position = story.door.position_at(story.now);
                let activity = story.door.activity();
                prop_assert!(activity != Activity::Closed || position == Position::CLOSED);
                prop_assert!(activity != Activity::Open || position == Position::OPEN);
                let between = position != Position::CLOSED && position != Position::OPEN;
                prop_assert!(activity != Activity::Stopped || between);
            }
        }

        #[test]
        fn every_movement_has_one_order_or_one_obstruction(acts in proptest::collection::vec(act(), 1..60)) {
            let mut story = Story::of(a_door(Position::CLOSED));
            for act in acts {
                story.play(act);
            }
            let motions = story.motions();
            let by_command = motions.iter().filter(|(_, _, cause)| cause.unattended()).count();
            let by_hand = motions.iter().filter(|(_, _, cause)| matches!(cause, Cause::WallButton { .. })).count();
            prop_assert!(by_command <= story.accepted);
            prop_assert!(by_hand <= story.pressed.len());
        }

        #[test]
        fn an_unattended_close_is_announced_for_the_whole_warning(
            acts in proptest::collection::vec(act(), 1..60),
        ) {
            let mut story = Story::of(a_door(Position::OPEN));
            for act in acts {
                story.play(act);
            }
            let warning = DoorTimings::default().close_warning;
            for (at, direction, cause) in story.motions() {
                if direction == Direction::Close && cause.unattended() {
                    let announced = story.happened.iter()
                        .any(|(began, what)| *what == Happening::WarningBegan && *began + warning == at);
                    prop_assert!(announced, "moved at {} with no warning before", at);
                }
            }
        }

        #[test]
        fn after_two_reversals_nothing_closes_unattended_until_somebody_came(
            acts in proptest::collection::vec(act(), 1..80),
        ) {
            let mut story = Story::of(a_door(Position::OPEN));
            for act in acts {
                story.play(act);
            }
            for (locked_at, _) in story.happened.iter().filter(|(_, what)| *what == Happening::LockedOut) {
                let freed = story.pressed.iter().find(|at| *at >= locked_at);
                let closes = story.motions().into_iter().any(|(at, direction, cause)| {
                    direction == Direction::Close
                        && cause.unattended()
                        && at > *locked_at
                        && freed.is_none_or(|freed| at < *freed)
                });
                prop_assert!(!closes);
            }
        }

        #[test]
        fn what_is_shown_was_true_once_and_never_runs_backwards(
            acts in proptest::collection::vec(act(), 1..60),
        ) {
            let mut story = Story::of(a_door(Position::CLOSED));
            let mut last_update = start();
            for act in acts {
                story.play(act);
                let shown = story.door.reported(story.now);
                prop_assert!(shown.last_update <= shown.last_status);
                prop_assert!(shown.last_status <= story.now);
                prop_assert!(shown.last_update >= last_update, "{:?}", act);
                last_update = shown.last_update;
                if shown.state == ReportedState::Closed && shown.last_update > start() {
                    let arrived = Happening::Arrived { end: Direction::Close };
                    prop_assert!(story.happened.contains(&(shown.last_update, arrived)));
                }
            }
        }

        #[test]
        fn it_does_not_matter_how_often_a_door_is_looked_at(
            acts in proptest::collection::vec(act(), 1..40),
            step in 1..3_000u64,
        ) {
            let mut seldom = Story::of(a_door(Position::CLOSED));
            let mut often = Story::of(a_door(Position::CLOSED));
            for act in acts {
                if let Act::Wait(ms) = act {
                    let (steps, rest) = (ms / step, ms % step);
                    for _ in 0..steps {
                        often.play(Act::Wait(step));
                    }
                    often.play(Act::Wait(rest));
                } else {
                    often.play(act);
                }
                seldom.play(act);
            }
            prop_assert_eq!(&seldom.happened, &often.happened);
            prop_assert_eq!(seldom.door.reported(seldom.now), often.door.reported(often.now));
        }
    }

    #[test]
    fn an_open_takes_a_second_to_start_and_twelve_to_finish() {
        let mut story = Story::of(a_door(Position::CLOSED));
        story.play(Act::Command(Direction::Open));
        assert_eq!(story.door.activity(), Activity::Starting);
        story.play(Act::Wait(1_000));
        assert_eq!(story.door.activity(), Activity::Opening);
        assert_eq!(story.door.reported(story.now).state, ReportedState::Closed);
        story.play(Act::Wait(2_000));
        assert_eq!(story.door.reported(story.now).state, ReportedState::Opening);
        story.play(Act::Wait(10_000));
        assert_eq!(story.door.activity(), Activity::Open);
        assert_eq!(
            story.door.reported(story.now + secs(2)).state,
            ReportedState::Open
        );
    }

    #[test]
    fn a_close_is_shown_as_open_while_the_warning_sounds() {
        let mut story = Story::of(a_door(Position::OPEN));
        story.play(Act::Command(Direction::Close));
        story.play(Act::Wait(4_999));
        assert_eq!(story.door.activity(), Activity::Warning);
        assert_eq!(story.door.position_at(story.now), Position::OPEN);
        assert_eq!(story.door.reported(story.now).state, ReportedState::Open);
        story.play(Act::Wait(1 + 13_000));
        assert_eq!(story.door.activity(), Activity::Closed);
    }

    #[test]
    fn a_door_that_meets_something_goes_up_again_and_gives_up_after_the_second_time() {
        let mut story = Story::of(a_door(Position::OPEN));
        story.play(Act::Obstruct(u32::MAX));
        for reversal in 1..=REVERSALS_MAX {
            story.play(Act::Command(Direction::Close));
            story.play(Act::Wait(5_000 + 6_500 + 2_000));
            assert_eq!(story.door.activity(), Activity::Reversing);
            assert_eq!(story.door.reported(story.now).state, ReportedState::Autoreverse);
            story.play(Act::Wait(20_000));
            assert_eq!(story.door.activity(), Activity::Open);
            assert_eq!(story.door.locked_out(), reversal == REVERSALS_MAX);
        }
        assert_eq!(
            story.door.command(story.now, Direction::Close, COMMAND).0,
            Disposition::LockedOut
        );
        story.play(Act::Obstruct(0));
        story.play(Act::Button(Some(Direction::Close)));
        story.play(Act::Wait(13_000));
        assert_eq!(story.door.activity(), Activity::Closed);
        assert!(!story.door.locked_out());
    }

    #[test]
    fn a_door_off_the_net_moves_by_hand_and_tells_it_when_it_is_back() {
        let mut story = Story::of(a_door(Position::CLOSED));
        story.play(Act::Wait(60_000));
        story.play(Act::Online(false));
        story.play(Act::Button(None));
        story.play(Act::Wait(60_000));
        let shown = story.door.reported(story.now);
        assert_eq!((shown.state, shown.online), (ReportedState::Closed, false));
        assert!(shown.last_status <= start() + secs(60));
        assert_eq!(story.door.activity(), Activity::Open);
        assert_eq!(
            story.door.command(story.now, Direction::Close, COMMAND).0,
            Disposition::Offline
        );
        story.play(Act::Online(true));
        assert_eq!(story.door.reported(story.now).state, ReportedState::Closed);
        story.play(Act::Wait(2_000));
        assert_eq!(story.door.reported(story.now).state, ReportedState::Open);
    }

    #[test]
    fn a_single_press_goes_stops_and_goes_back() {
        let mut story = Story::of(a_door(Position::CLOSED));
        story.play(Act::Button(None));
        story.play(Act::Wait(6_000));
        story.play(Act::Button(None));
        assert_eq!(story.door.activity(), Activity::Stopped);
        assert_eq!(
            story.door.position_at(story.now),
            Position::from_millionths(500_000)
        );
        story.play(Act::Button(None));
        assert_eq!(story.door.activity(), Activity::Closing);
        story.play(Act::Wait(6_500));
        assert_eq!(story.door.activity(), Activity::Closed);
    }

    #[test]
    fn a_pulse_goes_and_stops_and_one_in_the_warning_ends_it() {
        let mut story = Story::of(a_door(Position::OPEN));
        for (wait, activity) in [
            (1_000, Activity::Warning),
            (0, Activity::Open),
            (6_000, Activity::Closing),
            (0, Activity::Stopped),
            (1_500, Activity::Opening),
        ] {
            story.play(Act::Pulse);
            story.play(Act::Wait(wait));
            assert_eq!(story.door.activity(), activity);
        }
    }

    #[test]
    fn a_command_while_the_door_moves_or_warns_is_not_honoured() {
        let mut story = Story::of(a_door(Position::OPEN));
        story.play(Act::Command(Direction::Close));
        assert_eq!(
            story.door.command(story.now, Direction::Open, COMMAND).0,
            Disposition::Busy
        );
        story.play(Act::Wait(6_000));
        assert_eq!(
            story.door.command(story.now, Direction::Open, COMMAND).0,
            Disposition::Busy
        );
        story.play(Act::Wait(20_000));
        assert_eq!(
            story.door.command(story.now, Direction::Close, COMMAND).0,
            Disposition::AlreadyThere
        );
        assert_eq!(story.motions().len(), 1);
    }

    #[test]
    fn jitter_makes_a_start_late_and_repeats_with_the_seed() {
        let timings = DoorTimings {
            jitter: secs(3),
            ..DoorTimings::default()
        };
        let first_motion = |seed| {
            let jitter = Stream::new(Seed(seed), "door");
            let mut story = Story::of(Door::resting(Position::CLOSED, timings, start(), jitter));
            story.play(Act::Command(Direction::Open));
            story.play(Act::Wait(10_000));
            story.motions()[0].0
        };
        let starts: Vec<_> = (0..20).map(first_motion).collect();
        assert_eq!(starts, (0..20).map(first_motion).collect::<Vec<_>>());
        assert!(
            starts
                .iter()
                .all(|at| (start() + secs(1)..=start() + secs(4)).contains(at))
        );
        assert!(starts.iter().any(|at| *at != starts[0]));
    }
}
