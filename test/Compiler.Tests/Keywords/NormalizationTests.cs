using Slipway.Compiler.Keywords;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class NormalizationTests
{
    [Theory]
    [InlineData("a: {script: x}", "a")]
    [InlineData("a: {script: x, parallel: 1}", "a 1/1")]
    [InlineData("a: {script: x, parallel: 3}", "a 1/3;a 2/3;a 3/3")]
    [InlineData("a: {script: x, parallel: {matrix: [{P: aws, S: [m, n]}]}}", "a: [aws, m];a: [aws, n]")]
    [InlineData("a: {script: x, parallel: {matrix: [{P: [1, 2], S: [m, n]}]}}", "a: [1, m];a: [1, n];a: [2, m];a: [2, n]")]
    [InlineData("a: {script: x, parallel: {matrix: [{P: aws}, {Q: [b, 3.9]}]}}", "a: [aws];a: [b];a: [3.9]")]
    [InlineData("b: {script: x}\na: {script: x, parallel: 2}\nc: {script: x}", "b;a 1/2;a 2/2;c")]
    [InlineData("a: {trigger: b/c, parallel: {matrix: [{P: [1, 2]}]}}", "a: [1];a: [2]")]
    public void Parallel_jobs_become_their_instances(string yaml, string names) =>
        Assert.Equal(names, string.Join(';', Reading.Good(yaml).Instances.Select(job => job.Name)));

    [Fact]
    public void Instances_are_numbered_over_the_whole_matrix()
    {
        var instances = Reading.Good("a: {script: x, parallel: {matrix: [{P: [q, r], S: t}, {P: u}]}}").Instances;
        Assert.Equal([(1, 3), (2, 3), (3, 3)], instances.Select(job => (job.Index!.Value, job.Total)));
        Assert.Equal(["P=r", "S=t"], instances[1].MatrixVariables.Select(variable => $"{variable.Key}={variable.Value}"));
        Assert.All(instances, job => Assert.Equal("a", job.Job.Name));
    }

    [Theory]
    [InlineData("p: {script: x, parallel: 2}\na: {script: x, needs: [p]}", "p 1/2,p 2/2")]
    [InlineData("p: {script: x, parallel: 2}\na: {script: x, needs: [p 2/2]}", "p 2/2")]
    [InlineData("p: {script: x, parallel: {matrix: [{V: [1, 2]}]}}\na: {script: x, needs: [{job: p, artifacts: false}]}", "p: [1],p: [2]")]
    [InlineData(
        "p: {script: x, parallel: {matrix: [{V: [1, 2], W: [3, 4]}]}}\na: {script: x, needs: [{job: p, parallel: {matrix: [{V: 2, W: [3, 4]}]}}]}",
        "p: [2, 3],p: [2, 4]"
    )]
    [InlineData("p: {script: x}\na: {script: x, needs: [{job: p, parallel: {matrix: [{V: 2}]}}]}", "p")]
    [InlineData("p: {script: x}\nq: {script: x, parallel: 2}\na: {script: x, needs: [{job: p, parallel: {matrix: [{V: 2}]}}]}", "p")]
    [InlineData("a: {script: x, needs: [{job: p, optional: true}]}", "p")]
    [InlineData("a: {script: x, needs: []}", "")]
    public void Needs_of_parallel_jobs_name_their_instances(string yaml, string needs) =>
        Assert.Equal(
            needs,
            string.Join(',', Reading.Good(yaml).Instances[^1].Needs!.Value.Cast<NeedConfig.Job>().Select(need => need.Name))
        );

    [Fact]
    public void Dependencies_on_parallel_jobs_name_their_instances()
    {
        var job = Reading.Good("p: {script: x, parallel: 2}\nq: {script: x}\na: {script: x, dependencies: [q, p]}").Instances[^1];
        Assert.Equal(["q", "p 1/2", "p 2/2"], job.Dependencies!.Value.Select(name => name.Text));
    }

    [Fact]
    public void Matrix_expressions_take_the_values_of_the_needing_instance()
    {
        var instances = Reading
            .Good(
                """
                build: {script: x, parallel: {matrix: [{OS: [linux], ARCH: [amd64, arm64]}]}}
                test:
                  script: x
                  parallel: {matrix: [{OS: [linux], ARCH: [amd64, arm64]}]}
                  needs:
                    - job: build
                      parallel: {matrix: [{OS: ['$[[ matrix.OS ]]'], ARCH: ['$[[matrix.ARCH]]']}]}
                """
            )
            .Instances;
        Assert.Equal(
            ["test: [linux, amd64] -> build: [linux, amd64]", "test: [linux, arm64] -> build: [linux, arm64]"],
            instances.Where(job => job.Needs is not null).Select(job => $"{job.Name} -> {((NeedConfig.Job)job.Needs!.Value[0]).Name}")
        );
    }

    [Theory]
    [InlineData("a: {script: x, parallel: {matrix: [{V: [1, 2]}]}}\n'a: [2]': {script: own}", "x,own")]
    [InlineData("'a: [2]': {script: own}\na: {script: x, parallel: {matrix: [{V: [2, 1]}]}}", "x,x")]
    public void The_later_of_two_jobs_of_one_name_wins(string yaml, string scripts) =>
        Assert.Equal(scripts, string.Join(',', Reading.Good(yaml).Instances.Select(job => job.Job.Script[0])));

    [Fact]
    public void Every_kind_of_need_is_read()
    {
        var needs = Reading
            .Job(
                "b: {script: x}\na: {script: x, needs: [b, {job: c, optional: true, artifacts: false}, {project: d/e, job: f, ref: g}, {pipeline: $P, job: h, optional: true}]}"
            )
            .Needs!.Value;
        Assert.Equal(new NeedConfig.Job("b", Artifacts: true, Optional: false, Matrix: null, needs[0].At), needs[0]);
        Assert.Equal(new NeedConfig.Job("c", Artifacts: false, Optional: true, Matrix: null, needs[1].At), needs[1]);
        Assert.Equal(new NeedConfig.CrossProject("d/e", "f", "g", Artifacts: true, needs[2].At), needs[2]);
        Assert.Equal(new NeedConfig.CrossPipeline("$P", "h", Artifacts: true, Optional: true, needs[3].At), needs[3]);
    }

    [Theory]
    [InlineData("a: {needs: {pipeline: b/c}}")]
    [InlineData("a: {needs: [{pipeline: b/c}]}")]
    public void A_job_may_mirror_another_projects_pipeline(string yaml)
    {
        var job = Reading.Job(yaml);
        Assert.True(job.IsBridge);
        Assert.Equal("b/c", Assert.IsType<NeedConfig.Upstream>(job.Needs!.Value[0]).Project);
    }

    [Fact]
    public void Triggers_are_read_whole()
    {
        var other = Reading
            .Job(
                "a: {trigger: {project: b/$C, branch: d, strategy: mirror, forward: {yaml_variables: false, pipeline_variables: true}, inputs: {e: [1, f]}}}"
            )
            .Trigger!;
        Assert.Equal(
            ("b/$C", "d", "mirror", false, true),
            (
                other.Project!.Value.Text,
                other.Branch!.Value.Text,
                other.Strategy,
                other.ForwardYamlVariables,
                other.ForwardPipelineVariables
            )
        );
        Assert.Equal("[1,\"f\"]", other.Inputs["e"]);
        var child = Reading
            .Job("m: {script: x}\na: {trigger: {include: [b.yml, {local: /c.yml, inputs: {d: true}}, {artifact: e.yml, job: m}]}}")
            .Trigger!;
        Assert.Equal(
            ["local b.yml ", "local /c.yml ", "artifact e.yml m"],
            child.Include.Select(file => $"{file.Kind} {file.Location} {file.Job}")
        );
        Assert.Equal("true", child.Include[1].Inputs["d"]);
    }

    [Fact]
    public void A_small_file_cannot_ask_for_millions_of_jobs()
    {
        var jobs = Enumerable.Range(0, 251).Select(i => $"j{i}: {{script: x, parallel: 200}}");
        var error = Assert.Single(Reading.Of(string.Join('\n', jobs)).Errors);
        Assert.Equal(
            "The number of jobs has exceeded the limit of 50000. Try splitting the configuration with parent-child-pipelines",
            error.Message
        );
        Assert.Equal(251, error.At!.Value.Line);
    }

    [Fact]
    public void A_small_file_cannot_ask_for_millions_of_needs()
    {
        var parallel = Enumerable.Range(0, 50).Select(i => $"p{i}: {{script: x, parallel: 200}}");
        var needs = string.Join(", ", Enumerable.Range(0, 50).Select(i => $"p{i}"));
        var jobs = Enumerable.Range(0, 101).Select(i => $"j{i}: {{script: x, dependencies: [{needs}]}}");
        var error = Assert.Single(Reading.Of(string.Join('\n', parallel.Concat(jobs))).Errors);
        Assert.Equal("needs and dependencies name more than 1000000 jobs, with parallel jobs written out", error.Message);
    }

    [Fact]
    public void A_chain_of_any_length_is_walked_without_recursion()
    {
        const int Length = 20_000;
        var at = new Position(Reading.File, 1, 1);
        var job = Reading.Job("a: {script: x}");
        var chain = Enumerable.Range(0, Length).Select(i => new JobInstance($"j{i}", job, Index: null, Total: 1) { Needs = [Need(i + 1)] });
        var bag = new DiagnosticBag();
        CircularNeeds.Check([.. chain], bag);
        Assert.Equal(0, bag.Count);
        CircularNeeds.Check([.. chain, new JobInstance($"j{Length}", job, Index: null, Total: 1) { Needs = [Need(0)] }], bag);
        Assert.Equal(DiagnosticCode.CircularNeeds, Assert.Single(bag.ToImmutable()).Code);

        NeedConfig Need(int i) => new NeedConfig.Job($"j{i}", Artifacts: true, Optional: false, Matrix: null, at);
    }
}
