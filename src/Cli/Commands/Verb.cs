using System.CommandLine;

namespace Slipway.Cli.Commands;

/// <summary>A command of the tree, with the examples its help begins with.</summary>
/// <param name="examples">Command lines without the program's name, each with what it does.</param>
internal sealed class Verb(string name, string description, params (string Line, string Does)[] examples) : Command(name, description)
{
    public IReadOnlyList<(string Line, string Does)> Examples { get; } = examples;
}
