using Slipway.Compiler.Tests.Evaluation;
using Xunit;

namespace Slipway.Compiler.Tests.Written;

public sealed class WrittenConfigurationTests
{
    [Theory]
    [InlineData("a: {script: x}", "script: x")]
    [InlineData("image: i\na: {script: x}", "script: x|image: i")]
    [InlineData("default: {image: i, tags: [t]}\na: {script: x, image: own}", "script: x|image: own|tags:\n- t")]
    [InlineData("default: {image: i}\na: {script: x, inherit: {default: false}}", "script: x")]
    [InlineData("default: {image: i, retry: 1}\na: {script: x, inherit: {default: [retry]}}", "script: x|retry: 1")]
    [InlineData("default: {image: i}\na: {trigger: b/c}", "trigger: b/c")]
    [InlineData("default: {interruptible: true}\na: {trigger: b/c}", "trigger: b/c|interruptible: true")]
    [InlineData("variables: {A: 1, B: 1}\na: {script: x, variables: {B: 2}}", "script: x|variables:\n  A: 1\n  B: 2")]
    [InlineData("variables: {A: 1, B: 1}\na: {script: x, inherit: {variables: [B]}}", "script: x|variables:\n  B: 1")]
    [InlineData(".t: {image: i}\na: {extends: .t, script: x}", "image: i|script: x")]
    [InlineData(".t: &t [x, y]\na: {script: *t, before_script: *t}", "script:\n- x\n- y|before_script:\n- x\n- y")]
    [InlineData("default: {image: i}\na: {script: x, image: null}", "script: x|image: i")]
    public void A_job_is_told_with_all_it_inherits(string yaml, string keywords)
    {
        var job = Assert.Single(Compiling.Compile(yaml).Written.Jobs);
        Assert.Equal("a", job.Name);
        Assert.Equal(keywords, string.Join('|', job.Keywords.Select(keyword => keyword.Yaml)));
    }

    [Fact]
    public void What_is_of_no_job_is_told_apart()
    {
        var written = Compiling.Compile("stages: [test]\nworkflow: {name: n}\ndefault: {image: i}\na: {script: x}").Written;
        Assert.Equal(["stages", "workflow"], written.Globals.Select(keyword => keyword.Name));
    }

    [Fact]
    public void Nothing_is_told_of_a_configuration_with_errors() => Assert.Empty(Compiling.Compile("a: {script: 1}").Written.Jobs);
}
