//! Each attack against the real phone, server and desk: what is said, and that nothing is lost, counted twice or believed.

mod it {
    mod desk;
    mod http;
    mod letters;
    mod member;
    mod outsider;
    mod server;
    mod support;
    mod uploads;
    mod versions;
}
