using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>One mistake, one message: GitLab's words at the place of the mistake, which is marked with ».</summary>
public sealed class MessageTests
{
    [Theory]
    [MemberData(nameof(StructureMessages.All), MemberType = typeof(StructureMessages))]
    public void Structure(string yaml, string message) => AssertOnly(yaml, message);

    [Theory]
    [MemberData(nameof(JobMessages.All), MemberType = typeof(JobMessages))]
    public void Jobs(string yaml, string message) => AssertOnly(yaml, message);

    [Theory]
    [MemberData(nameof(PartMessages.All), MemberType = typeof(PartMessages))]
    public void Parts_of_jobs(string yaml, string message) => AssertOnly(yaml, message);

    [Theory]
    [MemberData(nameof(RuleMessages.All), MemberType = typeof(RuleMessages))]
    public void Rules_only_and_except(string yaml, string message) => AssertOnly(yaml, message);

    [Theory]
    [MemberData(nameof(NeedMessages.All), MemberType = typeof(NeedMessages))]
    public void Needs_parallel_and_trigger(string yaml, string message) => AssertOnly(yaml, message);

    [Theory]
    [MemberData(nameof(GraphMessages.All), MemberType = typeof(GraphMessages))]
    public void Jobs_against_each_other(string yaml, string message) => AssertOnly(yaml, message);

    [Theory]
    [MemberData(nameof(SecretMessages.All), MemberType = typeof(SecretMessages))]
    public void What_takes_more_than_a_shell(string yaml, string message) => AssertOnly(yaml, message);

    private static void AssertOnly(string marked, string message)
    {
        var (text, at) = Marked.Split(marked);
        var error = Assert.Single(Reading.Of(text).Errors);
        Assert.Equal(message, error.Message);
        Assert.Equal(at, error.At);
    }
}
