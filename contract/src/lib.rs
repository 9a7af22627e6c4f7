//! The words that carriers, adapters, kits and the platform share.
