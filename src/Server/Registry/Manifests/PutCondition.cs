using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Slipway.Server.Registry.Manifests;

/// <summary>Where what a push names must be, or must not be, for the push to be done. https://www.rfc-editor.org/rfc/rfc9110#section-13.1</summary>
/// <param name="Match">At one of these; nothing: wherever it is.</param>
/// <param name="NoneMatch">At none of these.</param>
internal sealed record PutCondition(IList<EntityTagHeaderValue>? Match, IList<EntityTagHeaderValue> NoneMatch)
{
    /// <summary>A condition that cannot be read is never met: who sent it did not want to push in any case.</summary>
    public static PutCondition Of(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        return new PutCondition(request.Headers.ContainsKey("If-Match") ? headers.IfMatch : null, headers.IfNoneMatch);
    }

    public bool IsAny => Match is null && NoneMatch.Count == 0;

    /// <param name="current">The digest that is there now; nothing: none is.</param>
    public bool IsMet(string? current) =>
        (Match is null || Match.Any(tag => IsAt(tag, current) && !tag.IsWeak)) && !NoneMatch.Any(tag => IsAt(tag, current));

    private static bool IsAt(EntityTagHeaderValue tag, string? current) =>
        current is not null && (tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == $"\"{current}\"");
}
