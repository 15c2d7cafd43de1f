using System.Globalization;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Server.Registry;

namespace Slipway.Cli.Commands.Serving;

/// <summary>The bounds of the registry as they are typed.</summary>
internal static class RegistryLimits
{
    private const string Units = "kmgt";

    /// <summary>Of any unit: nobody has more.</summary>
    private const decimal Most = 1_000_000_000_000m;

    /// <param name="quota"><c>500m</c>, <c>20g</c>, <c>1.5TiB</c>, or bytes; nothing: no bound.</param>
    /// <param name="grace"><c>2 days</c>, <c>36h</c>; nothing: a day.</param>
    /// <param name="redirects">Whether layers are fetched from the bucket.</param>
    /// <param name="proxyQuota">As the quota; nothing: 20 GiB.</param>
    /// <exception cref="CommandException">One of them is none.</exception>
    public static RegistryOptions Read(string? quota, string? grace, bool redirects = false, string? proxyQuota = null)
    {
        var options = new RegistryOptions { Redirects = redirects };
        if (quota is not null)
            options = options with { ProjectBytes = Size("--registry-quota", quota) };
        if (proxyQuota is not null)
            options = options with { ProxyBytes = Size("--registry-proxy-quota", proxyQuota) };
        if (grace is not null)
            options = options with
            {
                Grace = ChronicDuration.TryParse(grace, out var seconds)
                    ? TimeSpan.FromSeconds(seconds)
                    : throw new CommandException(
                        ExitCode.Usage,
                        $"--registry-grace wants a time, and \"{grace}\" is none",
                        "as in 2 days or 36h"
                    ),
            };
        return options;
    }

    private static long Size(string option, string text) =>
        Bytes(text) ?? throw new CommandException(ExitCode.Usage, $"{option} wants a size, and \"{text}\" is none", "as in 20g or 500m");

    internal static long? Bytes(string text)
    {
        var number = text.Trim().ToLowerInvariant();
        if (number.EndsWith('b'))
            number = number[..^1];
        if (number.EndsWith('i'))
            number = number[..^1];
        var unit = number.Length > 0 ? Units.IndexOf(number[^1]) : -1;
        if (unit >= 0)
            number = number[..^1].TrimEnd();
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < Most
            ? (long)Math.Min(value * (1L << (10 * (unit + 1))), long.MaxValue)
            : null;
    }
}
