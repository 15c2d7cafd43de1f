using System.Text;

namespace Slipway.Server.Git;

/// <summary>One run of <c>git</c>: its arguments, as they are, and what bounds it.</summary>
/// <param name="Arguments">Text that comes from a user stands behind <c>--end-of-options</c> or <c>--</c>, or is an object's id.</param>
internal sealed record GitCall(params IReadOnlyList<string> Arguments)
{
    /// <summary>Beside the fixed environment: a quarantine's object directory, an author's name.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Standard input, when no <see cref="Feed"/> writes it.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Writes standard input piece by piece. What it throws ends the run and passes through.</summary>
    public Func<Stream, CancellationToken, Task>? Feed { get; init; }

    /// <summary>Takes standard output piece by piece; the answer's output is empty then.</summary>
    public Func<Stream, CancellationToken, Task>? Drink { get; init; }

    /// <summary>How long it may take before it is killed. One minute.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of output; one more, and the answer counts as failed. 64 MiB.</summary>
    public int MaxOutput { get; init; } = 64 << 20;

    public static ReadOnlyMemory<byte> Lines(IEnumerable<string> lines) =>
        Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
}

/// <param name="ExitCode">Git's own, or one of the constants.</param>
/// <param name="Complaint">The beginning of what it wrote to standard error.</param>
internal sealed record GitAnswer(int ExitCode, byte[] Output, string Complaint)
{
    public const int TookTooLong = -2;
    public const int SaidTooMuch = -3;

    public bool Ok => ExitCode == 0;

    /// <summary>The output as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The output's first line.</summary>
    public string Line => Text.Split('\n')[0];

    /// <summary>The parts of an output that was asked for with <c>-z</c>.</summary>
    public string[] Parts() => Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <returns>This answer.</returns>
    /// <exception cref="GitException">Git failed where it should not.</exception>
    public GitAnswer OrThrow(string what) => Ok ? this : throw new GitException($"git could not {what} ({ExitCode}): {Complaint}");
}

/// <summary>Git did not do what it always can: a damaged repository, a full disk, a missing program. Not a user's mistake.</summary>
internal sealed class GitException(string message, Exception? inner = null) : IOException(message, inner);
