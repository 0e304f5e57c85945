//! What a summary holds, and how it is laid out: allergies, statements, preferences, the dissent and the empty summary.

use jiff::ToSpan as _;

use super::said::{ALLERGIES, NOTHING_HERE, PREFERENCES, Said};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Way};

pub(super) static CONTENT: Scenario = Scenario::new(
    "summary-content",
    &[
        "ordinary-adult",
        "allergies-of-every-kind",
        "negative-beside-real-allergy",
        "only-negative-allergy",
        "empty-record",
        "hostile-text",
        "acute-12-months-ago",
        "dissent",
        "express-core",
        "express-additional",
        "registered-59-days-ago",
        "registered-61-days-ago",
    ],
    &[Step::Run(Kind::InitialUpload, Way::Run)],
);

/// Everybody whose summary is neither empty nor a dissent.
pub(super) const WITH_CONTENT: &[&str] = &[
    "ordinary-adult",
    "allergies-of-every-kind",
    "negative-beside-real-allergy",
    "hostile-text",
    "acute-12-months-ago",
    "express-core",
    "express-additional",
    "registered-59-days-ago",
    "registered-61-days-ago",
];

fn allergies(said: &Said) -> Vec<String> {
    said.under(ALLERGIES).iter().map(|entry| entry.term.clone()).collect()
}

fn shown(said: &Said, heading: &str) -> String {
    let rows = said.section(heading).map(|section| section.rows).unwrap_or_default();
    rows.concat().join(" | ")
}

/// SUM-001.
pub(super) fn every_allergy(seen: &Observation) -> Verdict {
    let expected = [
        ("allergies-of-every-kind", "Adverse reaction to Inventapril"),
        ("allergies-of-every-kind", "Invented shellfish allergy"),
        ("allergies-of-every-kind", "Invented latex allergy"),
        ("negative-beside-real-allergy", "Allergy to penicillin"),
        ("ordinary-adult", "Allergy to penicillin"),
    ];
    for (slug, term) in expected {
        let said = Said::about(seen, slug)?;
        let (coded, text) = (allergies(&said), shown(&said, "AllergiesHeader"));
        let both = coded.iter().any(|held| held == term) && text.contains(term);
        hold(both, &format!("of {slug}: {term}, coded and in the text"), format!("{coded:?}; {text}"))?;
    }
    Ok(())
}

/// SUM-002.
pub(super) fn no_negative_allergy(seen: &Observation) -> Verdict {
    for slug in ["only-negative-allergy", "negative-beside-real-allergy"] {
        let said = Said::about(seen, slug)?;
        let named = said.says("No known allergies")
            || said.entries.iter().any(|one| one.whole.contains("No known allergies"));
        hold(!named, &format!("of {slug} no negative entry"), "one was sent")?;
    }
    same(
        "allergies",
        &vec!["Allergy to penicillin".to_owned()],
        &allergies(&Said::about(seen, "negative-beside-real-allergy")?),
    )
}

/// SUM-015.
pub(super) fn core_without_terminology(seen: &Observation) -> Verdict {
    let said = Said::about(seen, "express-additional")?;
    hold(said.says("Aspirin 300mg tablets"), "the core data", "not there")?;
    let more = said.says("Invented chronic condition");
    hold(!more && !said.is_empty(), "core data, and not that there is nothing", said.stance())
}

/// SUM-021.
pub(super) fn the_preference_is_carried(seen: &Observation) -> Verdict {
    for (slug, words) in [("express-core", "express consent for core"), ("express-additional", "additional")]
    {
        let said = Said::about(seen, slug)?;
        let terms: Vec<String> =
            said.under(PREFERENCES).iter().map(|entry| entry.term.to_lowercase()).collect();
        let text = shown(&said, "PreferencesHeader").to_lowercase();
        let both = terms.len() == 1 && terms.iter().all(|term| term.contains(words)) && text.contains(words);
        hold(both, &format!("of {slug}: {words}"), format!("{terms:?}; {text}"))?;
    }
    Ok(())
}

