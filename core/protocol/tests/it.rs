//! What travels, attacked byte by byte.

mod it {
    mod encoding;
    mod envelopes;
    mod logs;
    mod steps;
    mod vectors;
}
