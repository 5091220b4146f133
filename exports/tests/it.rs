//! What the files say when other programs read them, a module a format.

mod it {
    mod docx;
    mod html;
    mod parquet;
    mod pdf;
    mod samples;
}
