//! How much memory a process holds, as Linux tells it; elsewhere nothing is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{NIGHT_FACTOR, PRACTICE_FACTOR, Passed};

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(20);

/// Watches this process's resident memory from its making on.
pub(super) struct Watch {
    peak: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    watching: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (peak, over) =
            (Arc::new(AtomicU64::new(resident().unwrap_or(0))), Arc::new(AtomicBool::new(false)));
        let (seen, until) = (Arc::clone(&peak), Arc::clone(&over));
        let watching = std::thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                seen.fetch_max(resident().unwrap_or(0), Ordering::Relaxed);
                std::thread::park_timeout(EVERY);
            }
        });
        Self { peak, over, watching: Some(watching) }
    }

    /// The highest since then, in bytes; `None` where it is not measured.
    pub(super) fn stop(mut self) -> Option<u64> {
        self.end();
        Some(self.peak.load(Ordering::Relaxed)).filter(|peak| *peak > 0)
    }

    fn end(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(watching) = self.watching.take() {
            watching.thread().unpark();
            let _ = watching.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

/// What this process holds now.
fn resident() -> Option<u64> {
    field("self", "VmRSS:")
}

/// The most that a process ever held.
pub(super) fn highest(pid: u32) -> Option<u64> {
    field(&pid.to_string(), "VmHWM:")
}

fn field(process: &str, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Whether memory was flat.
pub(super) fn judge(passed: &Passed) -> Vec<String> {
    let of_night = |wanted: &dyn Fn(u32) -> bool| {
        passed.legs.iter().filter(|leg| wanted(leg.night)).filter_map(|leg| leg.peak).max()
    };
    let (first, later) = (of_night(&|night| night == 1), of_night(&|night| night > 1));
    let mut found = Vec::new();
    let mut hold = |what: &str, peak: Option<u64>, of: Option<u64>, factor: f64| {
        if let (Some(peak), Some(of)) = (peak, of)
            && ratio(peak, of) > factor
        {
            found.push(format!("{what}: {:.2} times, and {factor} are allowed", ratio(peak, of)));
        }
    };
    hold("memory of a later night against the first", later, first, NIGHT_FACTOR);
    hold(
        "memory of the practice against one of a fifth of its size",
        first.max(later),
        passed.fifth,
        PRACTICE_FACTOR,
    );
    found
}

/// How many times `of` goes into `peak`.
#[expect(clippy::cast_precision_loss, reason = "a ratio of memory needs no more than 52 bits")]
fn ratio(peak: u64, of: u64) -> f64 {
    peak as f64 / of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::super::{Ending, Leg};
    use super::*;

    fn leg(night: u32, peak: u64) -> Leg {
        Leg {
            night,
            session: night,
            ending: Ending::NightOver,
            settled: 0,
            took: Duration::ZERO,
            first_request: None,
            first_upload: None,
            peak: Some(peak),
        }
    }

    #[test]
    fn memory_that_grows_with_the_nights_or_with_the_practice_is_found() {
        let judged = |peaks: [u64; 3], fifth| {
            let legs = (1..).zip(peaks).map(|(night, peak)| leg(night, peak)).collect();
            judge(&Passed { legs, fifth: Some(fifth), ..Passed::default() }).len()
        };
        assert_eq!(judged([100, 120, 125], 101), 0);
        assert_eq!(judged([100, 120, 130], 105), 1);
        assert_eq!(judged([100, 100, 100], 79), 1);
        assert_eq!(judged([100, 100, 200], 79), 2);
        assert_eq!(judge(&Passed { legs: vec![leg(1, 9)], ..Passed::default() }), Vec::<String>::new());
    }

    #[test]
    fn a_peak_is_seen_after_it_is_gone() {
        if resident().is_none() {
            return;
        }
        let watch = Watch::start();
        let before = resident().unwrap();
        let much = vec![1_u8; 64 * 1024 * 1024];
        while watch.peak.load(Ordering::Relaxed) < before + 32 * 1024 * 1024 {
            std::thread::yield_now();
            assert_eq!(much.last(), Some(&1));
        }
        drop(much);
        assert!(watch.stop().unwrap() >= before + 32 * 1024 * 1024);
        assert!(highest(std::process::id()).unwrap() >= before);
    }
}
