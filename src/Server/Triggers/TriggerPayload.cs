using System.Text.Json.Nodes;
using Slipway.Server.Http;

namespace Slipway.Server.Triggers;

/// <summary>All that came with a trigger, but for the token: jobs find it in the file TRIGGER_PAYLOAD. https://docs.gitlab.com/ci/triggers/#access-webhook-payload</summary>
internal static class TriggerPayload
{
    private const string Secret = "token";

    /// <param name="fromPath">What the address itself says; it wins.</param>
    public static string Of(
        Parameters p,
        IEnumerable<KeyValuePair<string, string>> query,
        params ReadOnlySpan<(string Name, string Value)> fromPath
    )
    {
        var all = new JsonObject();
        foreach (var (name, value) in query)
            Put(all, name, value);
        foreach (var (name, value) in p.Form ?? Enumerable.Empty<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>>())
            Put(all, name, value.ToString());
        if (p.Json is { } json)
        {
            foreach (var member in json.EnumerateObject())
                all[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }

        foreach (var (name, value) in fromPath)
            all[name] = value;
        all.Remove(Secret);
        return all.ToJsonString(Answers.Json);
    }

    /// <summary><c>variables[KEY]</c> is a member of <c>variables</c>.</summary>
    private static void Put(JsonObject all, string name, string value)
    {
        var bracket = name.IndexOf('[');
        if (bracket <= 0 || !name.EndsWith(']') || name.IndexOf(']') != name.Length - 1)
        {
            all[name] = value;
            return;
        }

        if (all[name[..bracket]] is not JsonObject inner)
            all[name[..bracket]] = inner = [];
        inner[name[(bracket + 1)..^1]] = value;
    }
}
