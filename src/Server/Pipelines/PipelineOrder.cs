using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Pipelines;

/// <summary>A pipeline that somebody wants: what for, on whose behalf, with what.</summary>
internal sealed record PipelineOrder
{
    public required ProjectRow Project { get; init; }

    /// <summary>In whose name its jobs run, and who must be allowed to.</summary>
    public required UserRow User { get; init; }

    /// <summary>GitLab's word: <c>push</c>, <c>web</c>, <c>api</c>, <c>schedule</c>, <c>trigger</c>, <c>pipeline</c>, <c>parent_pipeline</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Branch or tag, without <c>refs/…</c>.</summary>
    public required string Ref { get; init; }

    public bool IsTag { get; init; }
    public required string Sha { get; init; }
    public string BeforeSha { get; init; } = CommitFacts.ZeroSha;
    public ImmutableArray<Variable> Variables { get; init; } = [];
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What asks, when it may ask twice: the second time gets the pipeline of the first.</summary>
    public string? Origin { get; init; }

    /// <summary>The schedule that starts it, and what that is for.</summary>
    public long? ScheduleId { get; init; }

    public string? ScheduleDescription { get; init; }

    /// <summary>The trigger token that starts it.</summary>
    public long? TriggerId { get; init; }

    /// <summary>The beginning of that token, which its jobs may see.</summary>
    public string? TriggerShortToken { get; init; }

    /// <summary>What came with the trigger, JSON: its jobs have it as the file <c>TRIGGER_PAYLOAD</c>.</summary>
    public string? Payload { get; init; }

    /// <summary>The trigger job that starts it.</summary>
    public long? BridgeId { get; init; }

    /// <summary>The webhook's event that asks for it, directly or by pipelines in between.</summary>
    public HookLink? HookLink { get; init; }

    /// <summary>Nothing: the project's own configuration at the commit.</summary>
    public ConfigSource? Config { get; init; }

    /// <summary>A configuration with mistakes leaves a failed pipeline that tells them; else it leaves none, and they are the refusal.</summary>
    public bool KeepsMistakes { get; init; } = true;

    /// <summary>A skipped pipeline is made when the commit's message says <c>[ci skip]</c>, or the push did.</summary>
    public bool MaySkip { get; init; }

    public bool Skip { get; init; }
}

/// <summary>What became of a wanted pipeline.</summary>
internal abstract record PipelineOutcome
{
    private PipelineOutcome() { }

    /// <summary>It is there: with jobs, or failed with <see cref="PipelineRow.YamlErrors"/>, or skipped.</summary>
    public sealed record Created(PipelineRow Pipeline) : PipelineOutcome;

    /// <summary>There is none.</summary>
    /// <param name="Message">GitLab's words.</param>
    public sealed record Refused(string Message) : PipelineOutcome;
}
