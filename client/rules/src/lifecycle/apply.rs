//! The arrows: which fact moves which state where. Nothing but the arrows of one patient's life in a run.

use super::{Fact, IllegalFact, Live, State};
use crate::lifecycle::reason::{Counter, Reason, SetAside};

impl State {
    /// Moves the state by a fact, or refuses the fact; a settled state refuses every one (invariant J3).
    pub fn apply(self, fact: &Fact) -> Result<Self, IllegalFact> {
        match self {
            Self::Listed => from_listed(fact),
            Self::Deferred { .. } => from_deferred(fact),
            Self::Sending(live) => from_sending(live, fact),
            Self::Accepted { live, .. } => from_accepted(live, fact),
            Self::Uncertain(live) => from_uncertain(live, fact),
            Self::Unsent(live) => from_unsent(live, fact),
            Self::SetAside(_)
            | Self::Acknowledged { .. }
            | Self::Rejected { .. }
            | Self::Unresolved { .. } => Err(IllegalFact),
        }
    }

    /// The state after a whole history, beginning with [`State::Listed`].
    pub fn replay<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Result<Self, IllegalFact> {
        facts.into_iter().try_fold(Self::Listed, State::apply)
    }
}

fn from_listed(fact: &Fact) -> Result<State, IllegalFact> {
    match fact {
        Fact::SetAside(why) if settles_unsent(why) => Ok(State::SetAside(why.clone())),
        Fact::Deferred { until } => Ok(State::Deferred { until: *until }),
        Fact::Dispatched(live) if live.settles_as.counter() == Counter::Sent => Ok(State::Sending(*live)),
        Fact::Inherited(live) => Ok(State::Uncertain(*live)),
        _ => Err(IllegalFact),
    }
}

fn from_deferred(fact: &Fact) -> Result<State, IllegalFact> {
    match fact {
        Fact::FellDue => Ok(State::Listed),
        _ => Err(IllegalFact),
    }
}

fn from_sending(live: Live, fact: &Fact) -> Result<State, IllegalFact> {
    match fact {
        Fact::Accepted { location } => Ok(State::Accepted { live, location: location.clone() }),
        _ => from_accepted(live, fact),
    }
}

/// What may befall whatever is on its way, accepted or not.
fn from_accepted(live: Live, fact: &Fact) -> Result<State, IllegalFact> {
    match fact {
        Fact::Acknowledged => Ok(acknowledged(live)),
        Fact::Rejected(why) => rejected(live, why),
        Fact::WentQuiet | Fact::Interrupted => Ok(State::Uncertain(live)),
        Fact::NeverSent | Fact::RefusedAsStale => Ok(State::Unsent(live)),
        _ => Err(IllegalFact),
    }
}

fn from_uncertain(live: Live, fact: &Fact) -> Result<State, IllegalFact> {
    match fact {
        Fact::Resent => Ok(State::Sending(live)),
        Fact::Acknowledged | Fact::ReconciledStored => Ok(acknowledged(live)),
        Fact::Rejected(why) => rejected(live, why),
        Fact::ReconciledAbsent | Fact::NeverSent | Fact::RefusedAsStale => Ok(State::Unsent(live)),
        Fact::Interrupted => Ok(State::Uncertain(live)),
        Fact::GaveUp => Ok(State::Unresolved { id: live.id }),
        _ => Err(IllegalFact),
    }
}

fn from_unsent(live: Live, fact: &Fact) -> Result<State, IllegalFact> {
    match fact {
        Fact::Resent => Ok(State::Sending(live)),
        Fact::Doubted => Ok(State::Uncertain(live)),
        Fact::Abandoned => Ok(State::Listed),
        Fact::SetAside(why) if why.reason == Reason::RetriesExhausted => Ok(State::SetAside(why.clone())),
        _ => Err(IllegalFact),
    }
}

fn acknowledged(live: Live) -> State {
    State::Acknowledged { id: live.id, reason: live.settles_as }
}

fn rejected(live: Live, why: &SetAside) -> Result<State, IllegalFact> {
    if settles_unsent(why) { Ok(State::Rejected { id: live.id, why: why.clone() }) } else { Err(IllegalFact) }
}

/// Whether a reason says that nothing was sent: a refusal must not count as Sent (invariant J4 would hide it).
fn settles_unsent(why: &SetAside) -> bool {
    matches!(why.reason.counter(), Counter::Failed | Counter::NotRequired)
}
