//! The client against real sockets.

mod it {
    mod calls;
}
