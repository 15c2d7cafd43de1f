namespace Slipway.Browser.Tests.Support;

/// <summary>The browser of this machine: Debian's Chromium, or what <c>SLIPWAY_CHROMIUM</c> names.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <summary>Nothing: there is none.</summary>
    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("SLIPWAY_CHROMIUM") is { Length: > 0 } named
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(System.IO.Path.PathSeparator)
                .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);

    public const string Missing = "there is no Chromium: eng/machine.sh installs it, SLIPWAY_CHROMIUM names one";
}
