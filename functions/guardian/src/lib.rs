//! The guardian: finishes what was begun.
