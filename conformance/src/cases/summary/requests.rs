//! Summaries that a Spine refuses, spoilt one rule at a time.

use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Says, Voice};

/// That an upload is refused and leaves no event, while the same unspoilt is taken.
fn refused(ground: &Ground<'_>, spoil: impl Fn(Draft) -> Draft) -> Verdict {
    let number = ground.patient();
    let heard = ground.upload(&spoil(ground.summary(&number, Says::Allergy, None)));
    let is_refusal = matches!(heard.voice, Voice::Rejected | Voice::Error | Voice::EbxmlError | Voice::Fault);
    hold(is_refusal, "a refusal", heard.line()).map_err(|failure| failure.in_exchange(&heard.exchange))?;
    same("events", &Vec::<String>::new(), &ground.event_ids(&number))?;
    let heard = ground.upload(&ground.summary(&number, Says::Allergy, None));
    hold(heard.voice == Voice::Accepted, "AA for the same without the fault", heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

/// SUM-045.
pub(super) fn the_id_is_the_message_id(ground: &Ground<'_>) -> Verdict {
    let another = ground.id();
    refused(ground, |draft| {
        let code = "\"/>\n<code code=\"196981000000101\"";
        let (from, to) = (format!("{}{code}", draft.id), format!("{another}{code}"));
        draft.swap(&from, &to)
    })
}

/// SUM-046.
pub(super) fn one_replacement_at_most(ground: &Ground<'_>) -> Verdict {
    for further in [1, 2] {
        let number = ground.patient();
        let first = ground.summary(&number, Says::Allergy, None);
        let heard = ground.upload(&first);
        hold(heard.voice == Voice::Accepted, "AA", heard.line())?;
        let second = ground.summary(&number, Says::Allergy, Some(&first.id));
        let replacement = piece(&second.document, "<replacementOf", "</replacementOf>");
        let repeated = replacement.repeat(further + 1);
        let heard = ground.upload(&second.swap(&replacement, &repeated));
        hold(heard.voice != Voice::Accepted, "a refusal", heard.line())
            .map_err(|failure| failure.in_exchange(&heard.exchange))?;
        same("events", &vec![first.id.clone()], &ground.event_ids(&number))?;
        let heard = ground.upload(&ground.summary(&number, Says::Allergy, Some(&first.id)));
        hold(heard.voice == Voice::Accepted, "AA for one replacement", heard.line())?;
    }
    Ok(())
}

/// SUM-047.
pub(super) fn at_least_one_category(ground: &Ground<'_>) -> Verdict {
    refused(ground, |draft| {
        let category = piece(&draft.document, "<pertinentInformation2", "</pertinentInformation2>");
        draft.swap(&category, "")
    })
}

/// SUM-048: a code of no category, and one of a document type.
pub(super) fn categories_are_of_the_list(ground: &Ground<'_>) -> Verdict {
    for other in ["163221000000103", "196971000000103"] {
        refused(ground, |draft| draft.swap("163221000000102", other))?;
    }
    Ok(())
}

/// SUM-049.
pub(super) fn the_text_has_its_elements(ground: &Ground<'_>) -> Verdict {
    refused(ground, |draft| {
        draft.swap(
            "<h2 id=\"Title\">General Practice Summary</h2>",
            "<h1 id=\"Title\">General Practice Summary</h1>",
        )
    })?;
    refused(ground, |draft| draft.swap("</body>", "<script>alert(1)</script></body>"))
}

/// SUM-050.
pub(super) fn the_number_is_one(ground: &Ground<'_>) -> Verdict {
    let number = ground.patient();
    let nine = number.get(..9).unwrap_or_default();
    // Another check digit is a wrong one, whichever it is.
    let last = number.bytes().last().map_or('0', |digit| if digit == b'0' { '1' } else { '0' });
    for wrong in [String::new(), nine.to_owned(), format!("{nine}{last}")] {
        let draft = ground.summary(&number, Says::Allergy, None);
        let heard =
            ground.upload(&draft.swap(&format!("extension=\"{number}\""), &format!("extension=\"{wrong}\"")));
        let refused = heard.voice == Voice::Error && heard.bare_codes() == ["400", "35160"];
        hold(refused, &format!("AE 400/35160 for {wrong:?}"), heard.line())
            .map_err(|failure| failure.in_exchange(&heard.exchange))?;
    }
    same("events", &Vec::<String>::new(), &ground.event_ids(&number))
}

/// A text from one mark up to the end of another.
fn piece(text: &str, from: &str, to: &str) -> String {
    let begun = text.find(from).and_then(|start| text.get(start..));
    let ended = begun.and_then(|rest| rest.find(to).and_then(|end| rest.get(..end + to.len())));
    ended.unwrap_or("(no such piece)").to_owned()
}
