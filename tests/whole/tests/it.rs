//! Days at random.

mod it {
    mod days;
}
