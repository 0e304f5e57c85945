//! Properties of what travels: that any text survives the way there and back, and that readers survive whatever bytes arrive.

pub(crate) mod budget;
pub(crate) mod messages;
pub(crate) mod readers;
pub(crate) mod shapes;
pub(crate) mod spine;
