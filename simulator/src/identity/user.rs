//! The Spine's users as SDS would list them: who, with which roles, at which organisations.
//!
//! Read once, from `users.csv` of the population; a bad row refuses the whole file, for the file is ours.

use std::io::Read;

use serde::Deserialize;
use spine_vocabulary::{ActivityCode, JobRole, OdsCode, RoleProfileId, UserId};

/// One user of the Spine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The twelve digits that also begin the common name of the user's card.
    pub id: UserId,
    /// Name as shown, `SURNAME Forename`; invented.
    pub name: String,
    /// Every role, in the file's order; never empty.
    pub roles: Vec<Role>,
}

/// One role of a user at one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The role profile that a session and a message's author name.
    pub profile: RoleProfileId,
    /// Where the role is held.
    pub ods: OdsCode,
    /// That organisation's name.
    pub organisation: String,
    /// The job role in full, `S8000:G8000:R8000`.
    pub job_role: String,
    /// What the role allows.
    pub activities: Vec<ActivityCode>,
}

/// Why `users.csv` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// Not CSV, or a column is missing.
    #[error("users.csv cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// A value that is not what its column holds.
    #[error("users.csv, row {row}: {problem}")]
    Row {
        /// Counted from 1, header not counted.
        row: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// The users of the population, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Users(Vec<User>);

#[derive(Deserialize)]
struct Row {
    user_id: String,
    name: String,
    role_profile_id: String,
    ods: String,
    organisation: String,
    job_role: String,
    activities: String,
}

impl Users {
    /// Reads `users.csv`: a row per role, the activities parted by `;`.
    pub fn read(source: impl Read) -> Result<Self, UsersError> {
        let mut users: Vec<User> = Vec::new();
        for (index, row) in csv::Reader::from_reader(source).deserialize().enumerate() {
            let row: Row = row?;
            let (id, name, role) =
                row.parse().map_err(|problem| UsersError::Row { row: index + 1, problem })?;
            match users.iter_mut().find(|user| user.id == id) {
                Some(user) => user.roles.push(role),
                None => users.push(User { id, name, roles: vec![role] }),
            }
        }
        Ok(Self(users))
    }

    /// Looks a user up.
    #[must_use]
    pub fn find(&self, id: &UserId) -> Option<&User> {
        self.0.iter().find(|user| user.id == *id)
    }

    /// Every user, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &User> {
        self.0.iter()
    }
}

impl FromIterator<User> for Users {
    fn from_iter<I: IntoIterator<Item = User>>(users: I) -> Self {
        Self(users.into_iter().collect())
    }
}

impl Row {
    fn parse(self) -> Result<(UserId, String, Role), String> {
        let job_role = self.job_role.trim().to_owned();
        JobRole::parse(&job_role).map_err(|error| error.to_string())?;
        let activities = self
            .activities
            .split(';')
            .filter(|code| !code.trim().is_empty())
            .map(|code| ActivityCode::parse(code).map_err(|error| error.to_string()))
            .collect::<Result<_, _>>()?;
        let role = Role {
            profile: RoleProfileId::parse(&self.role_profile_id).map_err(|error| error.to_string())?,
            ods: OdsCode::parse(&self.ods).map_err(|error| error.to_string())?,
            organisation: self.organisation,
            job_role,
            activities,
        };
        Ok((UserId::parse(&self.user_id).map_err(|error| error.to_string())?, self.name, role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "user_id,name,role_profile_id,ods,organisation,job_role,activities\n";

    #[test]
    fn rows_of_one_user_become_its_roles_in_order() {
        let text = format!(
            "{HEADER}555100000001,OKAFOR Ada,555000000001,Y90001,\"Fen, The\",S8000:G8000:R8000,B0062;B0380\n\
             555100000002,HUGHES Wyn,555000000003,Y90001,Fen,S8000:G8000:R8003,\n\
             555100000001,OKAFOR Ada,555000000002,Y90002,Hill,S8000:G8000:R8001,B0370\n"
        );
        let users = Users::read(text.as_bytes()).unwrap();
        assert_eq!(users.iter().count(), 2);
        let ada = users.find(&UserId::parse("555100000001").unwrap()).unwrap();
        let profiles: Vec<_> = ada.roles.iter().map(|role| role.profile.as_str()).collect();
        assert_eq!(profiles, ["555000000001", "555000000002"]);
        assert_eq!(ada.roles[0].organisation, "Fen, The");
        assert_eq!(ada.roles[0].activities.len(), 2);
        let wyn = users.find(&UserId::parse("555100000002").unwrap()).unwrap();
        assert!(wyn.roles[0].activities.is_empty());
    }

    #[test]
    fn a_bad_row_is_refused_by_its_number() {
        for (row, what) in [
            ("5551,A,555000000001,Y90001,Fen,S8000:G8000:R8000,B0062", "a user id"),
            ("555100000001,A,5,Y90001,Fen,S8000:G8000:R8000,B0062", "a role profile id"),
            ("555100000001,A,555000000001,Y90001,Fen,R1,B0062", "a job role"),
            ("555100000001,A,555000000001,Y90001,Fen,S8000:G8000:R8000,B62", "an activity code"),
        ] {
            let error = Users::read(format!("{HEADER}{row}\n").as_bytes()).unwrap_err().to_string();
            assert!(error.contains("row 1") && error.contains(what), "{error}");
        }
        assert!(Users::read("user_id,name\n1,2\n".as_bytes()).is_err());
    }
}
