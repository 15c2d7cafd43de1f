using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>Keys of jobs, and scripts.</summary>
public static class JobMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { "rspec: {script: test, »bad_tags: mysql}", "jobs:rspec config contains unknown keys: bad_tags" },
            { "rspec:\n  script: test\n  »one: 1\n  two: 2", "jobs:rspec config contains unknown keys: one, two" },
            { "rspec: {script: test, »stages: [test]}", "jobs:rspec config contains unknown keys: stages" },
            { "rspec: {script: test, »trigger: {project: a/b}}", "jobs:rspec config these keys cannot be used together: script, trigger" },
            { "rspec: {»script: }", "jobs:rspec script can't be blank" },
            { "rspec: {»script: ''}", "jobs:rspec script can't be blank" },
            { "rspec: {»script: []}", "jobs:rspec script can't be blank" },
            { "rspec: {script: [»10, test]}", $"jobs:rspec:script {Commands}" },
            { "rspec:\n  script:\n    - echo a\n    - »echo: b", $"jobs:rspec:script {Commands}" },
            { "rspec: {script: »true}", $"jobs:rspec:script {Commands}" },
            { "rspec: {script: test, before_script: [»10]}", $"jobs:rspec:before_script {Commands}" },
            { "rspec: {script: test, after_script: [[»1.5]]}", $"jobs:rspec:after_script {Commands}" },
            { "rspec: {script: test, hooks: »[a]}", "jobs:rspec:hooks config should be a hash" },
            { "rspec: {script: test, hooks: {»pre_clone_script: a}}", "jobs:rspec:hooks config contains unknown keys: pre_clone_script" },
            { "rspec: {script: test, hooks: {pre_get_sources_script: »true}}", $"jobs:rspec:hooks:pre_get_sources_script {Commands}" },
            { "rspec: {script: test, stage: »1}", "jobs:rspec:stage config should be a string" },
            { "rspec: {script: test, stage: »[test]}", "jobs:rspec:stage config should be a string" },
            { "rspec: {script: test, tags: »mysql}", "jobs:rspec:tags config should be an array of strings" },
            { "rspec: {script: test, tags: [a, »1]}", "jobs:rspec:tags config should be an array of strings" },
            { $"rspec: {{script: test, tags: [{Many("t", 49)}, »last]}}", "jobs:rspec:tags config must be less than the limit of 50 tags" },
            { "rspec: {script: test, when: »1}", $"jobs:rspec when {When}, manual, delayed" },
            { "rspec: {script: test, when: »never}", $"jobs:rspec when {When}, manual, delayed" },
            { "rspec: {script: test, when: »[always]}", $"jobs:rspec when {When}, manual, delayed" },
            { "rspec: {script: test, »start_in: 1 day}", "jobs:rspec start in must be blank" },
            { "rspec: {script: test, when: manual, »start_in: 1 day}", "jobs:rspec start in must be blank" },
            { "»rspec: {script: test, when: delayed}", "jobs:rspec start in should be a duration" },
            { "rspec: {script: test, when: delayed, »start_in: soon}", "jobs:rspec start in should be a duration" },
            { "rspec: {script: test, when: delayed, »start_in: 10}", "jobs:rspec start in should be a duration" },
            { "rspec: {script: test, when: delayed, »start_in: 8 days}", "jobs:rspec start in should not exceed the limit" },
            { "rspec: {script: test, allow_failure: »text}", "jobs:rspec allow failure should be a hash or a boolean value" },
            { "rspec: {script: test, allow_failure: »1}", "jobs:rspec allow failure should be a hash or a boolean value" },
            {
                "rspec: {script: test, allow_failure: {exit_codes: »text}}",
                "jobs:rspec:allow_failure exit codes should be an array of integers or an integer"
            },
            {
                "rspec: {script: test, allow_failure: {exit_codes: [1, »'2']}}",
                "jobs:rspec:allow_failure exit codes should be an array of integers or an integer"
            },
            { "rspec: {script: test, allow_failure: {»codes: 1}}", "jobs:rspec:allow_failure config contains unknown keys: codes" },
            { "rspec: {script: test, retry: »'2'}", "retry config has to be either an integer or a hash" },
            { "rspec: {script: test, retry: »-1}", "retry config must be greater than or equal to 0" },
            { "rspec: {script: test, retry: »3}", "retry config must be less than or equal to 2" },
            { "rspec: {script: test, retry: {max: »10}}", "retry max must be less than or equal to 2" },
            { "rspec: {script: test, retry: {max: »1.5}}", "retry max must be an integer" },
            { "rspec: {script: test, retry: {max: »two}}", "retry max is not a number" },
            { "rspec: {script: test, retry: {max: 2, »why: a}}", "retry config contains unknown keys: why" },
            { "rspec: {script: test, retry: {when: »true}}", "retry when should be an array of strings or a string" },
            { "rspec: {script: test, retry: {when: »unknown_reason}}", "retry when is not included in the list" },
            {
                "rspec: {script: test, retry: {when: [api_failure, »unknown_reason]}}",
                "retry when contains unknown values: unknown_reason"
            },
            { "rspec: {script: test, retry: {exit_codes: »'137'}}", "retry exit codes should be an array of integers or an integer" },
            { "rspec: {script: test, timeout: »10}", "jobs:rspec:timeout config should be a duration" },
            { "rspec: {script: test, timeout: »7 elephants}", "jobs:rspec:timeout config should be a duration" },
            { "rspec: {script: test, timeout: »2 months}", "jobs:rspec:timeout config should not exceed the limit" },
            { "rspec: {script: test, interruptible: »text}", "jobs:rspec:interruptible config should be a boolean value" },
            { "rspec: {script: test, resource_group: »1}", "jobs:rspec resource group should be a string" },
            { "rspec: {script: test, manual_confirmation: »[a]}", "jobs:rspec manual confirmation should be a string" },
            { "rspec: {script: test, coverage: »'\\d+'}", "jobs:rspec:coverage config must be a regular expression with re2 syntax" },
            { "rspec: {script: test, coverage: »/(?=a)b/}", "jobs:rspec:coverage config must be a regular expression with re2 syntax" },
            { "rspec: {script: test, coverage: »/(a/}", "jobs:rspec:coverage config must be a regular expression with re2 syntax" },
            { "rspec: {script: test, dependencies: »text}", "jobs:rspec dependencies should be an array of strings" },
            { "not-pages: {script: echo, »publish: foo}", "jobs:not-pages publish can only be used within a `pages` job" },
            { "pages: {script: echo, publish: »[foo]}", "jobs:pages:publish config should be a string" },
            { "a: {script: echo, pages: »text}", "jobs:a:pages config should be a hash or a boolean value" },
            { "a: {script: echo, pages: {»path: b}}", "jobs:a:pages config contains unknown keys: path" },
            { "a: {script: echo, pages: {expire_in: »soon}}", "jobs:a:pages expire in should be a duration" },
            {
                "pages: {script: test, »publish: public, pages: {publish: custom}}",
                "pages job: use either pages:publish or pages:pages:publish"
            },
        };

    private const string Commands = "config should be a string or a nested array of strings up to 10 levels deep";
    private const string When = "should be one of: on_success, on_failure, always";

    private static string Many(string name, int count) => string.Join(", ", Enumerable.Range(1, count).Select(i => name + i));
}
