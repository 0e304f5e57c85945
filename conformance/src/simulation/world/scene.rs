//! What everybody in a simulation shares: the Spine, the time, the disk, what goes wrong, and the log of it all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use spine_client::session::Session;
use spine_client::store::MemoryStore;
use spine_simulator::Spine;
use spine_simulator::identity::{Sessions, Ticket, User};
use spine_vocabulary::NhsNumber;

use crate::simulation::cast::Cast;
use crate::simulation::coverage::Coverage;
use crate::simulation::fault::Armed;
use crate::simulation::op::{Habits, Held};
use crate::wire::Sort;

use super::clock::Time;
use super::planted::Planted;

/// One message that left a process, by the wire's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::simulation) struct Sent {
    /// Its id, as the message has it.
    pub(in crate::simulation) message: String,
    /// Whose it is.
    pub(in crate::simulation) number: String,
    /// An upload or a setting.
    pub(in crate::simulation) sort: Sort,
    /// In which op it left.
    pub(in crate::simulation) op: usize,
    /// When, by the true time.
    pub(in crate::simulation) at: Timestamp,
    /// How the text of it describes it, by the suite's own look: clinical or not.
    pub(in crate::simulation) clinical: bool,
}

/// A permission that another user set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::simulation) struct Deed {
    pub(in crate::simulation) number: String,
    pub(in crate::simulation) held: Held,
    pub(in crate::simulation) at: Timestamp,
}

/// What everybody shares.
pub(in crate::simulation) struct Scene {
    pub(in crate::simulation) seed: u64,
    pub(in crate::simulation) cast: &'static Cast,
    pub(in crate::simulation) time: Time,
    pub(in crate::simulation) spine: Spine,
    pub(in crate::simulation) sessions: Arc<Sessions>,
    pub(in crate::simulation) planted: Option<Planted>,
    pub(in crate::simulation) habits: Habits,
    /// How far the practice's clock is ahead of the true time, in milliseconds.
    pub(super) skew: AtomicI64,
    pub(super) minted: AtomicU64,
    pub(super) processes: AtomicU64,
    /// Looks at the disk as it is, whoever writes it.
    pub(in crate::simulation) disk: MemoryStore,
    book: Mutex<Book>,
}

/// What changes.
#[derive(Default)]
pub(in crate::simulation) struct Book {
    pub(in crate::simulation) log: Vec<String>,
    pub(in crate::simulation) broken: Vec<String>,
    pub(in crate::simulation) coverage: Coverage,
    pub(in crate::simulation) sent: Vec<Sent>,
    pub(in crate::simulation) deeds: Vec<Deed>,
    pub(in crate::simulation) armed: Vec<Armed>,
    /// How often each patient's each interaction was asked for.
    pub(super) turns: BTreeMap<(Sort, String), u64>,
    /// Which message a place for polls belongs to: its id and its patient.
    pub(super) locations: BTreeMap<String, (String, String)>,
    /// The highest fence that anybody got, and the process that holds the lease.
    pub(super) fence: u64,
    pub(super) holder: Option<u64>,
    pub(super) tickets: Vec<Ticket>,
    pub(super) session: Option<Session>,
    pub(super) deaths: u32,
    /// Whether the disk is full.
    pub(in crate::simulation) full: bool,
    pub(super) operator: Option<User>,
}

impl Scene {
    pub(in crate::simulation) fn new(
        cast: &'static Cast,
        (seed, habits): (u64, Habits),
        time: Time,
        (spine, sessions): (Spine, Arc<Sessions>),
        disk: MemoryStore,
        planted: Option<Planted>,
    ) -> Self {
        let book = Book { operator: cast.operator.clone(), ..Book::default() };
        Self {
            seed,
            cast,
            time,
            spine,
            sessions,
            planted,
            habits,
            skew: AtomicI64::new(0),
            minted: AtomicU64::new(0),
            processes: AtomicU64::new(0),
            disk,
            book: Mutex::new(book),
        }
    }

