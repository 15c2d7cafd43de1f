using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>id_tokens, secrets, identity, dast_configuration, run, a job's inputs, pages and regexp.</summary>
public static class SecretMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { In("id_tokens: {»T: {}}"), "jobs:a:id_tokens:T config missing required keys: aud" },
            { In("id_tokens: {T: {aud: »{b: c}}}"), "jobs:a:id_tokens:T aud should be an array of strings or a string" },
            { In("id_tokens: {T: {aud: b, »sub: c}}"), "jobs:a:id_tokens:T config contains unknown keys: sub" },
            { In("id_tokens: »[b]"), "jobs:a:id_tokens config should be a hash" },
            { "default: {id_tokens: {»T: {}}}\na: {script: x}", "default:id_tokens:T config missing required keys: aud" },
            {
                In("secrets: {»S: {token: $T}}"),
                "jobs:a:secrets:S config must use exactly one of these keys: vault, azure_key_vault, gcp_secret_manager, aws_secrets_manager, gitlab_secrets_manager"
            },
            { In("secrets: {S: {vault: b, »extra: c}}"), "jobs:a:secrets:S config contains unknown keys: extra" },
            { In("secrets: {S: {vault: »12}}"), "jobs:a:secrets:S:vault config should be a hash or a string" },
            { In("secrets: {S: {vault: {»engine: {name: b}, path: c, field: d}}}"), "jobs:a:secrets:S:vault:engine path can't be blank" },
            { In("secrets: {»S: {gcp_secret_manager: {name: b}}}"), "jobs:a:secrets:S token can't be blank" },
            { In("secrets: {S: {vault: b, file: »yes please}}"), "jobs:a:secrets:S file should be a boolean value" },
            { In("identity: »aws"), "jobs:a:identity config should be one of: google_cloud" },
            { In("dast_configuration: {»profile: b}"), "jobs:a:dast_configuration config contains unknown keys: profile" },
            { In("inputs: {»b: {type: string}}"), "jobs:a:inputs:b must have a default value" },
            { In("inputs: {b: {»default: ~}}"), "jobs:a:inputs:b must have a default value" },
            { In("inputs: {b: {type: number, default: »c}}"), "jobs:a inputs `b`: default value is not a number" },
            { In("inputs: {b: {type: »object, default: c}}"), "jobs:a:inputs:b input type unknown value: object" },
            { In("inputs: {b: {default: c, »rules: []}}"), "jobs:a:inputs:b config contains unknown keys: rules" },
            { In("inputs: {b: {default: c, options: »d}}"), "jobs:a:inputs:b input options should be an array" },
            {
                In("inputs: {b: {options: [c, d], default: »e}}"),
                "jobs:a inputs `b`: `e` cannot be used because it is not in the list of allowed options"
            },
            { In("inputs: {b: {regex: ^v, default: »e}}"), "jobs:a inputs `b`: default value does not match required RegEx pattern" },
            { "a: {run: [»{script: c}]}", "jobs:a:run:run name can't be blank" },
            { "a: {run: [{name: »1b, script: c}]}", "jobs:a:run:run name does not match the pattern ^[a-zA-Z_][a-zA-Z0-9_]*$" },
            {
                "a: {run: [{name: b, script: c, »step: d}]}",
                "jobs:a:run:run config must use exactly one of these keys: script, step, func, action"
            },
            {
                "a: {run: [{name: b, script: c, »inputs: {d: e}}]}",
                "jobs:a:run:run config these keys cannot be used together: script, inputs"
            },
            { "a: {run: »text}", "jobs:a:run config should be an array" },
            {
                "a: {before_script: b, »run: [{name: b, script: c}]}",
                "jobs:a config these keys cannot be used together: before_script, run"
            },
            {
                In("rules: [{changes: {paths: [c], »regexp: b}}]"),
                "jobs:a:rules:rule:changes config these keys cannot be used together: paths, regexp"
            },
            { In("rules: [{exists: {regexp: »''}}]"), "jobs:a:rules:rule:exists regexp can't be blank" },
            { In("pages: {expire_in: »soon}"), "jobs:a:pages expire in should be a duration" },
        };

    private static string In(string keyword) => $"a:\n  script: x\n  {keyword}";
}
