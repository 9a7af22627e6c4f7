//! What can go wrong with the record, told apart by what the caller should do next.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::CancellationReason,
};
use aws_smithy_types::error::display::DisplayErrorContext;

use super::item::Item;

/// Whether a write that got no answer was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Certainly not: it never left.
    NotApplied,
    /// Nobody knows: read before deciding anything.
    Unknown,
}

/// Why the record did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too much at once, still after several tries. Nothing was done.
    #[error("the record is throttled")]
    Throttled,
    /// A condition of a write does not hold. Nothing of its transaction was done.
    #[error("a condition of write {index} does not hold")]
    ConditionFailed {
        /// Which write of the transaction, from 0; 0 for a write on its own.
        index: usize,
        /// The item as it was found, if there was one.
        item: Option<Box<Item>>,
    },
    /// Others kept working on the same items, still after several tries. Nothing was done.
    #[error("other transactions are at work on the same items")]
    Conflict,
    /// No answer.
    #[error("the record cannot be reached ({applied:?}): {detail}")]
    Unreachable {
        /// Whether the write was carried out all the same. For a read it means nothing.
        applied: Applied,
        /// What happened, for the log.
        detail: String,
    },
    /// An item does not have the shape that its reader expects, or cannot be written as one.
    #[error("the record holds something unreadable: {what}")]
    Corrupt {
        /// What was being read or written, without any value.
        what: String,
    },
    /// DynamoDB refuses the request as such: a wrong expression, a missing table, a missing permission, an item too large.
    #[error("the record refused the request: {code}")]
    Rejected {
        /// DynamoDB's name for it.
        code: String,
        /// DynamoDB's explanation, for the log.
        detail: String,
    },
}

impl StoreError {
    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    /// Whether a condition of the write at `index` was what failed.
    #[must_use]
    pub fn is_condition(&self, at: usize) -> bool {
        matches!(self, Self::ConditionFailed { index, .. } if *index == at)
    }
}

/// Reads an SDK error of a single call.
pub(super) fn classify<E>(error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let detail = DisplayErrorContext(&error).to_string();
    match &error {
        SdkError::ConstructionFailure(_) => StoreError::Rejected {
            code: "ConstructionFailure".to_owned(),
            detail,
        },
        SdkError::DispatchFailure(failure) => {
            let never_left = failure.is_user() || was_refused(&error);
            StoreError::Unreachable {
                applied: if never_left {
                    Applied::NotApplied
                } else {
                    Applied::Unknown
                },
                detail,
            }
        }
        SdkError::ServiceError(service) => {
            let server_fault = service.raw().status().as_u16() >= 500;
            by_code(service.err().code().unwrap_or_default(), server_fault, detail)
        }
        // A time-out, an answer cut short, and whatever later versions of the SDK may add.
        _ => StoreError::Unreachable {
            applied: Applied::Unknown,
            detail,
        },
    }
}

/// Whether no connection was made at all: the other side's machine said no.
fn was_refused(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::ConnectionRefused;
        }
        next = cause.source();
    }
    false
}

fn by_code(code: &str, server_fault: bool, detail: String) -> StoreError {
    match code {
        "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "ThrottlingException"
        | "ThrottlingError"
        | "RequestLimitExceeded" => StoreError::Throttled,
        // The second means that our own earlier attempt, under the same token, is still at work.
        "TransactionConflictException" | "TransactionConflict" | "TransactionInProgressException" => {
            StoreError::Conflict
        }
        _ if server_fault => StoreError::Unreachable {
            applied: Applied::Unknown,
            detail,
        },
        code => StoreError::Rejected {
            code: code.to_owned(),
            detail,
        },
    }
}

/// Reads an SDK error of a transaction, with the reasons for its cancellation.
pub(super) fn classify_transaction(error: SdkError<TransactWriteItemsError>) -> StoreError {
    match error {
        SdkError::ServiceError(service) => match service.err() {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                by_reasons(cancelled.cancellation_reasons())
            }
            _ => classify(SdkError::ServiceError(service)),
        },
        other => classify(other),
    }
}

/// A failed condition is the verdict, whatever else stood in the way; then conflicts, then throttling.
fn by_reasons(reasons: &[CancellationReason]) -> StoreError {
    let code_of = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    let failed = reasons
        .iter()
        .position(|reason| code_of(reason) == "ConditionalCheckFailed");
    if let Some(index) = failed {
        let item = reasons[index].item.clone().map(Box::new);
        return StoreError::ConditionFailed { index, item };
    }
    let mut worst = None;
    for reason in reasons {
        let code = code_of(reason);
        if code == "None" {
            continue;
        }
        match by_code(&code, false, reason.message().unwrap_or_default().to_owned()) {
            StoreError::Rejected { code, detail } => return StoreError::Rejected { code, detail },
            StoreError::Conflict => worst = Some(StoreError::Conflict),
            other => worst = worst.or(Some(other)),
        }
    }
    worst.unwrap_or_else(|| StoreError::Rejected {
        code: "TransactionCanceledException".to_owned(),
        detail: "no reason was given".to_owned(),
    })
}
