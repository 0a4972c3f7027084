//! How often somebody may try a password: counted before the work, forgiven by a success.
//!
//! Tries from places where the account's holder is known are counted apart from those of strangers,
//! so that no stranger makes the holder wait (trust rule 6).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

mod log;

/// Tries that cost nothing but the try (security rule S4).
pub const FREE: u32 = 5;

/// The longest wait after a failure.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// After this long without a try the waits are forgotten.
pub const QUIET: Duration = Duration::from_mins(15);

/// Tries of strangers without a success in between, after which there are no more.
pub const MOST_OF_STRANGERS: u32 = 100;

/// Tries from one known place within [`HOUR`], counted from the first of them.
pub const MOST_OF_KNOWN: u32 = 10;

/// The window of a known place.
pub const HOUR: Duration = Duration::from_hours(1);

/// How long after a success its place is known.
pub const KNOWN_LASTS: Duration = Duration::from_hours(60 * 24);

/// The known places that an account keeps; the one not used for longest gives way.
pub const MOST_PLACES: usize = 10;

/// The identifiers that an account keeps a count of. It has fewer at any time, but may change them.
const MOST_NAMES: usize = 8;

/// A keyed fingerprint of a network or a device, beside one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

/// A keyed fingerprint of an identifier that somebody typed, beside one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameMark(String);

/// One try at a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// The network it came from.
    pub network: Place,
    /// The device, where that showed itself.
    pub device: Option<Place>,
    /// By which identifier the account was named; `None` where somebody is in already.
    pub name: Option<NameMark>,
}

/// Tries since the last success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// Those since the last quiet time, for the wait.
    pub count: u32,
    /// All of them, for the stop.
    pub total: u32,
    /// When the latest was granted.
    pub last: Timestamp,
}

/// The tries from one known place in its present hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// How many.
    pub count: u32,
    /// When the first was granted.
    pub since: Timestamp,
}

/// All that is on record about tries at one account, or at one identifier that nobody has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// The tries of strangers, whatever identifier they named the account by.
    pub strangers: Lane,
    /// What strangers are shown under each identifier: what they would be if nobody had it.
    pub shown: BTreeMap<NameMark, Lane>,
    /// The tries from known places since the last success.
    pub known: BTreeMap<Place, Hour>,
    /// Where the account's holder succeeded, and when last.
    pub places: BTreeMap<Place, Timestamp>,
}

/// Whether a try may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Go on.
    Granted,
    /// The account takes no tries now, but nobody was told so under this identifier: go on as if nobody
    /// had it.
    Hidden,
    /// Come back later. Nothing was counted, so hammering does not lengthen the wait.
    Wait(Duration),
}

impl Place {
    /// Wraps a fingerprint.
    #[must_use]
    pub fn new(fingerprint: String) -> Self {
        Self(fingerprint)
    }

    /// The fingerprint.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NameMark {
    /// Wraps a fingerprint.
    #[must_use]
    pub fn new(fingerprint: String) -> Self {
        Self(fingerprint)
    }

    /// The fingerprint.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Lane {
    /// Judges the next try: the lane with it, or how long to wait.
    ///
    /// The first [`FREE`] tries pass; after them each failure doubles the wait, 1 s at first and
    /// never more than 15 minutes. After [`MOST_OF_STRANGERS`] there is no next one.
    pub fn reserve(self, now: Timestamp) -> Result<Self, Duration> {
        if self.total >= MOST_OF_STRANGERS {
            return Err(LONGEST_WAIT);
        }
        let since = elapsed(self.last, now);
        let total = self.total.saturating_add(1);
        if since >= QUIET {
            return Ok(Self { count: 1, total, last: now });
        }
        let wait = self.wait();
        if since >= wait {
            Ok(Self { count: self.count.saturating_add(1), total, last: now })
        } else {
            Err(wait.saturating_sub(since))
        }
    }

    /// When the next try may come, if not at once; the end of time where none may.
    #[must_use]
    pub fn opens(self) -> Option<Timestamp> {
        if self.total >= MOST_OF_STRANGERS {
            return Some(Timestamp::MAX);
        }
        let wait = self.wait();
        (!wait.is_zero()).then(|| self.last.saturating_add(wait).expect("a wait is in range"))
    }

