//! The model of delivery, walked through.

mod it {
    mod delivery;
}
