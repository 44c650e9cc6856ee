//! What may go wrong when a form is read back: it is broken, or newer than this program.

/// A form that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the JSON of a record or list.
    #[error(
        "not the JSON of a record: the archive's file is damaged there, or was written by another \
         program"
    )]
    Json(#[from] serde_json::Error),
    /// A form that this program does not know.
    #[error("form {0} is not known: a newer bantin wrote it, so use that one")]
    Unknown(String),
    /// Not the bytes of a stored row.
    #[error("its bytes are not those of a stored row")]
    Row(#[from] postcard::Error),
    /// Texts that do not expand.
    #[error("its texts cannot be unpacked")]
    Texts(#[source] std::io::Error),
    /// A value that no record can have.
    #[error("{0} is out of range")]
    Value(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_is_wrong_with_the_form() {
        let json = serde_json::from_str::<u8>("x").unwrap_err();
        let told = [
            Error::Json(json),
            Error::Unknown("9".to_owned()),
            Error::Row(postcard::Error::DeserializeUnexpectedEnd),
            Error::Texts(std::io::ErrorKind::UnexpectedEof.into()),
            Error::Value("a time"),
        ];
        let lines = told.map(|error| error.to_string().replace(": ", ":\n  "));
        insta::assert_snapshot!(lines.join("\n"), @r"
        not the JSON of a record:
          the archive's file is damaged there, or was written by another program
        form 9 is not known:
          a newer bantin wrote it, so use that one
        its bytes are not those of a stored row
        its texts cannot be unpacked
        a time is out of range
        ");
    }
}
