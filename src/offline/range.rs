//! Requests for a part of a file.

/// The part that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: no part is asked for, or in a way that may be ignored.
    Whole,
    /// The bytes from the first to the last one, both included.
    Bytes {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// None of it: the file ends before.
    Outside,
}

/// Reads the header `Range` for a file of `length` bytes. Only single ranges are; a server may answer others with the
/// whole file (RFC 9110, 14.2).
pub fn part_of(header: Option<&str>, length: u32) -> Part {
    let Some((first, last)) = header
        .and_then(|header| header.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let end = length.saturating_sub(1);
    let (first, last) = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => (first, last.min(end)),
        (Some(first), None) if last.trim().is_empty() => (first, end),
        (None, Some(0)) if first.trim().is_empty() => return Part::Outside,
        (None, Some(count)) if first.trim().is_empty() => (length.saturating_sub(count), end),
        _ => return Part::Whole,
    };
    if first < length {
        Part::Bytes { first, last }
    } else {
        Part::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        let bytes = |first, last| Part::Bytes { first, last };
        for (header, expected) in [
            ("bytes=0-9", bytes(0, 9)),
            ("bytes=90-", bytes(90, 99)),
            ("bytes=90-1000", bytes(90, 99)),
            ("bytes=-10", bytes(90, 99)),
            ("bytes=-1000", bytes(0, 99)),
            ("bytes=100-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=9-0", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=a-b", Part::Whole),
        ] {
            assert_eq!(part_of(Some(header), 100), expected, "{header}");
        }
        assert_eq!(part_of(None, 100), Part::Whole);
        assert_eq!(part_of(Some("bytes=0-"), 0), Part::Outside);
    }
}
