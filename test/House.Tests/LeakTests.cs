using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.House.Tests;

/// <summary>What belongs to one machine stays on it.</summary>
public sealed partial class LeakTests
{
    private static readonly string[] PublicHosts =
    [
        "nuget.org",
        "npmjs.org",
        "npmjs.com",
        "debian.org",
        "pypi.org",
        "github.com",
        "microsoft.com",
        "docker.io",
        "docker.com",
        "gitlab.com",
        "localhost",
    ];

    [Fact]
    public void No_file_names_this_machines_folders()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = [House.Root + "/", .. home.Length > 1 ? new[] { home + "/." } : []];
        Assert.Empty(Mentions(folders));
    }

    // The hosts come from this machine's own settings, so that the test names none either.
    [Fact]
    public void No_file_names_a_package_host_of_this_machine()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] settings =
        [
            Path.Combine(home, ".nuget/NuGet/NuGet.Config"),
            Path.Combine(home, ".npmrc"),
            Path.Combine(home, ".config/pip/pip.conf"),
            "/etc/pip.conf",
            "/etc/apt/sources.list",
            "/usr/local/etc/npmrc",
        ];
        var hosts = settings
            .Where(File.Exists)
            .SelectMany(path => Host().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value))
            .Where(host => !PublicHosts.Any(known => host == known || host.EndsWith("." + known)))
            .Distinct();
        Assert.Empty(Mentions([.. hosts]));
    }

    [Fact]
    public void No_package_source_is_kept_in_the_repository() =>
        Assert.DoesNotContain(House.Files, path => Path.GetFileName(path).ToLowerInvariant() is "nuget.config" or ".npmrc" or "pip.conf");

    private static IEnumerable<string> Mentions(string[] words) =>
        from path in House.Files
        let text = House.Read(path)
        from word in words
        where text.Contains(word)
        select $"{path}: {word}";

    [GeneratedRegex(@"https?://(?:[^/\s""@]*@)?([\w.-]+)")]
    private static partial Regex Host();
}
