using System.Text;
using System.Text.Json;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>What to show a registry when an image is pulled. Either name and password, or one of the tokens.</summary>
/// <param name="Source">Where it was found, for the log: <c>$DOCKER_AUTH_CONFIG</c>, a file's path, <c>job payload (GitLab Registry)</c>.</param>
internal sealed record RegistryLogin(
    string Source,
    string Server,
    string Username,
    string Password,
    string? IdentityToken = null,
    string? RegistryToken = null
)
{
    /// <summary>The value of <c>X-Registry-Auth</c>: URL-safe base64 of a JSON object.</summary>
    public string ToHeader()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("serveraddress", Server);
            Write(json, "username", Username);
            Write(json, "password", Password);
            Write(json, "identitytoken", IdentityToken);
            Write(json, "registrytoken", RegistryToken);
            json.WriteEndObject();
        }

        return Convert.ToBase64String(buffer.WrittenSpan).Replace('+', '-').Replace('/', '_');
    }

    /// <summary>A secret does not belong in a log.</summary>
    public override string ToString() => $"{Username}@{Server} from {Source}";

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is { Length: > 0 })
            json.WriteString(name, value);
    }
}
