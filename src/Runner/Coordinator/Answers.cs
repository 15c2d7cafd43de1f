using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>What became of a call about the runner itself.</summary>
public enum AnswerKind
{
    Ok,

    /// <summary>403: the token is nobody's.</summary>
    Forbidden,

    /// <summary>Any other answer.</summary>
    Refused,

    /// <summary>No answer.</summary>
    Unreachable,
}

/// <param name="Message">What the coordinator says, or why there is no answer; empty when all went well.</param>
public sealed record Answer<T>(AnswerKind Kind, T? Value, string Message)
    where T : class;

/// <summary>What <c>POST /jobs/request</c> gave (runner-protocol §3.2).</summary>
internal abstract record JobAnswer
{
    private JobAnswer() { }

    /// <param name="CorrelationId">The request's name.</param>
    /// <param name="SharesCache">The coordinator keeps cache archives.</param>
    public sealed record Job(JobPayload Payload, string CorrelationId, bool SharesCache = false) : JobAnswer;

    /// <param name="Held">The coordinator has kept us waiting for something new, so there is no need to wait any more.</param>
    public sealed record Nothing(bool Held) : JobAnswer;

    /// <summary>403.</summary>
    public sealed record Forbidden(string Message) : JobAnswer;

    /// <summary>Anything else: the next question may do better.</summary>
    /// <param name="Busy">The coordinator could not answer in time or at all.</param>
    public sealed record Failed(string Message, bool Busy) : JobAnswer;
}

/// <summary>What became of a job's update or a piece of its log (runner-protocol §5.2, §6).</summary>
internal enum ReportOutcome
{
    Done,

    /// <summary>202 to an update: the coordinator has not finished with the log yet.</summary>
    NotYet,

    /// <summary>412 to an update: the log is to be sent again from the start.</summary>
    Mismatch,

    /// <summary>416 to a piece: it begins at the wrong place.</summary>
    WrongPlace,

    /// <summary>404 to a piece: not now.</summary>
    NotFound,

    /// <summary>The job is not ours any more.</summary>
    Abort,

    /// <summary>Nobody answered, or something in front of the coordinator says that it is away: 5xx.</summary>
    Away,

    Failed,
}

/// <param name="Canceling">The job is to end gracefully.</param>
/// <param name="Interval">The pause the coordinator wants between pieces of the log.</param>
/// <param name="Held">At <see cref="ReportOutcome.WrongPlace"/>: how many bytes it has.</param>
/// <param name="Message">For our own log.</param>
internal sealed record Report(ReportOutcome Outcome, bool Canceling, TimeSpan? Interval, long Held, string Message);
