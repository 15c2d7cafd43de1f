using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Protocol.Coordination;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Projects;
using Slipway.Server.Runners;
using Slipway.Server.Secrets;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Slipway.Server.Tests.Webhooks;
using Xunit;

namespace Slipway.Server.Tests.Secrets;

/// <summary>
/// Security row S41: after a whole run, no secret that went through the server is in its log, in its spans or in a file of its own, as it was, in base64, in hex or as
/// part of an address. Keys are not among them: their file is there to hold them.
/// </summary>
public sealed class PlantedSecretsTests
{
    private const string Password = "canary-password-1f0c";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_was_planted_is_in_a_log_a_span_or_a_file()
    {
        var log = new LogLines();
        using var spans = Listen(log);
        await using var server = await TestServer.StartAsync(
            DatabaseKind.Sqlite,
            new Clock(),
            options => options with { AllowedOutbound = ["127.0.0.1"] },
            // As `serve` does, and more of our own.
            logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Slipway", LogLevel.Trace).AddProvider(log)
        );
        var secrets = new Dictionary<string, string>();
        var ada = await server.UserAsync("ada", admin: true, password: Password);
        (secrets["password"], secrets["token"]) = (Password, ada.Token);
        var project = await server.ProjectAsync(ada.Row, "app");
        await SignInAsync(server, secrets);
        await SettingsAsync(server, ada, project, secrets);
        await PushAsync(server, ada, project);
        await PushImageAsync(server, ada, secrets);
        using var receiver = new Receiver { Status = 500 };
        await RunAsync(server, ada, project, receiver, secrets);
        await FailAsync(server, ada, project, secrets);

        Assert.True(secrets.Count >= 25, $"{secrets.Count}");
        Assert.Contains("500, request", log.Text);
        Assert.Contains("POST /api/v4/jobs/request", log.Text);
        var files = Directory.EnumerateFiles(server.DataFolder, "*", SearchOption.AllDirectories).Append(server.Options.Database!).ToList();
        // Who holds it lets nobody else open it. There is nothing in it.
        files.RemoveAll(file => Path.GetFileName(file) == "server.lock");
        files.AddRange(files.ToList().Select(file => file + "-wal").Where(File.Exists));
        var found = (
            from file in files.Distinct()
            let text = Read(file)
            from secret in secrets
            from form in Forms(secret.Value)
            where text.Contains(form, StringComparison.Ordinal)
            select $"{secret.Key} in {file}"
        ).Concat(
            from secret in secrets
            from form in Forms(secret.Value)
            from line in log.All
            where line.Contains(form, StringComparison.Ordinal)
            select $"{secret.Key} in the log: {line}"
        );
        Assert.Empty(found);
        // What is looked for would be found.
        Assert.Contains(files, file => Read(file).Contains("ada@example.com"));
    }

    /// <summary>Right and wrong, with a second factor and without.</summary>
    private static async Task SignInAsync(TestServer server, Dictionary<string, string> secrets)
    {
        using var browser = new Browser(server.Address);
        secrets["wrong password"] = "canary-wrong-77aa";
        Assert.Equal(422, (await browser.SignInAsync("ada", secrets["wrong password"])).Status);
        var welcome = await browser.SignInAsync("ada", Password);
        Assert.Equal(303, welcome.Status);
        secrets["session"] = welcome.Headers["Set-Cookie"].Split("slipway_session=")[1].Split(';')[0];
        secrets["form"] = (await browser.GetAsync("/")).Token!;

        var grace = await server.UserAsync("grace", password: Password);
        var box = server.Services.GetRequiredService<SecretBox>();
        secrets["one-time secret"] = await SecondFactor.BeginAsync(server.Db, box, grace.Id, Ct);
        var code = Totp.CodeAt(secrets["one-time secret"], Totp.StepAt(server.Time.GetUtcNow()));
        var codes = await SecondFactor.ConfirmAsync(server.Db, box, grace.Id, code, server.Time, Ct);
        secrets["recovery code"] = codes![0];
        var signIn = server.Services.GetRequiredService<SignIn>();
        Assert.IsType<SignInOutcome.Welcome>(await signIn.TryAsync("grace", Password, codes[1], "10.0.0.1", Ct));
        secrets["used recovery code"] = codes[1];
    }

