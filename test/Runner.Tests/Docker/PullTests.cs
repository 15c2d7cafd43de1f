using System.Net;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Images;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class PullTests
{
    [Theory]
    [InlineData("", "", "", "always")]
    [InlineData("", "never", "", "never")]
    [InlineData("", "always,if-not-present", "", "always,if-not-present")]
    [InlineData("if-not-present", "always", "always,if-not-present", "if-not-present")]
    [InlineData("if-not-present,always", "always", "always", "always")]
    [InlineData("always,always", "", "", "always")]
    public void The_job_chooses_among_what_the_runner_allows(string asked, string configured, string allowed, string expected) =>
        Assert.Equal(List(expected), PullPolicies.Effective("alpine", List(asked), List(configured), List(allowed)).Select(p => p.Word()));

    [Theory]
    [InlineData("never", "always", "")]
    [InlineData("never", "", "always,if-not-present")]
    [InlineData("", "never", "always")]
    [InlineData("sometimes", "", "")]
    public void What_is_not_allowed_is_the_configuration_s_fault(string asked, string configured, string allowed)
    {
        var error = Assert.Throws<JobFailedException>(() => PullPolicies.Effective("alpine", List(asked), List(configured), List(allowed)));
        Assert.Equal(FailureReason.RunnerConfiguration, error.Reason);
    }

    [Theory]
    [InlineData("manifest for alpine:none not found: manifest unknown: manifest unknown", FailureReason.ImagePull, false)]
    [InlineData(
        "pull access denied for x, repository does not exist or may require 'docker login': denied",
        FailureReason.ImagePull,
        false
    )]
    [InlineData("unauthorized: authentication required", FailureReason.ImagePull, false)]
    [InlineData("no matching manifest for linux/s390x in the manifest list entries", FailureReason.ImagePull, false)]
    [InlineData("Get \"https://r.io/v2/\": dial tcp: lookup r.io: no such host", FailureReason.RunnerExternalDependency, false)]
    [InlineData("Get \"https://r.io/v2/\": x509: certificate signed by unknown authority", FailureReason.RunnerExternalDependency, false)]
    [InlineData("received unexpected HTTP status: 502 Bad Gateway", FailureReason.RunnerExternalDependency, true)]
    [InlineData("net/http: TLS handshake timeout", FailureReason.RunnerExternalDependency, true)]
    [InlineData(
        "Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused",
        FailureReason.RunnerExternalDependency,
        true
    )]
    [InlineData("something new", FailureReason.ImagePull, false)]
    public void The_engine_s_sentence_tells_whose_fault_a_failed_pull_is(string message, string reason, bool transient)
    {
        var failure = PullFailure.Of(new EngineException(HttpStatusCode.InternalServerError, message));
        Assert.Equal((reason, transient), (failure.Reason, failure.Transient));
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
