//! What the oracle says of a patient.

use spine_oracle::facts::{Patient, Practice, Terminology};
use spine_oracle::judge::{self, Place, Upload};

use super::said::{Said, SaidOfUpload};
use super::world::{INCLUDED, SENSITIVE};

/// Judges a patient three times; `lists_before` says which of the two uploads has the lists of additional information: the one
/// without a migration, or else the one after it. The rows that decided are told too.
#[must_use]
pub fn judge(patient: &Patient, practice: &Practice, lists_before: bool) -> (Said, Vec<Place>) {
    let with_lists = Practice { terminology: Some(lists()), ..practice.clone() };
    let (before, after) = if lists_before { (&with_lists, practice) } else { (practice, &with_lists) };
    let migration = judge::migration(patient, practice);
    let migrated = judge::migrated(patient, practice, &migration);
    let upload = judge::upload(&migrated, after);
    let alone = judge::upload(patient, before);
    let adds: Vec<_> = migration.adds.into_iter().collect();
    let said = Said::of_migration(migration.reason, &adds, migration.sets_dissent)
        .and_upload(of_upload(&upload))
        .and_upload_alone(of_upload(&alone));
    (said, [migration.trail, upload.trail, alone.trail].concat())
}

fn lists() -> Terminology {
    let own = |(scheme, code): (&str, &str)| (scheme.to_owned(), code.to_owned());
    Terminology {
        included: INCLUDED.map(|(scheme, code, _)| own((scheme, code))).to_vec(),
        sensitive: SENSITIVE.map(own).to_vec(),
    }
}

fn of_upload(upload: &Upload) -> SaidOfUpload {
    let mut said = SaidOfUpload { reason: upload.reason.to_owned(), ..SaidOfUpload::default() };
    let Some(content) = &upload.content else { return said };
    said.replaces = upload.replaces;
    said.withheld = content.withheld;
    said.left_out = content.left_out;
    said.warnings = upload.warnings.iter().map(|&code| code.to_owned()).collect();
    said.statements = content.statements.iter().map(|&id| id.to_owned()).collect();
    for entry in &content.entries {
        said.entries.push(format!("{} {} {}", entry.section, entry.code, entry.term).trim().to_owned());
        if entry.section != "preference" {
            *said.rows.entry(entry.section).or_default() += 1;
        }
    }
    said
}
