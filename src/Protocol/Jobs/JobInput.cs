using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Protocol.Jobs;

/// <summary>A value the job's configuration can name as <c>${{ job.inputs.KEY }}</c> (runner-protocol §4.11).</summary>
public sealed record JobInput(string Key, JobInput.TypedValue Value)
{
    /// <param name="Type"><c>string</c>, <c>number</c>, <c>boolean</c>, <c>array</c> or <c>struct</c>.</param>
    /// <param name="Content">Of that type, and never null.</param>
    /// <param name="Sensitive">It may not be put into texts.</param>
    public sealed record TypedValue(string Type, [property: JsonRequired] JsonElement Content, bool Sensitive = false);
}
