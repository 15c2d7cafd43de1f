using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>The engine's JSON: property names as written, null parts left out, no reflection at run time.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(ContainerSpec))]
[JsonSerializable(typeof(CreatedContainer))]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(WaitResult))]
[JsonSerializable(typeof(ExecSpec))]
[JsonSerializable(typeof(ExecState))]
[JsonSerializable(typeof(ExecStart))]
[JsonSerializable(typeof(CreatedObject))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(ImageSummary[]))]
[JsonSerializable(typeof(PullProgress))]
[JsonSerializable(typeof(NetworkSpec))]
[JsonSerializable(typeof(NetworkDetails))]
[JsonSerializable(typeof(NetworkDetails[]))]
[JsonSerializable(typeof(NetworkDisconnect))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class EngineJson : JsonSerializerContext
{
    /// <summary>The sentence in an error's body, which is JSON from Docker and may be plain text from a proxy.</summary>
    public static string ErrorText(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, Default.ErrorJson) is { } error)
                return (error.message ?? error.cause ?? "").Trim();
        }
        catch (JsonException) { }

        return Encoding.UTF8.GetString(body).Trim();
    }
}

#pragma warning disable IDE1006 // the engine writes these in lower case
internal sealed record ErrorJson(string? message, string? cause);
#pragma warning restore IDE1006

/// <param name="OSType"><c>linux</c> or <c>windows</c>.</param>
internal sealed record EngineInfo(
    string? ServerVersion,
    string? OSType,
    string? Architecture,
    string? OperatingSystem,
    string? Driver,
    long MemTotal,
    int NCPU
);

internal sealed record CreatedObject(string Id);

/// <param name="Volumes">The engine writes null for none.</param>
internal sealed record VolumeList(VolumeSummary[]? Volumes);

internal sealed record VolumeSummary(string Name, Dictionary<string, string>? Labels);

internal sealed record NetworkSpec
{
    public required string Name { get; init; }
    public string Driver { get; init; } = "bridge";
    public bool? EnableIPv6 { get; init; }

    /// <summary>Refuse a second network of that name. Later versions always do.</summary>
    public bool CheckDuplicate { get; init; } = true;

    public Dictionary<string, string>? Options { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkDetails(
    string Id,
    string Name,
    Dictionary<string, string>? Labels,
    Dictionary<string, NetworkMember>? Containers,
    Dictionary<string, string>? Options
);

internal sealed record NetworkMember(string? Name);

internal sealed record NetworkDisconnect(string Container, bool Force);

internal sealed record ExecSpec(
    string[] Cmd,
    bool AttachStdout = true,
    bool AttachStderr = true,
    string? User = null,
    bool? Privileged = null
);

internal sealed record ExecStart(bool Detach = false, bool Tty = false);

internal sealed record ExecState(bool Running, int? ExitCode);

internal sealed record ImageSummary(string Id, Dictionary<string, string>? Labels, string[]? RepoTags);

internal sealed record ImageDetails
{
    public required string Id { get; init; }
    public string[]? RepoDigests { get; init; }
    public string? Os { get; init; }
    public string? Architecture { get; init; }
    public ImageConfig? Config { get; init; }
}

/// <summary>What an image says about the containers made from it.</summary>
internal sealed record ImageConfig
{
    public string[]? Entrypoint { get; init; }
    public string[]? Env { get; init; }
    public string? User { get; init; }
}

#pragma warning disable IDE1006
/// <summary>One line of a pull. <see cref="error"/> may come after a status of 200.</summary>
internal sealed record PullProgress(string? status, string? id, string? error);
#pragma warning restore IDE1006
