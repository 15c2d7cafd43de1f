using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>Refused when their shape is right, and told what is wrong with it when it is not.</summary>
public static class UnsupportedMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { In("»id_tokens: {T: {aud: https://b}}"), "`id_tokens` is not supported yet" },
            { In("id_tokens: {»T: {}}"), "jobs:a:id_tokens:T config missing required keys: aud" },
            { In("id_tokens: {T: {aud: »{b: c}}}"), "jobs:a:id_tokens:T aud should be an array of strings or a string" },
            { In("id_tokens: {T: {aud: b, »sub: c}}"), "jobs:a:id_tokens:T config contains unknown keys: sub" },
            { "default: {»id_tokens: {T: {aud: b}}}\na: {script: x}", "`id_tokens` is not supported yet" },
            { In("»secrets: {S: {vault: b/c@d}}"), "`secrets` is not supported yet" },
            {
                In("secrets: {»S: {token: $T}}"),
                "jobs:a:secrets:S config must use exactly one of these keys: vault, azure_key_vault, gcp_secret_manager, aws_secrets_manager, gitlab_secrets_manager"
            },
            { In("secrets: {S: {vault: b, »extra: c}}"), "jobs:a:secrets:S config contains unknown keys: extra" },
            { In("»identity: google_cloud"), "`identity` is not supported yet" },
            { In("identity: »aws"), "jobs:a:identity config should be one of: google_cloud" },
            { In("»dast_configuration: {site_profile: b}"), "`dast_configuration` is not supported yet" },
            { In("»inputs: {b: {default: c}}"), "`inputs` is not supported yet" },
            { In("inputs: {»b: {type: string}}"), "jobs:a:inputs:b config missing required keys: default" },
            { In("inputs: {b: {type: number, »default: c}}"), "jobs:a:inputs:b default value is not a number" },
            { In("inputs: {b: {type: »object, default: c}}"), "jobs:a:inputs:b type should be one of: string, number, boolean, array" },
            { "a:\n  »run: [{name: b, script: c}]", "`run` is not supported yet" },
            { "a: {run: [»{script: c}]}", "jobs:a:run:run name can't be blank" },
            {
                "a: {run: [{name: b, script: c, »step: d}]}",
                "jobs:a:run:run config must use exactly one of these keys: script, step, func, action"
            },
            { "a: {run: »text}", "jobs:a:run config should be an array" },
            { In("rules: [{changes: {»regexp: b}}]"), "`regexp` is not supported yet" },
        };

    private static string In(string keyword) => $"a:\n  script: x\n  {keyword}";
}
