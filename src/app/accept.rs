//! Files of the archive that are gone for good: their loss is accepted.

use anyhow::Context;
use jiff::Timestamp;

use super::{Components, trouble};
use crate::archive::Error;
use crate::domain::state::Missing;

impl Components {
    /// Accepts that these files of the archive are gone; which ones it was. Once none is missing
    /// any more the archive is written again and what it holds is applied.
    ///
    /// # Errors
    /// When it could not be written down in the archive.
    pub async fn accept_missing(&self, files: &[String]) -> anyhow::Result<Vec<Missing>> {
        let (named, since) = (self.crawl.named().await?, self.store.checkpoint().await?);
        let (archive, files) = (self.archive.clone(), files.to_vec());
        let work = move || -> Result<_, Error> {
            let missing = archive.check(&named)?;
            let lost: Vec<Missing> =
                missing.into_iter().filter(|missing| files.contains(&missing.file)).collect();
            match archive.accept(&lost, &named, since.as_ref(), Timestamp::now()) {
                // Others are missing still.
                Ok(()) | Err(Error::Withheld(_)) => Ok((lost, archive.check(&named)?)),
                Err(fault) => Err(fault),
            }
        };
        let (lost, left) = tokio::task::spawn_blocking(work)
            .await?
            .context("the loss could not be written down")?;
        for missing in &lost {
            tracing::warn!(
                file.name = missing.file,
                articles = missing.articles,
                error = missing.what,
                "the loss of an archive file is accepted"
            );
        }
        if left.is_empty() {
            self.no_longer_partial().await?;
            self.crawl.mend().await?;
        } else {
            (self.trouble)(trouble::incomplete(left, self.archive.folder(), Timestamp::now()));
        }
        self.troubled.notify_one();
        Ok(lost)
    }
}
