//! The day on which exceptions have expired or not.

use std::sync::OnceLock;

use jiff::civil::Date;

/// The day on which exceptions have expired or not: a given one, or that of a clock. The clock is asked only when
/// something may have expired: to find its time zone, a system may read hundreds of files, which takes longer than
/// judging a migration.
#[derive(Clone, Debug)]
pub struct Today {
    day: OnceLock<Date>,
    clock: fn() -> Date,
}

impl Today {
    /// Returns the day that a clock will show when it is asked.
    pub const fn by(clock: fn() -> Date) -> Self {
        Self { day: OnceLock::new(), clock }
    }

    /// Returns the day, always the same one.
    pub fn get(&self) -> Date {
        *self.day.get_or_init(self.clock)
    }
}

impl Default for Today {
    /// Returns the day before all others, on which nothing has expired.
    fn default() -> Self {
        Date::MIN.into()
    }
}

impl From<Date> for Today {
    fn from(day: Date) -> Self {
        Self { day: OnceLock::from(day), clock: || Date::MIN }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn the_clock_is_asked_once_at_most() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let today = Today::by(|| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            jiff::civil::date(2027, 3, 31)
        });
        assert_eq!(ASKED.load(Ordering::Relaxed), 0);
        assert_eq!((today.get(), today.get()), (jiff::civil::date(2027, 3, 31), jiff::civil::date(2027, 3, 31)));
        assert_eq!(ASKED.load(Ordering::Relaxed), 1);
        assert_eq!(Today::from(Date::MAX).get(), Date::MAX);
    }
}
