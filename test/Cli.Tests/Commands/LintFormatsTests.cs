using System.Text.Json;
using Slipway.Cli.Reports;
using Slipway.Cli.Tests.Support;
using Slipway.Compiler;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary>What other programs read of lint.</summary>
public sealed class LintFormatsTests
{
    private const string Bad = """
        include: "ci/it is.yml"
        unit:
          stage: tset
          needs: [biuld]
          script: [make test]
        """;

    private const string Included = ".base:\n  image: [alpine]\nbuild:\n  extends: .base\n  script: [make]\n";

    private static readonly string[] Levels = ["none", "note", "warning", "error"];

    [Fact]
    public void Sarif_keeps_what_its_schema_demands()
    {
        var log = Lint(Bad, "sarif");
        Assert.Equal("2.1.0", log.GetProperty("version").GetString());
        var run = Assert.Single(log.GetProperty("runs").EnumerateArray());
        var driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("slipway", driver.GetProperty("name").GetString());
        var rules = driver.GetProperty("rules").EnumerateArray().ToArray();
        Assert.Distinct(rules.Select(rule => rule.GetProperty("id").GetString()));
        var results = run.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["CI0301", "CI0302", "CI0102"], results.Select(result => result.GetProperty("ruleId").GetString()));
        foreach (var result in results)
        {
            Assert.NotEmpty(result.GetProperty("message").GetProperty("text").GetString()!);
            Assert.Contains(result.GetProperty("level").GetString(), Levels);
            var rule = rules[result.GetProperty("ruleIndex").GetInt32()];
            Assert.Equal(result.GetProperty("ruleId").GetString(), rule.GetProperty("id").GetString());
            Place(Assert.Single(result.GetProperty("locations").EnumerateArray()));
        }
    }

    [Fact]
    public void Sarif_writes_paths_as_references()
    {
        var results = Lint(Bad, "sarif").GetProperty("runs")[0].GetProperty("results");
        var place = results[2].GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("""{"uri":"ci/it%20is.yml","uriBaseId":"%SRCROOT%"}""", place.GetProperty("artifactLocation").Compact());
        Assert.Equal("""{"startLine":2,"startColumn":10}""", place.GetProperty("region").Compact());
    }

    [Fact]
    public void The_way_a_mistake_came_is_told_in_every_format()
    {
        var related = Lint(Bad, "sarif").GetProperty("runs")[0].GetProperty("results")[2].GetProperty("relatedLocations");
        Assert.Equal(
            """{"id":0,"physicalLocation":{"artifactLocation":{"uri":"ci/it%20is.yml","uriBaseId":"%SRCROOT%"},"region":{"startLine":4,"startColumn":12}},"message":{"text":"extended at"}}""",
            related[0].Compact()
        );
        Assert.Equal("included from", related[1].GetProperty("message").GetProperty("text").GetString());
        Assert.Equal(
            """[{"label":"extended at","file":"ci/it is.yml","line":4,"column":12},{"label":"included from","file":".gitlab-ci.yml","line":1,"column":10}]""",
            Lint(Bad, "json").GetProperty("errors")[2].GetProperty("trail").Compact()
        );
    }

    [Fact]
    public void A_good_file_gives_a_report_without_results()
    {
        Assert.Empty(Lint("build:\n  script: make\n", "codequality").EnumerateArray());
        Assert.Empty(Lint("build:\n  script: make\n", "sarif").GetProperty("runs")[0].GetProperty("results").EnumerateArray());
    }

    [Fact]
    public void Code_quality_has_what_gitlab_reads()
    {
        var findings = Lint(Bad, "codequality").EnumerateArray().ToArray();
        Assert.Equal(3, findings.Length);
        Assert.Distinct(findings.Select(finding => finding.GetProperty("fingerprint").GetString()));
        Assert.Equal(
            ["description", "check_name", "fingerprint", "severity", "location"],
            findings[0].EnumerateObject().Select(property => property.Name)
        );
        Assert.Equal("blocker", findings[0].GetProperty("severity").GetString());
        Assert.Equal("""{"path":"ci/it is.yml","lines":{"begin":2}}""", findings[2].GetProperty("location").Compact());
    }

    [Fact]
    public void A_fingerprint_stays_when_lines_above_come_and_go()
    {
        var before = Lint(Bad, "codequality").EnumerateArray().Select(finding => finding.GetProperty("fingerprint").GetString());
        var after = Lint("# one\n# two\n" + Bad, "codequality").EnumerateArray().ToArray();
        Assert.Equal(before, after.Select(finding => finding.GetProperty("fingerprint").GetString()));
        Assert.Equal(5, after[0].GetProperty("location").GetProperty("lines").GetProperty("begin").GetInt32());
    }

    [Fact]
    public void A_syntax_error_keeps_its_fingerprint_though_its_words_name_the_line()
    {
        var one = Lint("a: 'x\n", "codequality")[0];
        var two = Lint("# comment\na: 'x\n", "codequality")[0];
        Assert.NotEqual(one.GetProperty("description").GetString(), two.GetProperty("description").GetString());
        Assert.Equal(one.GetProperty("fingerprint").GetString(), two.GetProperty("fingerprint").GetString());
    }

    [Fact]
    public void A_mistake_in_a_file_from_elsewhere_is_placed_at_its_include()
    {
        var (far, near) = (new Position("https://example.com/x.yml", 9, 9), new Position("ci/a.yml", 2, 3));
        var mistake = new Diagnostic("CI0102", Severity.Error, "m", far) { Trail = [("included from", near)] };
        var compilation = new Compilation(null, [mistake, mistake with { Trail = [] }, mistake with { At = null, Trail = [] }])
        {
            ExternalTexts = new Dictionary<string, string> { [far.File] = "" },
        };
        var root = new Position(".gitlab-ci.yml", 1, 1);
        Assert.Equal([near, root, root], Finding.Of(compilation, ".gitlab-ci.yml").Select(finding => finding.At));
    }

    private static void Place(JsonElement location)
    {
        var place = location.GetProperty("physicalLocation");
        Assert.True(Uri.IsWellFormedUriString(place.GetProperty("artifactLocation").GetProperty("uri").GetString(), UriKind.Relative));
        Assert.True(place.GetProperty("region").GetProperty("startLine").GetInt32() >= 1);
        Assert.True(place.GetProperty("region").GetProperty("startColumn").GetInt32() >= 1);
    }

    private static JsonElement Lint(string yaml, string format)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", yaml);
        folder.Write("ci/it is.yml", Included);
        return JsonDocument.Parse(FakeSurroundings.Run(folder.Path, "lint", "--format", format).Out).RootElement;
    }
}
