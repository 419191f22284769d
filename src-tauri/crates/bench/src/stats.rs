//! Samples and what is told of them.

use std::time::Duration;

use jiff::Timestamp;

/// Milliseconds of a duration.
pub(crate) fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Milliseconds from one moment to a later one; negative where it is earlier.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() * 1e3
}

/// The time of day: the world's, the journal's and the log's times are compared with it.
#[expect(
    clippy::disallowed_methods,
    reason = "a bench compares its own clock with what other processes wrote"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A sorted sample in milliseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample(Vec<f64>);

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }
}

impl Sample {
    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The value below which this share of the sample lies, by the nearest rank; 0 of an empty sample.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank within the sample"
    )]
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        let at = rank.clamp(1, self.0.len().max(1)) - 1;
        self.0.get(at).copied().unwrap_or_default()
    }

    /// The middle; between the two middle values of an even sample.
    pub(crate) fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        match self.0.as_slice() {
            [] => 0.0,
            values if values.len() % 2 == 1 => values[middle],
            values => f64::midpoint(values[middle - 1], values[middle]),
        }
    }

    /// The smallest.
    pub(crate) fn min(&self) -> f64 {
        self.quantile(0.0)
    }

    /// The largest.
    pub(crate) fn max(&self) -> f64 {
        self.quantile(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_sample() {
        let sample: Sample = [5.0, 1.0, 4.0, 2.0, 3.0].into_iter().collect();
        assert_eq!((sample.min(), sample.median(), sample.max()), (1.0, 3.0, 5.0));
        assert_eq!(sample.quantile(0.2), 1.0);
        assert_eq!(sample.quantile(0.21), 2.0);
        let even: Sample = [4.0, 1.0, 2.0, 3.0].into_iter().collect();
        assert_eq!(even.median(), 2.5);
        let hundred: Sample = (1..=100).map(f64::from).collect();
        assert_eq!(hundred.quantile(0.99), 99.0);
        let none = Sample::default();
        assert_eq!((none.median(), none.max()), (0.0, 0.0));
    }
}
