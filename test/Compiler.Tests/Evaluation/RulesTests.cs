using Slipway.Compiler;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>gitlab-ci-yaml §8 and the pitfalls 1 to 6 of §19, through whole configurations.</summary>
public sealed class RulesTests
{
    private const string Always = "\nalways: {script: x}";

    private static string WithRule(string rule) => $"job:\n  script: x\n  rules:\n    - {rule}{Always}";

    [Theory]
    [InlineData("if: $EMPTY || $SET", false)]
    [InlineData("if: $EMPTY && $SET", true)]
    [InlineData("if: $UNDEF == \"\"", false)]
    [InlineData("if: $UNDEF == null", true)]
    [InlineData("if: $EMPTY == null", false)]
    [InlineData("if: '$SET =~ $PATTERN'", true)]
    [InlineData("if: '$SET =~ /./'", null)]
    [InlineData("if: '$SET =~ /a(?=b)/'", null)]
    [InlineData("if: $CI_PIPELINE_SOURCE == \"push\"", true)]
    [InlineData("if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", true)]
    [InlineData("if: $CI_PROJECT_PATH == \"group/sub/project\"", true)]
    [InlineData("if: $CI_JOB_NAME == \"job\"", true)]
    [InlineData("if: $CI_PIPELINE_ID", false)]
    [InlineData("if: $CI_JOB_ID", false)]
    [InlineData("if: $NESTED == \"$SET\"", true)]
    [InlineData("when: always", true)]
    [InlineData("when: never", false)]
    [InlineData("changes: [src/*]", false)]
    [InlineData("exists: [Dockerfile]", true)]
    [InlineData("exists: [src/]", true)]
    [InlineData("exists: [lib/]", false)]
    [InlineData("exists: ['**/*.cs']", true)]
    [InlineData("exists: ['*.cs']", false)]
    [InlineData("exists: [$FILE]", true)]
    [InlineData("exists: [nothing]", false)]
    [InlineData("exists: []", false)]
    public void A_rule_lets_a_job_in_or_not(string rule, bool? included)
    {
        var context = Compiling.Branch().With("SET=main", "EMPTY=", "PATTERN=/^ma/", "NESTED=$SET", "FILE=Dockerfile");
        var compilation = Compiling.Compile(WithRule(rule), context, "Dockerfile", "src/a/b.cs");
        if (included is null)
            Assert.False(compilation.IsValid);
        else
            Assert.Equal(included, compilation.Pipeline!.Jobs.Any(job => job.Name == "job"));
    }

    [Theory]
    [InlineData("src/**/*", true)]
    [InlineData("src/*", false)]
    [InlineData("$DIR/**/*", true)]
    [InlineData("$UNDEF/**/*", false)]
    [InlineData("docs/*", false)]
    public void Changes_looks_at_the_paths_of_the_diff(string glob, bool included)
    {
        var context = Compiling.Branch().With("DIR=$BASE", "BASE=src") with { ChangedPaths = _ => ["README.md", "src/a/b.cs"] };
        Assert.Equal(included, Compiling.Pipeline(WithRule($"changes: ['{glob}']"), context).Jobs.Any(job => job.Name == "job"));
    }

    [Fact]
    public void Without_a_diff_changes_is_true()
    {
        Assert.Equal(
            "job always",
            Compiling.Pipeline(WithRule("changes: [nothing]"), Compiling.Branch() with { ChangedPaths = _ => null }).Names()
        );
        Assert.Equal("job always", Compiling.Pipeline(WithRule("changes: [nothing]"), Compiling.Tag()).Names());
    }

    [Fact]
    public void Changes_compares_with_what_it_is_told_to()
    {
        var asked = new List<string?>();
        var context = Compiling.Branch().With("BASE=develop") with
        {
            ChangedPaths = to =>
            {
                asked.Add(to);
                return to == "develop" ? ["a"] : [];
            },
        };
        Assert.Equal("job always", Compiling.Pipeline(WithRule("changes: {paths: [a], compare_to: $BASE}"), context).Names());
        Assert.Equal(["develop"], asked);
    }

