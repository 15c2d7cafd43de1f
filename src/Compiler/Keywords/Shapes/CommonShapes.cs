using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>Shapes that many keywords share.</summary>
internal static class CommonShapes
{
    public static Shape Anything { get; } = new Shape.Anything();
    public static Shape Text { get; } = new Shape.Text();
    public static Shape RequiredText { get; } = new Shape.Text { Required = true };
    public static Shape Flag { get; } = new Shape.Flag();
    public static Shape Texts { get; } = new Shape.Texts();
    public static Shape TextOrTexts { get; } = new Shape.TextOrTexts();
    public static Shape Commands { get; } = new Shape.Commands();
    public static Shape.Text ShortText { get; } = new() { MaxLength = 255 };

    /// <summary>When a cache or an artifact is kept.</summary>
    public static Shape SaveWhen { get; } = OneOfThese("on_success", "on_failure", "always");

    /// <summary>A duration or <c>never</c>.</summary>
    public static Shape ExpireIn { get; } = new Shape.Duration { AllowsNever = true };

    public static Shape.Choice OneOfThese(params ImmutableArray<string> values) =>
        new($"should be one of: {string.Join(", ", values)}", values);

    public static Shape.Choice MustBeOneOf(params ImmutableArray<string> values) =>
        new($"must be one of: {string.Join(", ", values)}", values);

    /// <summary>A text that says it all in short, or the map.</summary>
    public static Shape.ByKind TextOr(Shape map) => new("should be a hash or a string") { OnText = RequiredText, OnMap = map };

    /// <summary>A map of texts, some of which must be there.</summary>
    public static Shape.Map Parts(ImmutableArray<string> texts, ImmutableArray<string> required, params ReadOnlySpan<Keyword> others) =>
        new([.. texts.Select(name => Keyword.Part(name, Text)), .. others])
        {
            Rules = [.. required.Select(name => new MapRule.Present(name))],
        };

    /// <summary>The text at <paramref name="key"/>; <see langword="null"/> when there is none.</summary>
    public static string? TextAt(ConfigMapping map, string key) => map[key] is ConfigScalar { IsString: true } text ? text.Text : null;

    /// <summary>The key is there with a value other than null.</summary>
    public static bool IsSet(ConfigMapping map, string key) => map[key] is { } value and not ConfigScalar { IsNull: true };
}
