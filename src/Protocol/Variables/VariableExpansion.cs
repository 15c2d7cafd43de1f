using System.Text;

namespace Slipway.Protocol.Variables;

/// <summary>
/// How GitLab's server replaces <c>$NAME</c>, <c>${NAME}</c> and <c>%NAME%</c> in one text (gitlab-ci-yaml §10.3). What has been put in is not looked at
/// again. The runner has a way of its own, and the shell a third.
/// </summary>
public static class VariableExpansion
{
    /// <summary>A text grows no longer than this many characters: references that come later stay as they are.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>An unknown variable becomes nothing.</summary>
    /// <param name="lookup">The value of a name; <see langword="null"/> = not defined.</param>
    public static string Expand(string text, Func<string, string?> lookup) => Replace(text, lookup, keepUnknown: false);

    /// <summary>A reference to an unknown variable stays as it is written.</summary>
    public static string ExpandExisting(string text, Func<string, string?> lookup) => Replace(text, lookup, keepUnknown: true);

    private static string Replace(string text, Func<string, string?> lookup, bool keepUnknown)
    {
        if (!VariableReferences.TryNext(text, 0, doubled: false, out var found))
            return text;
        var result = new StringBuilder(text.Length + 32);
        var done = 0;
        do
        {
            result.Append(text, done, found.Start - done);
            done = found.Start;
            if (result.Length > MaxLength)
                break;
            var value = lookup(text[found.NameStart..found.NameEnd]);
            done = value is null && keepUnknown ? found.Start : found.End;
            result.Append(value);
            if (done == found.Start)
                result.Append(text, done, found.End - done);
            done = found.End;
        } while (VariableReferences.TryNext(text, done, doubled: false, out found));

        return result.Append(text, done, text.Length - done).ToString();
    }
}
