using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Protocol.Jobs;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class JobReadingTests
{
    [Theory]
    [InlineData("a: {script: x}", "x")]
    [InlineData("a: {script: [x, y]}", "x|y")]
    [InlineData("a: {script: [x, [y, [z]]]}", "x|y|z")]
    [InlineData(".b: {script: [x, y]}\na: {script: [!reference [.b, script], z]}", "x|y|z")]
    [InlineData("a:\n  script: |\n    x\n    y", "x\ny")]
    public void Scripts_are_flattened(string yaml, string lines) => Assert.Equal(lines, string.Join('|', Reading.Job(yaml).Script));

    [Fact]
    public void A_job_without_words_has_the_defaults()
    {
        var job = Reading.Job("a: {script: x}");
        Assert.Equal(("a", "test"), (job.Name, job.Stage.Text));
        Assert.Equal(new Position(Reading.File, 1, 1), job.At);
        Assert.Null(job.When);
        Assert.Null(job.AllowFailure);
        Assert.Null(job.Needs);
        Assert.Null(job.Dependencies);
        Assert.Null(job.Rules);
        Assert.Null(job.Retry);
        Assert.Null(job.Image);
        Assert.False(job.IsBridge);
        Assert.Equal(["branches", "tags"], job.Only!.Refs!.Value.Select(entry => entry.Text));
    }

    [Fact]
    public void An_image_is_read_whole()
    {
        var job = Reading.Job(
            "a: {script: x, image: {name: b, entrypoint: [''], pull_policy: always, docker: {platform: arm64, user: c}, kubernetes: {user: 1000}}}"
        );
        var image = job.Image!;
        Assert.Equal("b", image.Name);
        Assert.Equal([""], image.Entrypoint);
        Assert.Equal(["always"], image.PullPolicy);
        Assert.Equal(
            new ImageExecutorOptions(new DockerImageOptions("arm64", "c"), new KubernetesImageOptions("1000")),
            image.ExecutorOpts
        );
    }

    [Fact]
    public void Services_are_read_in_order()
    {
        var services = Reading.Job("a: {script: x, services: [b, {name: c, alias: d, command: [e, f], variables: {G: 1}}]}").Services;
        Assert.Equal(["b", "c"], services.Select(service => service.Name));
        Assert.Equal("d", services[1].Alias);
        Assert.Equal(["e", "f"], services[1].Command);
        Assert.Equal([new JobImageVariable("G", "1")], services[1].Variables);
    }

    [Fact]
    public void Artifacts_are_read_whole()
    {
        var artifacts = Reading
            .Job(
                """
                a:
                  script: x
                  artifacts:
                    name: n
                    paths: [p, q/*.r]
                    exclude: [s]
                    untracked: true
                    when: always
                    expire_in: 1 week
                    public: false
                    reports:
                      junit: [t, u]
                      dotenv: v
                      coverage_report: {coverage_format: jacoco, path: w}
                """
            )
            .Artifacts!;
        Assert.Equal(
            ("n", "always", "1 week", "developer", true),
            (artifacts.Name, artifacts.When, artifacts.ExpireIn, artifacts.Access, artifacts.Untracked)
        );
        Assert.Equal(["p", "q/*.r"], artifacts.Paths);
        Assert.Equal(["s"], artifacts.Exclude);
        Assert.Equal(
            ["junit: t,u", "dotenv: v", "jacoco: w"],
            artifacts.Reports.Select(report => $"{report.Type}: {string.Join(',', report.Paths)}")
        );
    }

    [Theory]
    [InlineData("cache: {paths: [b]}", "default|b|pull-push|on_success")]
    [InlineData("cache: {key: $K, paths: [b], policy: pull, when: always}", "$K|b|pull|always")]
    [InlineData("cache: [{key: k, paths: [b]}, {key: l, paths: [c, d]}]", "k|b|pull-push|on_success;l|c,d|pull-push|on_success")]
    [InlineData("cache: []", "")]
    [InlineData("cache: {}", "")]
    [InlineData("cache: ", "")]
    public void Caches_are_read(string keyword, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                ';',
                Reading
                    .Job($"a:\n  script: x\n  {keyword}")
                    .Caches.Select(cache =>
                        $"{((CacheKeyConfig.Text)cache.Key).Value}|{string.Join(',', cache.Paths)}|{cache.Policy}|{cache.When}"
                    )
            )
        );

    [Theory]
    [InlineData("{files: [/b, c]}", "b,c||False")]
    [InlineData("{files: [b], prefix: $P}", "b|$P|False")]
    [InlineData("{files_commits: [b]}", "b||True")]
    public void A_cache_key_may_come_from_files(string key, string expected)
    {
        var files = Assert.IsType<CacheKeyConfig.Files>(Reading.Job($"a: {{script: x, cache: {{key: {key}}}}}").Caches[0].Key);
        Assert.Equal(expected, $"{string.Join(',', files.Paths)}|{files.Prefix}|{files.OfCommits}");
    }

    [Theory]
    [InlineData("allow_failure: true", true, "")]
    [InlineData("allow_failure: false", false, "")]
    [InlineData("allow_failure: {exit_codes: 137}", false, "137")]
    [InlineData("allow_failure: {exit_codes: [1, 2]}", false, "1,2")]
    [InlineData("when: manual", null, "")]
    public void Allowed_failures_are_read(string keyword, bool? allowed, string codes)
    {
        var job = Reading.Job($"a: {{script: x, {keyword}}}");
        Assert.Equal(allowed, job.AllowFailure);
        Assert.Equal(codes, string.Join(',', job.AllowFailureExitCodes));
    }

    [Theory]
    [InlineData("retry: 2", "2|always|")]
    [InlineData("retry: 0", "0|always|")]
    [InlineData("retry: {max: 1, when: script_failure}", "1|script_failure|")]
    [InlineData("retry: {max: 1, when: [script_failure, api_failure], exit_codes: [3, 4]}", "1|script_failure,api_failure|3,4")]
    [InlineData("retry: {max: 2, exit_codes: 137}", "2||137")]
    [InlineData("retry: {when: script_failure}", "0|script_failure|")]
    public void Retries_are_read(string keyword, string expected)
    {
        var retry = Reading.Job($"a: {{script: x, {keyword}}}").Retry!;
        Assert.Equal(expected, $"{retry.Max}|{string.Join(',', retry.When)}|{string.Join(',', retry.ExitCodes)}");
    }

    [Fact]
    public void Small_keywords_are_read()
    {
        var job = Reading.Job(
            "a: {script: x, when: delayed, start_in: 2 hours, timeout: 1h 30m, tags: [b, $C], interruptible: true, resource_group: d/$E, coverage: '/f (\\d+)%/i', manual_confirmation: sure?}"
        );
        Assert.Equal((JobWhen.Delayed, TimeSpan.FromHours(2), 5400, true), (job.When, job.StartIn, job.Timeout, job.Interruptible));
        Assert.Equal(["b", "$C"], job.Tags.Select(tag => tag.Text));
        Assert.Equal(("d/$E", "(?i)f (\\d+)%", "sure?"), (job.ResourceGroup!.Value.Text, job.Coverage, job.ManualConfirmation));
    }

    [Theory]
    [InlineData("environment: prod", "prod||start|||")]
    [InlineData(
        "environment: {name: $E, url: 'https://e', action: stop, auto_stop_in: 1 day, deployment_tier: other}",
        "$E|https://e|stop||1 day|other"
    )]
    public void Environments_are_read(string keyword, string expected)
    {
        var e = Reading.Job($"a: {{script: x, {keyword}}}").Environment!;
        Assert.Equal(expected, $"{e.Name}|{e.Url}|{e.Action}|{e.OnStop}|{e.AutoStopIn}|{e.DeploymentTier}");
    }

    [Fact]
    public void A_release_is_read_whole()
    {
        var release = Reading
            .Job(
                "a: {script: x, release: {tag_name: $T, description: d, name: n, ref: r, milestones: [m], released_at: '2021-03-15T08:00:00Z', assets: {links: [{name: l, url: 'https://u', filepath: /f, link_type: image}]}}}"
            )
            .Release!;
        Assert.Equal(
            ("$T", "n", "d", "r", "2021-03-15T08:00:00Z"),
            (release.TagName, release.Name, release.Description, release.Ref, release.ReleasedAt)
        );
        Assert.Equal(["m"], release.Milestones);
        Assert.Equal([new ReleaseLink("l", "https://u", "/f", "image")], release.Links);
    }

    [Theory]
    [InlineData("pages: {script: x}", "public")]
    [InlineData("pages: {script: x, artifacts: {paths: [public]}}", "public")]
    [InlineData("pages: {script: x, publish: site}", "site")]
    [InlineData("pages: {script: x, artifacts: {paths: [a]}, pages: {publish: b}}", "a,b")]
    [InlineData("docs: {script: x, pages: true}", "public")]
    [InlineData("pages: {script: x, pages: false, artifacts: {paths: [a]}}", "a")]
    public void What_pages_publish_is_an_artifact(string yaml, string paths) =>
        Assert.Equal(paths, string.Join(',', Reading.Job(yaml).Artifacts!.Paths));
}
