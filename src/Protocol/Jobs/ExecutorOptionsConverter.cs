using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Protocol.Jobs;

/// <summary>
/// <c>executor_opts</c> of an image. A user may come as a number; members that nobody here knows are remembered, because a job that has any must
/// fail instead of running with less than it asked for (runner-protocol §3.6).
/// </summary>
internal sealed class ExecutorOptionsConverter : JsonConverter<ImageExecutorOptions>
{
    public override ImageExecutorOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var unknown = new List<string>();
        DockerImageOptions? docker = null;
        KubernetesImageOptions? kubernetes = null;
        foreach (var (name, value) in Members(json.RootElement))
        {
            if (name == "docker")
                docker = Docker(value, unknown);
            else if (name == "kubernetes")
                kubernetes = Kubernetes(value, unknown);
            else
                unknown.Add(name);
        }

        return new ImageExecutorOptions(docker, kubernetes) { Unknown = [.. unknown] };
    }

    public override void Write(Utf8JsonWriter writer, ImageExecutorOptions value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.Docker is { } docker)
        {
            writer.WriteStartObject("docker"u8);
            WriteOptional(writer, "platform", docker.Platform);
            WriteOptional(writer, "user", docker.User);
            writer.WriteEndObject();
        }

        if (value.Kubernetes is { } kubernetes)
        {
            writer.WriteStartObject("kubernetes"u8);
            WriteOptional(writer, "user", kubernetes.User);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static DockerImageOptions Docker(JsonElement json, List<string> unknown)
    {
        string? platform = null,
            user = null;
        foreach (var (name, value) in Members(json))
        {
            if (name == "platform")
                platform = Text(value);
            else if (name == "user")
                user = Text(value);
            else
                unknown.Add("docker." + name);
        }

        return new DockerImageOptions(platform, user);
    }

    private static KubernetesImageOptions Kubernetes(JsonElement json, List<string> unknown)
    {
        string? user = null;
        foreach (var (name, value) in Members(json))
        {
            if (name == "user")
                user = Text(value);
            else
                unknown.Add("kubernetes." + name);
        }

        return new KubernetesImageOptions(user);
    }

    private static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
            ? json.EnumerateObject()
                .Where(member => member.Value.ValueKind != JsonValueKind.Null)
                .Select(member => (member.Name, member.Value))
            : throw new JsonException("executor_opts is not an object of objects.");

    private static string Text(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => json.GetString()!,
            JsonValueKind.Number => json.GetRawText(),
            _ => throw new JsonException("An option of an image is neither a text nor a number."),
        };

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
