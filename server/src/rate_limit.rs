//! How much new material one subject may send. Not each device, or a stolen invite could enrol devices without end. Addresses are not
//! kept, so nothing goes by them. Only the writer takes from it, for what it is about to log: what is in the log already costs nothing,
//! so that nobody uses up another's quota by sending what they signed once more. It is kept in memory, and counted again from the log
//! when the server starts.

use baqylau_protocol::ids::SubjectId;
use std::collections::HashMap;

/// What a subject may send at once after a silence, and what comes to it in a second.
#[derive(Debug, Clone, Copy)]
struct Budget {
    burst: i64,
    per_second: i64,
}

/// Objects; a week offline fits.
const OBJECTS: Budget = Budget { burst: 5_000, per_second: 20 };
/// Bytes of objects: 5,000 of the classes that reports have, 860 MB a day.
const BYTES: Budget = Budget { burst: 64 << 20, per_second: 10_000 };
/// Bytes of attachments: 9 GB a day.
const ATTACHMENTS: Budget = Budget { burst: 2 << 30, per_second: 100_000 };

/// After how long every account is full again, in milliseconds: what is older need not be counted when the server starts.
pub(crate) const FULL_AFTER_MS: i64 = 6 * 3_600_000;

#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    subjects: HashMap<SubjectId, Accounts>,
}

#[derive(Debug)]
struct Accounts {
    objects: Account,
    bytes: Account,
    attachments: Account,
}

/// What is left, in thousandths, and when that was counted.
#[derive(Debug)]
struct Account {
    left: i64,
    last: i64,
    budget: Budget,
}

impl Account {
    fn full(budget: Budget, now: i64) -> Self {
        Self { left: budget.burst * 1000, last: now, budget }
    }

    fn fill(&mut self, now: i64) {
        let passed = (now - self.last).clamp(0, 30 * 86_400_000);
        self.left = (self.left + passed * self.budget.per_second).min(self.budget.burst * 1000);
        self.last = self.last.max(now);
    }

    fn holds(&self, amount: u64) -> bool {
        thousandths(amount) <= self.left
    }

    fn take(&mut self, amount: u64) {
        self.left = self.left.saturating_sub(thousandths(amount)).max(0);
    }
}

fn thousandths(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX).saturating_mul(1000)
}

impl RateLimiter {
    fn of(&mut self, subject: SubjectId, now: i64) -> &mut Accounts {
        let fresh = || Accounts {
            objects: Account::full(OBJECTS, now),
            bytes: Account::full(BYTES, now),
            attachments: Account::full(ATTACHMENTS, now),
        };
        let accounts = self.subjects.entry(subject).or_insert_with(fresh);
        accounts.objects.fill(now);
        accounts.bytes.fill(now);
        accounts.attachments.fill(now);
        accounts
    }

    /// The accounts as they are now. A clock that was ahead, and was put right, keeps nobody from getting more.
    fn current(&mut self, subject: SubjectId, now: i64) -> &mut Accounts {
        let accounts = self.of(subject, now);
        for account in [&mut accounts.objects, &mut accounts.bytes, &mut accounts.attachments] {
            account.last = account.last.min(now);
        }
        accounts
    }

    /// Takes a new object of so many bytes; `false`, and nothing taken, when not enough is left.
    pub fn take_object(&mut self, subject: SubjectId, bytes: u64, now: i64) -> bool {
        let accounts = self.current(subject, now);
        let enough = accounts.objects.holds(1) && accounts.bytes.holds(bytes);
        if enough {
            accounts.objects.take(1);
            accounts.bytes.take(bytes);
        }
        enough
    }

    /// Takes so many bytes of new attachments; `false`, and nothing taken, when not enough is left.
    pub fn take_attachments(&mut self, subject: SubjectId, bytes: u64, now: i64) -> bool {
        let accounts = self.current(subject, now);
        let enough = accounts.attachments.holds(bytes);
        if enough {
            accounts.attachments.take(bytes);
        }
        enough
    }

    /// Counts an object that was taken in before the server started.
    pub fn note_object(&mut self, subject: SubjectId, bytes: u64, received: i64) {
        let accounts = self.of(subject, received);
        accounts.objects.take(1);
        accounts.bytes.take(bytes);
    }

    /// Counts an attachment that was permitted before the server started.
    pub fn note_attachment(&mut self, subject: SubjectId, bytes: u64, received: i64) {
        self.of(subject, received).attachments.take(bytes);
    }
}
