using System.Text.Json;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary>The shapes scripts read. A change here is a change of the contract.</summary>
public sealed class JsonShapeTests
{
    private const string Configuration = """
        stages: [build, deploy]
        workflow: {name: "for $CI_COMMIT_BRANCH"}
        build:
          stage: build
          image: node:22
          tags: [linux]
          variables: {A: "1"}
          script: [make]
        deploy:
          stage: deploy
          needs: [build, {job: extra, optional: true, artifacts: false}]
          script: [make]
          environment: production
          rules:
            - if: $CI_COMMIT_TAG
            - if: $CI_COMMIT_BRANCH == "main"
              when: manual
        extra:
          stage: build
          script: [make]
          rules:
            - if: $NEVER == "1"
        """;

    [Fact]
    public void List_has_its_shape()
    {
        var json = Run(0, "list", "--json");
        Assert.Equal("""{"source":"push","ref":"main","name":"for main"}""", json.GetProperty("pipeline").Compact());
        var jobs = json.GetProperty("jobs").EnumerateArray().Select(j => j.Compact()).ToArray();
        Assert.Equal(
            """{"name":"build","stage":"build","when":"on_success","allow_failure":false,"needs":[],"image":"node:22","environment":null,"tags":["linux"],"variables":{"A":"1"},"reason":"no rules: in every branch and tag pipeline","file":".gitlab-ci.yml","line":3,"rules":[]}""",
            jobs[0]
        );
        Assert.StartsWith(
            """{"name":"deploy","stage":"deploy","when":"manual","allow_failure":false,"needs":[{"job":"build","artifacts":true,"optional":false}],"image":null,"environment":"production","tags":[],"variables":{},"reason":""",
            jobs[1]
        );
        var rule = json.GetProperty("jobs")[1].GetProperty("rules")[1];
        Assert.Equal(
            """{"number":2,"if":"$CI_COMMIT_BRANCH == \u0022main\u0022","changes":null,"exists":null,"values":{"CI_COMMIT_BRANCH":"main"},"matched":true,"when":"manual","matched_path":null,"condition":"\u0022main\u0022 == \u0022main\u0022","clauses":[{"keyword":"if","holds":true,"why":"it is true","path":null,"glob":null,"file":".gitlab-ci.yml","line":16}],"file":".gitlab-ci.yml","line":16}""",
            rule.Compact()
        );
        var excluded = Assert.Single(json.GetProperty("excluded").EnumerateArray());
        Assert.Equal("extra", excluded.GetProperty("name").GetString());
        Assert.NotEmpty(excluded.GetProperty("reason").GetString()!);
    }