    /// <summary>Every setting that is a secret, or makes one.</summary>
    private static async Task SettingsAsync(TestServer server, TestUser ada, ProjectRow project, Dictionary<string, string> secrets)
    {
        var group = await server.GroupAsync(ada.Row, "team");
        var path = $"projects/{project.Id}";
        await MadeAsync(
            "variable",
            $"{path}/variables",
            value => new
            {
                key = "MASKED",
                value,
                masked = true,
            }
        );
        await MadeAsync(
            "hidden variable",
            $"{path}/variables",
            value => new
            {
                key = "HIDDEN",
                value,
                masked_and_hidden = true,
            }
        );
        await MadeAsync(
            "file variable",
            $"{path}/variables",
            value => new
            {
                key = "FILE",
                value,
                variable_type = "file",
            }
        );
        await MadeAsync("group variable", $"groups/{group.Id}/variables", value => new { key = "OF_GROUP", value });
        await MadeAsync("instance variable", "admin/ci/variables", value => new { key = "OF_ALL", value });
        await MadeAsync(
            "new user's password",
            "users",
            value => new
            {
                username = "eve",
                name = "E",
                email = "e@example.com",
                password = value,
            }
        );
        await KeptAsync("trigger token", $"{path}/triggers", new { description = "d" });
        await KeptAsync("deploy token", $"{path}/deploy_tokens", new { name = "d", scopes = new[] { "read_repository" } });
        await KeptAsync(
            "project token",
            $"{path}/access_tokens",
            new
            {
                name = "p",
                scopes = new[] { "api" },
                expires_at = "2026-03-01",
                access_level = 40,
            }
        );
        await KeptAsync("registration token", $"{path}/runners/reset_registration_token", new { });

        async Task MadeAsync(string what, string where, Func<string, object> body)
        {
            secrets[what] = $"canary-{what.Replace(" ", "-").Replace("'", "")}-9c4e";
            var answer = await ada.Client.PostApiAsync(where, body(secrets[what]));
            Assert.True(answer.Status == 201, $"{what}: {answer.Text}");
        }

        async Task KeptAsync(string what, string where, object body)
        {
            var answer = await ada.Client.PostApiAsync(where, body);
            Assert.True(answer.Status == 201, $"{what}: {answer.Text}");
            secrets[what] = answer["token"].GetString()!;
        }
    }

    /// <summary>Over HTTP with the token in the address, to a project that is there and to one that is not.</summary>
    private static async Task PushAsync(TestServer server, TestUser ada, ProjectRow project)
    {
        using var folder = new TemporaryFolder();
        var git = await GitClient.InitAsync(folder["work"]);
        const string yaml = """
            stages: [build, deploy]
            a: {stage: build, script: [x], environment: production}
            """;
        await git.CommitAsync("one", (".gitlab-ci.yml", yaml));
        foreach (var (user, word) in new[] { ("ada", ada.Token), ("ada", Password) })
            await git.OkAsync("push", "-q", $"http://{user}:{word}@{server.Address.Authority}/{project.FullPath}.git", "HEAD:main");
        Assert.False(
            (await git.RunAsync("push", "-q", $"http://ada:{ada.Token}@{server.Address.Authority}/ada/none/x.git", "HEAD:main")).Ok
        );
        Assert.False(
            (await git.RunAsync("push", "-q", $"http://ada:{Password}x@{server.Address.Authority}/{project.FullPath}.git", "HEAD:main")).Ok
        );
    }

    private static async Task PushImageAsync(TestServer server, TestUser ada, Dictionary<string, string> secrets)
    {
        using var docker = new RegistryClient(server.Address, "ada", ada.Token);
        await docker.PushImageAsync("ada/app/image");
        secrets["registry's token"] = (await docker.TokenAsync(docker.Challenged))!;
    }

