using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Completion;

/// <summary>What the completion scripts are told, without a shell in between.</summary>
public sealed class CandidateTests
{
    [Theory]
    [InlineData("config ", "view|graph|diff|schema|templates")]
    [InlineData("config diff ", "main|v1")]
    [InlineData("config diff v1 m", "main")]
    [InlineData("config diff --ex", "--exit-code")]
    [InlineData("config graph --format ", "text|mermaid|dot|json")]
    [InlineData("config view --prov", "--provenance")]
    [InlineData("lint --format ", "text|json|sarif|codequality")]
    [InlineData("explain b", "build")]
    [InlineData("explain --a", "--all")]
    [InlineData("explain CI000", "CI0001|CI0002|CI0003|CI0004|CI0005|CI0006|CI0007|CI0008|CI0009")]
    [InlineData("lint ", ":files")]
    public void Words_are_completed_by_what_may_stand_there(string line, string expected)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", "build:\n  script: make\n"));
        repository.Git("tag", "v1");
        var output = FakeSurroundings.Run(repository.Path, ["__complete", "--shell", "fish", "--", .. line.Split(' ')]).Out;
        var found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(candidate => candidate.Split('\t')[0]);
        Assert.Equal(expected.Split('|').Order(), found.Order());
    }
}
