//! The id of a trace in X-Ray.

/// The id of a trace, `1-` eight hexadecimal digits `-` twenty-four of them (X-Ray developer guide,
/// "Tracing header"). A client may send one, so nothing but that shape gets into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceId(String);

impl TraceId {
    /// The id in a tracing header, such as `Root=1-…;Parent=…;Sampled=1`.
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        let root = header.split(';').find_map(|field| field.trim().strip_prefix("Root="))?;
        let mut parts = root.split('-');
        let (version, time, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let is_id = version == "1" && is_hex(time, 8) && is_hex(rest, 24) && parts.next().is_none();
        is_id.then(|| Self(root.to_owned()))
    }

    /// The id as X-Ray's console takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_is_read_out_of_the_header() {
        let id = "1-6b015d91-44aac8245caa75c0ea30dccf";
        for header in [format!("Root={id}"), format!("Self=1-2; Root={id};Parent=53995c3f42cd8ad8;Sampled=1")]
        {
            assert_eq!(TraceId::of_header(&header).as_ref().map(TraceId::as_str), Some(id), "{header}");
        }
        for header in [
            "",
            "Root=",
            "Root=secret",
            "Root=1-6b015d91-44aac8245caa75c0ea30dccf-1",
            "Root=1-6b015d91-44AAC8245CAA75C0EA30DCCF",
            "Root=2-6b015d91-44aac8245caa75c0ea30dccf",
            "Parent=1-6b015d91-44aac8245caa75c0ea30dccf",
        ] {
            assert_eq!(TraceId::of_header(header), None, "{header}");
        }
    }
}
