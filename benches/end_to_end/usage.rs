//! What a process has used: processor time and memory, as Linux tells it. Elsewhere nothing is known.

use std::fs;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// Clock ticks per second in `/proc/PID/stat`: 100 on every Linux that Rust runs on.
const TICKS: u64 = 100;

/// Processor time that a process has used, its threads together; `None` where nobody says.
pub(crate) fn processor(pid: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    processor_in(&text)
}

/// User and system time are the 14th and 15th fields; the second one is a name in brackets that may hold anything.
fn processor_in(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 1_000 / TICKS))
}

/// Forgets the peak of this process' memory; the next one counts from now.
pub(crate) fn forget_peak() {
    // Where it cannot be forgotten the figure is too high, never too low.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of this process' resident memory in MiB.
pub(crate) fn peak_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kib) / 1024.0)
}

/// How long exchanges took: counted in classes that are at most an eighth wide, in constant memory.
#[derive(Debug)]
pub(crate) struct Latencies(Mutex<Vec<u64>>);

/// Classes per doubling.
const FINE: u32 = 8;

impl Default for Latencies {
    fn default() -> Self {
        Self(Mutex::new(vec![0; 64 * FINE as usize]))
    }
}

impl Latencies {
    /// Counts one.
    pub(crate) fn count(&self, span: Duration) {
        let mut classes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = classes.len() - 1;
        if let Some(class) = classes.get_mut(class(span).min(last)) {
            *class += 1;
        }
    }

    /// The time in milliseconds within which this share of them ended; 0 where there is none.
    pub(crate) fn share_ms(&self, share: f64) -> f64 {
        let classes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        #[expect(clippy::cast_precision_loss, reason = "a share of a count for people")]
        let wanted = classes.iter().sum::<u64>() as f64 * share;
        let mut seen = 0.0;
        for (class, count) in classes.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let many = *count as f64;
            seen += many;
            if seen >= wanted && *count > 0 {
                return upper_micros(class) / 1_000.0;
            }
        }
        0.0
    }
}

fn class(span: Duration) -> usize {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX).max(1);
    let doubling = micros.ilog2();
    let rest = micros - (1 << doubling);
    let part = if doubling >= 3 { rest >> (doubling - 3) } else { rest << (3 - doubling) };
    usize::try_from(u64::from(doubling * FINE) + part).unwrap_or(usize::MAX)
}

fn upper_micros(class: usize) -> f64 {
    let (doubling, part) = (class / FINE as usize, class % FINE as usize);
    let base = 2_f64.powi(i32::try_from(doubling).unwrap_or(i32::MAX));
    #[expect(clippy::cast_precision_loss, reason = "at most 8")]
    let part = (part + 1) as f64;
    base + base / f64::from(FINE) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_whatever_the_name_holds() {
        let stat = "42 (a ) name) S 1 42 42 0 -1 4194304 1 0 0 0 150 25 0 0 20 0 4 0 100 0 0";
        assert_eq!(processor_in(stat), Some(Duration::from_millis(1_750)));
        assert_eq!(processor_in("42"), None);
    }

    #[test]
    fn shares_are_right_to_an_eighth() {
        let latencies = Latencies::default();
        assert!(latencies.share_ms(0.5).abs() < f64::EPSILON);
        for millis in 1..=100 {
            latencies.count(Duration::from_millis(millis));
        }
        for (share, exact) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            let shown = latencies.share_ms(share);
            assert!(shown >= exact && shown <= exact * 1.13, "{share}: {shown}");
        }
    }
}
