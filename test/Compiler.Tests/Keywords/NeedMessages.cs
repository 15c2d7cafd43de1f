using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>needs, parallel, trigger jobs.</summary>
public static class NeedMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { In("needs: »b"), "jobs:a:needs config can only be a hash or an array" },
            { In("needs: [»1]"), "jobs:a:needs:need has an unsupported type" },
            { In("needs: [»'']"), "jobs:a:needs:need config can't be blank" },
            { In("needs: [{»job: }]"), "jobs:a:needs:need job can't be blank" },
            { In("needs: [{job: »[b]}]"), "jobs:a:needs:need job should be a string" },
            { In("needs: [{job: b, artifacts: »text, optional: true}]"), "jobs:a:needs:need artifacts should be a boolean value" },
            { In("needs: [{job: b, optional: »1}]"), "jobs:a:needs:need optional should be a boolean value" },
            { In("needs: [{job: b, optional: true, »wait: no}]"), "jobs:a:needs:need config contains unknown keys: wait" },
            { In("needs: [»{pipeline: b/c}]"), "jobs:a:needs config uses invalid types: bridge" },
            { In("needs: [{pipeline: »5, job: b}]"), "jobs:a:needs:need pipeline should be a string" },
            { In("needs: [{pipeline: $P, job: b, »something: else}]"), "jobs:a:needs:need config contains unknown keys: something" },
            { In("needs: [»{project: b/c, job: d}]"), "jobs:a:needs:need ref can't be blank" },
            { In("needs: [{project: b/c, ref: d, job: »1}]"), "jobs:a:needs:need job should be a string" },
            {
                In(
                    $"needs: [{string.Join(", ", Enumerable.Repeat("{project: b/c, ref: d, job: e}", 5))}, »{{project: b/c, ref: d, job: e}}]"
                ),
                "jobs:a:needs config must be less than or equal to 5"
            },
            {
                In($"needs: [{string.Join(", ", Enumerable.Repeat("{pipeline: $P, job: b}", 5))}, »{{pipeline: $P, job: b}}]"),
                "jobs:a:needs config must be less than or equal to 5"
            },
            { In("needs: »{}"), "jobs:a:needs config can not be an empty hash" },
            { In("needs: [{job: b, optional: true, parallel: »10}]"), "jobs:a:needs config cannot use \"parallel: <number>\"." },
            { In("needs: [{job: b, optional: true, parallel: »[c]}]"), "jobs:a:needs:need:parallel should be an integer or a hash" },
            {
                In("needs: [{job: b, optional: true, parallel: {matrix: »c}}]"),
                "jobs:a:needs:need:parallel:matrix config should be an array of hashes"
            },
            { In("parallel: »test"), "jobs:a:parallel should be an integer or a hash" },
            { In("parallel: »0"), "jobs:a:parallel config must be greater than or equal to 1" },
            { In("parallel: »201"), "jobs:a:parallel config must be less than or equal to 200" },
            { In("parallel: »99999999999"), "jobs:a:parallel config must be less than or equal to 200" },
            { In("parallel: »1.5"), "jobs:a:parallel config must be an integer" },
            { In("»parallel: {}"), "jobs:a:parallel config missing required keys: matrix" },
            { In("parallel: {matrix: [{A: [b]}], »max: 2}"), "jobs:a:parallel config contains unknown keys: max" },
            { In("parallel: {matrix: »{A: [b]}}"), "jobs:a:parallel:matrix config should be an array of hashes" },
            { In("parallel: {matrix: [»b]}"), "jobs:a:parallel:matrix config should be an array of hashes" },
            { In("parallel: {matrix: [»{}]}"), "jobs:a:parallel:matrix:variables config requires at least 1 items" },
            { In("parallel: {matrix: [»{A: []}]}"), Pairs },
            { In("parallel: {matrix: [»{A: [true]}]}"), Pairs },
            { In("parallel: {matrix: [»{A: [[b]]}]}"), Pairs },
            {
                In($"parallel: {{matrix: [»{{A: [{Numbers(15)}], B: [{Numbers(14)}]}}]}}"),
                "jobs:a:parallel:matrix config generates too many jobs (maximum is 200)"
            },
            { "a: {trigger: »[b]}", "jobs:a:trigger has to be either a string or a hash" },
            { "a: {trigger: »''}", "jobs:a:trigger config can't be blank" },
            { "a: {trigger: »slug}", "jobs:a:trigger config should be the path of a project, such as group/project" },
            { "a: {trigger: »/slug}", "jobs:a:trigger config should be the path of a project, such as group/project" },
            { "a: {»trigger: {}}", "jobs:a:trigger project can't be blank" },
            { "a: {trigger: {project: »[b/c]}}", "jobs:a:trigger project should be a string" },
            { "a: {trigger: {project: b/c, branch: »1}}", "jobs:a:trigger branch should be a string" },
            { "a: {trigger: {project: b/c, strategy: »wait}}", "jobs:a:trigger strategy should be depend or mirror" },
            { "a: {trigger: {project: b/c, »unknown: 123}}", "jobs:a:trigger config contains unknown keys: unknown" },
            { "a: {trigger: {»project: b/c, include: d.yml}}", "jobs:a:trigger config contains unknown keys: project" },
            {
                "a: {trigger: {project: b/c, forward: {»variables: true}}}",
                "jobs:a:trigger:forward config contains unknown keys: variables"
            },
            {
                "a: {trigger: {project: b/c, forward: {yaml_variables: »text}}}",
                "jobs:a:trigger:forward yaml variables should be a boolean value"
            },
            { "a: {trigger: {include: »{local: b.yml}}}", "jobs:a:trigger:include config should be an array or a string" },
            { "a: {trigger: {include: [b.yml, c.yml, d.yml, »e.yml]}}", "jobs:a:trigger:include config is too long (maximum is 3)" },
            {
                "a: {trigger: {include: [{»project: b/c}]}}",
                "jobs:a:trigger:include:include config must specify the file where to fetch the config from"
            },
            {
                "a: {trigger: {include: [{»artifact: b.yml}]}}",
                "jobs:a:trigger:include:include config must specify the job where to fetch the artifact from"
            },
            {
                "a: {trigger: {include: [{»file: b.yml}]}}",
                "jobs:a:trigger:include:include config must specify the project where to fetch the config from"
            },
            {
                "a: {trigger: {include: [{local: b.yml, »integrity: sha256-abc}]}}",
                "jobs:a:trigger:include:include config integrity can only be specified for remote includes"
            },
            {
                "a: {trigger: {include: [{remote: 'https://b/c.yml', »integrity: md5-abc}]}}",
                "jobs:a:trigger:include:include config integrity hash must start with 'sha256-'"
            },
            {
                "a: {trigger: {include: [{remote: 'https://b/c.yml', »integrity: sha256-!}]}}",
                "jobs:a:trigger:include:include config integrity hash must be base64 encoded"
            },
            { "a: {trigger: b/c, »image: d}", "jobs:a config contains unknown keys: image" },
            { "a: {trigger: b/c, when: »delayed}", "jobs:a when should be one of: on_success, on_failure, always, manual" },
            { "a: {trigger: b/c, allow_failure: »{exit_codes: 1}}", "jobs:a allow failure should be a boolean value" },
            { "a: {trigger: b/c, parallel: »5}", "jobs:a:parallel config cannot use \"parallel: <number>\"." },
            { "»a: {trigger: }", "jobs:a config should contain either a trigger or a needs:pipeline" },
            { "»a: {needs: []}", "jobs:a config should contain either a trigger or a needs:pipeline" },
            { "»a: {needs: [{pipeline: b/c}, {pipeline: d/e}]}", "jobs:a config should contain at most one bridge need" },
            { "a: {trigger: b/c, needs: [»{pipeline: $P, job: d}]}", "jobs:a:needs config uses invalid types: cross_dependency" },
        };

    private const string Pairs = "jobs:a:parallel:matrix:variables config should be a hash of key value pairs, value can be an array";

    private static string In(string keyword) => $"a:\n  script: x\n  {keyword}";

    private static string Numbers(int count) => string.Join(", ", Enumerable.Range(1, count));
}
