namespace Slipway.Compiler.Yaml;

/// <summary>Comments for <see cref="YamlWriter"/> to put at the ends of lines. None may hold a line break.</summary>
/// <param name="OfKey">For a key: the top-level entry it stands in (itself, at the top), and the key with its value.</param>
/// <param name="OfItem">For an item of a list: also where the list was written; <see langword="null"/> = no comment.</param>
internal sealed record YamlComments(Func<string, ConfigEntry, string> OfKey, Func<string, Position, Position, string?> OfItem);
