//! What the composed requests look like when another reader (roxmltree) reads them back.

mod event;
mod fixture;
mod hostile;
mod queries;
mod record;
mod schemas;
mod upload;