/// SUM-022. Whether the day of registration is the first of the sixty, no source says: the sixtieth day itself is not tested.
pub(super) fn recently_registered(seen: &Observation) -> Verdict {
    const STATEMENT: &str = "At the time this record was created, this patient had recently registered with the GP Practice. \
                             GP Summary information may not be complete.";
    let recent = Said::about(seen, "registered-59-days-ago")?;
    let text = recent.block("RegistrationStartedStatement").map(|block| block.text.clone());
    same("of 59 days", &Some(STATEMENT.to_owned()), &text)?;
    for slug in ["registered-61-days-ago", "ordinary-adult"] {
        let said = Said::about(seen, slug)?;
        let stated = said.says("recently registered") || said.block("RegistrationStartedStatement").is_some();
        hold(!stated, &format!("no statement about {slug}"), "one")?;
    }
    Ok(())
}

/// SUM-023.
pub(super) fn a_dissent_is_recognised(seen: &Observation) -> Verdict {
    same("dissent", &true, &Said::about(seen, "dissent")?.is_dissent())?;
    same("dissent of somebody else", &false, &Said::about(seen, "ordinary-adult")?.is_dissent())
}

/// SUM-024.
pub(super) fn a_dissent_has_no_content(seen: &Observation) -> Verdict {
    let said = Said::about(seen, "dissent")?;
    let others = said.entries.iter().filter(|entry| entry.category != PREFERENCES).count();
    same("entries beside the preference", &0, &others)?;
    same("preferences", &1, &said.under(PREFERENCES).len())?;
    let clinical: Vec<&str> =
        said.headings().into_iter().filter(|heading| *heading != "PreferencesHeader").collect();
    same("clinical sections", &Vec::new(), &clinical)?;
    hold(!said.says("Cetirizine"), "no medication in the text", "Cetirizine")
}

/// SUM-025: a year before the tests' day, however it is written.
pub(super) fn a_dissent_is_dated(seen: &Observation) -> Verdict {
    let said = Said::about(seen, "dissent")?;
    let day = seen.people.day().saturating_sub(1.year());
    let written = ["%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d/%m/%Y", "%Y-%m-%d"]
        .map(|form| day.strftime(form).to_string());
    let text: Vec<&str> = said.blocks.iter().map(|block| block.text.as_str()).collect();
    hold(written.iter().any(|date| said.says(date)), &written[2], text.join(" | "))
}

/// SUM-026.
pub(super) fn nothing_significant(seen: &Observation) -> Verdict {
    for slug in ["empty-record", "only-negative-allergy"] {
        let said = Said::about(seen, slug)?;
        hold(
            said.is_empty() && !said.is_clinical(),
            &format!("of {slug}: nothing significant"),
            said.stance(),
        )?;
    }
    for slug in WITH_CONTENT.iter().chain(&["dissent"]) {
        let said = Said::about(seen, slug)?;
        hold(!said.is_empty(), &format!("of {slug}: not that there is nothing significant"), said.stance())?;
    }
    Ok(())
}

/// SUM-027.
pub(super) fn the_text_is_framed(seen: &Observation) -> Verdict {
    let today = seen.people.day().strftime("%d %b %Y");
    let (created, sent) = (format!("Summary Created: {today}"), format!("Summary Sent: {today}"));
    for slug in ["ordinary-adult", "empty-record", "dissent"] {
        let said = Said::about(seen, slug)?;
        let text = |id: &str| said.block(id).map(|block| block.text.clone()).unwrap_or_default();
        let begins = [
            ("Title", "General Practice Summary"),
            ("CreateTime", created.as_str()),
            ("Author", "Created by: "),
            ("Practice", "Invented Meadow Practice"),
            ("SendTime", sent.as_str()),
        ];
        for (id, words) in begins {
            hold(text(id).starts_with(words), &format!("of {slug}, {id}: {words}"), text(id))?;
        }
        let ends = said
            .blocks
            .first()
            .zip(said.blocks.last())
            .map(|(first, last)| (first.id.as_str(), last.id.as_str()));
        same("first and last", &Some(("Title", "SendTime")), &ends)?;
    }
    Ok(())
}

/// SUM-028.
pub(super) fn sections_are_ordered(seen: &Observation) -> Verdict {
    let core = ["AllergiesHeader", "AcuteMedsHeader", "RepeatMedsHeader", "DiscRepeatMedsHeader"];
    same("sections", &core.to_vec(), &Said::about(seen, "ordinary-adult")?.headings())?;
    let with_preference: Vec<&str> = core.into_iter().chain(["PreferencesHeader"]).collect();
    same("sections", &with_preference, &Said::about(seen, "express-core")?.headings())
}

