//! A witness, asked over HTTP as logs ask it.

mod it {
    mod cosigning;
    mod hostile;
    mod lists;
    mod racing;
    mod starting;
    mod support;
}
