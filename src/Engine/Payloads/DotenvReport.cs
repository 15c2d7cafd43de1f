using System.Collections.Immutable;
using System.Text;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Payloads;

/// <summary>
/// What an <c>artifacts:reports:dotenv</c> file says, or why it says nothing (gitlab-ci-yaml §10.4, -2 §10.4). Server and local run read it alike;
/// a file in error is answered with 400 and fails the upload.
/// </summary>
/// <param name="Variables">In the order of their first appearance, the last value of each key; not public, and expanded like any other. Empty when there is an error.</param>
/// <param name="Error">GitLab's sentence, or <see langword="null"/>.</param>
public sealed record DotenvReport(ImmutableArray<Variable> Variables, string? Error)
{
    /// <summary>GitLab's defaults for an instance of one's own. The size is in bytes, and a file must stay below it.</summary>
    public const int DefaultMaxVariables = 20;

    /// <inheritdoc cref="DefaultMaxVariables"/>
    public const int DefaultMaxBytes = 5 * 1024;

    private const int MaxKeyLength = 255;

    /// <param name="file">The file, unpacked. A caller that has a stream need read no more than <paramref name="maxBytes"/> of it.</param>
    public static DotenvReport Parse(ReadOnlySpan<byte> file, int maxVariables = DefaultMaxVariables, int maxBytes = DefaultMaxBytes)
    {
        if (file.Length >= maxBytes)
            return Refused($"Dotenv Artifact Too Big. Maximum Allowable Size: {maxBytes}");

        var found = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        var text = Decode(file);
        for (var start = 0; start < text.Length; )
        {
            var end = text.IndexOf('\n', start);
            var line = text.AsSpan(start, (end < 0 ? text.Length : end) - start);
            var equals = line.IndexOf('=');
            if (equals < 0 || line.Contains('\0'))
                return Refused("Invalid Format");
            found[line[..equals].Trim().ToString()] = line[(equals + 1)..].Trim().ToString();
            start += line.Length + 1;
        }

        if (found.Count > maxVariables)
            return Refused($"Dotenv files cannot have more than {maxVariables} variables");
        foreach (var key in found.Keys)
        {
            if (KeyError(key) is { } error)
                return Refused($"Validation failed: {error}");
        }

        return new DotenvReport([.. found.Select(pair => new Variable(pair.Key, pair.Value, Public: false))], null);
    }

    private static DotenvReport Refused(string error) => new([], error);

    private static string? KeyError(string key)
    {
        const string Characters = "Key can contain only letters, digits and '_'.";
        if (key.Length == 0)
            return $"Key can't be blank, {Characters}";
        if (key.Length > MaxKeyLength)
            return $"Key is too long (maximum is {MaxKeyLength} characters)";
        return key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? null : Characters;
    }

    /// <summary>UTF-8, what is not becoming U+FFFD; by its mark also the UTF-16 that PowerShell writes.</summary>
    private static string Decode(ReadOnlySpan<byte> file) =>
        file switch
        {
            [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
            [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
            [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
            _ => Encoding.UTF8.GetString(file),
        };
}
