using System.Text;

namespace Slipway.Cli.Commands.Runners;

/// <summary>Asks a person for what the command line does not say, one line each.</summary>
internal sealed class Questions(Surroundings surroundings, bool silent) : IDisposable
{
    private readonly StreamReader _in = new(surroundings.In, Encoding.UTF8, leaveOpen: true);

    /// <summary>Nobody is to be asked.</summary>
    public bool Silent => silent;

    /// <param name="given">What is known already.</param>
    /// <param name="option">What to name when nobody answers.</param>
    /// <param name="otherwise">For an empty answer; <see langword="null"/> = there must be one.</param>
    /// <exception cref="CommandException">There is no answer.</exception>
    public string Ask(string what, string? given, string? option, string? otherwise = null)
    {
        if (given is { Length: > 0 } || (silent && otherwise is not null))
            return given ?? otherwise!;
        if (!silent)
        {
            surroundings.Error.Write(Encoding.UTF8.GetBytes($"Enter {what}{(otherwise is { Length: > 0 } ? $" [{otherwise}]" : "")}: "));
            if (_in.ReadLine()?.Trim() is { Length: > 0 } answer)
                return answer;
            if (otherwise is not null)
                return otherwise;
        }

        throw new CommandException(ExitCode.Usage, $"{what} is missing", option is null ? null : $"give it with {option}");
    }

    public void Dispose() => _in.Dispose();
}
