using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>rules, only, except.</summary>
public static class RuleMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { In("rules: »{if: $A}"), Wrong },
            { In("rules: »text"), Wrong },
            { In("rules: [{if: $A}, »text]"), Wrong },
            { In("rules: [[{if: $A}, »1]]"), Wrong },
            { In("rules: »[]"), "jobs:a:rules config can't be blank" },
            { In("rules: [»{}]"), "jobs:a:rules:rule config can't be blank" },
            { In("rules: [{if: »$A ==}]"), "jobs:a:rules:rule if invalid expression syntax" },
            { In("rules: [{if: »$A == main}]"), "jobs:a:rules:rule if invalid expression syntax" },
            { In("rules: [{if: »1}]"), "jobs:a:rules:rule if invalid expression syntax" },
            { In("rules: [{if: »true}]"), "jobs:a:rules:rule if invalid expression syntax" },
            { In("rules:\n    - if: $A\n      »iff: $B"), "jobs:a:rules:rule config contains unknown keys: iff" },
            { In("rules: [{if: $A, when: »sometimes}]"), "jobs:a:rules:rule when unknown value: sometimes" },
            { In("rules: [{if: $A, »start_in: 1 day}]"), "jobs:a:rules:rule config contains disallowed keys: start_in" },
            { In("rules: [»{if: $A, when: delayed}]"), "jobs:a:rules:rule start in can't be blank" },
            { In("rules: [{when: delayed, »start_in: soon}]"), "jobs:a:rules:rule start in should be a duration" },
            { In("rules: [{when: delayed, »start_in: 2 weeks}]"), "jobs:a:rules:rule start in should not exceed the limit" },
            { In("rules: [{if: $A, allow_failure: »{exit_codes: 1}}]"), "jobs:a:rules:rule allow failure should be a boolean value" },
            { In("rules: [{if: $A, interruptible: »text}]"), "jobs:a:rules:rule interruptible should be a boolean value" },
            { In("rules: [{changes: »text}]"), "jobs:a:rules:rule:changes should be an array or a hash" },
            { In("rules: [{changes: [b, »1]}]"), "jobs:a:rules:rule:changes config should be an array of strings" },
            { In($"rules: [{{changes: [{Many(50)}, »last]}}]"), "jobs:a:rules:rule:changes config has too many entries (maximum 50)" },
            { In("rules: [{»changes: {compare_to: main}}]"), "jobs:a:rules:rule:changes config missing required keys: paths" },
            { In("rules: [{changes: {paths: »b}}]"), "jobs:a:rules:rule:changes paths should be an array of strings" },
            { In("rules: [{changes: {paths: [b], compare_to: »1}}]"), "jobs:a:rules:rule:changes compare to should be a string" },
            { In("rules: [{changes: {paths: [b], »to: c}}]"), "jobs:a:rules:rule:changes config contains unknown keys: to" },
            { In("rules: [{exists: »1}]"), "jobs:a:rules:rule:exists should be a string, an array of strings, or a hash" },
            { In("rules: [{exists: [»1]}]"), "jobs:a:rules:rule:exists config should be an array of strings" },
            { In("rules: [{»exists: {project: b/c}}]"), "jobs:a:rules:rule:exists config missing required keys: paths" },
            { In("rules: [{exists: {paths: [b], »ref: c}}]"), "jobs:a:rules:rule:exists config missing required keys: project" },
            { In("rules: [{if: $A, variables: »[B]}]"), "jobs:a:rules:rule:variables config should be a hash" },
            { In("rules: [{if: $A, variables: {B: »{value: c}}}]"), "jobs:a:rules:rule:variables:B config must be a string" },
            { In("rules: [{if: $A, variables: {B: »[c]}}]"), "variable definition must be either a string or a hash" },
            { In("rules: [{if: $A, variables: {B:» }}]"), "jobs:a:rules:rule:variables:B config must be a string" },
            {
                In("rules: [{if: $A, needs: [»{pipeline: '5', job: b}]}]"),
                "jobs:a:rules:rule:needs config uses invalid types: cross_dependency"
            },
            { In("rules: [{if: $A, needs: [»20]}]"), "jobs:a:rules:rule:needs:need has an unsupported type" },
            {
                In("rules: [{if: $A, needs: [»{job: }]}]").Replace("[»{job: }]", "[{»job: }]"),
                "jobs:a:rules:rule:needs:need job can't be blank"
            },
            { In("rules: [{if: $A}]\n  »only: [main]"), "jobs:a config key may not be used with `rules`: only" },
            { In("rules: [{if: $A}]\n  »only: [main]\n  except: [tags]"), "jobs:a config key may not be used with `rules`: only, except" },
            { In("rules: [{if: $A}]\n  when: delayed\n  »start_in: 1 day"), "jobs:a config key may not be used with `rules`: start_in" },
            { In("only: »main"), "jobs:a:only has to be either an array of conditions or a hash" },
            { In("except: »1"), "jobs:a:except has to be either an array of conditions or a hash" },
            { In("only: [main, »1]"), "jobs:a:only config should be an array of strings or regular expressions using re2 syntax" },
            { In("only: [»/(?=a)b/]"), "jobs:a:only config should be an array of strings or regular expressions using re2 syntax" },
            { In("only: {»branches: [main]}"), "jobs:a:only config contains unknown keys: branches" },
            { In("only: »{}"), "jobs:a:only config can't be blank" },
            { In("only: {refs: »main}"), "jobs:a:only refs should be an array of strings or regular expressions using re2 syntax" },
            { In("only: {kubernetes: »inactive}"), "jobs:a:only kubernetes unknown value: inactive" },
            { In("only: {variables: »$A}"), "jobs:a:only variables should be an array of strings" },
            { In("only: {variables: [»== null]}"), "jobs:a:only variables invalid expression syntax" },
            { In("only: {changes: [»1]}"), "jobs:a:only changes should be an array of strings" },
        };

    private const string Wrong = "jobs:a rules should be an array containing hashes and arrays of hashes";

    private static string In(string keyword) => $"a:\n  script: x\n  {keyword}";

    private static string Many(int count) => string.Join(", ", Enumerable.Range(1, count).Select(i => "p" + i));
}
