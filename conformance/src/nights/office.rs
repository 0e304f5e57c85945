//! The client's side of the nights, in a process of its own: the calendar, the operator, the store. Nothing else is in that process, so that
//! its memory is the client's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use spine_client::session::{Pin, Piv, Session, SocketChannel};
use spine_client::store::{SqliteStore, StoreOptions};
use spine_client::{Addresses, Client, Clock as _, SystemClock, TimeOrderedIds, TransportSettings};
use spine_fixtures::population::staff;
use spine_simulator::Ready;

use super::clock::LeapingClock;
use super::leg::Due;
use super::{Ending, Leg, Planned, calendar};
use crate::stage::StageError;
use crate::wire::{Request, ask_plainly};

/// When the operator logs in before going home, when a night begins, and when it ends.
pub(super) const AFTERNOON: Time = time(17, 0, 0, 0);
const EVENING: Time = time(22, 0, 0, 0);
pub(super) const MORNING: Time = time(6, 0, 0, 0);
/// How long the card may take for an answer.
const CARD_PATIENCE: Duration = Duration::from_secs(20);
/// This machine's name, for the lease.
const HOST: &str = "nights";

/// What the client's process is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Orders {
    /// The folder with the extract (`practice/`) and the fake Spine's ready file; the store goes there.
    pub(super) folder: PathBuf,
    pub(super) nights: u32,
    pub(super) sessions: u32,
    pub(super) first_evening: Date,
    /// How many uploads are a session's share of the work.
    pub(super) wanted: u64,
}

/// The client's side.
pub(super) struct Office {
    pub(super) clock: LeapingClock,
    pub(super) orders: Orders,
    ready: Ready,
}

impl Office {
    /// The afternoon before the first night, with everything imported.
    pub(super) async fn open(orders: Orders) -> Result<Self, StageError> {
        let ready = std::fs::read(orders.folder.join("ready.json")).map_err(StageError::new)?;
        let ready = serde_json::from_slice(&ready).map_err(StageError::new)?;
        let office = Self { clock: LeapingClock::new(), orders, ready };
        office.leap(1, AFTERNOON)?;
        let extract = office.orders.folder.join("practice");
        office.client().await?.import(&extract, None).await.map_err(StageError::new)?;
        Ok(office)
    }

    /// Every session, one after the other; each leg is told. Ends early when a leg ends otherwise than it should.
    pub(super) async fn nights(&self, tell: &mut dyn FnMut(&Leg)) -> Result<(), StageError> {
        for planned in calendar(self.orders.nights, self.orders.sessions) {
            let leg = self.leg(planned).await?;
            tell(&leg);
            if leg.ending != planned.ending {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One session and its leg. The second session of a night begins when the first one is over.
    async fn leg(&self, planned: Planned) -> Result<Leg, StageError> {
        let Planned { night, session, early, ending } = planned;
        let begins_the_night = self.clock.now() < self.at(night, EVENING);
        if begins_the_night {
            self.leap(night, if early { AFTERNOON } else { EVENING })?;
        }
        let opened = self.login().await?;
        if begins_the_night {
            self.leap(night, EVENING)?;
        }
        let ends_at = match ending {
            Ending::SessionOver => opened.ends_at(),
            Ending::NightOver | Ending::Finished => self.at(night + 1, MORNING),
        };
        let due = Due { night, session, ending, ends_at };
        super::leg::conduct(self, &due, &opened).await
    }

    /// Opens the store as a new process would.
    pub(super) async fn client(&self) -> Result<Client, StageError> {
        let clock = self.clock.clone();
        let options = StoreOptions::new(HOST, move || clock.now());
        let file = self.orders.folder.join("practice.scr");
        let store = SqliteStore::open(&file, options).await.map_err(StageError::new)?;
        let clock = self.clock.clone();
        Ok(Client::new(Arc::new(store), Arc::new(clock.clone()), Arc::new(TimeOrderedIds::new(clock)), HOST))
    }

    /// The addresses of the fake Spine.
    pub(super) fn addresses(&self) -> Result<Addresses, StageError> {
        let file: &Path = &self.orders.folder.join("ready.json");
        Addresses::read(file).map_err(StageError::new)
    }

    async fn login(&self) -> Result<Session, StageError> {
        let addresses = self.addresses()?;
        let identity = addresses.connect_identity(&TransportSettings::default(), SystemClock.now().into());
        let identity = identity.map_err(StageError::new)?;
        let card = self.ready.card.parse().map_err(StageError::new)?;
        let card = SocketChannel::connect(card, CARD_PATIENCE).map_err(StageError::new)?;
        let pin = Pin::read(staff::OPERATOR_PIN.to_owned()).map_err(StageError::new)?;
        let client = self.client().await?;
        let login = client.login(&*identity, Box::new(Piv::new(card)), pin, None);
        login.await.map_err(StageError::new)
    }

    /// The time of day at which a night (from 1) begins, or before; mornings belong to the night after.
    fn at(&self, night: u32, of_day: Time) -> Timestamp {
        let day = self.orders.first_evening.saturating_add((i64::from(night) - 1).days());
        let london = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
        let at = london.to_ambiguous_timestamp(day.to_datetime(of_day)).compatible();
        at.unwrap_or(Timestamp::MAX)
    }

    fn leap(&self, night: u32, of_day: Time) -> Result<(), StageError> {
        self.leap_to(self.at(night, of_day))
    }

    /// Both clocks leap: the client's, and the fake Spine's to where the client's is.
    pub(super) fn leap_to(&self, to: Timestamp) -> Result<(), StageError> {
        self.clock.leap(to);
        let now = self.clock.now().round(jiff::Unit::Second).unwrap_or(to);
        let now = now.checked_sub(SignedDuration::from_secs(1)).unwrap_or(now);
        let set = Request::post(&format!("/clock/set?to={now}"), "");
        let answer = ask_plainly(&self.ready.control, &set).map_err(StageError::new)?;
        if answer.status == 200 {
            Ok(())
        } else {
            Err(StageError::new(format!("the fake Spine's clock answers with {}", answer.status)))
        }
    }
}
