//! One JSON request in, one JSON reply out: what every adapter does the same way.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, AdapterReply, AdapterRequest, AdapterResult, Answer, Call,
    ContractVersion, LinkBegun, LinkGranted, LinkInput, SignIn, SignedIn,
};
use postern_contract::ids::LinkId;
use postern_contract::text::SealedBlob;
use postern_keys::{KeyError, SealContext, Sealed, Sealer};
use secrecy::ExposeSecret;
use tracing::{Instrument, error, info, info_span, warn};

use crate::envelope::{Refusal, read_request};
use crate::{Adapter, CallContext, Clock, Deadline, DeadlinePassed, Granted, Sealable};

/// How much longer than the deadline an adapter may take to say what became of a call. It sends nothing in that time.
const GRACE: Duration = Duration::from_millis(250);

/// What the session of a vendor's page is sealed for.
const BY_PAGE: &str = "linking";
/// What the session of a form is sealed for.
const BY_FORM: &str = "linking by form";

/// Answers the contract's JSON, whatever carries it: the Lambda `main`, or the local platform in one process.
#[async_trait]
pub trait Dispatch: Send + Sync {
    /// Answers one request. There is always an answer: a malformed request, too, gets a reply that says so.
    async fn dispatch(&self, request: &[u8]) -> Vec<u8>;
}

/// An [`Adapter`] with the keys and the clock it works by.
pub struct AdapterService<A> {
    adapter: A,
    sealer: Arc<dyn Sealer>,
    clock: Arc<dyn Clock>,
}

impl<A: Adapter> AdapterService<A> {
    /// Serves `adapter`, whose credentials are sealed by `sealer`.
    pub fn new(adapter: A, sealer: Arc<dyn Sealer>, clock: Arc<dyn Clock>) -> Self {
        Self {
            adapter,
            sealer,
            clock,
        }
    }

    async fn reply(&self, request: &[u8]) -> AdapterReply {
        match read_request(request, self.clock.now()) {
            Ok(request) => self.carry_out(request).await,
            Err(Refusal { request_id, error }) => {
                warn!(request_id, kind = ?error.kind, reason = error.message, "refused a message");
                reply(request_id, AdapterResult::Error(*error))
            }
        }
    }

    async fn carry_out(&self, request: AdapterRequest) -> AdapterReply {
        let operation = request.call.operation();
        let vendor = self.adapter.describe().vendor;
        let span = info_span!("call", request_id = request.request_id, operation, %vendor);
        let mut deadline = Deadline::new(request.deadline, Arc::clone(&self.clock));
        if let Some(link) = link_of(&request.call) {
            deadline = deadline.of_link(link);
        }
        if matches!(request.call, Call::DoorOpen(_) | Call::DoorClose(_)) {
            deadline = deadline.of_an_order();
        }
        if matches!(request.call, Call::DoorRead(_)) {
            deadline = deadline.of_a_door();
        }
        let context = CallContext::new(request.request_id.clone(), deadline.clone());
        let changes_something = changes_something(&request.call);
        let work = deadline.later_by(GRACE);
        let result = async {
            let result = match work.bound(caught(self.answer(&context, request.call))).await {
                Ok(Ok(result)) => result,
                Ok(Err(Panicked)) => {
                    error!("the adapter panicked");
                    Err(unfinished(changes_something, AdapterErrorKind::Internal, "the adapter failed"))
                }
                Err(_) => {
                    let message = "the adapter did not finish before the deadline";
                    Err(unfinished(changes_something, AdapterErrorKind::TimedOut, message))
                }
            };
            match &result {
                Ok(_) => info!("answered"),
                Err(error) => warn!(
                    kind = ?error.kind, outcome = ?error.outcome, reason = error.message, "answered with an error"
                ),
            }
            result
        }
        .instrument(span)
        .await;
        reply(
            request.request_id,
            result.map_or_else(AdapterResult::Error, AdapterResult::Ok),
        )
    }

