using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>
/// What the value of a keyword may look like, with GitLab's words for what may not. The keyword table is made of shapes: the check
/// (<see cref="ShapeCheck"/>) walks them beside the configuration, and whoever describes the language to a reader or an editor walks them alone.
/// Null is no value, so no shape speaks of it.
/// </summary>
internal abstract record Shape
{
    private Shape() { }

    /// <summary>A wrong type is told as a part of the map around (<c>jobs:a allow failure should be …</c>), whatever the keyword says of itself.</summary>
    public bool TypeIsPart { get; init; }

    /// <summary>What a function in it checks, as a JSON schema (draft 7) that holds beside the rest.</summary>
    public string? Schema { get; init; }

    /// <summary>What a function in it checks and no schema can say.</summary>
    public string? Untold { get; init; }

    internal sealed record Anything : Shape;

    internal sealed record Text : Shape
    {
        public string Wrong { get; init; } = "should be a string";
        public int MaxLength { get; init; } = int.MaxValue;

        /// <summary>Blank is refused: <c>can't be blank</c>.</summary>
        public bool Required { get; init; }

        /// <summary>A further test; the answer is the message.</summary>
        public Func<string, string?>? Test { get; init; }

        /// <summary>The text stands for a map with only this key, which the messages name.</summary>
        public string? Attribute { get; init; }
    }

    internal sealed record Flag : Shape;

    /// <summary>One of some words.</summary>
    internal sealed record Choice(string Wrong, params ImmutableArray<string> Values) : Shape
    {
        /// <summary>The message ends with the value found.</summary>
        public bool NamesValue { get; init; }
    }

    internal sealed record Number(int Min, int Max) : Shape;

    /// <param name="Limit">Seconds that may not be exceeded.</param>
    internal sealed record Duration(double Limit = double.MaxValue) : Shape
    {
        public bool AllowsNever { get; init; }

        /// <summary>A text with a variable in it is whatever that holds.</summary>
        public bool AllowsVariables { get; init; }
    }

    /// <summary>A list of texts.</summary>
    internal sealed record Texts : Shape
    {
        public string Wrong { get; init; } = "should be an array of strings";
        public int Min { get; init; }
        public string TooFew { get; init; } = "";
        public int Max { get; init; } = int.MaxValue;
        public string TooMany { get; init; } = "";

        /// <summary>The only texts allowed, when there are such.</summary>
        public ImmutableArray<string> Known { get; init; } = [];
    }

    internal sealed record TextOrTexts : Shape;

    /// <summary>A text, or texts nested up to ten levels: what becomes a script.</summary>
    internal sealed record Commands : Shape;

    /// <summary>Texts nested up to ten levels: stages.</summary>
    internal sealed record NestedTexts : Shape;

    /// <summary>An integer or a list of them.</summary>
    internal sealed record Integers : Shape;

    /// <summary>A condition in the language of <c>rules:if</c>.</summary>
    internal sealed record Expression : Shape;

    /// <summary>A list of conditions.</summary>
    internal sealed record Expressions : Shape;

    /// <summary><c>/pattern/flags</c>.</summary>
    internal sealed record Pattern : Shape;

    /// <summary>Ref names and <c>/patterns/</c>.</summary>
    internal sealed record Refs : Shape;

    /// <summary>A map with known keys.</summary>
    internal sealed record Map(params ImmutableArray<Keyword> Keys) : Shape
    {
        public string Wrong { get; init; } = "should be a hash";
        public string UnknownKeys { get; init; } = "contains unknown keys";
        public ImmutableArray<MapRule> Rules { get; init; } = [];
    }

    /// <summary>A map with keys of the user's own choice.</summary>
    /// <param name="Item">The shape of each value; the key names its place.</param>
    internal sealed record Named(Shape Item) : Shape
    {
        public string Wrong { get; init; } = "should be a hash";

        /// <summary>A null value is as wrong as a map would be; else it is no value.</summary>
        public bool RefusesNull { get; init; }

        /// <summary>A further test; the answer is the message.</summary>
        public Func<ConfigMapping, string?>? Test { get; init; }

        public int Max { get; init; } = int.MaxValue;
        public string TooMany { get; init; } = "";
    }

    /// <summary>A list, nested lists flattened, nulls left out.</summary>
    /// <param name="ItemName">What GitLab calls an item's place; <see langword="null"/>: the list's own place.</param>
    internal sealed record Items(Shape Item, string? ItemName) : Shape
    {
        public string Wrong { get; init; } = "should be an array";
        public int Max { get; init; } = int.MaxValue;
        public string TooMany { get; init; } = "";

        /// <summary>An empty list is refused: <c>can't be blank</c>.</summary>
        public bool Required { get; init; }

        /// <summary>Every item, however deep up to ten levels, must be a map; else the list as a whole has the wrong type.</summary>
        public bool OfMaps { get; init; }

        /// <summary>A map stands for a list of itself.</summary>
        public bool AllowsOne { get; init; }

        /// <summary>What an empty map, which stands for nothing, is told; <see langword="null"/>: it is an item like others.</summary>
        public string? WrongWhenEmpty { get; init; }

        /// <summary>A further test, of the items flattened; the answer is the message and the item it is about.</summary>
        public Func<IReadOnlyList<ConfigNode>, (string Text, ConfigNode Item)?>? Test { get; init; }

        /// <summary>GitLab tells what is wrong with the list itself under this name.</summary>
        public string? OwnName { get; init; }
    }

    /// <summary>The shape depends on what the value is; what has no shape here is refused.</summary>
    /// <param name="Bare">The message follows the place without the word <c>config</c>.</param>
    internal sealed record ByKind(string Wrong, bool Bare = false) : Shape
    {
        public Shape? OnText { get; init; }
        public Shape? OnNumber { get; init; }
        public Shape? OnFlag { get; init; }
        public Shape? OnList { get; init; }
        public Shape? OnMap { get; init; }

        /// <summary>GitLab tells a wrong type under this name; an empty one is no place at all.</summary>
        public string? OwnName { get; init; }
    }

    /// <summary>A map whose keys decide which kind of thing it is.</summary>
    /// <param name="Wrong">Follows the place without the word <c>config</c>.</param>
    /// <param name="Pick">The shape for this map; <see langword="null"/> when it is of no kind.</param>
    /// <param name="Kinds">Those that are allowed; <paramref name="Pick"/> may answer others, which somebody else refuses.</param>
    internal sealed record OneOf(string Wrong, Func<ConfigMapping, Shape?> Pick, params ImmutableArray<Shape> Kinds) : Shape;
}
