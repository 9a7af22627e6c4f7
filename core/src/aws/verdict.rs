//! What a failed Lambda `Invoke` says about the function: that it certainly was not called, or that nobody knows.
//!
//! A door hangs on this. "Not reached" lets the platform try again, so it is said only where AWS's own words, or the stage at which
//! the call failed, prove it; everything else is "no answer", after which the door is read first.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_sdk_lambda::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, http::HttpResponse,
        interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::{BoxError, ProvideErrorMetadata, SdkError},
};

use crate::ports::TransportError;

/// Errors of the 5xx class that Lambda gives before the function runs, because its environment could not be set up
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>, "Errors").
const BEFORE_IT_RAN: [&str; 14] = [
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "ENILimitReachedException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "ResourceNotReadyException",
    "SubnetIPAddressLimitReachedException",
];

/// The status of a time-out, which some proxy may give after it passed the request on.
const REQUEST_TIMEOUT: u16 = 408;

/// Notes whether one call came as far as being handed to the HTTP client.
#[derive(Debug, Clone, Default)]
pub(super) struct Departure(Arc<AtomicBool>);

impl Departure {
    fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Intercept for Departure {
    fn name(&self) -> &'static str {
        "Departure"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.store(true, Ordering::Release);
        Ok(())
    }
}

/// Judges an `Invoke` that brought no answer of the function.
pub(super) fn verdict<E>(error: &SdkError<E, HttpResponse>, departure: &Departure) -> TransportError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let SdkError::ServiceError(service) = error {
        let status = service.raw().status().as_u16();
        let code = service.err().code().unwrap_or("no code");
        let detail = format!("Lambda answered {status} {code}");
        let refused = (400..500).contains(&status) && status != REQUEST_TIMEOUT;
        return if refused || BEFORE_IT_RAN.contains(&code) {
            TransportError::NotReached(detail)
        } else {
            TransportError::NoAnswer(detail)
        };
    }
    let what = match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "the connection failed",
        SdkError::ResponseError(_) => "the answer could not be read",
        _ => "the call failed",
    };
    let detail = format!("{what}{}", causes(error));
    if !departure.happened() || never_connected(error) {
        TransportError::NotReached(detail)
    } else {
        TransportError::NoAnswer(detail)
    }
}

/// Whether the failure came while the connection was being made: no name, no route, no listener, no TLS.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|cause| {
        cause
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect)
    })
}

/// The causes behind an error, as the end of a sentence. Only their own words: a `Debug` would hold the request.
fn causes(error: &(dyn Error + 'static)) -> String {
    chain(error).skip(1).map(|cause| format!(": {cause}")).collect()
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}
