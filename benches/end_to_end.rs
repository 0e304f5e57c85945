//! An Initial Upload beside the floor: who is measured when, and what is reported.

mod floor;
mod tape;
mod usage;
pub(crate) mod world;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use spine_client::transport::Exchange;
use spine_client::{
    Action, AddressesError, ClientError, Clock as _, Closed, RunKind, RunRequest, RunSettings, Silent, Stop,
    SystemClock, TransportSettings,
};

use tape::{Recording, Tape, Timed};
use usage::Latencies;
use world::{Round, World};

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) patients: u32,
    pub(crate) rounds: u32,
    pub(crate) lanes: u32,
}

/// A measurement that came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Addresses(#[from] AddressesError),
    #[error("the bare client: {0}")]
    Floor(String),
    #[error("the run did not finish: {0}")]
    Unfinished(String),
}

/// One of the two, measured once.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Measured {
    seconds: f64,
    exchanges: u64,
    p50_ms: f64,
    p99_ms: f64,
    client_cpu_us: Option<f64>,
    server_cpu_us: Option<f64>,
    client_peak_mib: Option<f64>,
}

/// What came out: medians over the rounds. Times are per exchange, processor times per patient.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    patients: u32,
    rounds: u32,
    lanes: u32,
    exchanges: u64,
    patients_per_second: f64,
    floor_patients_per_second: f64,
    ratio: f64,
    client_peak_mib: Option<f64>,
    p50_ms: f64,
    p99_ms: f64,
    floor_p50_ms: f64,
    floor_p99_ms: f64,
    client_cpu_us: Option<f64>,
    floor_client_cpu_us: Option<f64>,
    server_cpu_us: Option<f64>,
    floor_server_cpu_us: Option<f64>,
    every_round: Vec<Pair>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Pair {
    whole: Measured,
    floor: Measured,
}

/// Measures both in turn, as often as asked for.
pub(crate) fn measure(size: Size, tell: &dyn Fn(&str)) -> Result<Report, BenchError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all(size, tell))
}

async fn all(size: Size, tell: &dyn Fn(&str)) -> Result<Report, BenchError> {
    tell(&format!("Inventing and importing {} patients ..", size.patients));
    let mut world = World::new(size.patients).await?;
    tell("Recording what a run says ..");
    let tape = record(&mut world, size).await?;
    let mut every_round = Vec::new();
    for round in 1..=size.rounds {
        let whole = whole(&mut world, size).await?;
        let floor = bare(&mut world, size, &tape).await?;
        tell(&format!(
            "Round {round}: {:.0} patients per second, floor {:.0}",
            whole.per_second(size.patients),
            floor.per_second(size.patients)
        ));
        every_round.push(Pair { whole, floor });
    }
    Ok(Report::of(size, every_round))
}

async fn record(world: &mut World, size: Size) -> Result<Tape, BenchError> {
    let path = world.path("tape");
    let round = world.round().await?;
    let recording = Arc::new(Recording::new(connect(&round, size)?, &path)?);
    let exchange: Arc<dyn Exchange> = Arc::<Recording>::clone(&recording);
    run(&round, exchange, size).await?;
    drop(round);
    world.clear();
    Ok(recording.finish(&path)?)
}

#[expect(clippy::disallowed_methods, reason = "it measures real time")]
async fn whole(world: &mut World, size: Size) -> Result<Measured, BenchError> {
    let round = world.round().await?;
    let latencies = Arc::new(Latencies::default());
    let exchange = Arc::new(Timed { inner: connect(&round, size)?, latencies: Arc::clone(&latencies) });
    usage::forget_peak();
    let before = used(&round);
    let began = Instant::now();
    run(&round, exchange, size).await?;
    let took = began.elapsed();
    let measured = Measured::new(size, took, 0, &latencies, before, used(&round));
    drop(round);
    world.clear();
    Ok(measured)
}

async fn bare(world: &mut World, size: Size, tape: &Tape) -> Result<Measured, BenchError> {
    let round = world.round().await?;
    let latencies = Arc::new(Latencies::default());
    usage::forget_peak();
    let before = used(&round);
    let played = floor::play(tape, &round.spine.ready, connections(size), Arc::clone(&latencies)).await?;
    let measured = Measured::new(size, played.took, played.exchanges, &latencies, before, used(&round));
    drop(round);
    world.clear();
    Ok(measured)
}

fn connect(round: &Round, size: Size) -> Result<Arc<dyn Exchange>, BenchError> {
    let settings = TransportSettings { max_connections: connections(size), ..TransportSettings::default() };
    Ok(round.addresses.connect_spine(&settings, SystemClock.now().into())?)
}

/// Lanes and polls are at work at once.
const fn connections(size: Size) -> usize {
    2 * size.lanes as usize
}

