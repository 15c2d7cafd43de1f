using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>What a map's keys must keep among each other.</summary>
internal abstract record MapRule
{
    private MapRule() { }

    /// <summary>What a function in it checks, as a JSON schema (draft 7) of the map. Of <see cref="Present"/>: when it holds.</summary>
    public string? Schema { get; init; }

    /// <summary>What a function in it checks and no schema can say.</summary>
    public string? Untold { get; init; }

    /// <summary><c>these keys cannot be used together</c>.</summary>
    internal sealed record Exclusive(params ImmutableArray<string> Keys) : MapRule;

    /// <summary><c>missing required keys</c>.</summary>
    internal sealed record Required(params ImmutableArray<string> Keys) : MapRule;

    /// <summary><c>must use exactly one of these keys</c>.</summary>
    internal sealed record ExactlyOne(params ImmutableArray<string> Keys) : MapRule;

    /// <summary><c>KEY can't be blank</c> when it is absent, null or an empty list or map. An empty text is for the key's own shape to refuse.</summary>
    internal sealed record Present(string Key) : MapRule
    {
        public Func<ConfigMapping, bool>? When { get; init; }
    }

    /// <summary><c>config can't be blank</c>.</summary>
    internal sealed record NotEmpty : MapRule;

    /// <summary>Anything else.</summary>
    /// <param name="Find">What is wrong, or <see langword="null"/> when all is well.</param>
    internal sealed record Test(Func<ConfigMapping, Complaint?> Find) : MapRule;
}

/// <param name="Key">The key at fault: its place is the place of the message, or that of the map when the key is absent.</param>
/// <param name="About">What the words are about: <c>config</c> for the map; <see langword="null"/>: the key.</param>
internal sealed record Complaint(string Code, string Key, string Text, string? About = null);