    /// <summary>A job, with a webhook that hears of it and fails.</summary>
    private static async Task RunAsync(
        TestServer server,
        TestUser ada,
        ProjectRow project,
        Receiver receiver,
        Dictionary<string, string> secrets
    )
    {
        var path = $"projects/{project.Id}";
        (secrets["webhook's token"], secrets["webhook's key"]) = (
            "canary-hook-5d5d",
            "whsec_"
                + Convert.ToBase64String(
                    new byte[32]
                        .Select((_, i) => (byte)(i + 65))
                        .ToArray()
                )
        );
        secrets["webhook's address"] = "canary-address-31f7";
        var hook = new
        {
            url = $"{receiver.Url}?key={secrets["webhook's address"]}",
            token = secrets["webhook's token"],
            signing_token = secrets["webhook's key"],
            pipeline_events = true,
            job_events = true,
        };
        var hooked = await ada.Client.PostApiAsync($"{path}/hooks", hook);
        Assert.Equal(201, hooked.Status);
        secrets["pipeline's variable"] = "canary-given-0b0b";
        var given = new { @ref = "main", variables = new[] { new { key = "GIVEN", value = secrets["pipeline's variable"] } } };
        Assert.Equal(201, (await ada.Client.PostApiAsync($"{path}/pipeline", given)).Status);
        secrets["trigger's variable"] = "canary-triggered-0c0c";
        var triggered = await server.Anonymous.PostApiAsync(
            $"{path}/trigger/pipeline?token={secrets["trigger token"]}&ref=main&variables[GIVEN]={secrets["trigger's variable"]}"
        );
        Assert.Equal(201, triggered.Status);

        var made = await ada.Client.PostApiAsync("user/runners", new { runner_type = "instance_type" });
        secrets["runner's token"] = made["token"].GetString()!;
        using var runner = new WireRunner(server.Client(null), secrets["runner's token"]);
        var job = await runner.StartAsync();
        secrets["job's token"] = job.Token;
        Assert.Equal(secrets["variable"], job.Variable("MASKED"));
        job.Log = Encoding.UTF8.GetBytes("said nothing\n");
        await job.SendLogAsync();
        await job.FinishAsync(JobState.Success);
        await receiver.NextAsync(Ct);
    }

    /// <summary>Secrets where they do not belong, and a server that fails while it holds one.</summary>
    private static async Task FailAsync(TestServer server, TestUser ada, ProjectRow project, Dictionary<string, string> secrets)
    {
        foreach (var name in (string[])["private_token", "access_token", "job_token", "token"])
            await server.Anonymous.GetApiAsync($"projects/{project.Id}/none?{name}={ada.Token}");
        await server.Anonymous.PostApiAsync("jobs/request", new { token = "glrt-canary-unknown-3a3a" });
        secrets["unknown runner's token"] = "glrt-canary-unknown-3a3a";
        await server.Db.ExecuteAsync("ALTER TABLE ci_variables RENAME TO gone", null, Ct);
        secrets["lost variable"] = "canary-lost-6e6e";
        var lost = new { key = "LOST", value = secrets["lost variable"] };
        Assert.Equal(500, (await ada.Client.PostApiAsync($"projects/{project.Id}/variables?private_token={ada.Token}", lost)).Status);
        await server.Db.ExecuteAsync("ALTER TABLE sessions RENAME TO gone_too", null, Ct);
        using var browser = new Browser(server.Address);
        Assert.Equal(500, (await browser.SignInAsync("ada", Password)).Status);
    }

    private static IEnumerable<string> Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return Convert.ToHexStringLower(bytes);
        // Whatever stands before it: three places in which base64 may begin, without the ends that depend on what is beside.
        for (var shift = 0; shift < 3; shift++)
            yield return Convert.ToBase64String([.. new byte[shift], .. bytes])[4..^4];
    }

    private static string Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return Encoding.Latin1.GetString(bytes.ToArray());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The server still works: what was on its way in is elsewhere by now, and was listed there or not yet.
            return "";
        }
    }

    /// <summary>All that a span says.</summary>
    private static ActivityListener Listen(LogLines log)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Spans.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
                log.Add(
                    $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} "
                        + string.Join(' ', span.Events.SelectMany(one => one.Tags).Select(tag => $"{tag}"))
                ),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
