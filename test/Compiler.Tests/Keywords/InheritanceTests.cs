using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class InheritanceTests
{
    [Theory]
    [InlineData("default: {image: d}\na: {script: x}", "d")]
    [InlineData("image: d\na: {script: x}", "d")]
    [InlineData("default: {image: d}\na: {script: x, image: own}", "own")]
    [InlineData("default: {image: d}\na: {script: x, image: }", "d")]
    [InlineData("default: {image: d}\na: {script: x, inherit: {default: false}}", null)]
    [InlineData("default: {image: d}\na: {script: x, inherit: {default: [image]}}", "d")]
    [InlineData("image: d\na: {script: x, inherit: {default: [tags]}}", null)]
    [InlineData(".t: {image: t}\ndefault: {image: d}\na: {extends: .t, script: x, image: }", "d")]
    public void A_job_inherits_what_it_does_not_say(string yaml, string? image) => Assert.Equal(image, Reading.Job(yaml).Image?.Name);

    [Theory]
    [InlineData("a: {script: x}", "b")]
    [InlineData("a: {script: x, before_script: []}", "")]
    [InlineData("a: {script: x, before_script: ''}", "")]
    [InlineData("a: {script: x, before_script: [c]}", "c")]
    public void An_empty_value_switches_a_default_off(string job, string lines) =>
        Assert.Equal(lines, string.Join('|', Reading.Job($"default: {{before_script: [b]}}\n{job}").BeforeScript));

    [Fact]
    public void Every_default_reaches_a_job()
    {
        var job = Reading.Job(
            """
            default:
              after_script: [a]
              artifacts: {paths: [b]}
              before_script: [c]
              cache: {paths: [d]}
              hooks: {pre_get_sources_script: [e]}
              interruptible: true
              retry: 1
              services: [f]
              tags: [g]
              timeout: 1 hour
            job: {script: x}
            """
        );
        Assert.Equal(["a"], job.AfterScript);
        Assert.Equal(["b"], job.Artifacts!.Paths);
        Assert.Equal(["c"], job.BeforeScript);
        Assert.Equal(["d"], job.Caches[0].Paths);
        Assert.Equal(["e"], job.Hooks[0].Script);
        Assert.True(job.Interruptible);
        Assert.Equal(1, job.Retry!.Max);
        Assert.Equal("f", job.Services[0].Name);
        Assert.Equal("g", job.Tags[0].Text);
        Assert.Null(job.Timeout);
    }

    [Fact]
    public void A_trigger_job_inherits_only_interruptible()
    {
        var job = Reading.Job("default: {image: d, tags: [t], interruptible: true, cache: {paths: [p]}}\na: {trigger: b/c}");
        Assert.True(job.IsBridge);
        Assert.True(job.Interruptible);
        Assert.Null(job.Image);
        Assert.Empty(job.Tags);
        Assert.Empty(job.Caches);
    }

    [Theory]
    [InlineData("", "A B")]
    [InlineData("inherit: {variables: true}", "A B")]
    [InlineData("inherit: {variables: false}", "")]
    [InlineData("inherit: {variables: [B, C]}", "B")]
    public void A_job_says_which_global_variables_it_sees(string keyword, string seen)
    {
        var job = Reading.Job($"variables: {{A: 1, B: 2}}\na:\n  script: x\n  {keyword}");
        Assert.Equal(seen, string.Join(' ', new[] { "A", "B" }.Where(job.InheritVariables.Allows)));
    }

    [Theory]
    [InlineData("default: {script: x}", "default")]
    [InlineData("workflow: {script: x}\na: {script: y}", "workflow,a")]
    [InlineData("spec: {script: x}\npages: {script: x}\nnil: {script: x}", "spec,pages,nil")]
    [InlineData("default: {image: d}\n.hidden: 1\na: {script: y}", "a")]
    [InlineData("include: []\na: {script: y}", "a")]
    public void Only_some_names_are_never_jobs(string yaml, string jobs) =>
        Assert.Equal(jobs, string.Join(',', Reading.Good(yaml).Jobs.Select(job => job.Name)));
}
