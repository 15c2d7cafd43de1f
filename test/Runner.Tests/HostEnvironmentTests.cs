using System.Collections;
using Slipway.Runner.Executors.Shell;
using Xunit;

namespace Slipway.Runner.Tests;

public sealed class HostEnvironmentTests
{
    [Fact]
    public void A_job_sees_what_programs_need_and_nothing_else()
    {
        var host = new Hashtable
        {
            ["PATH"] = "/bin",
            ["HOME"] = "/root",
            ["LC_ALL"] = "C",
            ["AWS_SECRET_ACCESS_KEY"] = "x",
            ["CI"] = "1",
        };
        Assert.Equal(["HOME=/root", "LC_ALL=C", "PATH=/bin"], HostEnvironment.Of(host).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_path_there_is_the_usual_one() =>
        Assert.Contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HostEnvironment.Of(new Hashtable()));

    [Fact]
    public void The_guide_names_what_passes()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
            folder = folder.Parent;
        var guide = File.ReadAllText(Path.Combine(folder!.FullName, "docs/guide/run.md"));
        Assert.All(HostEnvironment.Passed, name => Assert.Contains($"`{name}`", guide, StringComparison.OrdinalIgnoreCase));
    }
}
