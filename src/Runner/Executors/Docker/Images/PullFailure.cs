using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>Why an image did not come. Engines report everything as one status and a sentence, so the sentence decides.</summary>
/// <param name="Reason">One of <see cref="FailureReason"/>.</param>
/// <param name="Transient">The same may work in a few seconds.</param>
internal sealed record PullFailure(string Reason, bool Transient, string Message)
{
    private static readonly string[] _refusals =
    [
        "not found",
        "manifest unknown",
        "does not exist",
        "access denied",
        "access to the resource is denied",
        "unauthorized",
        "authentication required",
        "forbidden",
        "invalid reference",
        "no matching manifest",
        "no such image",
    ];

    private static readonly string[] _unreachable = ["no such host", "server misbehaving", "network is unreachable", "certificate"];

    private static readonly string[] _passing =
    [
        "timeout",
        "timed out",
        "deadline exceeded",
        "connection refused",
        "connection reset",
        "unexpected eof",
        ": eof",
        "internal server error",
        "bad gateway",
        "service unavailable",
        "gateway time",
        "toomanyrequests",
        "too many requests",
        "temporary failure",
    ];

    public static PullFailure Of(EngineException error)
    {
        var text = error.Message.ToLowerInvariant();
        if (Holds(text, _unreachable))
            return new PullFailure(FailureReason.RunnerExternalDependency, false, error.Message);
        if (Holds(text, _refusals))
            return new PullFailure(FailureReason.ImagePull, false, error.Message);
        return Holds(text, _passing)
            ? new PullFailure(FailureReason.RunnerExternalDependency, true, error.Message)
            : new PullFailure(FailureReason.ImagePull, false, error.Message);
    }

    private static bool Holds(string text, string[] words) => words.Any(text.Contains);
}
