using System.Globalization;

namespace Slipway.ServerBench;

/// <summary>What a process has of the machine's memory, in MiB.</summary>
internal static class Memory
{
    public static double Of(int process) => Status(process, "VmRSS:");

    /// <summary>The most it ever had.</summary>
    public static double AtMost(int process) => Status(process, "VmHWM:");

    private static double Status(int process, string field)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) / 1024;
    }
}
