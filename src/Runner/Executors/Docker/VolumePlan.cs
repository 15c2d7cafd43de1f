using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker;

/// <summary>What a job's containers mount, its services' too (runner-protocol §14.2 and §12.4).</summary>
/// <param name="Binds">Folders of the host and volumes that others own, in the engine's notation.</param>
/// <param name="Mounts">Volumes of ours.</param>
/// <param name="Temporary">Those of <paramref name="Mounts"/> that end with the job.</param>
/// <param name="KeptBuilds">The builds directory outlives the job, so an earlier job's files may lie in it.</param>
internal sealed record VolumePlan(string[] Binds, MountSpec[] Mounts, string[] Temporary, bool KeptBuilds)
{
    /// <summary>The mount that the project's folder lies on.</summary>
    public required string BuildsMount { get; init; }

    /// <param name="buildsDir">Gets a volume of the job's own unless <c>volumes</c> says otherwise.</param>
    /// <param name="projectDir">Relative paths are meant from here.</param>
    /// <param name="owner">Makes the names of kept volumes: the same for the same runner, project and slot.</param>
    /// <param name="job">Makes the names of temporary volumes: no other job's.</param>
    /// <param name="labels">For new volumes; told the destination and whether it is kept.</param>
    /// <exception cref="JobFailedException">An entry of <c>volumes</c> cannot be.</exception>
    public static VolumePlan Make(
        DockerConfig config,
        string buildsDir,
        string projectDir,
        string owner,
        string job,
        bool isProtected,
        Func<string, bool, Dictionary<string, string>> labels
    )
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var binds = new List<string>();
        var mounts = new List<MountSpec>();
        var temporary = new List<string>();
        var driver = config.VolumeDriver is { Length: > 0 } name ? new VolumeDriver(name, config.VolumeDriverOps.ToDictionary()) : null;

        void Manage(string destination, bool keep)
        {
            var hash = Md5(destination);
            var volume = keep ? $"{owner}-cache-{hash}{(isProtected ? "-protected" : "")}" : $"{job}-{hash}";
            mounts.Add(new MountSpec("volume", volume, destination, VolumeOptions: new VolumeSpec(labels(destination, keep), driver)));
            if (!keep)
                temporary.Add(volume);
        }

        foreach (var entry in config.Volumes)
        {
            var (source, destination, options) = Split(entry);
            destination = Absolute(destination, projectDir, entry);
            if (!taken.Add(destination))
                throw Wrong(entry, $"volume for container path \"{destination}\" is already defined");
            if (source is not null)
                binds.Add(options is null ? $"{source}:{destination}" : $"{source}:{destination}:{options}");
            else if (config.DisableCache)
                Manage(destination, keep: false);
            else if (config.CacheDir is { Length: > 0 } folder)
                binds.Add($"{folder.TrimEnd('/')}/{owner}/{Md5(destination)}:{destination}");
            else
                Manage(destination, keep: true);
        }

        var mount = taken.Where(path => IsWithin(buildsDir, path)).MaxBy(path => path.Length);
        if (mount is null)
            Manage(buildsDir, keep: false);
        var keptBuilds = mount is not null && !temporary.Contains($"{job}-{Md5(mount)}");
        return new VolumePlan([.. binds], [.. mounts], [.. temporary], keptBuilds) { BuildsMount = mount ?? buildsDir };
    }

    /// <summary>Name of a slot's kept volumes without their ending: §12.4.</summary>
    public static string OwnerName(string token, string systemId, long projectId, int slot) =>
        "runner-"
        + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{token}-{systemId}-{projectId}-{slot}")).AsSpan(0, 16));

    private static (string? Source, string Destination, string? Options) Split(string entry) =>
        entry.Split(':') switch
        {
            [var destination] => (null, destination, null),
            [var source, var destination] => (source, destination, null),
            [var source, var destination, var options] => (source, destination, options),
            _ => throw Wrong(entry, "expected /destination, /source:/destination or /source:/destination:options"),
        };

    private static string Absolute(string path, string projectDir, string entry)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{projectDir}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        return path.Length > 0 && parts.Count > 0
            ? "/" + string.Join('/', parts)
            : throw Wrong(entry, "the container's root cannot be a volume");
    }

    private static bool IsWithin(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

    private static JobFailedException Wrong(string entry, string what) =>
        new(FailureReason.RunnerConfiguration, $"invalid volume specification \"{entry}\": {what}");

    [SuppressMessage("Security", "CA5351", Justification = "A name that gitlab-runner makes this way, not a secret.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
