//! A batch on one and on two threads, beside a loop that shares nothing: where that does not run
//! twice as fast on two threads, the machine was busy and the batch's figures say nothing.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sparring_benches::{POLICIES, engine, subject};
use sparring_runtime::batch::{Batch, BatchOptions};

/// Sessions of the batch, each with one call on its way.
const SESSIONS: usize = 256;
/// Rounds of the control's loop for each thread.
const SPINS: u64 = 2_000_000;

fn batch(criterion: &mut Criterion) {
    let subject = subject();
    for (name, policy) in POLICIES {
        let mut group = criterion.benchmark_group(format!("batch of {SESSIONS} views, {name}"));
        group.throughput(Throughput::Elements(SESSIONS as u64));
        for threads in [1, 2] {
            let batch = Batch::new(engine(), &BatchOptions { threads, policy, ..BatchOptions::default() });
            let batch = batch.expect("threads start");
            let sessions: Vec<_> = (0..SESSIONS).map(|_| batch.insert(subject.session())).collect();
            group.bench_function(format!("{threads} threads"), |bencher| {
                bencher.iter(|| {
                    let calls = sessions.iter().map(|session| (*session, subject.view_edited_call())).collect();
                    batch.step_many(calls).expect("the batch runs")
                });
            });
        }
        group.finish();
    }
}

fn control(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("spin loop");
    for threads in [1, 2] {
        group.throughput(Throughput::Elements(threads * SPINS));
        group.bench_function(format!("{threads} threads"), |bencher| {
            bencher.iter(|| {
                std::thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| (0..SPINS).for_each(|turn| _ = black_box(turn)));
                    }
                });
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    targets = control, batch
}
criterion_main!(benches);