async fn run(round: &Round, exchange: Arc<dyn Exchange>, size: Size) -> Result<(), BenchError> {
    let mut settings = RunSettings::default();
    settings.limits.lanes = size.lanes as usize;
    settings.limits.polls = size.lanes as usize;
    let request =
        RunRequest { settings: Some(settings), ..RunRequest::new(RunKind::InitialUpload, Action::Run) };
    let ended = round.client.run(exchange, &round.session, request, Stop::default(), &Silent).await?;
    if ended.closed == Closed::Finished {
        return Ok(());
    }
    Err(BenchError::Unfinished(
        ended.halt.map_or_else(|| "it was stopped".to_owned(), |halt| halt.to_string()),
    ))
}

/// Processor time of this process and of the fake Spine's.
type Used = (Option<Duration>, Option<Duration>);

fn used(round: &Round) -> Used {
    (usage::processor(std::process::id()), usage::processor(round.spine.pid()))
}

impl Measured {
    fn new(
        size: Size,
        took: Duration,
        exchanges: u64,
        latencies: &Latencies,
        before: Used,
        after: Used,
    ) -> Self {
        let per_patient = |before: Option<Duration>, after: Option<Duration>| {
            let used = after?.saturating_sub(before?);
            Some(used.as_secs_f64() * 1e6 / f64::from(size.patients))
        };
        Self {
            seconds: took.as_secs_f64(),
            exchanges,
            p50_ms: latencies.share_ms(0.5),
            p99_ms: latencies.share_ms(0.99),
            client_cpu_us: per_patient(before.0, after.0),
            server_cpu_us: per_patient(before.1, after.1),
            client_peak_mib: usage::peak_mib(),
        }
    }

    fn per_second(&self, patients: u32) -> f64 {
        f64::from(patients) / self.seconds.max(f64::MIN_POSITIVE)
    }
}

impl Report {
    fn of(size: Size, every_round: Vec<Pair>) -> Self {
        let whole = |of: fn(&Measured) -> f64| median(every_round.iter().map(|pair| of(&pair.whole)));
        let floor = |of: fn(&Measured) -> f64| median(every_round.iter().map(|pair| of(&pair.floor)));
        let known = |of: fn(&Pair) -> Option<f64>| {
            let all: Option<Vec<f64>> = every_round.iter().map(of).collect();
            all.map(|all| median(all.into_iter()))
        };
        let rate = f64::from(size.patients) / whole(|one| one.seconds);
        let floor_rate = f64::from(size.patients) / floor(|one| one.seconds);
        // In one round the two stand side by side: their ratio moves less than either.
        let ratio = median(every_round.iter().map(|pair| pair.floor.seconds / pair.whole.seconds));
        Self {
            patients: size.patients,
            rounds: size.rounds,
            lanes: size.lanes,
            exchanges: every_round.first().map_or(0, |pair| pair.floor.exchanges),
            patients_per_second: rate,
            floor_patients_per_second: floor_rate,
            ratio,
            client_peak_mib: known(|pair| pair.whole.client_peak_mib),
            p50_ms: whole(|one| one.p50_ms),
            p99_ms: whole(|one| one.p99_ms),
            floor_p50_ms: floor(|one| one.p50_ms),
            floor_p99_ms: floor(|one| one.p99_ms),
            client_cpu_us: known(|pair| pair.whole.client_cpu_us),
            floor_client_cpu_us: known(|pair| pair.floor.client_cpu_us),
            server_cpu_us: known(|pair| pair.whole.server_cpu_us),
            floor_server_cpu_us: known(|pair| pair.floor.server_cpu_us),
            every_round,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
        writeln!(
            f,
            "{} patients, {} exchanges, medians of {} rounds",
            self.patients, self.exchanges, self.rounds
        )?;
        writeln!(f, "                         whole      floor")?;
        writeln!(
            f,
            "patients per second {:>10.0} {:>10.0}   ratio {:.2}",
            self.patients_per_second, self.floor_patients_per_second, self.ratio
        )?;
        writeln!(f, "p50 ms              {:>10.2} {:>10.2}", self.p50_ms, self.floor_p50_ms)?;
        writeln!(f, "p99 ms              {:>10.2} {:>10.2}", self.p99_ms, self.floor_p99_ms)?;
        for (what, whole, floor) in [
            ("client CPU us/patient", self.client_cpu_us, self.floor_client_cpu_us),
            ("server CPU us/patient", self.server_cpu_us, self.floor_server_cpu_us),
        ] {
            writeln!(f, "{what} {:>8} {:>10}", shown(whole), shown(floor))?;
        }
        write!(f, "client peak MiB     {:>10}", shown(self.client_peak_mib))
    }
}

/// The middle one; of an even number the mean of the middle two; 0 of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2, middle.checked_sub(1).and_then(|below| values.get(below))) {
        (Some(one), 1, _) => *one,
        (Some(one), _, Some(below)) => f64::midpoint(*one, *below),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        for (values, expected) in [(vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 2.0, 3.0], 2.5), (vec![], 0.0)]
        {
            assert!((median(values.into_iter()) - expected).abs() < 1e-9);
        }
    }
}
