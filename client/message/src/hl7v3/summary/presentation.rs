//! The presentation text: XHTML inside the message, as viewers show it.

use spine_rules::summary::Block;
use spine_vocabulary::Category;
use spine_vocabulary::code::system;

use super::{CATEGORY, category, coded, related, templated};
use crate::context::Practice;
use crate::hl7v3::wrapper::Wrapper;
use crate::xml::names::XHTML;
use crate::xml::writer::Writer;

/// Writes the excerpt that carries the text; `id` is its own.
pub(super) fn write(w: &mut Writer, blocks: &[Block], id: &str, wrapper: &Wrapper<'_>, practice: &Practice) {
    let time = wrapper.stamp.hl7();
    related(w, "excerptFrom", "CSAT_RM-NPfITUK10.excerptFrom", "false", |w| {
        w.element("UKCT_MT144051UK01.CareProfessionalDocumentationCRE", CATEGORY, |w| {
            category(w, Category::CareProfessionalDocumentation);
            let attributes = [("typeCode", "COMP"), ("inversionInd", "false"), ("negationInd", "false")];
            w.element("component", &attributes, |w| {
                templated(w, "CSAB_RM-NPfITUK10.component", "false");
                w.element("presentationText", &[("classCode", "OBS"), ("moodCode", "EVN")], |w| {
                    w.element("value", &[("mediaType", "text/plain")], |w| {
                        html(w, blocks, wrapper, practice);
                    });
                    w.empty("id", &[("root", id)]);
                    coded(w, "PresentationText", "Presentation Text", system::TEXT_TYPE);
                    w.empty("statusCode", &[("code", "completed")]);
                    w.empty("effectiveTime", &[("value", &time)]);
                });
            });
        });
    });
}

fn html(w: &mut Writer, blocks: &[Block], wrapper: &Wrapper<'_>, practice: &Practice) {
    w.element("html", &[("xmlns", XHTML)], |w| {
        w.empty("head", &[]);
        w.element("body", &[], |w| {
            for block in blocks {
                write_block(w, block, wrapper, practice);
            }
        });
    });
}

/// The wording of the lines that are added here is that of the SCR FHIR API adaptor.
fn write_block(w: &mut Writer, block: &Block, wrapper: &Wrapper<'_>, practice: &Practice) {
    match block {
        Block::Heading { level, id, text, window } => {
            let title = window.map_or_else(|| text.clone(), |window| format!("{text} {window}"));
            identified(w, heading(*level), id.as_deref(), &title);
        }
        Block::Paragraph { id, text } => identified(w, "p", id.as_deref(), text),
        Block::Table { id, header, rows } => table(w, id, header, rows),
        Block::CreateTime => {
            identified(w, "p", Some("CreateTime"), &format!("Summary Created: {}", wrapper.stamp.shown()));
        }
        Block::Author => identified(w, "p", Some("Author"), &format!("Created by: {}", wrapper.author.name)),
        Block::Practice => {
            identified(w, "p", Some("Practice"), &format!("{} ({})", practice.name, practice.ods));
        }
        Block::SendTime => {
            identified(w, "p", Some("SendTime"), &format!("Summary Sent: {}", wrapper.stamp.shown()));
        }
    }
}

/// The schema allows the levels 2 to 6 only.
/// Requirement: SUM-032.
const fn heading(level: u8) -> &'static str {
    match level {
        0..=2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        6.. => "h6",
    }
}

fn identified(w: &mut Writer, name: &'static str, id: Option<&str>, text: &str) {
    match id {
        Some(id) => w.text(name, &[("id", id)], text),
        None => w.text(name, &[], text),
    }
}

/// A table has at least one row and a row at least one cell: the schema wants it so.
fn table(w: &mut Writer, id: &str, header: &[String], rows: &[Vec<String>]) {
    w.element("table", &[("id", id)], |w| {
        if !header.is_empty() {
            w.element("thead", &[], |w| row(w, "th", header));
        }
        w.element("tbody", &[], |w| {
            for cells in rows {
                row(w, "td", cells);
            }
            if rows.is_empty() {
                row(w, "td", &[]);
            }
        });
    });
}

fn row(w: &mut Writer, cell: &'static str, cells: &[String]) {
    w.element("tr", &[], |w| {
        for text in cells {
            w.text(cell, &[], text);
        }
        if cells.is_empty() {
            w.empty(cell, &[]);
        }
    });
}
