using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>Inputs that came as text, from an API, a form, an option: as if an include had given them.</summary>
internal static class GivenInputs
{
    /// <param name="at">The place mistakes in them are told at.</param>
    /// <returns><see langword="null"/> when there are none.</returns>
    public static ConfigMapping? FromTexts(ImmutableDictionary<string, string> texts, Position at)
    {
        if (texts.IsEmpty)
            return null;
        var ordered = texts.OrderBy(text => text.Key, StringComparer.Ordinal);
        return new ConfigMapping(
            at,
            [.. ordered.Select(text => new ConfigEntry(text.Key, at, new ConfigScalar(at, ScalarKind.String, text.Value)))]
        );
    }
}
