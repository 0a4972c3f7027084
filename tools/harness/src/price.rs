//! What each operation may cost in DynamoDB. The tests hold the service to it, the benchmarks print it
//! beside what they measure.

/// An operation's limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The operation.
    pub name: &'static str,
    /// Round trips in sequence.
    pub trips: usize,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
}

/// Own profile by session.
pub const PROFILE_BY_SESSION: Limit = limit("own profile by session", 1, 2.0, 0.0);
/// Own profile by key.
pub const PROFILE_BY_KEY: Limit = limit("own profile by key", 1, 2.0, 0.0);
/// Login by username.
pub const LOGIN: Limit = limit("login by username", 3, 2.0, 3.0);
/// Logout by session.
pub const LOGOUT_BY_SESSION: Limit = limit("logout by session", 2, 2.0, 1.0);
/// Logout by key.
pub const LOGOUT_BY_KEY: Limit = limit("logout by key", 2, 2.0, 1.0);
/// Register with username + e-mail.
pub const REGISTER: Limit = limit("register with username + e-mail", 2, 1.0, 8.0);
/// Password change.
pub const PASSWORD_CHANGE: Limit = limit("password change", 5, 2.0, 8.0);

/// Register with names (charity).
pub const REGISTER_A_NUMBER: Limit = limit("register with names (charity)", 2, 0.0, 7.0);
/// Login by number.
pub const LOGIN_BY_NUMBER: Limit = limit("login by number", 2, 1.0, 3.0);
/// Getuser of another.
pub const GET_USER: Limit = limit("getuser of another", 2, 2.0, 0.0);
/// Freeze somebody.
pub const STOP_SOMEBODY: Limit = limit("freeze somebody", 3, 2.0, 6.0);
/// Password change by number.
pub const CHANGE_BY_NUMBER: Limit = limit("password change by number", 2, 1.0, 6.0);

/// Send a code by mail.
pub const SEND_A_CODE: Limit = limit("send a code by mail", 3, 2.0, 3.0);
/// Send a code by text message.
pub const TEXT_A_CODE: Limit = limit("send a code by text message", 3, 2.0, 4.0);

/// Register with e-mail + phone.
pub const COMPANY_REGISTER: Limit = limit("register with e-mail + phone", 4, 2.0, 16.0);
/// Company login.
pub const COMPANY_LOGIN: Limit = limit("company login", 4, 3.0, 3.0);
/// Own data of a customer.
pub const MY_INFO: Limit = limit("own data of a customer", 2, 2.0, 0.0);
/// Change of a customer's data.
pub const CHANGE_MY_INFO: Limit = limit("change of a customer's data", 2, 1.0, 4.0);
/// Password change, staying in.
pub const CHANGE_MY_PWD: Limit = limit("password change, staying in", 6, 2.0, 9.0);
/// Change of the mobile number.
pub const CHANGE_MOBILE: Limit = limit("change of the mobile number", 7, 1.0, 16.0);
/// Password reset by phone.
pub const RESET_BY_PHONE: Limit = limit("password reset by phone", 6, 2.0, 10.0);

const fn limit(name: &'static str, trips: usize, reads: f64, writes: f64) -> Limit {
    Limit { name, trips, reads, writes }
}