    async fn answer(&self, context: &CallContext, call: Call) -> Result<Answer, AdapterError> {
        let adapter = &self.adapter;
        Ok(match call {
            Call::Describe(_) => Answer::Describe(adapter.describe()),
            Call::LinkBegin(input) => {
                let begun = adapter.link_begin(context, &input).await?;
                let purpose = match &begun.sign_in {
                    SignIn::AuthorizeUrl(_) => BY_PAGE,
                    SignIn::Form(_) => BY_FORM,
                };
                let session = self
                    .seal(&begun.session, &self.session_context(input.link, purpose))
                    .await?;
                Answer::LinkBegin(LinkBegun {
                    sign_in: begun.sign_in,
                    session,
                })
            }
            Call::LinkComplete(input) => {
                let purpose = match &input.signed_in {
                    SignedIn::Code(_) => BY_PAGE,
                    SignedIn::Answers(_) => BY_FORM,
                };
                let session = self
                    .open(
                        context,
                        &input.session,
                        &self.session_context(input.link, purpose),
                    )
                    .await?;
                let granted = match &input.signed_in {
                    SignedIn::Code(code) => {
                        adapter
                            .link_complete(context, session, &input.redirect_uri, code)
                            .await?
                    }
                    SignedIn::Answers(answers) => adapter.link_answered(context, session, answers).await?,
                };
                Answer::LinkComplete(self.seal_granted(input.link, &granted).await?)
            }
            Call::LinkRefresh(input) => {
                let granted = adapter
                    .link_refresh(context, self.credentials(context, &input).await?)
                    .await?;
                Answer::LinkRefresh(self.seal_granted(input.link, &granted).await?)
            }
            Call::LinkRevoke(input) => Answer::LinkRevoke(
                adapter
                    .link_revoke(context, self.credentials(context, &input).await?)
                    .await?,
            ),
            Call::DoorsList(input) => Answer::DoorsList(
                adapter
                    .doors_list(context, &self.credentials(context, &input).await?)
                    .await?,
            ),
            Call::DoorRead(input) => {
                let credentials = self.credentials(context, &input.link).await?;
                Answer::DoorRead(adapter.door_read(context, &credentials, &input).await?)
            }
            Call::DoorOpen(input) => {
                let credentials = self.credentials(context, &input.link).await?;
                Answer::DoorOpen(adapter.door_open(context, &credentials, &input).await?)
            }
            Call::DoorClose(input) => {
                let credentials = self.credentials(context, &input.link).await?;
                Answer::DoorClose(adapter.door_close(context, &credentials, &input).await?)
            }
            Call::EventsSubscribe(input) => {
                let credentials = self.credentials(context, &input.link).await?;
                Answer::EventsSubscribe(adapter.events_subscribe(context, &credentials, &input).await?)
            }
            Call::EventsParse(input) => Answer::EventsParse(adapter.events_parse(context, &input).await?),
            Call::ClipGet(input) => {
                let credentials = self.credentials(context, &input.link).await?;
                Answer::ClipGet(adapter.clip_get(context, &credentials, &input).await?)
            }
        })
    }

    fn credentials_context(&self, link: LinkId) -> SealContext {
        SealContext::for_link(self.adapter.describe().vendor.as_str(), &link.to_string())
    }

    /// Another context than the credentials', and another for each way of signing in, so that none is ever taken for another: a
    /// session that was begun with a page is not finished by a form.
    fn session_context(&self, link: LinkId, purpose: &str) -> SealContext {
        let (vendor, link) = (self.adapter.describe().vendor.to_string(), link.to_string());
        SealContext::new([("vendor", vendor), ("link", link), ("purpose", purpose.into())])
    }

    async fn credentials(
        &self,
        call: &CallContext,
        input: &LinkInput,
    ) -> Result<A::Credentials, AdapterError> {
        self.open(call, &input.credentials, &self.credentials_context(input.link))
            .await
    }

