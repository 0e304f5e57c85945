//! Who we are: card, role, ticket.
