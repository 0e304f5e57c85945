//! Where the structure of the simulator's answers differs from that of the published ones, and why. A line holds for what stands below
//! it as well.

/// Ends of paths that the simulator writes and no sample of the kind has.
pub(super) const NOT_IN_A_SAMPLE: &[(&str, &str)] = &[
    (
        "patientRole/patientPerson/playedOtherProviderPatient",
        "the patients of the samples are registered nowhere; the answer's schema has it",
    ),
    (
        "patientRole/patientPerson/deceasedTime",
        "the patients of the samples live; the answer's schema has it",
    ),
    ("patientRole/subjectOf2", "the patients of the samples live; the answer's schema has it"),
    (
        "UKCT_MT160018UK01.AgentPerson/representedOrganizationSDS",
        "the practice of an author as the summary's schema has it, of which the list's author is a copy; the sample's has only a code",
    ),
    (
        "GPSummary/author/UKCT_MT160018UK01.AgentPerson",
        "a choice of the model: a summary of the fake population was written by somebody at a practice, the sample's by a user",
    ),
    (
        "value/xhtml:NPfIT:PresentationText:html/xhtml:NPfIT:PresentationText:head",
        "published uploads have it",
    ),
    (
        "component/UKCT_MT144053UK02.Allergy",
        "the sample has its allergy in the text alone; the summary's schema has it",
    ),
];

/// Ends of paths that every sample of a kind has and the simulator does not write.
pub(super) const NOT_IN_OURS: &[(&str, &str)] = &[
    (
        "addr/useablePeriod",
        "optional: the fake population has no history, and so no days on which an address began",
    ),
    ("partPerson/name/validTime", "optional: as above, for a name"),
    ("partPerson/name/prefix", "optional: the fake population has no titles"),
    ("agentPerson/name/prefix", "optional: an author of the fake population has no title"),
    ("agentPerson/name/given", "optional: an author of the fake population has only a family name"),
    ("agentPerson/name/suffix", "optional: as above"),
    (
        "UKCT_MT160018UK01.AgentPerson/representedScoperChoice",
        "the name of the choice in the model; the summary's schema has the name of what is chosen in its place",
    ),
    ("GPSummary/author/UKCT_MT160018UK01.AgentPersonSDS", "the other choice: as above"),
    ("GPSummary/replacementOf", "optional: a summary that stood before says nothing of the one before it"),
    (
        "component/UKCT_MT144042UK01.Diagnosis",
        "optional: a summary that stood before tells of allergies alone",
    ),
    ("component/UKCT_MT144043UK02.Finding", "optional: as above"),
    ("xhtml:NPfIT:PresentationText:body/xhtml:NPfIT:PresentationText:h3", "optional: what a text is made of"),
    ("xhtml:NPfIT:PresentationText:p@class", "optional: as above"),
    ("xhtml:NPfIT:PresentationText:p@id", "optional: as above"),
    ("xhtml:NPfIT:PresentationText:td@colspan", "optional: as above"),
    ("xhtml:NPfIT:PresentationText:tr@class", "optional: as above"),
    ("xhtml:NPfIT:PresentationText:table@summary", "optional: as above"),
];
