using System.Text.Json;

namespace Slipway.Wire;

/// <summary>
/// Whether gitlab-runner 19.x would take what a coordinator sends (runner-protocol §1.2, §4, §19). Its decoder is Go's: one value of a wrong type, and the whole
/// job is lost. Stricter than that decoder where leniency would only hide a mistake: what is no part of the wire is told too.
/// </summary>
internal static class WireCheck
{
    private delegate void Check(JsonElement value, string path, List<string> errors);

    private static readonly Check s_text = Kind(JsonValueKind.String);
    private static readonly Check s_flag = (value, path, errors) =>
        Expect(value.ValueKind is JsonValueKind.True or JsonValueKind.False, path, "no boolean", errors);
    private static readonly Check s_number = Kind(JsonValueKind.Number);
    private static readonly Check s_integer = (value, path, errors) =>
        Expect(
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _) && !value.GetRawText().Contains('.'),
            path,
            "no integer",
            errors
        );
    private static readonly Check s_texts = List(s_text);

    private static readonly Check s_ports = List(Shape([("number", s_integer)], [("protocol", s_text), ("name", s_text)]));
    private static readonly Check s_user = (value, path, errors) =>
        Expect(value.ValueKind is JsonValueKind.String or JsonValueKind.Number, path, "no user", errors);
    private static readonly Check s_executor = Shape(
        [],
        [("docker", Shape([], [("platform", s_text), ("user", s_user)])), ("kubernetes", Shape([], [("user", s_user)]))]
    );
    private static readonly Check s_pairs = List(Shape([("key", s_text), ("value", s_text)], []));

    private static readonly (string, Check)[] s_imageParts =
    [
        ("entrypoint", s_texts),
        ("command", s_texts),
        ("ports", s_ports),
        ("pull_policy", s_texts),
        ("executor_opts", s_executor),
        ("alias", s_text),
        ("variables", s_pairs),
    ];

    private static readonly Check s_image = Shape([("name", s_text)], s_imageParts);

    private static readonly Check s_variable = Shape(
        [("key", s_text), ("value", s_text), ("public", s_flag), ("masked", s_flag), ("file", s_flag), ("raw", s_flag)],
        []
    );

    private static readonly Check s_step = Shape(
        [
            ("name", s_text),
            ("script", s_texts),
            ("timeout", s_integer),
            ("when", Word("on_success", "on_failure", "always")),
            ("allow_failure", s_flag),
        ],
        []
    );

    private static readonly Check s_artifact = Shape(
        [
            ("untracked", s_flag),
            ("paths", s_texts),
            ("when", Word("on_success", "on_failure", "always")),
            ("artifact_type", s_text),
            ("artifact_format", Word("zip", "gzip", "raw")),
        ],
        [("name", s_text), ("exclude", s_texts), ("expire_in", s_text)]
    );

    private static readonly Check s_cache = Shape(
        [("key", s_text), ("untracked", s_flag), ("paths", s_texts), ("policy", s_text), ("when", s_text), ("fallback_keys", s_texts)],
        []
    );

    private static readonly Check s_dependency = Shape(
        [("id", s_integer), ("name", s_text), ("token", s_text)],
        [("artifacts_file", Shape([("filename", s_text), ("size", s_integer)], []))]
    );

    private static readonly Check s_info = Shape(
        [
            ("name", s_text),
            ("stage", s_text),
            ("pipeline_id", s_integer),
            ("project_id", s_integer),
            ("project_name", s_text),
            ("project_full_path", s_text),
            ("user_id", s_integer),
            ("time_in_queue_seconds", s_number),
            ("project_jobs_running_on_instance_runners_count", s_text),
        ],
        [
            ("namespace_id", s_integer),
            ("root_namespace_id", s_integer),
            ("organization_id", s_integer),
            ("scoped_user_id", s_integer),
            ("instance_id", s_text),
            ("instance_uuid", s_text),
            ("queue_size", s_integer),
            ("queue_depth", s_integer),
        ]
    );

    private static readonly Check s_git = Shape(
        [
            ("repo_url", s_text),
            ("repo_object_format", Word("sha1", "sha256")),
            ("ref", s_text),
            (
                "sha",
                (value, path, errors) =>
                    Expect(value.GetString()?.Length >= 8, path, "shorter than the eight characters the runner cuts off", errors)
            ),
            ("before_sha", s_text),
            ("ref_type", Word("branch", "tag")),
            ("refspecs", s_texts),
            ("depth", s_integer),
        ],
        [("protected", s_flag)]
    );

    private static readonly Check s_features = Shape(
        [("trace_sections", s_flag), ("token_mask_prefixes", s_texts), ("failure_reasons", s_texts)],
        []
    );

    private static readonly Check s_job = Shape(
        [
            ("id", s_integer),
            ("token", s_text),
            ("allow_git_fetch", s_flag),
            ("job_info", s_info),
            ("git_info", s_git),
            ("runner_info", Shape([("timeout", s_integer), ("uuid", s_text)], [("runner_session_url", s_text)])),
            ("variables", List(s_variable)),
            ("steps", List(s_step)),
            ("services", List(s_image)),
            ("artifacts", List(s_artifact)),
            ("cache", List(s_cache)),
            ("credentials", List(Shape([("type", s_text), ("url", s_text), ("username", s_text), ("password", s_text)], []))),
            ("dependencies", List(s_dependency)),
            ("features", s_features),
        ],
        [
            ("image", s_image),
            ("hooks", List(Shape([("name", Word("pre_get_sources_script", "post_get_sources_script")), ("script", s_texts)], []))),
            ("inputs", List(Shape([("key", s_text), ("value", Input)], []))),
            ("secrets", Secrets),
            ("run", Run),
        ]
    );

    /// <summary>What is wrong with a job as it was sent; nothing when all is well.</summary>
    public static IReadOnlyList<string> Job(JsonElement job)
    {
        var errors = new List<string>();
        s_job(job, "", errors);
        if (errors.Count > 0)
            return errors;
        Expect(job.GetProperty("id").GetInt64() > 0, ".id", "not above zero", errors);
        Expect(job.GetProperty("token").GetString()!.Length > 0, ".token", "empty", errors);
        Expect(
            !(
                job.TryGetProperty("run", out _)
                && job.GetProperty("steps").EnumerateArray().Any(step => step.GetProperty("script").GetArrayLength() > 0)
            ),
            ".run",
            "beside a script: the runner refuses the job",
            errors
        );
        Essential(job, errors);
        return errors;
    }

    /// <summary>What is wrong with the answer to register or verify.</summary>
    public static IReadOnlyList<string> Credentials(JsonElement answer)
    {
        var errors = new List<string>();
        Shape([("id", s_integer), ("token", s_text)], [("token_expires_at", Instant)])(answer, "", errors);
        if (errors.Count == 0)
            Expect(answer.GetProperty("id").GetInt64() != 0, ".id", "0, which runners take for a failure", errors);
        return errors;
    }

    /// <summary>The variables that a runner does not make up itself (runner-protocol §4.4).</summary>
    private static void Essential(JsonElement job, List<string> errors)
    {
        var there = job.GetProperty("variables").EnumerateArray().Select(variable => variable.GetProperty("key").GetString()).ToHashSet();
        string[] essential =
        [
            "CI",
            "GITLAB_CI",
            "CI_JOB_ID",
            "CI_JOB_NAME",
            "CI_JOB_STAGE",
            "CI_JOB_TOKEN",
            "CI_JOB_URL",
            "CI_PIPELINE_ID",
            "CI_PROJECT_ID",
            "CI_PROJECT_PATH",
            "CI_REPOSITORY_URL",
            "CI_SERVER_URL",
            "CI_SERVER_HOST",
            "CI_SERVER_PORT",
            "CI_SERVER_PROTOCOL",
            "CI_COMMIT_SHA",
            "CI_COMMIT_REF_NAME",
            "CI_RUNNER_ID",
            "CI_RUNNER_DESCRIPTION",
            "CI_RUNNER_TAGS",
            "GITLAB_USER_LOGIN",
        ];
        foreach (var name in essential.Where(name => !there.Contains(name)))
            errors.Add($".variables: {name} is missing");
    }

    private static void Input(JsonElement value, string path, List<string> errors)
    {
        Shape([("type", Word("string", "number", "boolean", "array", "struct")), ("content", (_, _, _) => { }), ("sensitive", s_flag)], [])(
            value,
            path,
            errors
        );
        if (!value.TryGetProperty("content", out var content) || !value.TryGetProperty("type", out var type))
            return;
        var fits = type.GetString() switch
        {
            "string" => content.ValueKind == JsonValueKind.String,
            "number" => content.ValueKind == JsonValueKind.Number,
            "boolean" => content.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "array" => content.ValueKind == JsonValueKind.Array,
            _ => content.ValueKind == JsonValueKind.Object,
        };
        Expect(fits, path + ".content", "not of its type", errors);
    }

    private static void Run(JsonElement value, string path, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add($"{path}: no text");
            return;
        }

        try
        {
            using var steps = JsonDocument.Parse(value.GetString()!);
            Expect(steps.RootElement.ValueKind == JsonValueKind.Array, path, "holds no list", errors);
        }
        catch (JsonException)
        {
            errors.Add($"{path}: holds no JSON");
        }
    }

    private static void Secrets(JsonElement value, string path, List<string> errors)
    {
        string[] providers = ["vault", "gcp_secret_manager", "azure_key_vault", "aws_secrets_manager", "gitlab_secrets_manager"];
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{path}: no map");
            return;
        }

        foreach (var secret in value.EnumerateObject())
            Expect(
                secret.Value.EnumerateObject().Count(part => providers.Contains(part.Name)) == 1,
                $"{path}.{secret.Name}",
                "not of exactly one provider",
                errors
            );
    }

    private static void Instant(JsonElement value, string path, List<string> errors) =>
        Expect(value.ValueKind == JsonValueKind.Null || value.TryGetDateTimeOffset(out _), path, "no RFC 3339", errors);

    private static Check Kind(JsonValueKind kind) => (value, path, errors) => Expect(value.ValueKind == kind, path, $"no {kind}", errors);

    private static Check Word(params string[] words) =>
        (value, path, errors) =>
            Expect(
                value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()),
                path,
                $"none of {string.Join(", ", words)}",
                errors
            );

    private static Check List(Check item) =>
        (value, path, errors) =>
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                errors.Add($"{path}: no list");
                return;
            }

            var at = 0;
            foreach (var one in value.EnumerateArray())
                item(one, $"{path}[{at++}]", errors);
        };

    private static Check Shape((string Name, Check Check)[] required, (string Name, Check Check)[] optional) =>
        (value, path, errors) =>
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                errors.Add($"{path}: no object");
                return;
            }

            foreach (var (name, _) in required.Where(part => !value.TryGetProperty(part.Name, out _)))
                errors.Add($"{path}.{name}: missing");
            foreach (var member in value.EnumerateObject())
            {
                var check = required.Concat(optional).FirstOrDefault(part => part.Name == member.Name).Check;
                if (check is null)
                    errors.Add($"{path}.{member.Name}: no part of the wire");
                else
                    check(member.Value, $"{path}.{member.Name}", errors);
            }
        };

    private static void Expect(bool holds, string path, string what, List<string> errors)
    {
        if (!holds)
            errors.Add($"{path}: {what}");
    }
}
