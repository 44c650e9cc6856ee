//! Lists the shipped rules: a new engine, language or portal is a file below `config/`, named
//! nowhere else.

use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> io::Result<()> {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut files = Vec::new();
    rules(&config, &config, &mut files)?;
    files.sort();
    let entries =
        files.iter().map(|(name, file)| format!("    ({name:?}, include_str!({file:?})),\n"));
    let entries: String = entries.collect();
    let list = format!(
        "/// Path below `config/` and text of each shipped file of rules.\n\
         pub(super) const FILES: &[(&str, &str)] = &[\n{entries}];\n"
    );
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no folder"))?;
    fs::write(PathBuf::from(out).join("shipped.rs"), list)
}

/// Each file below a folder, but the daemon's own configuration, by its path below `config/`.
fn rules(folder: &Path, config: &Path, files: &mut Vec<(String, String)>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Ok(name) = path.strip_prefix(config).map(|name| name.to_string_lossy().into_owned())
        else {
            continue;
        };
        if path.is_dir() {
            rules(&path, config, files)?;
        } else if name.ends_with(".toml") && name != "bantin.toml" {
            files.push((name, path.to_string_lossy().into_owned()));
        }
    }
    Ok(())
}
