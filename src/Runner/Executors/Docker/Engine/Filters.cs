using System.Text.Json;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>The <c>filters</c> query of the engine's lists: a JSON object of arrays.</summary>
internal static class Filters
{
    public static string Of(string name, string[] values) =>
        "filters="
        + Uri.EscapeDataString(
            JsonSerializer.Serialize(new Dictionary<string, string[]> { [name] = values }, EngineJson.Default.DictionaryStringStringArray)
        );
}