    [Fact]
    public void Explain_has_its_shape()
    {
        var json = Run(0, "explain", "deploy", "--json");
        Assert.Equal(
            ["job", "included", "rules", "when", "reason", "file", "line", "decided_at"],
            json.EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal("""{"file":".gitlab-ci.yml","line":16}""", json.GetProperty("decided_at").Compact());
        Assert.True(json.GetProperty("included").GetBoolean());
        Assert.Equal("manual", json.GetProperty("when").GetString());
        var rules = json.GetProperty("rules").EnumerateArray().ToArray();
        Assert.Equal("$CI_COMMIT_TAG", rules[0].GetProperty("if").GetString());
        Assert.False(rules[0].GetProperty("matched").GetBoolean());
        Assert.Equal("""{"CI_COMMIT_TAG":null}""", rules[0].GetProperty("values").Compact());
        Assert.True(rules[1].GetProperty("matched").GetBoolean());
        Assert.Equal("""{"CI_COMMIT_BRANCH":"main"}""", rules[1].GetProperty("values").Compact());
        Assert.Equal(JsonValueKind.Null, rules[1].GetProperty("changes").ValueKind);
    }

    [Fact]
    public void Explain_of_all_jobs_has_its_shape()
    {
        var json = Run(0, "explain", "--all", "--json");
        Assert.Equal(["pipeline", "refusal", "workflow", "jobs"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["build True", "deploy True", "extra False"],
            json.GetProperty("jobs").EnumerateArray().Select(job => $"{job.GetProperty("job")} {job.GetProperty("included")}")
        );
        Assert.Equal("""{"NEVER":null}""", json.GetProperty("jobs")[2].GetProperty("rules")[0].GetProperty("values").Compact());
    }

    [Fact]
    public void Explain_of_codes_has_its_shape()
    {
        var one = Run(0, "explain", "CI0302", "--json");
        Assert.Equal(["code", "severity", "meaning", "messages", "help", "wrong", "right"], one.EnumerateObject().Select(p => p.Name));
        Assert.Contains(
            Run(0, "explain", "--codes", "--json").GetProperty("codes").EnumerateArray(),
            code => code.Compact() == one.Compact()
        );
    }

    [Fact]
    public void Lint_of_a_good_file_has_its_shape()
    {
        var json = Run(0, "lint", "--format", "json");
        Assert.Equal(["valid", "errors", "warnings", "jobs"], json.EnumerateObject().Select(p => p.Name));
        Assert.True(json.GetProperty("valid").GetBoolean());
        Assert.Equal(["build", "deploy"], json.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("name").GetString()));
    }

    [Fact]
    public void Lint_of_a_bad_file_tells_code_message_and_place()
    {
        using var folder = new TemporaryFolder();
        folder.Write("bad.yml", "stages: [a]\njob:\n  stage: a\n  needs: [buld]\n  script: ['true']\n");
        var (exit, output, _) = FakeSurroundings.Run(folder.Path, "lint", "bad.yml", "--format", "json");
        Assert.Equal(ExitCode.Invalid, exit);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.False(json.GetProperty("valid").GetBoolean());
        var error = json.GetProperty("errors")[0];
        Assert.StartsWith("CI", error.GetProperty("code").GetString());
        Assert.Contains("buld", error.GetProperty("message").GetString());
        Assert.Equal("bad.yml", error.GetProperty("file").GetString());
        Assert.Equal(4, error.GetProperty("line").GetInt32());
        Assert.InRange(error.GetProperty("column").GetInt32(), 10, 12);
    }

    // The file itself, one it includes, and the standard input.
    [Theory]
    [InlineData("bad.yml", "bad.yml")]
    [InlineData("good.yml", "bad.yml")]
    [InlineData("-", "-")]
    public void Lint_says_which_byte_is_no_utf8(string file, string where)
    {
        using var folder = new TemporaryFolder();
        byte[] bad = [.. "job: {script: x}\n# gr"u8, 0xFC, .. "n\n"u8];
        File.WriteAllBytes(Path.Combine(folder.Path, "bad.yml"), bad);
        folder.Write("good.yml", "include: bad.yml\n");
        using var fake = new FakeSurroundings(folder.Path);
        var surroundings = fake.Value with { In = new MemoryStream(bad) };
        Assert.Equal(ExitCode.Invalid, SlipwayProgram.Run(["lint", file, "--format", "json"], surroundings));
        var error = JsonDocument.Parse(fake.Out).RootElement.GetProperty("errors")[0];
        Assert.Contains("invalid leading UTF-8 octet at line 2 column 5", error.GetProperty("message").GetString());
        Assert.Equal(where, error.GetProperty("file").GetString());
        Assert.Equal((2, 5), (error.GetProperty("line").GetInt32(), error.GetProperty("column").GetInt32()));
    }

    [Fact]
    public void Graph_has_jobs_and_edges()
    {
        var json = Run(0, "config", "graph", "--format", "json");
        Assert.Equal("""[{"from":"build","to":"deploy"}]""", json.GetProperty("edges").Compact());
    }

    private static JsonElement Run(int expected, params string[] arguments)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Configuration));
        var (exit, output, error) = FakeSurroundings.Run(repository.Path, arguments);
        Assert.True(exit == expected, error);
        return JsonDocument.Parse(output).RootElement;
    }
}

internal static class CompactJson
{
    public static string Compact(this JsonElement json) => JsonSerializer.Serialize(json);
}
