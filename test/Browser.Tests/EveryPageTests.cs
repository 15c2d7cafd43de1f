using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

/// <summary>
/// Every page, in light and dark, narrow and wide, held to what all pages must hold to. With <c>SLIPWAY_PICTURES</c> naming a folder, a picture of each is put there.
/// </summary>
[Collection(TownCollection.Name)]
public sealed class EveryPageTests(Town town)
{
    private const string Crane = """
        stages: [build, test, deploy]
        compile: {stage: build, script: [echo "cc -O2 -c crane.c", echo "linked crane"], artifacts: {paths: [crane.c]}}
        assets: {stage: build, script: echo packed 14 pictures}
        unit:
          stage: test
          needs: [compile]
          parallel: {matrix: [{ARCH: [amd64, arm64, riscv64]}]}
          script: ['echo "12 tests, 12 passed"']
        lift:
          stage: test
          needs: [compile, assets]
          script: sh test/lift.sh 2
        lint: {stage: test, needs: [], allow_failure: true, script: sh test/lint.sh}
        staging: {stage: deploy, environment: {name: staging}, script: make deploy}
        production: {stage: deploy, when: manual, needs: [compile], environment: {name: production, url: https://crane.example.com}, script: make deploy}
        """;

    private const string Port = """
        spec:
          inputs:
            tier: {description: Which half of the port, options: [blue, green], default: blue}
            crates: {type: number, default: 3, description: How many to lift}
            dry-run: {type: boolean, default: true}
            cranes: {type: array, default: [north, south]}
            version: {regex: '^v[0-9]+$', default: v1, description: What is loaded}
            size:
              rules:
                - {if: '$[[ inputs.tier ]] == "blue"', options: [small, large], default: small}
                - {options: [huge], default: huge}
        ---
        variables:
          TARGET: {description: Which quay the crates go to, value: north, options: [north, south]}
          REASON: {description: Stands in the harbour master's book}
        lift: {script: 'echo "$[[ inputs.crates ]] crates, $TARGET"'}
        """;

    private static readonly string? Pictures = Environment.GetEnvironmentVariable("SLIPWAY_PICTURES") is { Length: > 0 } folder
        ? folder
        : null;

