using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>Users as API v4 shows them. https://docs.gitlab.com/api/users/</summary>
internal static class UserJson
{
    /// <summary>As they stand inside of other things: a pipeline's, a member's.</summary>
    public static object Basic(UserRow user, ServerUrl url) =>
        new
        {
            id = user.Id,
            username = user.Username,
            name = user.Name,
            state = user.State,
            avatar_url = (string?)null,
            web_url = url.Of($"/{user.Username}"),
        };
}
