namespace Slipway.Server.Data;

/// <param name="Kind"><c>human</c>, <c>project_bot</c> or <c>group_bot</c>.</param>
/// <param name="State"><c>active</c> or <c>blocked</c>.</param>
/// <param name="Admin">1: administrator of the instance.</param>
internal sealed record UserRow(long Id, string Username, string Name, string Email, string Kind, string State, long Admin, long CreatedAt)
{
    /// <summary>The columns it is read from.</summary>
    public const string Columns = "id, username, name, email, kind, state, admin, created_at";

    public bool IsAdmin => Admin == 1;
    public bool IsActive => State == "active";
}