    [Fact]
    public void A_ref_to_compare_with_that_does_not_exist_is_an_error()
    {
        var context = Compiling.Branch() with { ChangedPaths = to => to is null ? [] : throw new UnknownRefException(to) };
        Assert.Equal(
            ["Failed to parse rule for job: rules:changes:compare_to is not a valid ref"],
            Compiling.Errors(WithRule("changes: {paths: [a], compare_to: gone}"), context)
        );
    }

    [Fact]
    public void Too_many_comparisons_count_as_a_match()
    {
        var paths = Enumerable.Range(0, 2000).Select(i => $"f{i}").ToArray();
        var globs = string.Join(", ", Enumerable.Range(0, 26).Select(i => $"'x{i}/*'"));
        var context = Compiling.Branch() with { ChangedPaths = _ => paths };
        Assert.Equal("job always", Compiling.Pipeline(WithRule($"changes: [{globs}]"), context).Names());
        Assert.Equal("job always", Compiling.Pipeline(WithRule($"exists: [{globs}]"), context, paths).Names());
        Assert.Equal(
            "always",
            Compiling.Pipeline(WithRule($"changes: [{globs}]"), context with { ChangedPaths = _ => paths[..1900] }).Names()
        );
    }

    [Fact]
    public void Globs_made_to_take_long_are_cut_short()
    {
        var paths = Enumerable.Range(0, 4000).Select(i => new string('a', 4000) + i).ToArray();
        var glob = string.Concat(Enumerable.Repeat("*a", 2000)) + "b";
        var context = Compiling.Branch() with { ChangedPaths = _ => paths };
        Assert.Equal("job always", Compiling.Pipeline(WithRule($"changes: ['{glob}']"), context).Names());
    }

    [Fact]
    public void All_clauses_of_a_rule_must_hold_and_the_first_rule_wins()
    {
        const string yaml = """
            job:
              script: x
              rules:
                - if: $CI_COMMIT_BRANCH == "main"
                  exists: [nothing]
                - if: $CI_COMMIT_BRANCH == "main"
                  exists: [Dockerfile]
                  variables: {WHICH: second}
                - when: manual
            """;
        var job = Compiling.Job(yaml, "job", null, "Dockerfile");
        Assert.Equal(JobWhen.OnSuccess, job.When);
        Assert.Equal("second", job.Value("WHICH"));
        Assert.Equal([false, true], job.Decision.Rules.Select(rule => rule.Matched));
        Assert.Equal("rule 2 matched ($CI_COMMIT_BRANCH == \"main\", exists: Dockerfile)", job.Decision.Reason);
        Assert.Equal("Dockerfile", job.Decision.Rules[1].MatchedPath);
        Assert.Equal([KeyValuePair.Create("CI_COMMIT_BRANCH", (string?)"main")], job.Decision.Rules[1].Values);
    }

    // Where "when" stands decides what an unwritten allow_failure is.
    [Theory]
    [InlineData("when: manual", "", JobWhen.Manual, true)]
    [InlineData("", "rules: [{when: manual}]", JobWhen.Manual, false)]
    [InlineData("when: manual", "rules: [{if: $CI}]", JobWhen.Manual, true)]
    [InlineData("when: manual", "rules: [{when: on_success}]", JobWhen.OnSuccess, true)]
    [InlineData("when: manual", "rules: [{when: manual, allow_failure: false}]", JobWhen.Manual, false)]
    [InlineData("allow_failure: true", "rules: [{when: manual}]", JobWhen.Manual, true)]
    [InlineData("", "rules: [{when: manual, allow_failure: true}]", JobWhen.Manual, true)]
    [InlineData("allow_failure: false\n  when: manual", "", JobWhen.Manual, false)]
    [InlineData("when: always", "rules: [{if: $CI}]", JobWhen.Always, false)]
    [InlineData("when: on_failure", "rules: [{if: $CI, when: always}]", JobWhen.Always, false)]
    [InlineData("", "", JobWhen.OnSuccess, false)]
    public void When_and_allow_failure_come_from_the_rule_or_the_job(string jobLevel, string rules, JobWhen when, bool allowFailure)
    {
        var job = Compiling.Job($"job:\n  script: x\n  {jobLevel}\n  {rules}\n", "job");
        Assert.Equal((when, allowFailure), (job.When, job.AllowFailure));
    }

