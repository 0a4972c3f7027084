//! One accident anywhere: every call of what a test does, broken once in every way.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tests::tap::{Action, Fault, Which};
use tests::tapped::{Ground, Tapped};

/// How many runs wait for the SDK's pauses at the same time.
const AT_ONCE: usize = 16;

/// All that happens to a single call.
pub(crate) const ACTIONS: [Action; 5] = [
    Action::DropBefore,
    Action::DropAfter,
    Action::INTERNAL_BEFORE,
    Action::INTERNAL_AFTER,
    Action::THROTTLE,
];

/// Has every scenario run once with nothing in its way, then once for each of these actions and each call that
/// it made, which suffers it. A run sends one request through the service that it is given, and tells what it
/// finds wrong; the number is no other run's. At least so many runs have to come together.
pub(crate) async fn sweep<S: Copy + Debug>(
    ground: &Ground,
    scenarios: &[S],
    actions: &[Action],
    least: usize,
    run: impl AsyncFn(S, usize, &Tapped) -> Vec<String>,
) {
    let mut runs = Vec::new();
    for (number, &scenario) in scenarios.iter().enumerate() {
        let service = ground.tapped(Duration::ZERO).await;
        assert_eq!(run(scenario, number, &service).await, Vec::<String>::new(), "{scenario:?}");
        let mut seen: HashMap<String, usize> = HashMap::new();
        for call in service.tap.take_calls() {
            let nth = seen.entry(call.what()).or_default();
            runs.extend(actions.iter().map(|&action| (scenario, call.what(), Which::Nth(*nth), action)));
            *nth += 1;
        }
    }
    assert!(runs.len() >= least, "only {} runs", runs.len());
    let runs = runs.into_iter().zip(scenarios.len()..).map(|((scenario, what, which, action), number)| {
        let run = &run;
        async move {
            let service = ground.tapped(Duration::ZERO).await;
            let (operation, items) = what.split_once(' ').expect("a call has an operation and items");
            service.tap.inject(Fault { which, ..Fault::every(operation, action).on(items) });
            let mut findings = run(scenario, number, &service).await;
            if service.tap.repair() != 1 {
                findings.push("the fault did not happen once".to_owned());
            }
            let findings = findings.join("\n    ");
            (!findings.is_empty())
                .then(|| format!("{scenario:?}: {action:?} at {what} {which:?}\n    {findings}"))
        }
    });
    let faults: Vec<String> =
        stream::iter(runs).buffer_unordered(AT_ONCE).filter_map(async |fault| fault).collect().await;
    assert!(faults.is_empty(), "{} runs went wrong:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(ground.contradictions().await, Vec::<String>::new());
}
