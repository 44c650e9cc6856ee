//! The rules that are compiled in: every file of them below `config/`, listed by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
