//! Row 11: what the measured units, times and memory cost at AWS's list prices, beside Cognito.

/// Where and when the prices below were listed; none of them has a free tier taken off.
pub const LISTED: &str = "us-east-1, on demand, as AWS listed them in 2025";

/// One million requests to an HTTP API, in dollars.
const GATEWAY_PER_MILLION: f64 = 1.0;
/// One million invocations of a Lambda function.
const INVOCATIONS_PER_MILLION: f64 = 0.20;
/// One GB-second of a Lambda function on arm64, which the template deploys by default.
const GB_SECOND: f64 = 0.000_013_333_4;
/// One million write request units of DynamoDB.
const WRITES_PER_MILLION: f64 = 0.625;
/// One million read request units of DynamoDB, each of which reads 4 KB strongly consistently.
const READS_PER_MILLION: f64 = 0.125;
/// One GB taken in by `CloudWatch` Logs.
const LOG_GB: f64 = 0.50;

/// What Cognito takes for a monthly active user beyond its free 10,000, in dollars: the tier Lite.
pub const COGNITO_LITE: f64 = 0.0055;
/// The tier Essentials.
pub const COGNITO_ESSENTIALS: f64 = 0.015;

/// The memory of a function as the template deploys it, in MB.
pub const MEMORY_MB: f64 = 512.0;
/// The memory that comes with one whole core, in MB (Lambda's documentation).
pub const MEMORY_OF_A_CORE_MB: f64 = 1769.0;
/// How long a round trip to DynamoDB is taken to last on AWS, in milliseconds: "single-digit", says AWS.
const ROUND_TRIP_MS: f64 = 5.0;
/// How many bytes a request is taken to log: our line, and the three with which Lambda frames it.
const LOG_BYTES: f64 = 600.0;

/// What an active user is taken to do in a month.
pub const LOGINS_A_MONTH: f64 = 8.0;
/// Likewise.
pub const READS_A_MONTH: f64 = 120.0;

/// One operation as it was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// CPU milliseconds on a whole core.
    pub cpu: f64,
    /// Round trips to DynamoDB.
    pub trips: f64,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
}

/// What a million of one operation cost, in dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// API Gateway.
    pub gateway: f64,
    /// Lambda: the invocations, and the memory for as long as they last.
    pub lambda: f64,
    /// DynamoDB.
    pub dynamodb: f64,
    /// Logs.
    pub logs: f64,
}

impl Usage {
    /// How long Lambda bills one operation, in milliseconds: its CPU time on the share of a core that comes
    /// with the memory, and the time it waits for DynamoDB.
    #[must_use]
    pub fn billed(&self) -> f64 {
        self.cpu * MEMORY_OF_A_CORE_MB / MEMORY_MB + self.trips * ROUND_TRIP_MS
    }

    /// What a million cost.
    #[must_use]
    pub fn bill(&self) -> Bill {
        let gb_seconds = self.billed() / 1000.0 * MEMORY_MB / 1024.0 * 1e6;
        Bill {
            gateway: GATEWAY_PER_MILLION,
            lambda: INVOCATIONS_PER_MILLION + gb_seconds * GB_SECOND,
            dynamodb: self.reads * READS_PER_MILLION + self.writes * WRITES_PER_MILLION,
            logs: LOG_BYTES * 1e6 / 1e9 * LOG_GB,
        }
    }
}

impl Bill {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.gateway + self.lambda + self.dynamodb + self.logs
    }
}

/// What an active user costs in a month, in dollars.
#[must_use]
pub fn per_active_user(login: &Bill, read: &Bill) -> f64 {
    (login.total() * LOGINS_A_MONTH + read.total() * READS_A_MONTH) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(value: f64, wanted: f64) {
        assert!((value - wanted).abs() < 1e-6, "{value} is not {wanted}");
    }

    #[test]
    fn time_is_billed_at_the_share_of_a_core_that_comes_with_the_memory() {
        let usage = Usage { cpu: 512.0, trips: 3.0, reads: 0.0, writes: 0.0 };
        is(usage.billed(), 1769.0 + 15.0);
        // Half a GB for 1.784 seconds, a million times.
        is(usage.bill().lambda, 0.20 + 0.892 * 13.3334);
    }

    #[test]
    fn a_bill_is_the_sum_of_what_was_used() {
        let usage = Usage { cpu: 0.0, trips: 0.0, reads: 2.0, writes: 3.0 };
        let bill = usage.bill();
        is(bill.dynamodb, 0.25 + 1.875);
        is(bill.total(), 1.0 + 0.2 + 2.125 + 0.3);
        let idle = Usage { reads: 0.0, writes: 0.0, ..usage }.bill();
        is(per_active_user(&bill, &idle), (3.625 * 8.0 + 1.5 * 120.0) / 1e6);
    }
}
