//! What the operator reads in the log of deliveries that need a person.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use postern_contract::{adapter::Call, delivery::Attention};
use postern_core::{guardian, ports::Subject};
use postern_test_world::{Trouble, World};
use tracing_subscriber::fmt::MakeWriter;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn about(&self, words: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().filter(|line| line.contains(words));
        lines.map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn the_operator_reads_once_that_a_delivery_needs_a_person_and_once_that_it_is_over() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(lines.clone());
    let _listening = tracing::subscriber::set_default(subscriber.finish());
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    world
        .vendor
        .trouble(|call| matches!(call, Call::DoorOpen(_)).then_some(Trouble::NoAnswer));
    let view = world.open(delivery).await.unwrap();
    assert_eq!(view.attention, Some(Attention::OutcomeUnknown));
    let told = lines.about("a delivery needs a person");
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["WARN", &delivery.to_string(), "OutcomeUnknown", "Opening"] {
        assert!(told[0].contains(part), "{part} in {}", told[0]);
    }

    world.clock.advance(jiff::SignedDuration::from_secs(10));
    guardian::look(&world.platform, Subject::Delivery { delivery })
        .await
        .unwrap();
    assert_eq!(lines.about("a delivery needs nobody any more").len(), 1);
    assert_eq!(lines.about("a delivery needs a person").len(), 1);
}
