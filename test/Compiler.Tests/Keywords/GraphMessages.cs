using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>Stages, needs, dependencies, on_stop, circles.</summary>
public static class GraphMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            {
                "rspec: {script: test, stage: »acceptance}",
                "rspec job: chosen stage acceptance does not exist; available stages are .pre, build, test, deploy, .post"
            },
            {
                "stages: [build, .post, ship]\n»rspec: {script: test}",
                "rspec job: chosen stage test does not exist; available stages are .pre, build, ship, .post"
            },
            {
                "a: {script: x, stage: »nowhere, parallel: 2}",
                "a 1/2 job: chosen stage nowhere does not exist; available stages are .pre, build, test, deploy, .post"
            },
            { "a: {script: x, needs: [»b]}", "a job: undefined need: b" },
            { "a: {script: x, needs: [{job: b, optional: true}, »{job: c}]}", "a job: undefined need: c" },
            { "a: {script: x, parallel: 3, needs: [»b]}", "a 1/3 job: undefined need: b" },
            { "a: {script: x, dependencies: [»b]}", "a job: undefined dependency: b" },
            { "a: {script: x, needs: [»b]}\nb: {script: x, stage: deploy}", "a job: need b is not defined in current or prior stages" },
            {
                "a: {script: x, dependencies: [»b]}\nb: {script: x, stage: deploy}",
                "a job: dependency b is not defined in current or prior stages"
            },
            {
                "a: {script: x, needs: [»p]}\np: {script: x, stage: deploy, parallel: 2}",
                "a job: need p 1/2 is not defined in current or prior stages"
            },
            { "a: {script: x, needs: [b, »b]}\nb: {script: x}", "a has the following needs duplicated: b." },
            { "a: {script: x, needs: [p, »p 1/2]}\np: {script: x, parallel: 2}", "a has the following needs duplicated: p 1/2." },
            {
                "a: {script: x, needs: [»{job: p, parallel: {matrix: [{B: '2', A: '1'}]}}]}\np: {script: x, parallel: {matrix: [{A: ['1'], B: ['2']}]}}",
                "a job: undefined need: p: [2, 1]"
            },
            { "a: {script: x, rules: [{if: $A, needs: [»b]}]}", "a job: undefined need: b" },
            { "a: {script: x, rules: [{if: $A, needs: [»p]}]}\np: {script: x, parallel: 2}", "a job: undefined need: p" },
            {
                "a: {script: x, parallel: {matrix: [{A: b}]}, needs: [»{job: p, parallel: {matrix: [{A: '$[[ matrix.B ]]'}]}}]}\np: {script: x, parallel: {matrix: [{A: '$[[ matrix.B ]]'}]}}",
                "a job: 'B' does not exist in matrix configuration"
            },
            {
                $"a: {{script: x, needs: [»{LongName}]}}\n{LongName}: {{script: x, parallel: 1}}",
                $"a job: need `{LongName} 1/1` name is too long (maximum is 255 characters)"
            },
            {
                "a: {script: x, needs: [»p]}\np: {script: x, parallel: 51}",
                "a: one job can only need 50 others, but you have listed 51. See needs keyword documentation for more details"
            },
            {
                "a: {script: x, needs: [b], dependencies: [b, »c]}\nb: {script: x}\nc: {script: x}",
                "jobs:a dependencies the c should be part of needs"
            },
            {
                "a: {script: x, needs: [»{project: b/c, ref: d, job: e}], dependencies: [f]}\nf: {script: x}",
                "jobs:a needs corresponding to dependencies must be from the same pipeline"
            },
            {
                "job_a: {script: x, needs: [»job_c]}\njob_b: {script: x, needs: [job_a]}\njob_c: {script: x, needs: [job_b]}",
                "The pipeline has circular dependencies: topological sort failed: [\"job_a\", \"job_c\", \"job_b\"]"
            },
            {
                "job_0: {script: x}\njob: {script: x, needs: [job_0, »job]}",
                "The pipeline has circular dependencies: self-dependency: job"
            },
            { Deploy("»stop"), "a job: on_stop job stop is not defined" },
            { Deploy("»stop") + "\nstop: {script: x}", "a job: on_stop job stop does not have environment defined" },
            {
                Deploy("»stop") + "\nstop: {script: x, environment: {name: test, action: stop}}",
                "a job: on_stop job stop have different environment name"
            },
            { Deploy("»stop") + "\nstop: {script: x, environment: prod}", "a job: on_stop job stop needs to have action stop defined" },
            { "a: {trigger: {include: [{artifact: b.yml, job: »c}]}}", "a job: undefined dependency: c" },
            {
                "a: {stage: build, trigger: {include: [{artifact: b.yml, job: »c}]}}\nc: {script: x, stage: test}",
                "a job: dependency c is not defined in current or prior stages"
            },
        };

    private static string LongName => new('n', 254);

    private static string Deploy(string stop) => $"a: {{script: x, environment: {{name: prod, on_stop: {stop}}}}}";
}
