//! What is logged.

use tracing_subscriber::filter::{LevelFilter, Targets};

/// The levels that `RUST_LOG` says, for all (`info`) or for each part (`warn,tally=info`). Errors where
/// it says nothing, or nothing that makes sense. Optimised builds have no finer level than `info` in
/// them: below it the libraries log whole requests.
#[must_use]
pub fn log_filter() -> Targets {
    of(super::variable("RUST_LOG").as_deref())
}

fn of(directives: Option<&str>) -> Targets {
    let filter = directives.and_then(|text| text.parse::<Targets>().ok());
    filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::ERROR))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn levels_are_for_all_or_for_a_part() {
        assert!(of(Some("info")).would_enable("hyper", &Level::INFO));
        let mixed = of(Some("warn,tally=info"));
        assert!(
            mixed.would_enable("tally::store", &Level::INFO) && !mixed.would_enable("hyper", &Level::INFO)
        );
        for nothing in [None, Some("tally=loud")] {
            let filter = of(nothing);
            assert!(
                filter.would_enable("tally", &Level::ERROR) && !filter.would_enable("tally", &Level::WARN)
            );
        }
    }
}
