//! The geofence: is the driver at the door?

use postern_contract::place::{Fix, Position};

use super::{Limits, Refusal};

/// A circle around a door.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geofence {
    /// Its middle.
    pub centre: Position,
    /// Its radius, in metres.
    pub radius_m: u32,
    /// The vaguest position that is taken, in metres.
    pub accuracy_m_max: u32,
}

impl Geofence {
    /// The geofence of a door at `centre`.
    #[must_use]
    pub const fn around(centre: Position, limits: &Limits) -> Self {
        Self {
            centre,
            radius_m: limits.geofence_m,
            accuracy_m_max: limits.accuracy_m_max,
        }
    }

    /// Admits a handheld that is inside and sure of it; answers its distance from the door in whole metres, rounded up.
    ///
    /// # Errors
    /// [`Refusal::PositionTooVague`] or [`Refusal::OutsideGeofence`].
    pub fn admit(&self, fix: &Fix) -> Result<u32, Refusal> {
        let accuracy_m = whole_metres(fix.accuracy_m());
        if accuracy_m > self.accuracy_m_max {
            return Err(Refusal::PositionTooVague {
                accuracy_m,
                limit_m: self.accuracy_m_max,
            });
        }
        let distance_m = self.metres_to(fix);
        if distance_m > self.radius_m {
            return Err(Refusal::OutsideGeofence {
                distance_m,
                limit_m: self.radius_m,
            });
        }
        Ok(distance_m)
    }

    /// How far from its centre a handheld is, in whole metres.
    #[must_use]
    pub fn metres_to(&self, fix: &Fix) -> u32 {
        whole_metres(self.centre.metres_to(fix.position()))
    }
}

/// Rounds up, so that a bound is never met by rounding.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "both callers pass a finite length between 0 and half the Earth's circumference, which fits"
)]
pub(super) fn whole_metres(metres: f64) -> u32 {
    metres.ceil() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fence() -> Geofence {
        Geofence::around(Position::new(43.55, -80.25).unwrap(), &Limits::default())
    }

    fn fix(latitude: f64, longitude: f64, accuracy_m: f64) -> Fix {
        Fix::new(Position::new(latitude, longitude).unwrap(), accuracy_m).unwrap()
    }

    #[test]
    fn a_driver_at_the_door_is_admitted_and_one_across_town_is_not() {
        assert!(fence().admit(&fix(43.5501, -80.2501, 8.0)).is_ok());
        assert!(matches!(
            fence().admit(&fix(43.56, -80.25, 8.0)),
            Err(Refusal::OutsideGeofence {
                distance_m: 1112..=1113,
                ..
            })
        ));
    }

    #[test]
    fn a_vague_position_is_not_taken_however_near_it_claims_to_be() {
        assert!(matches!(
            fence().admit(&fix(43.55, -80.25, 100.1)),
            Err(Refusal::PositionTooVague { .. })
        ));
    }

    proptest! {
        #[test]
        fn whoever_is_admitted_is_within_the_radius(lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, near in -0.01..0.01_f64) {
            for fix in [fix(lat, lon, 5.0), fix(43.55 + near, -80.25, 5.0)] {
                let metres = fence().centre.metres_to(fix.position());
                prop_assert_eq!(fence().admit(&fix).is_ok(), metres.ceil() <= 150.0);
            }
        }
    }
}
