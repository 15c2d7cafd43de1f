using System.Text.Json.Nodes;
using Slipway.Compiler;

namespace Slipway.Scenarios;

/// <summary>How a step ended, whoever played it.</summary>
internal sealed record Outcome
{
    /// <summary><c>slipway run</c> also tells what a server tells nobody: an exit code, why a job is out, where a mistake stands, a job as it was compiled.</summary>
    public required bool IsExplained { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>The pipeline's; <see langword="null"/> when none was created, or one that holds nothing but its errors.</summary>
    public string? Status { get; init; }

    public string? Name { get; init; }
    public string? Refusal { get; init; }
    public IReadOnlyList<(string Message, Position? At)> Errors { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];
    public IReadOnlyDictionary<string, string> Excluded { get; init; } = new Dictionary<string, string>();
    public string Merged { get; init; } = "";

    /// <summary>What was to be done meanwhile, and its moment never came.</summary>
    public IReadOnlyList<Deed> Undone { get; init; } = [];

    /// <summary>The last attempt of each job by its full name, <c>bridge > job</c> for a child's.</summary>
    public required IReadOnlyDictionary<string, JobOutcome> Jobs { get; init; }
}

internal sealed record JobOutcome
{
    public required string Status { get; init; }
    public required int Attempts { get; init; }
    public string? Reason { get; init; }
    public int? ExitCode { get; init; }
    public bool AllowFailure { get; init; }
    public required string Stage { get; init; }
    public double? Coverage { get; init; }
    public JsonObject? Tests { get; init; }

    /// <summary>Place in the order of all starts and ends; <see langword="null"/> when it never came to that.</summary>
    public long? Started { get; init; }

    /// <inheritdoc cref="Started"/>
    public long? Finished { get; init; }

    /// <summary>Between the run's start and the job's.</summary>
    public TimeSpan? After { get; init; }

    public IReadOnlyList<string> Lines { get; init; } = [];
    public IReadOnlyList<string> Artifacts { get; init; } = [];
    public JsonNode? Payload { get; init; }
    public JsonNode? Compiled { get; init; }
}
