using System.Diagnostics;
using System.Text.Json;

namespace Slipway.Server;

/// <summary>
/// Says in the data folder, in <c>server.json</c>, which process serves it and where. It is a hint for other commands on the same machine: a server that was
/// killed leaves it behind.
/// </summary>
public sealed record RunningServer(int Pid, Uri Address, DateTimeOffset StartedAt)
{
    private const string Name = "server.json";

    /// <returns>Nothing when no server runs here.</returns>
    public static RunningServer? Find(string dataFolder)
    {
        try
        {
            var known = JsonSerializer.Deserialize<RunningServer>(File.ReadAllBytes(Path.Combine(dataFolder, Name)));
            return known is not null && IsAlive(known.Pid) ? known : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal static void Write(string dataFolder, Uri address, DateTimeOffset now)
    {
        var aside = Path.Combine(dataFolder, $".{Name}.{Environment.ProcessId}");
        File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(new RunningServer(Environment.ProcessId, address, now)));
        File.Move(aside, Path.Combine(dataFolder, Name), overwrite: true);
    }

    internal static void Remove(string dataFolder)
    {
        if (Find(dataFolder)?.Pid == Environment.ProcessId)
            File.Delete(Path.Combine(dataFolder, Name));
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
