using Slipway.Compiler.Yaml;

namespace Slipway.Compiler;

/// <summary>
/// The files of the commit (or working tree) whose pipeline is compiled, as three questions. Paths are relative to the project's root,
/// with forward slashes and without a leading one. The answers must not change while one compilation runs.
/// </summary>
/// <param name="ReadText">
/// The file's text as <see cref="TextOf"/> makes it, or <see langword="null"/> when there is no such file. At most 2 MiB are looked at.
/// </param>
/// <param name="Paths">Every file path, sorted ordinally. Asked only when a glob, <c>exists</c> or a wildcard include needs it.</param>
/// <param name="ContentHash">Lower-case hex SHA-1 of a file's content as Git would store it, or <see langword="null"/>; for <c>cache:key:files</c>.</param>
public sealed record ProjectTree(Func<string, string?> ReadText, Func<IReadOnlyList<string>> Paths, Func<string, string?> ContentHash)
{
    /// <summary>
    /// Object id of the newest commit that changed a path (a file, a folder, or a Git glob), for <c>cache:key:files_commits</c>;
    /// <see langword="null"/> when none did. The commit's history counts, not what lies uncommitted in a working tree.
    /// </summary>
    public Func<string, string?> LastCommit { get; init; } = _ => null;

    /// <summary>
    /// The text of a file's bytes: UTF-8, or UTF-16 with its mark. A byte that is neither is kept, as a lone surrogate, so that whoever reads the
    /// text can say where it stands.
    /// </summary>
    public static string TextOf(ReadOnlySpan<byte> bytes) => FileText.Of(bytes);

    /// <summary>A project without files: lint of a text that stands alone.</summary>
    public static ProjectTree Empty { get; } = new(_ => null, () => [], _ => null);

    /// <summary>A tree held in memory, path → text.</summary>
    public static ProjectTree From(IReadOnlyDictionary<string, string> files) =>
        new(
            path => files.GetValueOrDefault(path),
            () => [.. files.Keys.Order(StringComparer.Ordinal)],
            path => files.TryGetValue(path, out var text) ? GitHash(text) : null
        );

    private static string GitHash(string text)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(text);
        var head = System.Text.Encoding.ASCII.GetBytes($"blob {body.Length}\0");
#pragma warning disable CA5350 // Git's object id, not a defence.
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData([.. head, .. body]));
#pragma warning restore CA5350
    }
}
