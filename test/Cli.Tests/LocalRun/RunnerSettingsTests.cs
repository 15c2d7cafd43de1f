using Slipway.Cli.LocalRun;
using Slipway.Protocol.Jobs;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

public sealed class RunnerSettingsTests
{
    [Fact]
    public void Without_a_file_images_are_pulled_when_missing_and_a_job_may_ask_for_any_policy()
    {
        var docker = new RunnerSettings(null).For(ExecutorChoice.Docker, null).Docker!;
        Assert.Equal(["if-not-present"], docker.PullPolicy);
        Assert.Equal(["always", "if-not-present", "never"], docker.AllowedPullPolicies.Order());
    }
}
