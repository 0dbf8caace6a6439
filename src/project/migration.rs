//! From older forms of the record to the newest one.

use serde_json::Value;

/// Turns a record of one version into one of the next.
pub(super) type Migration = fn(Value) -> Option<Value>;

/// The first one leads from version 1 to version 2, and so on. There is one version so far.
pub(super) const MIGRATIONS: &[Migration] = &[];

/// The newest version.
pub(super) fn newest(migrations: &[Migration]) -> u64 {
    migrations.len() as u64 + 1
}

/// A record of a version in the newest form; `None` if one of the steps there finds something that no record of its version
/// has. The version must be one from 1 to the newest.
pub(super) fn migrated(record: Value, version: u64, migrations: &[Migration]) -> Option<Value> {
    let done = usize::try_from(version).ok()?.checked_sub(1)?;
    migrations
        .get(done..)?
        .iter()
        .try_fold(record, |record, migrate| migrate(record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `name` became `title`, and then a list.
    const CHAIN: &[Migration] = &[
        |mut record| {
            let name = record.as_object_mut()?.remove("name")?;
            record["title"] = name;
            Some(record)
        },
        |mut record| {
            record["title"] = json!([record["title"]]);
            Some(record)
        },
    ];

    #[test]
    fn each_version_goes_through_the_steps_that_it_lacks() {
        assert_eq!(newest(CHAIN), 3);
        let newest = json!({ "title": ["a"] });
        for (version, record) in [
            (1, json!({ "name": "a" })),
            (2, json!({ "title": "a" })),
            (3, newest.clone()),
        ] {
            assert_eq!(migrated(record, version, CHAIN), Some(newest.clone()));
        }
    }

    #[test]
    fn what_is_no_record_of_its_version_is_refused() {
        assert_eq!(migrated(json!({}), 1, CHAIN), None);
        assert_eq!(migrated(json!(7), 1, CHAIN), None);
        assert_eq!(migrated(json!({}), 0, CHAIN), None);
        assert_eq!(migrated(json!({}), 9, CHAIN), None);
    }
}
