//! What an opener vendor builds an adapter on.
