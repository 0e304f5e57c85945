//! The guard rail against real use: a body that may name a real patient is never kept.

use spine_vocabulary::NhsNumber;

/// Whether any ten digits that stand alone are an NHS number outside the block that was never issued.
/// Requirement: SIM-014.
pub(super) fn may_name_a_real_patient(body: &[u8]) -> bool {
    let joins = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let mut place = 0;
    while let Some(start) = body[place..].iter().position(u8::is_ascii_digit).map(|start| start + place) {
        let length = body[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        place = start + length;
        let stands_alone =
            !joins(start.checked_sub(1).and_then(|before| body.get(before))) && !joins(body.get(place));
        if length == 10 && stands_alone && body[start] != b'9' {
            let digits = std::str::from_utf8(&body[start..place]).unwrap_or_default();
            if NhsNumber::parse(digits).is_ok() {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_that_could_be_somebodys() {
        // 401 023 2137 is a number of the published test data whose check digit is right.
        assert!(may_name_a_real_patient(b"extension=\"4010232137\""));
        for body in
            ["extension=\"9990000018\"", "14010232137", "4010232137A", "x-4010232137", "4010232138", ""]
        {
            assert!(!may_name_a_real_patient(body.as_bytes()), "{body}");
        }
    }
}
