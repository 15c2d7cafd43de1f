using System.Reflection;

namespace Slipway.Cli;

/// <summary>Which Slipway this is.</summary>
internal static class SlipwayVersion
{
    /// <summary><c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(SlipwayVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "0.0.0";
}