    /// How long after the latest try the next one may come.
    fn wait(self) -> Duration {
        let Some(over) = self.count.checked_sub(FREE) else {
            return Duration::ZERO;
        };
        let seconds = 1_u64.checked_shl(over).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(LONGEST_WAIT)
    }
}

impl Hour {
    fn reserve(before: Option<Self>, now: Timestamp) -> Result<Self, Duration> {
        let Some(hour) = before.filter(|hour| elapsed(hour.since, now) < HOUR) else {
            return Ok(Self { count: 1, since: now });
        };
        if hour.count < MOST_OF_KNOWN {
            Ok(Self { count: hour.count + 1, ..hour })
        } else {
            Err(HOUR.saturating_sub(elapsed(hour.since, now)))
        }
    }
}

impl Attempts {
    /// Judges a try, and counts it unless it has to wait.
    pub fn reserve(&mut self, tried: &Try) -> Reservation {
        if let Some(place) = self.known_place(tried) {
            return match Hour::reserve(self.known.get(place).copied(), tried.at) {
                Ok(hour) => {
                    self.known.insert(place.clone(), hour);
                    Reservation::Granted
                }
                Err(wait) => Reservation::Wait(wait),
            };
        }
        let permitted = self.strangers.reserve(tried.at);
        let Some(name) = &tried.name else {
            return match permitted {
                Ok(lane) => {
                    self.strangers = lane;
                    Reservation::Granted
                }
                Err(wait) => Reservation::Wait(wait),
            };
        };
        // A lock shows only where it was earned, or it would tell that two identifiers are one person's.
        let shown = match self.shown.get(name).copied().unwrap_or_default().reserve(tried.at) {
            Ok(lane) => lane,
            Err(wait) => return Reservation::Wait(wait),
        };
        self.show(name.clone(), shown);
        match permitted {
            Ok(lane) => {
                self.strangers = lane;
                Reservation::Granted
            }
            Err(_) => Reservation::Hidden,
        }
    }

    /// Whether the account is known at places, but not at this one.
    #[must_use]
    pub fn is_elsewhere(&self, place: &Place, now: Timestamp) -> bool {
        let is_known_somewhere = self.places.values().any(|seen| is_fresh(*seen, now));
        is_known_somewhere && !self.knows_any(std::slice::from_ref(place), now)
    }

    /// Whether any of these is a place where somebody succeeded not too long ago.
    #[must_use]
    pub fn knows_any(&self, places: &[Place], now: Timestamp) -> bool {
        let seen = places.iter().filter_map(|place| self.places.get(place));
        seen.into_iter().any(|seen| is_fresh(*seen, now))
    }

    /// The known places that give way when these are where somebody succeeds now: those that are known
    /// no longer, then the oldest over the cap.
    #[must_use]
    pub fn giving_way(&self, succeeded_at: &[Place], now: Timestamp) -> Vec<Place> {
        let others = self.places.iter().filter(|(place, _)| !succeeded_at.contains(place));
        let (mut fresh, stale): (Vec<_>, Vec<_>) = others.partition(|(_, seen)| is_fresh(**seen, now));
        fresh.sort_by_key(|(place, seen)| (**seen, *place));
        let over = (fresh.len() + succeeded_at.len()).saturating_sub(MOST_PLACES);
        let gone = stale.into_iter().chain(fresh.into_iter().take(over));
        gone.map(|(place, _)| place.clone()).collect()
    }

    /// The known place that a try comes from: its device before its network.
    fn known_place<'a>(&self, tried: &'a Try) -> Option<&'a Place> {
        let is_known = |place: &&Place| self.places.get(place).is_some_and(|seen| is_fresh(*seen, tried.at));
        tried.device.as_ref().filter(is_known).or_else(|| Some(&tried.network).filter(is_known))
    }

    fn show(&mut self, name: NameMark, lane: Lane) {
        self.shown.insert(name, lane);
        if self.shown.len() > MOST_NAMES {
            let oldest = self.shown.iter().min_by_key(|(name, lane)| (lane.last, *name));
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.shown.remove(&oldest);
            }
        }
    }
}

