//! Files read as pages of one site: all are learned, then each is read.

use std::path::Path;

use anyhow::ensure;

use crate::cli::code;
use crate::cli::console::Console;
use crate::cli::live::{self, Looked};
use crate::domain::{Draft, Habits, MemorySettings, PageMemory};
use crate::extract::{Reading, View};
use crate::form;

/// Reads the files; prints a line of JSON for each in turn.
pub async fn run(
    config: Option<&Path>,
    files: &[String],
    portal: Option<&str>,
    console: &mut Console,
) -> anyhow::Result<u8> {
    for file in files {
        ensure!(!live::is_address(file), "{file} is an address: --together reads files");
    }
    let mut looked = live::look(config, &files[0], None, console).await?;
    let mut memory = PageMemory::default();
    for (n, file) in files.iter().enumerate() {
        looked.body = live::read(file)?;
        if let Ok(draft) = read(&looked, portal, None)? {
            memory.learn(n as u64, &draft.lesson, MemorySettings::default());
        }
    }
    let habits = memory.habits(MemorySettings::default());
    let mut whole = true;
    for file in files {
        looked.body = live::read(file)?;
        match read(&looked, portal, Some(&habits))? {
            Ok(draft) => {
                let article = looked.article(&draft);
                let item = form::item::of_article(&article, &[]);
                console.result(&serde_json::to_string(&item)?)?;
            }
            Err(why) => {
                console.note(&format!("{file}: no article: {why}"));
                console.result("null")?;
                whole = false;
            }
        }
    }
    Ok(if whole { code::DONE } else { code::FAILED })
}

/// The draft of the page that is looked at, or why it is none.
fn read(
    looked: &Looked,
    portal: Option<&str>,
    habits: Option<&Habits>,
) -> anyhow::Result<Result<Box<Draft>, String>> {
    Ok(match looked.reader.article(&View { habits, ..looked.view(portal) })? {
        Reading::Article(draft) => Ok(draft),
        Reading::NoArticle(why) => Err(why),
    })
}
