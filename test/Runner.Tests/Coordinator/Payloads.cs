using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Runner.Tests.Coordinator;

internal static class Payloads
{
    /// <summary>A job without sources.</summary>
    public static JobPayload Job(long id, params string[] script) =>
        new()
        {
            Id = id,
            Token = $"glcbt-64_jobtoken{id}",
            JobInfo = new JobInfo
            {
                Name = "test",
                Stage = "test",
                ProjectId = 3,
                ProjectFullPath = "g/p",
            },
            GitInfo = new GitInfo
            {
                RepoUrl = "",
                Ref = "main",
                Sha = "0123456789abcdef0123456789abcdef01234567",
            },
            RunnerInfo = new RunnerInfo { Timeout = 3600 },
            Variables = [new Variable("GIT_STRATEGY", "none")],
            Steps = [new JobStep { Name = "script", Script = [.. script] }],
            Features = new JobFeatures { FailureReasons = ["runner_interrupted"] },
        };
}
