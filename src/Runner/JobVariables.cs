using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Runner;

/// <summary>
/// A job's variables, complete: one for each name (the last definition, at the place of the first), each value expanded once against the
/// unexpanded list (runner-protocol §12.2). A file variable keeps its content; wherever its name is used its path stands.
/// </summary>
public sealed class JobVariables
{
    private readonly Dictionary<string, int> _index;
    private readonly string _fileDir;

    /// <param name="definitions">In order of rising precedence; names may repeat.</param>
    /// <param name="fileDir">Where file variables lie, as the scripts see it.</param>
    public JobVariables(IReadOnlyList<Variable> definitions, string fileDir)
    {
        _fileDir = fileDir;
        Definitions = definitions;
        _index = new Dictionary<string, int>(definitions.Count, StringComparer.Ordinal);
        var last = new List<Variable>(definitions.Count);
        foreach (var variable in definitions)
        {
            if (_index.TryAdd(variable.Key, last.Count))
                last.Add(variable);
            else
                last[_index[variable.Key]] = variable;
        }

        string? Unexpanded(string key) => _index.TryGetValue(key, out var i) ? Told(last[i]) : null;
        var all = ImmutableArray.CreateBuilder<Variable>(last.Count);
        foreach (var variable in last)
            all.Add(
                variable.Raw || !variable.Value.Contains('$')
                    ? variable
                    : variable with
                    {
                        Value = RunnerExpansion.Expand(variable.Value, Unexpanded),
                    }
            );
        All = all.MoveToImmutable();
    }

    public ImmutableArray<Variable> All { get; }

    /// <summary>What the variables were made from: unexpanded, in order, names repeated.</summary>
    public IReadOnlyList<Variable> Definitions { get; }

    /// <summary>What a script sees under this name; <see langword="null"/> when it is not defined.</summary>
    public string? this[string key] => _index.TryGetValue(key, out var i) ? Told(All[i]) : null;

    /// <summary>The value itself, a file variable's content included.</summary>
    public string? Content(string key) => _index.TryGetValue(key, out var i) ? All[i].Value : null;

    /// <summary>What a script sees: the value, or a file variable's path.</summary>
    public string Told(Variable variable) => variable.File ? $"{_fileDir}/{variable.Key}" : variable.Value;

    /// <summary>A text of the job (an image's name, a cache key, a path) with its variables put in.</summary>
    public string Expand(string text) => RunnerExpansion.Expand(text, key => this[key]);

    /// <summary><c>true</c>, <c>t</c>, <c>1</c> in any case are on (§12.2).</summary>
    public bool IsOn(string key, bool otherwise = false) => this[key] is { Length: > 0 } text ? Truth(text) ?? otherwise : otherwise;

    /// <summary>How often to try: 1 to 10; 1 when not given or not understood.</summary>
    public int Attempts(string key) => int.TryParse(this[key], out var n) && n is >= 1 and <= 10 ? n : 1;

    /// <summary>
    /// What a service container may see: public variables, expanded against public ones alone, so that no secret comes in by reference (§4.4).
    /// </summary>
    public static JobVariables ForServices(IReadOnlyList<Variable> definitions, string fileDir) =>
        new([.. definitions.Where(v => v.Public)], fileDir);

    /// <returns><see langword="null"/> when <paramref name="text"/> is no truth value.</returns>
    internal static bool? Truth(string text) =>
        text.ToLowerInvariant() switch
        {
            "true" or "t" or "1" => true,
            "false" or "f" => false,
            _ => long.TryParse(text, out _) ? false : null,
        };
}
