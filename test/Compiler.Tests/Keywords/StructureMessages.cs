using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>Top level, stages, variables, default, workflow, inherit.</summary>
public static class StructureMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { "»extra: bundle update", "jobs extra config should implement the script:, run:, or trigger: keyword" },
            { "»rspec: {before_script: test}", "jobs rspec config should implement the script:, run:, or trigger: keyword" },
            { "a: {script: x}\n»stage: [build]", "jobs stage config should implement the script:, run:, or trigger: keyword" },
            { "a: {script: x}\n»b:", "jobs b config should implement the script:, run:, or trigger: keyword" },
            { "a: {script: x}\n»b: [1, 2]", "jobs b config should implement the script:, run:, or trigger: keyword" },
            { "»10: {script: x}", "jobs:10 name should be a symbol" },
            { "»true: {script: x}", "jobs:true name should be a symbol" },
            { "»'': {script: x}", "jobs:job name can't be blank" },
            { $"»{new string('n', 256)}: {{script: x}}", $"jobs:{new string('n', 256)} name is too long (maximum is 255 characters)" },
            { "stages: »test\na: {script: x}", Stages },
            { "stages: [test, »true]\na: {script: x}", Stages },
            { "stages: [test, [»3]]\na: {script: x}", Stages },
            { "stages: »{a: b}\na: {script: x}", Stages },
            { "stages: [[[[[[[[[[»[test]]]]]]]]]]]\na: {script: x}", Stages },
            { "variables: »test\na: {script: x}", "variables config should be a hash" },
            { "variables: »[A]\na: {script: x}", "variables config should be a hash" },
            { "variables: {A: »[]}\na: {script: x}", "variable definition must be either a string or a hash" },
            { "variables: {A: {value: b, »desc: c}}\na: {script: x}", "variables:A config uses invalid data keys: desc" },
            { "variables: {A: {value: »[b]}}\na: {script: x}", "variables:A config value must be a scalar" },
            { "variables: {A: {value: b, expand: »no way}}\na: {script: x}", "variables:A config expand should be a boolean value" },
            {
                "variables: {A: {value: b, description: »[c]}}\na: {script: x}",
                "variables:A config description must be an alphanumeric string"
            },
            { "variables: {A: {value: b, options: »b}}\na: {script: x}", "variables:A config options should be an array of strings" },
            { "variables: {A: {»value: b, options: [c, d]}}\na: {script: x}", "variables:A config value must be present in options" },
            { "variables: {A: {»options: [c, d]}}\na: {script: x}", "variables:A config value must be present in options" },
            { "a: {script: x, variables: »[A]}", "jobs:a:variables config should be a hash" },
            {
                "a: {script: x, variables: {B: {value: c, »options: [c], description: d}}}",
                "jobs:a:variables:B config uses invalid data keys: options, description"
            },
            { "default: »[image]\na: {script: x}", "default config should be a hash" },
            { "default: {»stage: test}\na: {script: x}", "default config contains unknown keys: stage" },
            { "default: {image: »[ruby]}\na: {script: x}", "default:image config should be a hash or a string" },
            { "default: {tags: »ruby}\na: {script: x}", "default:tags config should be an array of strings" },
            { "default: {interruptible: »perhaps}\na: {script: x}", "default:interruptible config should be a boolean value" },
            { "default: {timeout: »forever}\na: {script: x}", "default:timeout config should be a duration" },
            { "image: a\ndefault:\n  »image: b\na: {script: x}", "image is defined in top-level and `default:` entry" },
            { "cache: {}\ndefault: {»cache: {paths: [b]}}\na: {script: x}", "cache is defined in top-level and `default:` entry" },
            { "image: »[test]\nrspec: {script: test}", "image config should be a hash or a string" },
            { "services: »test\nrspec: {script: test}", "services config should be an array" },
            { "services: [»10, test]\nrspec: {script: test}", "services:service config should be a hash or a string" },
            { "before_script: [»10, test]\nrspec: {script: test}", $"before_script {Commands}" },
            { "after_script: »{a: b}\nrspec: {script: test}", $"after_script {Commands}" },
            { "cache: {untracked: »text}\nrspec: {script: test}", "cache:untracked config should be a boolean value" },
            { "cache: {paths: »text}\nrspec: {script: test}", "cache:paths config should be an array of strings" },
            { "cache: {key: »1}\nrspec: {script: test}", "cache:key should be a hash, a string or a symbol" },
            { "workflow: »always\na: {script: x}", "workflow config should be a hash" },
            { "workflow: {»variables: {A: b}}\na: {script: x}", "workflow config contains unknown keys: variables" },
            { $"workflow: {{name: »{new string('n', 256)}}}\na: {{script: x}}", "workflow name is too long (maximum is 255 characters)" },
            { "workflow: {rules: »{if: $A}}\na: {script: x}", "workflow:rules config should be an array" },
            { "workflow: {rules: »[]}\na: {script: x}", "workflow:rules config can't be blank" },
            { "workflow: {rules: [{if: $A, when: »manual}]}\na: {script: x}", "workflow:rules:rule when unknown value: manual" },
            {
                "workflow: {rules: [{»interruptible: true}]}\na: {script: x}",
                "workflow:rules:rule config contains unknown keys: interruptible"
            },
            { "workflow: {rules: [{if: »$A =}]}\na: {script: x}", "workflow:rules:rule if invalid expression syntax" },
            {
                "workflow: {rules: [{if: $A, auto_cancel: {on_job_failure: »some}}]}\na: {script: x}",
                "workflow:rules:rule:auto_cancel on job failure must be one of: none, all"
            },
            {
                "workflow: {auto_cancel: {on_new_commit: »often}}\na: {script: x}",
                "workflow:auto_cancel on new commit must be one of: conservative, interruptible, none"
            },
            {
                "workflow: {auto_cancel: {»on_monday: none}}\na: {script: x}",
                "workflow:auto_cancel config contains unknown keys: on_monday"
            },
            { "workflow: {auto_cancel: »none}\na: {script: x}", "workflow:auto_cancel config should be a hash" },
            { "a: {script: x, inherit: »false}", "jobs:a:inherit config should be a hash" },
            { "a: {script: x, inherit: {»all: false}}", "jobs:a:inherit config contains unknown keys: all" },
            { "a: {script: x, inherit: {default: »image}}", "jobs:a:inherit:default should be a bool or array of strings" },
            { "a: {script: x, inherit: {default: [image, »secrets]}}", "jobs:a:inherit:default config contains unknown values: secrets" },
            { "a: {script: x, inherit: {variables: [»1]}}", "jobs:a:inherit:variables config should be an array of strings" },
        };

    private const string Stages = "stages config should be an array of strings or a nested array of strings up to 10 levels deep";
    private const string Commands = "config should be a string or a nested array of strings up to 10 levels deep";
}
