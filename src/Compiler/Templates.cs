using System.Reflection;
using System.Text;

namespace Slipway.Compiler;

/// <summary>
/// The templates for <c>include:template</c>: our own files with the job names, stages, variables and rules of GitLab's. They lie in the
/// assembly, and nothing is read before it is asked for.
/// </summary>
public static class Templates
{
    /// <summary>How every template's name ends.</summary>
    public const string Suffix = ".gitlab-ci.yml";

    private const string Resource = "template:";

    /// <summary>Folders whose templates GitLab finds without them, <c>Pages/HTML.gitlab-ci.yml</c> as <c>HTML.gitlab-ci.yml</c>.</summary>
    private static readonly string[] s_open = ["", "Pages/", "Verify/"];

    /// <summary>All names, such as <c>Jobs/Build.gitlab-ci.yml</c>, sorted ordinally.</summary>
    public static IReadOnlyList<string> Names =>
        [
            .. Library
                .GetManifestResourceNames()
                .Where(name => name.StartsWith(Resource, StringComparison.Ordinal))
                .Select(name => name[Resource.Length..])
                .Order(StringComparer.Ordinal),
        ];

    private static Assembly Library => typeof(Templates).Assembly;

    /// <returns>The template's text; <see langword="null"/> when there is none of this name, which is case-sensitive.</returns>
    public static string? Text(string name)
    {
        // GitLab's finder looks into Security for this one alone.
        if (name == "SAST" + Suffix)
            return Read("Security/" + name);
        foreach (var folder in s_open)
            if (Read(folder + name) is { } text)
                return text;
        return null;
    }

    private static string? Read(string name)
    {
        using var stream = Library.GetManifestResourceStream(Resource + name);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
