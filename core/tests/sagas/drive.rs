//! A flow in the hand of a test, one step at a time.

use async_trait::async_trait;
use postern_core::{
    Error, Platform,
    saga::{Flow, Turn},
};

/// Where a flow stands after a step, whatever its kind.
pub(crate) enum Came {
    /// Before the next step.
    On(Box<dyn Driven>),
    /// At its end, with this answer.
    Home(String),
}

/// A flow, whatever its kind.
#[async_trait]
pub(crate) trait Driven: Send {
    /// Which step is next.
    fn at(&self) -> usize;
    /// Takes it.
    async fn step(self: Box<Self>, platform: &Platform) -> Result<Came, Error>;
}

#[async_trait]
impl<F> Driven for F
where
    F: Flow + 'static,
    F::Done: std::fmt::Debug,
{
    fn at(&self) -> usize {
        Flow::step(self)
    }

    async fn step(self: Box<Self>, platform: &Platform) -> Result<Came, Error> {
        Ok(match self.take(platform).await? {
            Turn::Next(next) => Came::On(Box::new(next)),
            Turn::Done(done) => Came::Home(format!("{done:?}")),
        })
    }
}

/// Takes steps until the one at `stop` is next, or the flow is home.
pub(crate) async fn until(platform: &Platform, flow: Box<dyn Driven>, stop: usize) -> Result<Came, Error> {
    let mut flow = flow;
    while flow.at() < stop {
        match flow.step(platform).await? {
            Came::On(next) => flow = next,
            home @ Came::Home(_) => return Ok(home),
        }
    }
    Ok(Came::On(flow))
}

/// Takes all the steps that are left.
pub(crate) async fn home(platform: &Platform, flow: Box<dyn Driven>) -> Result<String, Error> {
    match until(platform, flow, usize::MAX).await? {
        Came::Home(answer) => Ok(answer),
        Came::On(_) => panic!("a flow without an end"),
    }
}
