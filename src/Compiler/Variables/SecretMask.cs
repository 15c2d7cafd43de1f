using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>
/// Hides the values of masked variables in a message as GitLab does: letters x, as many as the value has; of eight or more the first eight are
/// <c>[MASKED]</c>.
/// </summary>
internal sealed class SecretMask(ImmutableArray<Variable> variables)
{
    private const string Word = "[MASKED]";

    /// <summary>The longest first, so that a secret inside another hides no part of it.</summary>
    private readonly string[] _secrets =
    [
        .. variables
            .Where(variable => variable is { Masked: true, Value.Length: > 0 })
            .Select(variable => variable.Value)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length),
    ];

    public string Apply(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Hidden(secret.Length), StringComparison.Ordinal);
        return text;
    }

    private static string Hidden(int length) =>
        length < Word.Length ? new string('x', length) : Word + new string('x', length - Word.Length);
}
