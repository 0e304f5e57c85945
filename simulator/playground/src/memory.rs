//! How much memory this process has needed at most.

/// The peak of this process' resident memory in MiB; `None` where the operating system does not say (it is read from
/// Linux's `/proc`).
pub(crate) fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak(&status)
}

fn peak(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some((f64::from(kib) / 1024.0 * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_in_mib() {
        assert_eq!(peak("Name:\tplayground\nVmHWM:\t   52480 kB\nVmRSS:\t 1 kB\n"), Some(51.3));
        assert_eq!(peak("Name:\tplayground\n"), None);
    }
}
