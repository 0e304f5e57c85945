//! `scr operator`: who may work with this practice.

use spine_client::Operator;
use spine_client::vocabulary::UserId;

use crate::commands::Desk;
use crate::exit::Exit;
use crate::failure::CliError;

pub(in crate::commands) async fn add(
    desk: &Desk,
    user_id: UserId,
    name: String,
    system_administrator: bool,
) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    let operator = Operator { user_id, name, system_administrator };
    client.add_operator(&operator).await?;
    let may = if system_administrator { "a System Administrator" } else { "not a System Administrator" };
    desk.output.tell(&format!("{} ({}) is an operator here, {may}.", operator.name, operator.user_id));
    Ok(Exit::Done)
}
