using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Compiler;

namespace Slipway.Engine.Payloads;

/// <summary>
/// The step that publishes a <c>release:</c> from inside the job (runner-protocol §4.5): glab where the image has it, else release-cli. The runner
/// puts variables into it before a shell sees it, as into no other step.
/// </summary>
internal static class ReleaseStep
{
    public static string Script(CompiledRelease release) =>
        $"""
            if command -v glab >/dev/null 2>&1; then
              export GITLAB_HOST="$CI_SERVER_URL"
              glab auth login --job-token "$CI_JOB_TOKEN" --hostname "$CI_SERVER_FQDN" --api-protocol "$CI_SERVER_PROTOCOL"
              {Glab(release)}
            else
              {ReleaseCli(release)}
            fi
            """;

    private static string Glab(CompiledRelease release)
    {
        var command = new StringBuilder("glab release create -R \"$CI_PROJECT_PATH\"");
        command.Append(' ').Append(Quoted(release.TagName.Length > 0 ? release.TagName : "$CI_COMMIT_TAG"));
        if (!release.Links.IsDefaultOrEmpty)
            Option(command, "assets-links", $"[{string.Join(',', release.Links.Select(Json))}]", escapeAll: true);
        if (!release.Milestones.IsDefaultOrEmpty)
            Option(command, "milestone", string.Join(',', release.Milestones));
        Option(command, "name", release.Name);
        // Takes the text itself or the name of a file that holds it, as release-cli does.
        Option(command, "experimental-notes-text-or-file", release.Description);
        Option(command, "ref", release.Ref is { Length: > 0 } given ? given : "$CI_COMMIT_SHA");
        Option(command, "tag-message", release.TagMessage);
        Option(command, "released-at", release.ReleasedAt);
        return command.Append(" --no-update --no-close-milestone").ToString();
    }

    private static string ReleaseCli(CompiledRelease release)
    {
        var command = new StringBuilder("release-cli create");
        Option(command, "name", release.Name);
        Option(command, "description", release.Description);
        Option(command, "tag-name", release.TagName);
        Option(command, "tag-message", release.TagMessage);
        Option(command, "ref", release.Ref);
        Option(command, "released-at", release.ReleasedAt);
        foreach (var milestone in release.Milestones.IsDefault ? [] : release.Milestones)
            Option(command, "milestone", milestone);
        foreach (var link in release.Links.IsDefault ? [] : release.Links)
            Option(command, "assets-link", Json(link), escapeAll: true);
        return command.ToString();
    }

    private static void Option(StringBuilder command, string name, string? value, bool escapeAll = false)
    {
        if (!string.IsNullOrEmpty(value))
            command.Append(" --").Append(name).Append(' ').Append(Quoted(value, escapeAll));
    }

    /// <summary>
    /// In double quotes, because that is how GitLab does it and pipelines rely on what the shell still does inside. A quote that the text has not
    /// escaped itself would end them, so it is escaped here; where the text runs commands, quotes may be theirs and stay. JSON is escaped whole.
    /// </summary>
    internal static string Quoted(string text, bool escapeAll = false)
    {
        var keepsQuotes = !escapeAll && (text.Contains("$(", StringComparison.Ordinal) || text.Contains('`'));
        var escaped = false;
        var quoted = new StringBuilder(text.Length + 8).Append('"');
        foreach (var c in text)
        {
            if ((c == '"' && !escaped && !keepsQuotes) || (c == '\\' && escapeAll))
                quoted.Append('\\');
            quoted.Append(c);
            escaped = c == '\\' && !escaped && !escapeAll;
        }

        return quoted.Append(escaped ? "\\\"" : "\"").ToString();
    }

    private static string Json(ReleaseLink link)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("name", link.Name);
            writer.WriteString("url", link.Url);
            if (link.FilePath is not null)
                writer.WriteString("filepath", link.FilePath);
            writer.WriteString("link_type", link.LinkType);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