    /// Nothing has been sent to anybody yet, so every failure is `not_executed`: a slow key service, too.
    async fn open<T: Sealable>(
        &self,
        call: &CallContext,
        blob: &SealedBlob,
        context: &SealContext,
    ) -> Result<T, AdapterError> {
        let wrong = |error: KeyError| {
            let kind = match &error {
                KeyError::DoesNotOpen | KeyError::Malformed { .. } | KeyError::TooLong { .. } => {
                    AdapterErrorKind::InvalidRequest
                }
                _ => AdapterErrorKind::Internal,
            };
            AdapterError::not_executed(kind, format!("can't open what was sealed for this link: {error}"))
        };
        let late = |DeadlinePassed| {
            let message = "the key service did not answer in time; nothing was sent";
            AdapterError::not_executed(AdapterErrorKind::TimedOut, message)
        };
        let sealed = Sealed::try_from(blob.as_str().to_owned()).map_err(wrong)?;
        let opened = call
            .deadline()
            .bound(self.sealer.open(&sealed, context))
            .await
            .map_err(late)?;
        T::from_plaintext(opened.map_err(wrong)?.expose_secret())
            .map_err(|error| AdapterError::not_executed(AdapterErrorKind::Internal, error.to_string()))
    }

    async fn seal_granted(
        &self,
        link: LinkId,
        granted: &Granted<A::Credentials>,
    ) -> Result<LinkGranted, AdapterError> {
        let credentials = self
            .seal(&granted.credentials, &self.credentials_context(link))
            .await?;
        Ok(LinkGranted {
            credentials,
            refresh_at: granted.refresh_at,
        })
    }

    /// A failure leaves the outcome unknown: the vendor has acted, and what it gave is lost.
    async fn seal(&self, secret: &impl Sealable, context: &SealContext) -> Result<SealedBlob, AdapterError> {
        let lost = |why: String| {
            AdapterError::unknown(
                AdapterErrorKind::Internal,
                format!("can't seal what the vendor gave: {why}"),
            )
        };
        let plaintext = secret.to_plaintext().map_err(|error| lost(error.to_string()))?;
        let sealed = self.sealer.seal(plaintext.expose_secret(), context).await;
        sealed
            .map(|sealed| SealedBlob::new(String::from(sealed)))
            .map_err(|error| lost(error.to_string()))
    }
}

#[async_trait]
impl<A: Adapter> Dispatch for AdapterService<A> {
    async fn dispatch(&self, request: &[u8]) -> Vec<u8> {
        let reply = self.reply(request).await;
        serde_json::to_vec(&reply).unwrap_or_else(|error| {
            error!(%error, "the reply could not be written");
            br#"{"contract":"1.0","request_id":"","result":{"error":{"kind":"internal","outcome":"unknown","message":"the reply could not be written"}}}"#.to_vec()
        })
    }
}

fn reply(request_id: String, result: AdapterResult) -> AdapterReply {
    AdapterReply {
        contract: ContractVersion::CURRENT,
        request_id,
        result,
    }
}

/// The link whose account a call is for.
fn link_of(call: &Call) -> Option<LinkId> {
    match call {
        Call::Describe(_) | Call::EventsParse(_) => None,
        Call::LinkBegin(input) => Some(input.link),
        Call::LinkComplete(input) => Some(input.link),
        Call::LinkRefresh(input) | Call::LinkRevoke(input) | Call::DoorsList(input) => Some(input.link),
        Call::DoorRead(input) => Some(input.link.link),
        Call::DoorOpen(input) => Some(input.link.link),
        Call::DoorClose(input) => Some(input.link.link),
        Call::EventsSubscribe(input) => Some(input.link.link),
        Call::ClipGet(input) => Some(input.link.link),
    }
}

/// Whether an unfinished call may have left something changed.
fn changes_something(call: &Call) -> bool {
    match call {
        Call::LinkComplete(_)
        | Call::LinkRefresh(_)
        | Call::LinkRevoke(_)
        | Call::DoorOpen(_)
        | Call::DoorClose(_)
        | Call::EventsSubscribe(_) => true,
        Call::Describe(_)
        | Call::LinkBegin(_)
        | Call::DoorsList(_)
        | Call::DoorRead(_)
        | Call::EventsParse(_)
        | Call::ClipGet(_) => false,
    }
}

fn unfinished(changes_something: bool, kind: AdapterErrorKind, message: &str) -> AdapterError {
    if changes_something {
        AdapterError::unknown(kind, message)
    } else {
        AdapterError::not_executed(kind, message)
    }
}

/// The adapter panicked. Its message is not kept, as it may hold anything.
struct Panicked;

/// Runs an adapter so that a panic in it is an answer and not the end of the process.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            // The future is not polled again: `poll_fn` is done.
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}
