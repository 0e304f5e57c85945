//! What switching SCR on or off makes of the practice.

use spine_rules::import::Practice;

use crate::entry::Switch;
use crate::error::StoreError;
use crate::seam::Result;

/// The greatest number of nn days. Source: Vision help, enabling and disabling SCR.
const MOST_NN_DAYS: u8 = 99;

/// Refuses a switch that no screen offers.
pub(crate) fn fits(switch: &Switch) -> Result<()> {
    if switch.nn_days > MOST_NN_DAYS {
        return Err(StoreError::Missing("number of nn days above 99"));
    }
    Ok(())
}

/// The practice after its newest switch, if there was one.
pub(crate) fn switched(practice: Practice, newest: Option<&Switch>) -> Practice {
    match newest {
        Some(switch) => {
            Practice { scr_enabled_on: switch.on.then_some(switch.day), nn_days: switch.nn_days, ..practice }
        }
        None => practice,
    }
}
