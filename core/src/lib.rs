//! The rules of a delivery, and its record.
