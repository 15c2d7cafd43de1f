using System.Text;
using System.Text.Json;

namespace Slipway.Cli.Images;

/// <summary>Who one is at a registry.</summary>
/// <param name="RefreshToken">Instead of a password, as some registries give at <c>docker login</c>.</param>
internal sealed record Login(string User, string Password, string? RefreshToken = null)
{
    private const int LargestFile = 1 << 20;

    /// <summary>What <c>docker login</c> and <c>podman login</c> have left in docker's <c>config.json</c>.</summary>
    /// <param name="registry">The registry's address.</param>
    /// <returns>Nothing when there is no such file, or it has no login of this registry in itself.</returns>
    public static Login? OfDocker(Uri registry, Surroundings surroundings)
    {
        var folder =
            surroundings.Variable("DOCKER_CONFIG") ?? (surroundings.Variable("HOME") is { } home ? Path.Combine(home, ".docker") : null);
        if (folder is null)
            return null;
        try
        {
            var file = new FileInfo(Path.Combine(Path.GetFullPath(folder, surroundings.Directory), "config.json"));
            if (!file.Exists || file.Length > LargestFile)
                return null;
            using var json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return Of(json.RootElement, registry.Authority);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static Login? Of(JsonElement config, string host)
    {
        if (
            config.ValueKind != JsonValueKind.Object
            || !config.TryGetProperty("auths", out var auths)
            || auths.ValueKind != JsonValueKind.Object
        )
            return null;
        foreach (var entry in auths.EnumerateObject())
            if (HostOf(entry.Name) == host && entry.Value.ValueKind == JsonValueKind.Object)
                return Read(entry.Value);
        return null;
    }

    private static Login? Read(JsonElement entry)
    {
        var refresh = Text(entry, "identitytoken");
        var bytes = new byte[(Text(entry, "auth") ?? "").Length];
        if (!Convert.TryFromBase64String(Text(entry, "auth") ?? "", bytes, out var length))
            return null;
        var words = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        var (user, password) = words.Length == 2 ? (words[0], words[1].TrimEnd('\0')) : (Text(entry, "username"), Text(entry, "password"));
        return user is null && refresh is null ? null : new Login(user ?? "", password ?? "", refresh);
    }

    /// <summary>Old entries have a scheme and a path: <c>https://index.docker.io/v1/</c>.</summary>
    private static string HostOf(string name)
    {
        var bare = name.Contains("://", StringComparison.Ordinal) ? name[(name.IndexOf("://", StringComparison.Ordinal) + 3)..] : name;
        return bare.Split('/')[0];
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } value
            ? value
            : null;
}
