using System.Security.Cryptography;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>include:remote</c>: a file that a GET without a login gives. https://docs.gitlab.com/ci/yaml/#includeremote</summary>
internal static class RemoteInclude
{
    private const string Sha256 = "sha256-";

    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (Address(entry, expansion) is not { } address || !TryMaxAge(entry, expansion.Bag, out var maxAge))
            return [];
        if (!HasGoodIntegrity(entry, expansion.Bag))
            return [];
        var (location, at) = (entry.Text("remote")!, entry.Location.At);
        var shown = expansion.Scope.Mask(location);
        var answer = expansion.Scope.External.Remote(address, maxAge);
        if (answer is not RemoteAnswer.Body(var bytes))
        {
            expansion.Bag.Error(DiagnosticCode.IncludeRemoteFailed, expansion.Scope.Mask(Failure(answer, location)), at, HelpFor(answer));
            return [];
        }
        if (entry.Text("integrity") is { } integrity && !Matches(bytes.Span, integrity))
        {
            var help = $"What came has sha256-{Convert.ToBase64String(SHA256.HashData(bytes.Span))}.";
            expansion.Bag.Error(DiagnosticCode.IncludeIntegrity, $"Remote file `{shown}` failed integrity check!", at, help);
            return [];
        }
        var text = ProjectTree.TextOf(bytes.Span);
        if (!string.IsNullOrWhiteSpace(text))
            return [new IncludedText(location, text, at)];
        expansion.Bag.Error(DiagnosticCode.IncludeEmpty, $"Included file `{shown}` is empty or does not exist!", at);
        return [];
    }

    private static Uri? Address(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (IncludePath.Text(entry.Location, expansion) is not { } text)
            return null;
        if (!IncludePath.HasYamlExtension(text, entry.Location.At, expansion))
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0)
            return address;
        var message = $"Remote file `{expansion.Scope.Mask(text)}` does not have a valid address!";
        expansion.Bag.Error(DiagnosticCode.IncludeRemoteFailed, message, entry.Location.At, "It has to begin with https:// or http://.");
        return null;
    }

    /// <summary><c>cache: true</c> is an hour, a text a duration; anything else that says something counts as true, as with GitLab.</summary>
    private static bool TryMaxAge(IncludeEntry entry, DiagnosticBag bag, out TimeSpan? maxAge)
    {
        var cache = entry.Text("cache");
        maxAge = string.IsNullOrWhiteSpace(cache) || cache == "false" ? null : TimeSpan.FromHours(1);
        if (maxAge is null || entry.Whole["cache"] is not ConfigScalar { IsString: true } node)
            return true;
        if (!ChronicDuration.TryParse(node.Text, out var seconds))
            bag.Error(
                DiagnosticCode.InvalidInclude,
                "include config cache contains an invalid duration",
                node.At,
                "Such as cache: 2 hours."
            );
        else if (seconds < 60)
            bag.Error(DiagnosticCode.InvalidInclude, "include config cache duration must be at least 1 minute", node.At);
        else
            maxAge = TimeSpan.FromSeconds(seconds);
        return seconds >= 60;
    }

    private static bool HasGoodIntegrity(IncludeEntry entry, DiagnosticBag bag)
    {
        if (entry.Whole["integrity"] is not { } node || node is ConfigScalar { IsNull: true } or ConfigScalar { Text: "false" })
            return true;
        if (node is not ConfigScalar { IsString: true } text || !text.Text.StartsWith(Sha256, StringComparison.Ordinal))
        {
            bag.Error(DiagnosticCode.InvalidInclude, "include config integrity hash must start with 'sha256-'", node.At);
            return false;
        }
        var hash = text.Text[Sha256.Length..];
        if (Convert.TryFromBase64String(hash, new byte[hash.Length], out _))
            return true;
        bag.Error(DiagnosticCode.InvalidInclude, "include config integrity hash must be base64 encoded", node.At);
        return false;
    }

    private static bool Matches(ReadOnlySpan<byte> bytes, string integrity) =>
        Convert.ToBase64String(SHA256.HashData(bytes)) == integrity[Sha256.Length..];

    private static string Failure(RemoteAnswer answer, string location) =>
        answer switch
        {
            RemoteAnswer.HttpCode(var code, var attempts) => $"{NotFetched(location, attempts)} HTTP code `{code}` error!",
            RemoteAnswer.SocketError(var attempts) => $"{NotFetched(location, attempts)} a socket error!",
            RemoteAnswer.TimedOut(var attempts) => $"{NotFetched(location, attempts)} a timeout error!",
            RemoteAnswer.HttpError(var attempts) => $"{NotFetched(location, attempts)} HTTP error!",
            RemoteAnswer.Refused(var why) => $"Remote file could not be fetched because {why}!",
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };

    private static string NotFetched(string location, int attempts) =>
        $"Remote file `{location}` could not be fetched after {attempts} {(attempts == 1 ? "attempt" : "attempts")} because of";

    private static string? HelpFor(RemoteAnswer answer) =>
        answer is RemoteAnswer.HttpCode(401 or 403 or 404, _) ? "The address must give the file to everybody: nothing logs in." : null;
}
