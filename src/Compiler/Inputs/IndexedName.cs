using System.Globalization;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>A part of a path: a name, with <c>[0]</c> behind it for items of a list.</summary>
internal sealed record IndexedName(string Name, IReadOnlyList<int> Indices)
{
    /// <param name="path">The whole path, for the message.</param>
    /// <param name="problem">GitLab's sentence when the brackets are wrong.</param>
    public static IndexedName Parse(string segment, string path, int mostIndices, out string? problem)
    {
        problem = null;
        var bracket = segment.IndexOf('[');
        if (bracket < 0)
            return new IndexedName(segment, []);
        var indices = new List<int>();
        for (var at = bracket; at < segment.Length; )
        {
            var close = segment.IndexOf(']', at);
            if (segment[at] != '[' || close < 0 || !PlainScalar.IsDigitsOr(segment.AsSpan(at + 1, close - at - 1), "") || close == at + 1)
            {
                problem = Wrong(segment, path);
                return new IndexedName("", []);
            }
            indices.Add(
                int.TryParse(segment.AsSpan(at + 1, close - at - 1), CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue
            );
            at = close + 1;
        }
        if (bracket == 0)
            problem = $"invalid indexed access without a key in `{path}`";
        else if (indices.Count > mostIndices)
            problem = $"too many array indices in `{path}` (maximum depth: {mostIndices})";
        return new IndexedName(segment[..bracket], indices);
    }

    private static string Wrong(string segment, string path)
    {
        if (segment.Count(c => c == '[') != segment.Count(c => c == ']'))
            return $"invalid array index in `{path}`: missing closing bracket";
        for (var open = segment.IndexOf('['); open >= 0; open = segment.IndexOf('[', open + 1))
        {
            var close = segment.IndexOf(']', open);
            if (close < 0)
                break;
            var content = segment[(open + 1)..close];
            if (content.Length == 0 || !PlainScalar.IsDigitsOr(content, ""))
                return $"invalid array index in `{path}`: `{content}` is not a valid index";
        }
        return $"invalid array index syntax in `{path}`";
    }
}
