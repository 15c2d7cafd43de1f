using Slipway.Compiler.Tests.Evaluation;
using Slipway.Compiler.Tests.Keywords;
using Xunit;

namespace Slipway.Compiler.Tests.Templates;

/// <summary>Our templates beside those of GitLab's that the conformance data holds: the same jobs in the same stages, in the same pipelines.</summary>
public sealed class OriginalsTests
{
    /// <summary>Where GitLab's own have changed since: the collected ones are of several years.</summary>
    private static readonly Dictionary<string, string[]> Since = new()
    {
        // Every example ends in a deployment to production now.
        ["Bash"] = [.. Without("merge request", "ours deploy1 deploy OnSuccess production start", "theirs deploy1 deploy OnSuccess")],
        ["Nodejs"] = [.. Without("merge request", "ours deploy deploy OnSuccess production start")],
        ["Python"] = [.. Without("merge request", "ours deploy deploy OnSuccess production start")],
        // One job for all branches took the place of two, of which one was for master; tags are left out.
        ["Docker"] = ["tag: theirs docker-build build OnSuccess"],
        ["Jobs/Container-Scanning"] = ["merge request: ours container_scanning test OnSuccess allow_failure"],
        // A freeze holds deployments back, and a kubeconfig is enough.
        ["Jobs/Deploy.latest"] =
        [
            "default branch: theirs production production OnSuccess production start",
            "default branch: ours production production OnSuccess production start",
            "branch: ours review review OnSuccess review/feature/x start",
            "branch: ours stop_review cleanup Manual allow_failure review/feature/x stop",
            "tag: ours review review OnSuccess review/v1.0 start",
            "tag: ours stop_review cleanup Manual allow_failure review/v1.0 stop",
        ],
    };

    private static IEnumerable<string> Without(string kind, params string[] lines) =>
        from pipeline in Kinds.All
        where pipeline.Name != kind
        from line in lines
        select $"{pipeline.Name}: {line}";

    private static string Folder => Path.Combine(Shared.Folder!, "conformance", "realworld", "gitlab-templates");

    public static TheoryData<string> Names() =>
        Shared.Folder is null
            ? ["none"]
            :
            [
                .. Directory
                    .GetFiles(Folder, "*.yml", SearchOption.AllDirectories)
                    .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/').Replace(".gitlab-ci.yml", ""))
                    .Order(StringComparer.Ordinal),
            ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ours_makes_the_pipelines_that_theirs_makes(string name)
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var theirs = File.ReadAllText(Path.Combine(Folder, name + ".gitlab-ci.yml"));
        var differences = TemplateFacts
            .All.Where(facts => facts.Title.Split(',')[0] == name.Replace(".latest", ""))
            .SelectMany(facts => Kinds.All.SelectMany(kind => Differences(facts, theirs, kind.Name, kind.Context)))
            .Distinct();
        Assert.Equal(Since.GetValueOrDefault(name, []), differences);
    }

    private static IEnumerable<string> Differences(TemplateFacts facts, string theirs, string kind, PipelineContext context)
    {
        var ours = Jobs(facts.Compile(context));
        var others = Jobs(facts.Compile(context, "include: theirs.yml", "theirs.yml=" + theirs));
        return ours.Except(others).Select(job => $"{kind}: ours {job}").Concat(others.Except(ours).Select(job => $"{kind}: theirs {job}"));
    }

    private static string[] Jobs(Compilation compilation)
    {
        Assert.Empty(compilation.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error));
        return
        [
            .. (compilation.Pipeline?.Jobs ?? []).Select(job =>
                $"{job.Name} {job.Stage} {job.When}{(job.AllowFailure ? " allow_failure" : "")}"
                + $"{job.StartIn}{(job.Environment is { } on ? $" {on.Name} {on.Action}" : "")}"
            ),
        ];
    }
}