    pub(in crate::simulation) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line into the log.
    pub(in crate::simulation) fn log(&self, line: impl std::fmt::Display) {
        let at = self.time.since_start_ms();
        self.book().log.push(format!("{at:>10} {line}"));
    }

    /// Something that must never happen did.
    pub(in crate::simulation) fn broken(&self, what: impl std::fmt::Display) {
        self.log(format_args!("BROKEN {what}"));
        self.book().broken.push(what.to_string());
    }

    /// A situation that the suite promises to have met.
    pub(in crate::simulation) fn met(&self, what: &'static str) {
        self.book().coverage.met(what);
    }

    /// The place of somebody in the cast, for the log: it tells a reader of the log nothing about a person.
    pub(in crate::simulation) fn place(&self, number: &str) -> String {
        let holds = |one: &spine_fixtures::population::Contribution| {
            one.people.iter().any(|row| row.nhs_number == number)
        };
        let place = self.cast.people.iter().position(holds);
        place.map_or_else(|| "nobody".to_owned(), |place| format!("p{place}"))
    }

    /// The NHS number of a place in the cast, as the Spine knows it.
    pub(in crate::simulation) fn number(&self, place: usize) -> Option<NhsNumber> {
        let row = self.cast.people.get(place)?.people.first()?;
        NhsNumber::parse(&row.nhs_number).ok()
    }

    /// The true time.
    pub(in crate::simulation) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// What the practice's clock shows.
    pub(super) fn shown(&self) -> Timestamp {
        let skew = SignedDuration::from_millis(self.skew.load(Ordering::SeqCst));
        self.now().checked_add(skew).unwrap_or(Timestamp::MAX)
    }

    /// Another user sets a permission.
    pub(super) fn set_permission(&self, place: usize, held: Held) {
        use spine_vocabulary::AcsPermission::{No, Yes};
        let Some(number) = self.number(place) else { return };
        let held_of = match held {
            Held::Nothing => None,
            Held::Yes => Some(Yes),
            Held::No => Some(No),
        };
        let permission = spine_simulator::PermissionView {
            nhs_number: number,
            permission: spine_simulator::scenario::Permission { store: held_of, view: held_of },
        };
        let known = self.spine.set_permission(number, permission.permission);
        self.log(format_args!("permission p{place} {held:?} {known}"));
        self.book().deeds.push(Deed { number: number.reveal(), held, at: self.now() });
    }

    /// The operator logs in: the newest of the sessions that begin every few hours. Whoever's session was over has a new one.
    pub(super) fn login(&self, session: Session) {
        let mut book = self.book();
        let number = book.tickets.len();
        let mut random = [0_u8; 32];
        random[0] = u8::try_from(number % 256).unwrap_or_default();
        random[1] = u8::try_from(number / 256 % 256).unwrap_or_default();
        let ticket = Ticket::new(random);
        if let Some(operator) = book.operator.clone() {
            self.sessions.open(ticket.clone(), operator, session.started_at());
        }
        book.tickets.push(ticket);
        book.session = Some(session);
    }

    /// Every session is revoked at the Spine; the practice does not know.
    pub(super) fn revoke(&self) {
        let tickets = std::mem::take(&mut self.book().tickets);
        for ticket in &tickets {
            self.sessions.close(ticket);
        }
    }

    /// Mixes numbers into one that looks unrelated to them: all chance comes from here.
    pub(in crate::simulation) fn lot(&self, of: &[u64]) -> u64 {
        of.iter().fold(mix(self.seed ^ 0x9E37_79B9_7F4A_7C15), |lot, one| mix(lot ^ mix(*one)))
    }
}

/// `SplitMix64`'s finish.
pub(in crate::simulation) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A number that stands for a text.
pub(in crate::simulation) fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| mix(hash ^ u64::from(byte)))
}
