using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Schedules;

/// <summary>The variables a schedule gives its pipelines, sealed in its row.</summary>
internal static class ScheduleVariables
{
    /// <summary>Of one schedule.</summary>
    public const int Most = 100;

    public const int LongestKey = 255;
    public const int LongestValue = 10_000;

    private const string Purpose = "pipeline_schedules.variables";

    public static ImmutableArray<Variable> Of(PipelineScheduleRow row, SecretBox secrets) =>
        row.Variables is { } body ? [.. JsonSerializer.Deserialize<Variable[]>(secrets.Open(Purpose, body)) ?? []] : [];

    public static byte[]? Sealed(ImmutableArray<Variable> variables, SecretBox secrets) =>
        variables.IsEmpty ? null : secrets.Seal(Purpose, JsonSerializer.Serialize(variables.ToArray()));

    public static bool IsKey(string key) => key.Length is > 0 and <= LongestKey && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>What is wrong with them all together.</summary>
    public static FieldError? Problem(ImmutableArray<Variable> variables) =>
        variables.Length > Most ? new FieldError("variables", $"exceed the limit of {Most}")
        : variables.FirstOrDefault(one => !IsKey(one.Key)) is { } wrong
            ? new FieldError($"variable {wrong.Key}", "can contain only letters, digits and '_'")
        : variables.FirstOrDefault(one => one.Value.Length > LongestValue) is { } large
            ? new FieldError($"variable {large.Key}", $"is too long (maximum is {LongestValue} characters)")
        : variables.GroupBy(one => one.Key).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? new FieldError($"variable {twice.Key}", FieldError.Taken)
        : null;
}
