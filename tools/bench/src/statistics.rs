//! Medians, quantiles and ratios, and the unit of all times.

use std::time::Duration;

/// A time in milliseconds, which all tables are in.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The middle of the values, or the mean of the middle two; 0 where there are none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (None, _) => 0.0,
        (Some(upper), 0) => f64::midpoint(sorted[middle - 1], *upper),
        (Some(value), _) => *value,
    }
}

/// The value that so many of a hundred do not exceed (nearest rank); 0 where there are none.
#[must_use]
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// How far the middle half of the values lies apart, as a share of the median; 0 where there are none.
#[must_use]
pub fn spread(values: &[f64]) -> f64 {
    let middle = median(values);
    if middle == 0.0 { 0.0 } else { (percentile(values, 75) - percentile(values, 25)) / middle }
}

/// The ratio of the medians; infinite where there is nothing to compare with.
#[must_use]
pub fn ratio(values: &[f64], to: &[f64]) -> f64 {
    let base = median(to);
    if base > 0.0 { median(values) / base } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(value: f64, wanted: f64) {
        assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
    }

    #[test]
    fn a_median_ignores_order_and_outliers() {
        is(median(&[]), 0.0);
        is(median(&[3.0]), 3.0);
        is(median(&[9.0, 1.0, 2.0]), 2.0);
        is(median(&[1000.0, 1.0, 2.0, 4.0]), 3.0);
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        is(percentile(&values, 50), 50.0);
        is(percentile(&values, 99), 99.0);
        is(percentile(&values, 100), 100.0);
        is(percentile(&[7.0], 99), 7.0);
        is(percentile(&[], 99), 0.0);
    }

    #[test]
    fn ratios_are_of_medians() {
        is(ratio(&[2.0, 4.0, 90.0], &[2.0, 2.0, 2.0]), 2.0);
        assert!(ratio(&[1.0], &[]).is_infinite());
        is(spread(&[1.0, 2.0, 3.0, 4.0]), 0.8);
        is(spread(&[5.0; 9]), 0.0);
    }
}