/// SUM-029.
pub(super) fn headings_have_their_ids(seen: &Observation) -> Verdict {
    let titles = [
        ("AllergiesHeader", "Allergies and Adverse Reactions"),
        ("AcuteMedsHeader", "Acute Medications"),
        ("RepeatMedsHeader", "Current Repeat Medications"),
        ("DiscRepeatMedsHeader", "Discontinued Repeat Medications"),
        ("PreferencesHeader", "Personal Preferences"),
    ];
    let said = Said::about(seen, "express-core")?;
    for (id, title) in titles {
        let heading = said.section(id).map(|section| section.title).unwrap_or_default();
        hold(heading.starts_with(title), &format!("{id}: {title}"), heading)?;
    }
    Ok(())
}

/// SUM-031.
pub(super) fn an_empty_section_says_so(seen: &Observation) -> Verdict {
    let said = Said::about(seen, "acute-12-months-ago")?;
    for heading in ["AllergiesHeader", "RepeatMedsHeader", "DiscRepeatMedsHeader"] {
        let text = shown(&said, heading);
        hold(text.trim_end_matches('.') == NOTHING_HERE, &format!("{heading}: {NOTHING_HERE}"), text)?;
    }
    let filled = shown(&said, "AcuteMedsHeader");
    hold(!filled.contains(NOTHING_HERE), "nothing of the kind beside an entry", filled)
}

/// SUM-032.
pub(super) fn headings_are_of_their_levels(seen: &Observation) -> Verdict {
    for slug in seen.people.slugs() {
        let said = Said::about(seen, slug)?;
        let headings =
            said.blocks.iter().map(|block| block.name.as_str()).filter(|name| name.starts_with('h'));
        let headings: Vec<&str> = headings.collect();
        let levels = ["h2", "h3", "h4", "h5", "h6"];
        let kept = !headings.is_empty() && headings.iter().all(|name| levels.contains(name));
        hold(kept, &format!("of {slug}: h2 to h6"), headings.join(" "))?;
    }
    Ok(())
}

/// SUM-033.
pub(super) fn what_is_coded_is_shown(seen: &Observation) -> Verdict {
    for slug in WITH_CONTENT {
        let said = Said::about(seen, slug)?;
        let clinical: Vec<_> = said.entries.iter().filter(|entry| entry.category != PREFERENCES).collect();
        hold(!clinical.is_empty(), &format!("of {slug}: clinical entries"), "none")?;
        for entry in clinical {
            let cells = said.blocks.iter().flat_map(|block| block.rows.concat());
            let shown = !entry.term.is_empty() && cells.into_iter().any(|cell| cell.contains(&entry.term));
            hold(shown, &format!("of {slug}: {} in the text", entry.term), "not there")?;
        }
    }
    Ok(())
}

/// SUM-034.
pub(super) fn letter_by_letter(seen: &Observation) -> Verdict {
    let said = Said::about(seen, "hostile-text")?;
    let Some(rows) = seen.people.rows("hostile-text") else { return Ok(()) };
    let cells: Vec<String> = said.blocks.iter().flat_map(|block| block.rows.concat()).collect();
    let in_text = |text: &str| cells.iter().any(|cell| cell.contains(text));
    hold(
        !rows.medications.is_empty() && !rows.allergies.is_empty(),
        "somebody with medication and allergies",
        "nobody",
    )?;
    for row in &rows.medications {
        let entry = said.entries.iter().find(|entry| entry.term == row.name);
        hold(
            entry.is_some_and(|entry| entry.dose == row.dose),
            &format!("{} {}", row.name, row.dose),
            format!("{entry:?}"),
        )?;
        hold(
            in_text(&row.name) && in_text(&row.dose),
            &format!("{} {}", row.name, row.dose),
            format!("{cells:?}"),
        )?;
    }
    for row in &rows.allergies {
        let entry = said.entries.iter().find(|entry| entry.term == row.term);
        let whole = entry.is_some_and(|entry| entry.whole.contains(&row.reaction));
        hold(whole, &format!("{} {}", row.term, row.reaction), format!("{entry:?}"))?;
        hold(in_text(&row.term) && in_text(&row.reaction), &row.term, format!("{cells:?}"))?;
    }
    Ok(())
}
