//! A carrier's list, by day, parcel, state and driver: what it shows, what it costs to go on in it, and that it is one carrier's own.

use jiff::{SignedDuration, civil::Date};
use postern_contract::{
    carrier::{BookDelivery, Dispatch},
    delivery::{DeliveryView, GrantState, Page, Window},
    ids::DeliveryId,
};
use postern_local::play::{CarrierClient, booking};

use postern_end_to_end::stage::{Stage, key};

struct Lists {
    stage: Stage,
    today: Date,
    tomorrow: Date,
}

impl Lists {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let zone = jiff::tz::TimeZone::get("America/Toronto").unwrap();
        let today = zone.to_datetime(stage.local.platform.now()).date();
        let tomorrow = today.tomorrow().unwrap();
        Self {
            stage,
            today,
            tomorrow,
        }
    }

    /// A delivery at noon of a day, by the household's clock.
    async fn booked(&self, day: Date, parcels: &[&str]) -> DeliveryView {
        let noon = day.at(12, 0, 0, 0).in_tz("America/Toronto").unwrap().timestamp();
        let body = BookDelivery {
            window: Window::new(noon, noon + SignedDuration::from_hours(10)).unwrap(),
            tracking_numbers: parcels.iter().map(|parcel| parcel.parse().unwrap()).collect(),
            ..booking(self.stage.local.platform.now(), "PARCEL")
        };
        self.stage.carrier.book(&key(), &body).await.unwrap()
    }

    async fn driven(&self, delivery: DeliveryId, driver: &str) {
        let body = Dispatch {
            driver: Some(driver.parse().unwrap()),
        };
        self.stage
            .carrier
            .dispatch(delivery, &key(), &body)
            .await
            .unwrap();
    }

    async fn page(&self, query: &str) -> Page<DeliveryView> {
        let path = format!("/v1/deliveries?{query}");
        self.stage.carrier.get(&path).await.unwrap().done().unwrap()
    }

    async fn ids(&self, query: &str) -> Vec<DeliveryId> {
        let page = self.page(query).await;
        assert_eq!(page.next_cursor, None);
        page.items.iter().map(|view| view.id).collect()
    }

    async fn refused(&self, query: &str) -> String {
        let path = format!("/v1/deliveries?{query}");
        let answer = self.stage.carrier.get(&path).await.unwrap();
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.body);
        answer.code().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_of_a_day_by_the_households_clock_of_a_parcel_and_of_what_narrows_them() {
    let lists = Lists::set().await;
    let (today, tomorrow) = (lists.today, lists.tomorrow);
    let first = lists.booked(tomorrow, &["PARCEL-1", "PARCEL-2"]).await;
    let second = lists.booked(tomorrow, &["PARCEL-3"]).await;
    let other = lists.booked(tomorrow.tomorrow().unwrap(), &["PARCEL-1"]).await;
    assert_eq!(first.day, Some(tomorrow));
    lists.driven(second.id, "driver-7").await;

    assert_eq!(lists.ids(&format!("day={tomorrow}")).await, [second.id, first.id]);
    assert_eq!(lists.ids(&format!("day={today}")).await, []);
    assert_eq!(lists.ids("tracking_number=PARCEL-1").await, [other.id, first.id]);
    assert_eq!(lists.ids("tracking_number=PARCEL-2").await, [first.id]);
    assert_eq!(lists.ids("tracking_number=PARCEL-9").await, []);
    let of_both = format!("tracking_number=PARCEL-1&day={tomorrow}");
    assert_eq!(lists.ids(&of_both).await, [first.id]);
    let driven = format!("day={tomorrow}&driver=driver-7");
    assert_eq!(lists.ids(&driven).await, [second.id]);
    assert_eq!(lists.ids(&format!("{driven}&state=scheduled")).await, [second.id]);
    assert_eq!(lists.ids(&format!("{driven}&state=completed")).await, []);

    let body = serde_json::json!({"reason": "lost"});
    lists
        .stage
        .carrier
        .verb(first.id, "cancel", &key(), &body)
        .await
        .unwrap();
    let cancelled = lists.page("tracking_number=PARCEL-2&state=cancelled").await;
    assert_eq!(cancelled.items[0].state, GrantState::Cancelled);

    // What would ask for everything to be read is refused, and so is what is no filter.
    for alone in ["state=scheduled", "driver=driver-7"] {
        assert_eq!(lists.refused(alone).await, "invalid_query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_on_in_its_own_list_alone_and_a_short_page_is_not_the_end() {
    let lists = Lists::set().await;
    let day = lists.tomorrow;
    let mut booked = Vec::new();
    for parcel in ["PARCEL-1", "PARCEL-2", "PARCEL-3"] {
        booked.push(lists.booked(day, &[parcel]).await.id);
    }
    lists.driven(booked[0], "driver-7").await;
    booked.reverse();

    let of_day = format!("day={day}&limit=2");
    let first = lists.page(&of_day).await;
    let cursor = first.next_cursor.unwrap();
    let rest = lists.page(&format!("{of_day}&cursor={cursor}")).await;
    let both = first.items.iter().chain(&rest.items).map(|view| view.id);
    assert_eq!(both.collect::<Vec<_>>(), booked);
    assert_eq!(rest.next_cursor, None);

    // The one that is meant is the oldest: the first page is empty, and says that there is more.
    let narrow = format!("day={day}&driver=driver-7&limit=2");
    let short = lists.page(&narrow).await;
    assert!(short.items.is_empty());
    let narrow_cursor = short.next_cursor.unwrap();
    let found = lists.page(&format!("{narrow}&cursor={narrow_cursor}")).await;
    assert_eq!((found.items[0].id, found.next_cursor), (booked[2], None));

    for other in [
        "limit=2".to_owned(),
        format!("day={}", lists.today),
        format!("day={day}&state=scheduled"),
        narrow,
        "tracking_number=PARCEL-1".to_owned(),
    ] {
        let refused = lists.refused(&format!("{other}&cursor={cursor}")).await;
        assert_eq!(refused, "invalid_cursor", "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_sees_nothing_of_anothers_day_or_parcel() {
    let lists = Lists::set().await;
    lists.booked(lists.tomorrow, &["PARCEL-1"]).await;
    let local = &lists.stage.local;
    let other = CarrierClient::connect(&local.addresses, &local.seeds.carriers[1])
        .await
        .unwrap();
    for query in [
        format!("day={}", lists.tomorrow),
        "tracking_number=PARCEL-1".to_owned(),
    ] {
        let path = format!("/v1/deliveries?{query}");
        let page: Page<DeliveryView> = other.get(&path).await.unwrap().done().unwrap();
        assert!(page.items.is_empty());
    }
}
