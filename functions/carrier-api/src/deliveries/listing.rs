//! The query of the list of deliveries.

use jiff::civil::Date;
use postern_contract::{
    delivery::GrantState,
    text::{DriverRef, TrackingNumber},
};
use postern_core::deliveries::Wanted;
use postern_http::{Paging, Problem, Words, paging, problem::wire::INVALID_QUERY};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::messages;

/// Which deliveries are listed, and from where.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    /// Those whose window starts on this day, by the clock of their household.
    #[param(value_type = Option<String>, format = Date)]
    #[serde(default)]
    day: Option<Date>,
    /// Those that have this parcel.
    #[param(value_type = Option<messages::TrackingNumber>)]
    #[serde(default)]
    tracking_number: Option<TrackingNumber>,
    /// Of those of a day or a parcel, the ones in this state.
    #[param(value_type = Option<messages::GrantState>)]
    #[serde(default)]
    state: Option<GrantState>,
    /// Of those of a day or a parcel, the ones of this driver.
    #[param(value_type = Option<messages::DriverRef>)]
    #[serde(default)]
    driver: Option<DriverRef>,
    /// How many things a page has at the most.
    #[serde(default, deserialize_with = "paging::limit")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

impl Listing {
    /// Which deliveries are meant.
    ///
    /// # Errors
    /// `invalid_query` for a state or a driver of no day and no parcel: to find those, everything would have to be read.
    pub(crate) fn wanted(&self) -> Result<Wanted, Problem> {
        let narrowed = self.day.is_some() || self.tracking_number.is_some();
        let alone = [("state", self.state.is_some()), ("driver", self.driver.is_some())];
        match alone.into_iter().find(|(_, is_there)| *is_there && !narrowed) {
            Some((field, _)) => Err(Problem::new(&INVALID_QUERY)
                .with("field", field)
                .with(
                    "expected",
                    Words::new(
                        "together with day or tracking_number",
                        "accompagné de day ou de tracking_number",
                    ),
                )
                .member("field", field)),
            None => Ok(Wanted {
                day: self.day,
                tracking_number: self.tracking_number.clone(),
                state: self.state,
                driver: self.driver.clone(),
            }),
        }
    }

    /// The name under which the list's cursors are sealed: a cursor of other filters is none of this list.
    pub(crate) fn name(&self) -> String {
        let day = self.day.map(|day| day.to_string());
        let state = self.state.map(|state| format!("{state:?}"));
        let parcel = self.tracking_number.as_ref().map(ToString::to_string);
        let driver = self.driver.as_ref().map(ToString::to_string);
        let filters = [
            ("day", day),
            ("parcel", parcel),
            ("state", state),
            ("driver", driver),
        ];
        let given = filters
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        given.fold("deliveries".to_owned(), |name, (filter, value)| {
            format!("{name} {filter}={value}")
        })
    }

    /// How much of the list, and from where.
    pub(crate) fn paging(&self) -> Paging {
        Paging::new(self.limit, self.cursor.clone())
    }
}
