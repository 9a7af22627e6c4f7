//! Sealing and signing, by KMS or by a key file.