/// Whether a place where somebody succeeded then is known still.
fn is_fresh(seen: Timestamp, now: Timestamp) -> bool {
    elapsed(seen, now) < KNOWN_LASTS
}

/// The time between the two; none where a clock ran back.
fn elapsed(since: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(since).max(SignedDuration::ZERO).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn lane(count: u32) -> Lane {
        Lane { count, total: count.min(MOST_OF_STRANGERS - 1), last: at(0) }
    }

    fn place(text: &str) -> Place {
        Place::new(text.to_owned())
    }

    fn name(text: &str) -> NameMark {
        NameMark::new(text.to_owned())
    }

    fn by(network: &str, typed: &str, second: i64) -> Try {
        Try { at: at(second), network: place(network), device: None, name: Some(name(typed)) }
    }

    fn home() -> Attempts {
        Attempts { places: BTreeMap::from([(place("home"), at(0))]), ..Attempts::default() }
    }

    #[test]
    fn five_are_free_then_the_wait_doubles_up_to_fifteen_minutes() {
        let try_after = |count, second| lane(count).reserve(at(second)).map(|lane| lane.count);
        assert_eq!(try_after(4, 0), Ok(5));
        assert_eq!(try_after(5, 0), Err(Duration::from_secs(1)));
        assert_eq!(try_after(5, 1), Ok(6));
        assert_eq!(try_after(8, 3), Err(Duration::from_secs(5)));
        assert_eq!(try_after(40, 899), Err(Duration::from_secs(1)));
        assert_eq!(try_after(100, 899), Err(Duration::from_secs(1)));
    }

    #[test]
    fn a_quiet_quarter_of_an_hour_forgives_the_waits_but_not_the_hundred() {
        assert_eq!(lane(60).reserve(at(900)), Ok(Lane { count: 1, total: 61, last: at(900) }));
        let stopped = Lane { count: 1, total: 100, last: at(0) };
        assert_eq!(stopped.reserve(at(50 * 24 * 3600)), Err(LONGEST_WAIT));
        assert_eq!(stopped.opens(), Some(Timestamp::MAX));
    }

    #[test]
    fn a_clock_that_ran_back_does_not_open_the_door() {
        let ahead = Lane { last: at(30), ..lane(6) };
        assert_eq!(ahead.reserve(at(0)), Err(Duration::from_secs(2)));
    }

    #[test]
    fn a_known_place_has_ten_tries_an_hour_of_its_own() {
        let mut attempts = home();
        for stranger in 0..200 {
            let _ = attempts.reserve(&by("away", "zhang", stranger));
        }
        for _ in 0..10 {
            assert_eq!(attempts.reserve(&by("home", "zhang", 200)), Reservation::Granted);
        }
        let wait = Reservation::Wait(Duration::from_mins(59));
        assert_eq!(attempts.reserve(&by("home", "zhang", 260)), wait);
        assert_eq!(attempts.reserve(&by("home", "zhang", 3_800)), Reservation::Granted);
    }

    #[test]
    fn tries_from_home_do_not_count_as_those_of_strangers() {
        let mut attempts = home();
        for _ in 0..10 {
            assert_eq!(attempts.reserve(&by("home", "zhang", 0)), Reservation::Granted);
        }
        assert_eq!((attempts.strangers, attempts.shown.len()), (Lane::default(), 0));
    }

    #[test]
    fn a_device_is_known_wherever_it_is_and_counted_before_its_network() {
        let mut attempts = home();
        attempts.places.insert(place("phone"), at(0));
        let tried = Try { device: Some(place("phone")), ..by("home", "zhang", 0) };
        for _ in 0..10 {
            assert_eq!(attempts.reserve(&tried), Reservation::Granted);
        }
        assert!(matches!(attempts.reserve(&tried), Reservation::Wait(_)));
        assert_eq!(attempts.reserve(&by("home", "zhang", 0)), Reservation::Granted);
    }

    #[test]
    fn a_place_is_known_for_sixty_days() {
        let day = 24 * 3600;
        assert!(home().known_place(&by("home", "zhang", 60 * day - 1)).is_some());
        assert!(home().known_place(&by("home", "zhang", 60 * day)).is_none());
    }

    #[test]
    fn the_eleventh_place_takes_the_place_of_the_oldest() {
        let places = (0..10).map(|n| (place(&format!("place-{n}")), at(n))).collect();
        let mut attempts = Attempts { places, ..Attempts::default() };
        assert_eq!(attempts.giving_way(&[place("place-3")], at(20)), []);
        assert_eq!(attempts.giving_way(&[place("new")], at(20)), [place("place-0")]);
        let two = [place("new"), place("device")];
        assert_eq!(attempts.giving_way(&two, at(20)), [place("place-0"), place("place-1")]);
        attempts.places.insert(place("place-9"), at(-70 * 24 * 3600));
        assert_eq!(attempts.giving_way(&[place("new")], at(20)), [place("place-9")]);
    }

    #[test]
    fn a_lock_shows_only_under_the_name_it_was_earned_by() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.reserve(&by("away", "zhang", 0)), Reservation::Granted);
        }
        for _ in 0..5 {
            assert_eq!(attempts.reserve(&by("away", "zhang@b.co", 0)), Reservation::Hidden);
        }
        let second = Reservation::Wait(Duration::from_secs(1));
        assert_eq!(attempts.reserve(&by("away", "zhang", 0)), second);
        assert_eq!(attempts.reserve(&by("away", "zhang@b.co", 0)), second);
        let nameless = Try { name: None, ..by("away", "", 0) };
        assert_eq!(attempts.reserve(&nameless), second, "whoever is in is told");
    }

    #[test]
    fn what_is_kept_of_names_is_bounded() {
        let mut attempts = Attempts::default();
        for n in 0..50 {
            let _ = attempts.reserve(&by("away", &format!("name-{n}"), n));
        }
        assert_eq!(attempts.shown.len(), MOST_NAMES);
        assert!(attempts.shown.contains_key(&name("name-49")));
    }

    proptest::proptest! {
        #[test]
        fn a_wait_ends_when_it_says_and_never_earlier(count in 0_u32..2000, after in 0_i64..2000) {
            let lane = lane(count);
            if let Err(wait) = lane.reserve(at(after)) {
                let seconds = i64::try_from(wait.as_secs()).unwrap();
                proptest::prop_assert!((1..=900).contains(&seconds));
                let granted = |second| lane.reserve(at(second)).is_ok();
                proptest::prop_assert!(granted(after + seconds) && !granted(after + seconds - 1));
                let opens = lane.opens().unwrap().as_second();
                proptest::prop_assert_eq!(opens, at(after + seconds).as_second());
            }
        }

        /// Strangers come under the account's two names, its holder from home; every step is a pause
        /// and who tries.
        #[test]
        fn whatever_happens_strangers_see_what_nobodys_name_shows_and_home_is_untouched(
            steps in proptest::collection::vec((0_i64..1200, 0_usize..3), 0..400)
        ) {
            let (mut account, mut alone) = (home(), home());
            let mut nobody = [Attempts::default(), Attempts::default()];
            let (mut now, mut granted) = (0, 0);
            for (pause, who) in steps {
                now += pause;
                if who == 2 {
                    let tried = by("home", "zhang", now);
                    proptest::prop_assert_eq!(account.reserve(&tried), alone.reserve(&tried));
                    continue;
                }
                let tried = by("away", ["zhang", "zhang@b.co"][who], now);
                let (seen, expected) = (account.reserve(&tried), nobody[who].reserve(&tried));
                granted += u32::from(seen == Reservation::Granted);
                let looks = if seen == Reservation::Hidden { Reservation::Granted } else { seen };
                proptest::prop_assert_eq!(looks, expected);
            }
            proptest::prop_assert!(granted <= MOST_OF_STRANGERS);
        }
    }
}