    [Fact]
    public void A_rules_allow_failure_switches_the_exit_codes_off()
    {
        const string yaml = """
            plain: {script: x, allow_failure: {exit_codes: [1, 137]}}
            kept: {script: x, allow_failure: {exit_codes: 3}, rules: [{if: $CI}]}
            switched: {script: x, allow_failure: {exit_codes: 3}, rules: [{if: $CI, allow_failure: true}]}
            """;
        var jobs = Compiling.Pipeline(yaml).Jobs;
        Assert.Equal([1, 137], jobs[0].AllowFailureExitCodes);
        Assert.Equal([3], jobs[1].AllowFailureExitCodes);
        Assert.Equal((0, true), (jobs[2].AllowFailureExitCodes.Length, jobs[2].AllowFailure));
        Assert.False(jobs[0].AllowFailure);
    }

    [Fact]
    public void A_delayed_job_knows_its_delay()
    {
        const string yaml = """
            own: {script: x, when: delayed, start_in: 30 minutes}
            rule: {script: x, rules: [{when: delayed, start_in: 1 day}]}
            """;
        var jobs = Compiling.Pipeline(yaml).Jobs;
        Assert.Equal([TimeSpan.FromMinutes(30), TimeSpan.FromDays(1)], jobs.Select(job => job.StartIn));
    }

    [Fact]
    public void Interruptible_and_variables_come_from_the_rule()
    {
        const string yaml = """
            variables: {V: global, G: global}
            job:
              script: x
              interruptible: false
              variables: {V: job}
              rules:
                - if: $V == "rule"
                  variables: {V: wrong}
                - if: $V == "job"
                  interruptible: true
                  variables: {V: rule, W: rule}
            """;
        var job = Compiling.Job(yaml, "job");
        Assert.True(job.Interruptible);
        Assert.Equal("V=rule G=global W=rule", string.Join(' ', job.YamlVariables.Select(v => $"{v.Key}={v.Value}")));
    }

    [Fact]
    public void Every_job_is_told_of_with_its_reason()
    {
        const string yaml = """
            a: {script: x}
            b: {script: x, rules: [{if: $CI_COMMIT_TAG}]}
            c: {script: x, rules: [{if: $CI, when: never}, {when: always}]}
            d: {script: x, only: [tags]}
            e: {script: x, except: [main]}
            f: {script: x, parallel: 2, rules: [{if: $CI}]}
            """;
        var compilation = Compiling.Compile(yaml);
        Assert.Equal(
            [
                "a in: no rules: in every branch and tag pipeline",
                "b out: no rule matched",
                "c out: rule 1 matched ($CI), and it says never",
                "d out: only: tags, and this is branch main",
                "e out: except: main, and this is branch main",
                "f in: rule 1 matched ($CI)",
            ],
            compilation.Decisions.Select(decision => $"{decision.Job} {(decision.Included ? "in" : "out")}: {decision.Reason}")
        );
        Assert.Equal("on_success", compilation.Decisions[0].When);
        Assert.Null(compilation.Decisions[1].When);
        Assert.Equal(4, compilation.Decisions[3].At?.Line);
    }

    [Fact]
    public void A_job_with_an_empty_list_of_rules_is_never_in() =>
        Assert.DoesNotContain(Compiling.Compile("job: {script: x, rules: []}" + Always).Pipeline?.Jobs ?? [], job => job.Name == "job");

    [Fact]
    public void Null_rules_are_no_rules() => Assert.Equal("job", Compiling.Pipeline("job: {script: x, rules: null}").Names());

    [Fact]
    public void Evil_patterns_do_not_hold_up_the_compiler()
    {
        var context = Compiling.Branch().With("TEXT=" + new string('a', 20_000) + "!");
        Assert.Equal("always", Compiling.Pipeline(WithRule("if: '$TEXT =~ /^(a+)+$/'"), context).Names());
    }
}
