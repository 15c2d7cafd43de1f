using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>The group of a request and the role its actor has there. A handler's parameter of this type is filled in.</summary>
internal sealed record GroupContext(NamespaceRow Group, Role Role)
{
    private static readonly object Key = new();

    public long Id => Group.Id;

    public static ValueTask<GroupContext?> BindAsync(HttpContext http) => ValueTask.FromResult((GroupContext?)http.Items[Key]);

    public void Set(HttpContext http) => http.Items[Key] = this;
}
