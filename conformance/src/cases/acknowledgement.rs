//! Acknowledgements, faults and errors, retries, and outcomes that nobody knows.

mod answers;
mod faults;
mod later;
mod settled;
mod spine;
mod unknown;

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[
    settled::WARNINGS,
    settled::REFUSALS,
    settled::REJECTION,
    settled::STATUS_400,
    settled::OTHERS_GO_ON,
    settled::TOO_LARGE_ONCE,
    settled::RENDERINGS,
    settled::WORDS,
    settled::EMPTY_LISTS,
    settled::EMPTY_LISTS_AS_WARNINGS,
    settled::FOREIGN_LISTS,
    unknown::AGAIN,
    unknown::WITHIN_THE_CONTRACT,
    unknown::ONE_ID,
    unknown::LISTED_IS_SENT,
    unknown::SERVER_ERRORS,
    unknown::NO_MESSAGES,
    unknown::NOWHERE_TO_POLL,
    unknown::LOST_POLLS,
    unknown::NOT_YET,
    unknown::POLL_500,
    unknown::DOCUMENT_TYPE,
    unknown::OTHERS_ANSWER,
    unknown::RECEIPT,
    unknown::OWN_DUPLICATES,
    unknown::IN_DOUBT,
    unknown::DISSENT,
    faults::RETRIABLE,
    faults::NOT_RETRIABLE,
    faults::STOPS_UNSUPPORTED,
    faults::STOPS_CPA,
    faults::STOPS_401,
    faults::STOPS_300,
    faults::EBXML_WARNINGS,
    faults::COMPOSED_ANEW,
    faults::LATER,
    faults::AS_TOLD,
    faults::NOBODY_ANSWERS,
    faults::BOUNDED,
    later::LATER,
    spine::BUSINESS,
    spine::WRAPPER,
    spine::FAULTS,
    spine::CONTRACT,
    spine::RELIABLE,
    spine::ASIDS,
    spine::CONSISTENCY,
    spine::NO_CASE,
    spine::NUMBERS,
    spine::MERGED,
];
