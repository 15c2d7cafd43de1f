using System.Buffers;

namespace Slipway.Cli.Terminal;

/// <summary>
/// The mark that begins or ends a section of a job's log, up to its carriage return: <c>section_start:1700000000:step_script[collapsed=true]</c>.
/// Source: docs.gitlab.com/ci/jobs/job_logs.
/// </summary>
internal static class SectionMark
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"u8
    );

    /// <returns>Where the mark begins that <paramref name="text"/> ends with; <see langword="null"/> when it ends with none.</returns>
    public static int? AtEndOf(ReadOnlySpan<byte> text)
    {
        var begin = text.LastIndexOf("section_"u8);
        if (begin < 0)
            return null;
        var rest = text[(begin + "section_".Length)..];
        if (!Skip(ref rest, "start:"u8) && !Skip(ref rest, "end:"u8))
            return null;
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0 || rest[digits] != (byte)':')
            return null;
        rest = rest[(digits + 1)..];
        var name = rest.IndexOfAnyExcept(NameBytes);
        return rest.Length > 0 && (name < 0 || (name > 0 && rest[name] == (byte)'[' && rest[^1] == (byte)']')) ? begin : null;
    }

    private static bool Skip(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        if (!text.StartsWith(word))
            return false;
        text = text[word.Length..];
        return true;
    }
}
