//! How it travels: HTTP over mutual TLS; knows no patients.
