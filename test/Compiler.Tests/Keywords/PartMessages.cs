using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>image, services, artifacts, cache, environment, release.</summary>
public static class PartMessages
{
    public static TheoryData<string, string> All { get; } =
        new()
        {
            { In("image: »[test]"), "jobs:a:image config should be a hash or a string" },
            { In("»image: {entrypoint: [sh]}"), "jobs:a:image name can't be blank" },
            { In("image: {name: »''}"), "jobs:a:image name can't be blank" },
            { In("image: »''"), "jobs:a:image name can't be blank" },
            { In("services: [redis, »'']"), "jobs:a:services:service name can't be blank" },
            { In("image: {name: »3}"), "jobs:a:image name should be a string" },
            { In("image: {name: b, entrypoint: »sh}"), "jobs:a:image entrypoint should be an array of strings" },
            { In("image: {name: b, »command: sh}"), "jobs:a:image config contains unknown keys: command" },
            { In("image: {name: b, »ports: [80]}"), "jobs:a:image config contains disallowed keys: ports" },
            { In("image: {name: b, pull_policy: »[]}"), "jobs:a:image:pull_policy config can't be blank" },
            { In("image: {name: b, pull_policy: »sometimes}"), "jobs:a:image:pull_policy config is not included in the list" },
            {
                In("image: {name: b, pull_policy: [always, »sometimes]}"),
                "jobs:a:image:pull_policy config contains unknown values: sometimes"
            },
            { In("image: {name: b, pull_policy: »1}"), "jobs:a:image:pull_policy config should be an array of strings or a string" },
            { In("image: {name: b, »docker: arm}"), "jobs:a:image executor opts value at `/docker` is not an object" },
            {
                In("image: {name: b, »docker: {platform: [arm]}}"),
                "jobs:a:image executor opts value at `/docker/platform` is not a string"
            },
            { In("image: {name: b, »docker: {user: ''}}"), "jobs:a:image executor opts string length at `/docker/user` is less than: 1" },
            {
                In("image: {name: b, »docker: {cpu: 1}}"),
                "jobs:a:image executor opts object property at `/docker/cpu` is a disallowed additional property"
            },
            { In("services: »test"), "jobs:a:services config should be an array" },
            { In("services: [»10, test]"), "jobs:a:services:service config should be a hash or a string" },
            { In("services: [»{alias: db}]"), "jobs:a:services:service name can't be blank" },
            { In("services: [{name: db, alias: »1}]"), "jobs:a:services:service alias should be a string" },
            {
                In("services: [{name: db, command: [»1]}]"),
                "jobs:a:services:service:command config should be a string or a nested array of strings up to 10 levels deep"
            },
            { In("services: [{name: db, variables: {A: »{value: b}}}]"), "jobs:a:services:service:variables:A config must be a string" },
            { In("services: [{name: db, »image: b}]"), "jobs:a:services:service config contains unknown keys: image" },
            { In("artifacts: »[a]"), "jobs:a:artifacts config should be a hash" },
            { In("artifacts: {»path: [b]}"), "jobs:a:artifacts config contains unknown keys: path" },
            { In("artifacts: {name: »1}"), "jobs:a:artifacts name should be a string" },
            { In("artifacts: {when: »1}"), "jobs:a:artifacts when should be one of: on_success, on_failure, always" },
            { In("artifacts: {expire_in: »1}"), "jobs:a:artifacts expire in should be a duration" },
            { In("artifacts: {expire_in: »7 elephants}"), "jobs:a:artifacts expire in should be a duration" },
            { In("artifacts: {untracked: »text}"), "jobs:a:artifacts untracked should be a boolean value" },
            { In("artifacts: {public: »text}"), "jobs:a:artifacts public should be a boolean value" },
            { In("artifacts: {paths: »text}"), "jobs:a:artifacts paths should be an array of strings" },
            { In("artifacts: {paths: [a, »[b]]}"), "jobs:a:artifacts paths should be an array of strings" },
            { In("artifacts: {exclude: »text}"), "jobs:a:artifacts exclude should be an array of strings" },
            { In("artifacts: {access: »some}"), "jobs:a:artifacts access should be one of: none, developer, maintainer, all" },
            { In("artifacts: {access: all, »public: true}"), "jobs:a:artifacts config these keys cannot be used together: access, public" },
            { In("»artifacts: {expose_as: b}"), "jobs:a:artifacts paths can't be blank" },
            { In("artifacts: {expose_as: b, »paths: [c/*]}"), "jobs:a:artifacts paths can't contain '*' when used with 'expose_as'" },
            {
                In("artifacts: {expose_as: »b!, paths: [c]}"),
                "jobs:a:artifacts expose as can contain only letters, digits, '-', '_' and spaces"
            },
            {
                In($"artifacts: {{expose_as: »{new string('b', 101)}, paths: [c]}}"),
                "jobs:a:artifacts expose as is too long (maximum is 100 characters)"
            },
            { In("artifacts: {reports: »[junit]}"), "jobs:a:artifacts reports should be a hash" },
            { In("artifacts: {reports: {»cobertura: b}}"), "jobs:a:artifacts:reports config contains unknown keys: cobertura" },
            { In("artifacts: {reports: {junit: »1}}"), "jobs:a:artifacts:reports junit should be an array of strings or a string" },
            {
                In("artifacts: {reports: {coverage_report: »cobertura}}"),
                "jobs:a:artifacts:reports:coverage_report config should be a hash"
            },
            {
                In("artifacts: {reports: {coverage_report: {coverage_format: »lcov, path: b}}}"),
                "jobs:a:artifacts:reports:coverage_report coverage format must be one of supported formats: cobertura, jacoco."
            },
            {
                In("artifacts: {reports: {»coverage_report: {coverage_format: jacoco}}}"),
                "jobs:a:artifacts:reports:coverage_report path can't be blank"
            },
            { In("cache: »text"), "jobs:a:caches config can only be a hash or an array" },
            {
                In("cache: [{key: b}, {key: c}, {key: d}, {key: e}, »{key: f}]"),
                "jobs:a:caches config no more than 4 caches can be created"
            },
            { In("cache: [»text]"), "jobs:a:cache config should be a hash" },
            { In("cache: {»keys: b}"), "jobs:a:cache config contains unknown keys: keys" },
            { In("cache: {key: »1}"), "jobs:a:cache:key should be a hash, a string or a symbol" },
            { In("cache: {key: »b/c}"), "jobs:a:cache:key config cannot contain the \"/\" character" },
            { In("cache: {key: »b%2Fc}"), "jobs:a:cache:key config cannot contain the \"/\" character" },
            { In("cache: {key: »..}"), "jobs:a:cache:key config cannot be \".\" or \"..\"" },
            { In("cache: {key: {files: [»1]}}"), "jobs:a:cache:key:files config should be an array of strings" },
            { In("cache: {key: {files: »[]}}"), "jobs:a:cache:key:files config requires at least 1 item" },
            { In("cache: {key: {files_commits: [b, c, »d]}}"), "jobs:a:cache:key:files_commits config has too many items (maximum is 2)" },
            { In("cache: {»key: {prefix: b}}"), "jobs:a:cache:key config must use exactly one of these keys: files, files_commits" },
            {
                In("cache: {key: {files: [b], »files_commits: [c]}}"),
                "jobs:a:cache:key config must use exactly one of these keys: files, files_commits"
            },
            { In("cache: {key: {files: [b], prefix: »1}}"), "jobs:a:cache:key:prefix config should be a string or symbol" },
            { In("cache: {untracked: »text}"), "jobs:a:cache:untracked config should be a boolean value" },
            { In("cache: {paths: »text}"), "jobs:a:cache:paths config should be an array of strings" },
            { In("cache: {when: »never}"), "jobs:a:cache when should be one of: on_success, on_failure, always" },
            { In("cache: {policy: »none}"), "jobs:a:cache policy should be a variable or one of: pull-push, push, pull" },
            { In("cache: {policy: »[push]}"), "jobs:a:cache policy should be a variable or one of: pull-push, push, pull" },
            { In("cache: {fallback_keys: »b}"), "jobs:a:cache:fallback_keys config should be an array of strings" },
            { In("cache: {»fallback_keys: [a, b, c, d, e, f]}"), "jobs:a:cache fallback keys has to many entries (maximum 5)" },
            { In("environment: »[b]"), "jobs:a:environment config should be a hash or a string" },
            { In("environment: »''"), "jobs:a:environment name can't be blank" },
            { In("environment: »/b"), $"jobs:a:environment name {EnvironmentName}" },
            { In("»environment: {url: http://b}"), "jobs:a:environment name can't be blank" },
            { In("environment: {name: »b;c}"), $"jobs:a:environment name {EnvironmentName}" },
            { In("environment: {name: b, url: »1}"), "jobs:a:environment url should be a string" },
            {
                In($"environment: {{name: b, url: »{new string('u', 256)}}}"),
                "jobs:a:environment url is too long (maximum is 255 characters)"
            },
            { In("environment: {name: b, action: »go}"), "jobs:a:environment action should be start, stop, prepare, verify, or access" },
            { In("environment: {name: b, on_stop: »1}"), "jobs:a:environment on stop should be a string" },
            { In("environment: {name: b, auto_stop_in: »1}"), "jobs:a:environment auto stop in should be a string" },
            { In("environment: {name: b, deployment_tier: »1}"), "jobs:a:environment deployment tier should be a string" },
            {
                In("environment: {name: b, deployment_tier: »moon}"),
                "jobs:a:environment deployment tier must be one of production, staging, testing, development, or other"
            },
            { In("environment: {name: b, »tier: other}"), "jobs:a:environment config contains unknown keys: tier" },
            { In("environment: {name: b, kubernetes: »c}"), "jobs:a:environment kubernetes should be a hash" },
            { In("environment: {name: b, kubernetes: {»pod: c}}"), "jobs:a:environment:kubernetes config contains unknown keys: pod" },
            { In("release: »b"), "jobs:a:release config should be a hash" },
            { In("»release: {description: b}"), "jobs:a:release tag name can't be blank" },
            { In("»release: {tag_name: b}"), "jobs:a:release description can't be blank" },
            { In("release: {tag_name: »1, description: c}"), "jobs:a:release tag name should be a string" },
            { In("release: {tag_name: b, description: c, »links: []}"), "jobs:a:release config contains unknown keys: links" },
            { In("release: {tag_name: b, description: c, released_at: »tomorrow}"), "jobs:a:release released at must be a valid datetime" },
            { In("release: {tag_name: b, description: c, ref: »'d e'}"), "jobs:a:release ref must be a valid ref" },
            {
                In("release: {tag_name: b, description: c, milestones: »1}"),
                "jobs:a:release milestones should be an array of strings or a string"
            },
            { In("release: {tag_name: b, description: c, assets: {»links: []}}"), "jobs:a:release:assets links can't be blank" },
            {
                In("release: {tag_name: b, description: c, assets: {links: [»d]}}"),
                "jobs:a:release:assets links should be an array of hashes"
            },
            {
                In("release: {tag_name: b, description: c, assets: {links: [»{name: d}]}}"),
                "jobs:a:release:assets:links:link url can't be blank"
            },
            {
                In("release: {tag_name: b, description: c, assets: {links: [{name: d, url: »$URL/d.zip}]}}"),
                "jobs:a:release:assets:links:link url is blocked: only allowed schemes are http, https"
            },
        };

    private const string EnvironmentName =
        "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";

    private static string In(string keyword) => $"a:\n  script: x\n  {keyword}";
}