    [Fact]
    public async Task Every_page_fits_can_be_read_and_names_all_its_parts()
    {
        var pages = await SeedAsync();
        var wrong = new List<string>();
        foreach (var dark in new[] { false, true })
        {
            foreach (var width in new[] { 1440, 360 })
            {
                await using var window = await town.SignedInAsync(new WindowLook(width, dark));
                foreach (var (name, path) in pages)
                    await LookAsync(window, name, path, dark, width, wrong);
                window.IsClean();
                await using var nobody = await town.NewWindowAsync(new WindowLook(width, dark));
                await LookAsync(nobody, "sign-in", "/users/sign_in", dark, width, wrong);
                nobody.IsClean();
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task LookAsync(Window window, string name, string path, bool dark, int width, List<string> wrong)
    {
        await window.GoAsync(path);
        var look = $"{path} at {width} px, {(dark ? "dark" : "light")}";
        wrong.AddRange((await PageCheck.WrongAsync(window)).Select(sentence => $"{look}: {sentence}"));
        if (Pictures is null)
            return;
        await window.Page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{name}-{(dark ? "dark" : "light")}-{width}.png"), FullPage = true }
        );
    }

    /// <summary>A small world with something on each page.</summary>
    private async Task<(string Name, string Path)[]> SeedAsync()
    {
        using var api = await town.ApiAsync("seeds");
        await PostAsync(
            api,
            "groups",
            new
            {
                name = "Harbour",
                path = "harbour",
                description = "Cranes, locks and the boats between them",
            }
        );
        await PostAsync(
            api,
            "groups",
            new
            {
                name = "Tools",
                path = "tools",
                parent_id = (await GetAsync(api, "groups/harbour")).GetProperty("id").GetInt64(),
            }
        );
        await PostAsync(
            api,
            "users",
            new
            {
                username = "grace",
                name = "Grace Hopper",
                email = "grace@example.com",
                password = Town.Password,
            }
        );
        await town.Harbour.PushAsync("ada/hello", "A small project with most of what a pipeline has", Harbour.Hello());
        await town.Harbour.PushAsync(
            "harbour/crane",
            "Teach the crane to lift two crates at once",
            (".gitlab-ci.yml", Crane),
            (
                "test/lift.sh",
                "echo 'lifting crate 1'\necho 'lifting crate 2'\nprintf '\\033[31mcrane.c:42: error: expected a load of %s, got 1\\033[0m\\n' \"$1\"\nexit 2\n"
            ),
            ("test/lint.sh", "echo 'crane.c:7: warning: line is longer than 80 characters'\nexit 1\n"),
            (
                "README.md",
                "# Crane\n\nA small **service** that moves crates.\n\n## Use\n\n```sh\nmake run\n```\n\n| what | how |\n|---|---|\n| lift | `crane up` |\n\n- [x] tested\n"
            ),
            ("crane.c", "#include <stdio.h>\n\nint main(void) {\n\tputs(\"up\");\n\treturn 0;\n}\n")
        );
        await town.Harbour.PushAsync(
            "harbour/crane",
            "Break the configuration",
            (".gitlab-ci.yml", Crane.Replace("assets: {stage: build", "assets: {stage: biuld"))
        );
        await town.Harbour.PushAsync("ada/port", "Ask before anything is lifted", (".gitlab-ci.yml", Port));
        await PostAsync(api, "projects", new { name = "Empty", path = "empty" });
        var crane = "projects/harbour%2Fcrane";
        await PostAsync(api, crane + "/members", new { username = "grace", access_level = 30 });
        await PostAsync(
            api,
            crane + "/variables",
            new
            {
                key = "REGISTRY_PASSWORD",
                value = "a-long-secret-value",
                masked_and_hidden = true,
                description = "for the push",
            }
        );
        await PostAsync(
            api,
            crane + "/variables",
            new
            {
                key = "KUBECONFIG",
                value = "apiVersion: v1",
                variable_type = "file",
                @protected = true,
                environment_scope = "production",
            }
        );
        await PostAsync(
            api,
            "user/runners",
            new
            {
                runner_type = "group_type",
                group_id = (await GetAsync(api, "groups/harbour")).GetProperty("id").GetInt64(),
                description = "quay-2",
                tag_list = "docker,arm64",
            }
        );
        var schedule = await PostAsync(
            api,
            "projects/ada%2Fport/pipeline_schedules",
            new
            {
                description = "Every night, with the large crates",
                @ref = "main",
                cron = "0 4 * * 1-5",
                cron_timezone = "Europe/Berlin",
            }
        );
        await PostAsync(
            api,
            "projects/ada%2Fport/pipeline_schedules",
            new
            {
                description = "Once a month",
                @ref = "main",
                cron = "0 4 L * *",
                active = false,
            }
        );
        var nightly = schedule.GetProperty("id").GetInt64();
        await PostAsync(api, $"projects/ada%2Fport/pipeline_schedules/{nightly}/play", new { });
        await PostAsync(api, $"projects/ada%2Fport/pipeline_schedules/{nightly}/variables", new { key = "TARGET", value = "north" });
        await PostAsync(api, "user/personal_access_tokens", new { name = "laptop", scopes = new[] { "api" } }, mayFail: true);
        var images = await PushedImages.PushAsync(api, "harbour/crane/lift");
        await PostAsync(api, crane + "/registry/protection/tag/rules", new { tag_name_pattern = "^[0-9]+[.][0-9]+[.][0-9]+$" });
        await PostAsync(
            api,
            crane + "/registry/protection/tag/rules",
            new
            {
                tag_name_pattern = "^latest$",
                minimum_access_level_for_push = "maintainer",
                minimum_access_level_for_delete = "owner",
            }
        );
        await town.Far.PulledAsync(api, "harbour");
        await using var window = await town.SignedInAsync();
        await window.SeesPipelinesEndAsync("harbour/crane");
        await window.SeesPipelinesEndAsync("ada/hello");
        var (broken, failed) = (await PipelinesAsync(api, crane)) is [var newest, var first] ? (newest, first) : (0, 0);
        var hello = (await PipelinesAsync(api, "projects/ada%2Fhello"))[0];
        var lift = await JobAsync(api, crane, failed, "lift");
        var compile = await JobAsync(api, crane, failed, "compile");
        var production = await JobAsync(api, crane, failed, "production");
        var deploy = await JobAsync(api, "projects/ada%2Fhello", hello, "deploy");
        await PostAsync(api, $"projects/ada%2Fhello/jobs/{deploy}/play", new { });
        await window.GoAsync($"/ada/hello/-/jobs/{deploy}");
        await window.SeesInAsync("#job-head .badge", "passed");
        var runner = (await GetAsync(api, "runners/all")).EnumerateArray().First().GetProperty("id").GetInt64();
        var environment = (await GetAsync(api, "projects/ada%2Fhello/environments"))[0].GetProperty("id").GetInt64();
        var variable = "harbour/crane/-/variables";
        return
        [
            ("projects", "/"),
            ("explore", "/explore"),
            ("new-project", "/projects/new"),
            ("empty-project", "/ada/empty"),
            ("project", "/harbour/crane"),
            ("user", "/ada"),
            ("file", "/harbour/crane/-/blob/main/crane.c"),
            ("pipelines", "/harbour/crane/-/pipelines"),
            ("no-pipelines", "/ada/empty/-/pipelines"),
            ("new-pipeline", "/harbour/crane/-/pipelines/new?var[TARGET]=quay"),
            ("run-form", "/ada/port/-/pipelines/new?var[OTHER]=1&file_var[KEY]=text"),
            ("schedules", "/ada/port/-/pipeline_schedules"),
            ("no-schedules", "/ada/empty/-/pipeline_schedules"),
            ("new-schedule", "/ada/port/-/pipeline_schedules/new"),
            ("schedule", $"/ada/port/-/pipeline_schedules/{nightly}/edit"),
            ("pipeline-green", $"/ada/hello/-/pipelines/{hello}"),
            ("pipeline-failed", $"/harbour/crane/-/pipelines/{failed}"),
            ("pipeline-invalid", $"/harbour/crane/-/pipelines/{broken}"),
            ("job-failed", $"/harbour/crane/-/jobs/{lift}"),
            ("job-passed", $"/harbour/crane/-/jobs/{compile}"),
            ("job-manual", $"/harbour/crane/-/jobs/{production}"),
            ("job-search", $"/harbour/crane/-/jobs/{lift}?search=crate"),
            ("artifacts", $"/harbour/crane/-/jobs/{compile}/artifacts/browse"),
            ("artifact", $"/harbour/crane/-/jobs/{compile}/artifacts/file/crane.c"),
            ("environments", "/ada/hello/-/environments"),
            ("no-environments", "/ada/empty/-/environments"),
            ("environment", $"/ada/hello/-/environments/{environment}"),
            ("registry", "/harbour/crane/-/container_registry"),
            ("no-registry", "/ada/empty/-/container_registry"),
            ("tags", $"/harbour/crane/-/container_registry/{images}"),
            ("image", $"/harbour/crane/-/container_registry/{images}/tags/1.0.0"),
            ("image-index", $"/harbour/crane/-/container_registry/{images}/tags/latest"),
            ("settings", "/harbour/crane/-/settings/ci_cd"),
            ("image-settings", "/harbour/crane/-/settings/packages_and_registries"),
            ("no-image-settings", "/ada/empty/-/settings/packages_and_registries"),
            ("cleanup", "/harbour/crane/-/settings/packages_and_registries/cleanup_image_tags"),
            ("new-tag-rule", "/harbour/crane/-/settings/packages_and_registries/tag_rules/new"),
            ("new-variable", $"/{variable}/new"),
            ("variable", $"/{variable}/1"),
            ("new-runner", "/harbour/crane/-/runners/new"),
            ("runner", $"/admin/runners/{runner}"),
            ("runner-register", $"/admin/runners/{runner}/register"),
            ("runners", "/admin/runners"),
            ("admin-variables", "/admin/ci/variables"),
            ("tokens", "/-/user_settings/personal_access_tokens"),
            ("sessions", "/-/user_settings/active_sessions"),
            ("password", "/-/user_settings/password/edit"),
            ("groups", "/dashboard/groups"),
            ("group", "/groups/harbour"),
            ("new-group", "/groups/new"),
            ("members", "/harbour/crane/-/project_members"),
            ("dependency-proxy", "/groups/harbour/-/dependency_proxy"),
            ("no-dependency-proxy", "/groups/harbour/tools/-/dependency_proxy"),
            ("group-settings", "/groups/harbour/-/settings/ci_cd"),
            ("missing", "/harbour/none"),
        ];
    }

    /// <returns>The answer's body.</returns>
    private static async Task<JsonElement> PostAsync(HttpClient api, string path, object body, bool mayFail = false)
    {
        using var answer = await api.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode || mayFail, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static Task<JsonElement> GetAsync(HttpClient api, string path) => api.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The ids of a project's pipelines, the newest first.</summary>
    private static async Task<long[]> PipelinesAsync(HttpClient api, string project) =>
        [.. (await GetAsync(api, project + "/pipelines")).EnumerateArray().Select(one => one.GetProperty("id").GetInt64())];

    private static async Task<long> JobAsync(HttpClient api, string project, long pipeline, string name) =>
        (await GetAsync(api, $"{project}/pipelines/{pipeline}/jobs"))
            .EnumerateArray()
            .First(job => job.GetProperty("name").GetString() == name)
            .GetProperty("id")
            .GetInt64();
}
