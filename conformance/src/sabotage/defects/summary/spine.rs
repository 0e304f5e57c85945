//! Defects of a Spine that takes summaries which it should refuse: what is wrong is put right before it sees it.

use std::sync::Arc;

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::wire::{Reply, Sort, Tamper};

/// Puts uploads right.
fn forgiving(repair: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> Arc<dyn Tamper> {
    rewriting_requests(move |request, seen| {
        if let (Sort::Upload, Some(message)) = (seen.sort, &seen.message) {
            request.rewrite(|text| repair(text, message));
        }
    })
}

/// A text from one mark up to the next of another, both left out.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(to)?.0)
}

pub(super) fn takes_an_id_of_its_own() -> Arc<dyn Tamper> {
    forgiving(|text, message| {
        let head = "<GPSummary classCode=\"COMPOSITION\" moodCode=\"EVN\">\n<id root=\"";
        let Some(id) = between(text, head, "\"") else { return text.to_owned() };
        text.replace(&format!("{head}{id}"), &format!("{head}{message}"))
    })
}

pub(super) fn takes_many_replacements() -> Arc<dyn Tamper> {
    forgiving(|text, _| {
        let (from, to) = ("<replacementOf", "</replacementOf>");
        let Some(said) = between(text, from, to) else { return text.to_owned() };
        let replacement = format!("{from}{said}{to}");
        text.replacen(&replacement, "(the one)", 1)
            .replace(&replacement, "")
            .replace("(the one)", &replacement)
    })
}

pub(super) fn takes_no_category() -> Arc<dyn Tamper> {
    const CATEGORY: &str = "<pertinentInformation2 typeCode=\"PERT\" inversionInd=\"false\" contextConductionInd=\"true\" negationInd=\"false\">\
        <templateId root=\"2.16.840.1.113883.2.1.3.2.4.18.2\" extension=\"CSAB_RM-NPfITUK10.pertinentInformation1\"/>\
        <seperatableInd value=\"true\"/><pertinentCREType classCode=\"CATEGORY\" moodCode=\"EVN\"><code code=\"163221000000102\" \
        codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/><component typeCode=\"COMP\" contextConductionInd=\"true\"><templateId \
        root=\"2.16.840.1.113883.2.1.3.2.4.18.2\" extension=\"CSAB_RM-NPfITUK10.component\"/><seperatableInd value=\"false\"/>\
        <UKCT_MT144053UK02.Allergy classCode=\"OBS\" moodCode=\"EVN\"><id root=\"6D0A4E20-1111-4C11-9A11-0000000000F1\"/><code \
        code=\"91936005\" displayName=\"Allergy to penicillin\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/><statusCode \
        code=\"completed\"/><effectiveTime value=\"20200101\"/></UKCT_MT144053UK02.Allergy></component></pertinentCREType>\
        </pertinentInformation2><recordTarget";
    forgiving(|text, _| {
        if text.contains("<pertinentInformation2") {
            text.to_owned()
        } else {
            text.replace("<recordTarget", CATEGORY)
        }
    })
}

pub(super) fn takes_any_category() -> Arc<dyn Tamper> {
    forgiving(|text, _| {
        text.replace("163221000000103", "163221000000102").replace("196971000000103", "163221000000102")
    })
}

pub(super) fn takes_any_element() -> Arc<dyn Tamper> {
    forgiving(|text, _| text.replace("<h1 ", "<h2 ").replace("</h1>", "</h2>"))
}

pub(super) fn runs_scripts() -> Arc<dyn Tamper> {
    forgiving(|text, _| text.replace("<script>alert(1)</script>", ""))
}

pub(super) fn refuses_numbers_with_another_number() -> Arc<dyn Tamper> {
    rewriting_answers(|_, seen, reply| {
        if let (Sort::Poll, Reply::Answer(answer)) = (seen.sort, reply) {
            answer.rewrite(|text| text.replace("code=\"35160\"", "code=\"30333\""));
        }
    })
}
