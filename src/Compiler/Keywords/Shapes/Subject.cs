namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>A place in a configuration as GitLab prints it: <c>jobs:build:artifacts</c>.</summary>
internal sealed class Location(Location? parent, string name)
{
    public override string ToString() => parent is null ? name : $"{parent}:{name}";
}

/// <summary>What a message is about.</summary>
/// <param name="Parent">The place around it; <see langword="null"/> at the top level.</param>
/// <param name="KeyAt">Where its key stands: the place of what is missing.</param>
internal readonly record struct Subject(Location? Parent, string Name, bool IsEntry, Position KeyAt)
{
    public string? Attribute { get; init; }

    public static Subject Of(Keyword keyword, Location? parent, Position keyAt) =>
        new(keyword.HasOwnPlace ? null : parent, keyword.Name, keyword.IsEntry, keyAt) { Attribute = keyword.Attribute };

    /// <summary>The place that the parts of this one are in.</summary>
    public Location Inside => IsEntry || Parent is null ? new Location(Parent, Name) : Parent;

    /// <summary><c>jobs:a:image config …</c>, <c>jobs:a start in …</c>.</summary>
    public string Say(string text) => IsEntry ? $"{Inside} config {text}" : $"{Inside} {Attribute ?? Humanize(Name)} {text}";

    /// <summary><c>jobs:a:parallel …</c>.</summary>
    public string SayBare(string text) =>
        Name.Length == 0 ? text
        : IsEntry ? $"{Inside} {text}"
        : $"{Inside}:{Name} {text}";

    /// <summary>What Rails makes of an attribute's name.</summary>
    public static string Humanize(string name) => name.Replace('_', ' ');
}
