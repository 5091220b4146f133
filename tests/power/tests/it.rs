//! Power cuts on phone, server and desk.
#![cfg(target_os = "linux")]

mod it {
    mod desk;
    mod phone;
    mod rare;
    mod server;
    mod support;
}
