using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Server.Http;

internal static class JsonParts
{
    /// <summary>One object with the members of several, as API v4 writes them.</summary>
    public static JsonObject Join(params ReadOnlySpan<object> parts)
    {
        var all = new JsonObject();
        foreach (var part in parts)
        foreach (var (name, value) in JsonSerializer.SerializeToNode(part, part.GetType(), Answers.Json)!.AsObject())
            all[name] = value?.DeepClone();
        return all;
    }
}
