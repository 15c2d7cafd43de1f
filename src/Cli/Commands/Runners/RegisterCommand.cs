using System.CommandLine;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner register</c> (runner-protocol §2.1, §2.2).</summary>
internal sealed class RegisterCommand
{
    private readonly Option<string?> _config = RunnerFile.Option();
    private readonly Option<bool> _silent = new("--non-interactive", "-n")
    {
        Description = "ask nothing: flags and environment must say it all",
    };
    private readonly Option<string?> _url = Text("--url", "URL", "the server's address (CI_SERVER_URL)", "-u");
    private readonly Option<string?> _token = Text("--token", "TOKEN", "a runner's own token, glrt-… (CI_SERVER_TOKEN)", "-t");
    private readonly Option<string?> _registration = Text(
        "--registration-token",
        "TOKEN",
        "of instance, group or project (REGISTRATION_TOKEN)",
        "-r"
    );
    private readonly Option<string?> _name = Text("--description", "TEXT", "what the runner is called (RUNNER_NAME)", "--name");
    private readonly Option<string?> _tags = Text("--tag-list", "TAGS", "separated by commas; with a registration token (RUNNER_TAG_LIST)");
    private readonly Option<bool?> _untagged = new("--run-untagged") { Description = "also jobs without tags; with a registration token" };
    private readonly Option<bool?> _locked = new("--locked")
    {
        Description = "for its project alone, by default; with a registration token",
    };
    private readonly Option<bool?> _paused = new("--paused") { Description = "take no jobs at first; with a registration token" };
    private readonly Option<string?> _access = Text("--access-level", "LEVEL", "not_protected or ref_protected; with a registration token");
    private readonly Option<int?> _timeout = new("--maximum-timeout")
    {
        Description = "seconds a job may take; with a registration token",
        HelpName = "N",
    };
    private readonly Option<string?> _note = Text("--maintenance-note", "TEXT", "for administrators; with a registration token");
    private readonly Option<bool> _leave = new("--leave-runner")
    {
        Description = "do not remove it on the server when the file cannot be written",
    };
    private readonly SettingOptions _settings = new();

    private RegisterCommand() => _access.OneOf("not_protected", "ref_protected");

    public static Command Make(Surroundings surroundings)
    {
        var command = new RegisterCommand();
        var verb = new Verb(
            "register",
            "Add a runner to config.toml",
            ("runner register", "asks for what it needs"),
            ("runner register -n --url https://gitlab.example.com --token glrt-… --executor shell", "a runner created on the server"),
            (
                "runner register -n --url http://… --registration-token … --executor docker --docker-image alpine:3",
                "one that the server makes now"
            )
        );
        foreach (var option in command.Options)
            verb.Add(option);
        command._settings.AddTo(verb);
        verb.SetAction((parsed, ct) => command.RunAsync(parsed, surroundings, ct));
        return verb;
    }

    private IEnumerable<Option> Options =>
        [_url, _token, _registration, _name, _config, _silent, _tags, _untagged, _locked, _paused, _access, _timeout, _note, _leave];

    private async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings, CancellationToken ct)
    {
        var file = RunnerFile.Of(parsed, _config, surroundings);
        file.Load(surroundings.Say, mayBeAbsent: true);
        using var questions = new Questions(
            surroundings,
            parsed.GetValue(_silent) || surroundings.Variable("REGISTER_NON_INTERACTIVE") == "true"
        );
        var settings = _settings.Read(parsed, surroundings);
        var url = questions.Ask("the server's address", parsed.GetValue(_url) ?? surroundings.Variable("CI_SERVER_URL"), "--url");
        var (token, isOwn) = Token(parsed, surroundings, questions);
        if (isOwn)
            RefuseServersOwn(parsed);
        var name = questions.Ask(
            "a description",
            parsed.GetValue(_name) ?? surroundings.Variable("RUNNER_NAME") ?? (questions.Silent ? Environment.MachineName : null),
            "--description",
            Environment.MachineName
        );
        Complete(settings, questions);
        var request = isOwn ? null : Registration(parsed, surroundings, questions, token, name, settings);
        using var client = Client(url, settings, file);
        var credentials = request is null
            ? await VerifiedAsync(client, token, file, ct)
            : Given(await client.RegisterAsync(request, ct), "registration");
        try
        {
            file.Change(text => ConfigEdit.Add(text, Entry(name, url, token, credentials, settings, surroundings)));
        }
        catch (CommandException) when (request is not null && !parsed.GetValue(_leave))
        {
            await client.UnregisterAsync(credentials.Token!, CancellationToken.None);
            throw;
        }

        surroundings.Say($"runner {credentials.Id} is registered as \"{name}\" in {file.Store.Path}");
        surroundings.Say("slipway runner run starts it; one that runs already takes it over by itself");
        return ExitCode.Ok;
    }

    private (string Token, bool IsOwn) Token(ParseResult parsed, Surroundings surroundings, Questions questions)
    {
        if ((parsed.GetValue(_token) ?? surroundings.Variable("CI_SERVER_TOKEN")) is { Length: > 0 } own)
            return (own, true);
        var given = questions.Ask(
            "the runner's token, or a registration token",
            parsed.GetValue(_registration) ?? surroundings.Variable("REGISTRATION_TOKEN"),
            "--token"
        );
        return (given, given.StartsWith("glrt-", StringComparison.Ordinal));
    }

    /// <summary>What the server decides for a runner that it has created.</summary>
    private void RefuseServersOwn(ParseResult parsed)
    {
        Option[] servers = [_locked, _access, _untagged, _timeout, _paused, _tags, _note];
        if (servers.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } refused)
            throw new CommandException(
                ExitCode.Usage,
                $"{refused.Name} cannot be given with a runner's own token",
                "the server keeps it: change it on the runner's page there"
            );
    }

    private static void Complete(List<(string Path, object Value)> settings, Questions questions)
    {
        string? Given(string path) => settings.Find(s => s.Path == path).Value as string;
        var executor = questions.Ask("the executor, shell or docker", Given("executor"), "--executor");
        if (executor is not ("shell" or "docker"))
            throw new CommandException(ExitCode.Usage, $"there is no executor \"{executor}\" here", "use shell or docker");
        settings.RemoveAll(s => s.Path is "executor" || (executor != "docker" && s.Path.StartsWith("docker.", StringComparison.Ordinal)));
        settings.Insert(0, ("executor", executor));
        if (executor != "docker")
            return;
        if (Given("docker.image") is null)
            settings.Add(("docker.image", questions.Ask("the image of jobs that name none, such as alpine:3", null, "--docker-image")));
        var volumes = settings.Find(s => s.Path == "docker.volumes").Value as string[] ?? [];
        settings.RemoveAll(s => s.Path == "docker.volumes");
        settings.Add(("docker.volumes", volumes.Any(v => v.Split(':').Contains("/cache")) ? volumes : [.. volumes, "/cache"]));
    }

    private RegisterRequest Registration(
        ParseResult parsed,
        Surroundings surroundings,
        Questions questions,
        string token,
        string name,
        List<(string Path, object Value)> settings
    )
    {
        var tags = questions.Ask("tags, separated by commas", parsed.GetValue(_tags) ?? surroundings.Variable("RUNNER_TAG_LIST"), null, "");
        return new RegisterRequest
        {
            Token = token,
            Info = Identity.Info((string)settings[0].Value),
            Description = name,
            TagList = tags.Length > 0 ? tags : null,
            RunUntagged = parsed.GetValue(_untagged) ?? tags.Length == 0,
            Locked = parsed.GetValue(_locked) ?? true,
            Paused = parsed.GetValue(_paused) ?? false,
            AccessLevel = parsed.GetValue(_access),
            MaximumTimeout = parsed.GetValue(_timeout),
            MaintenanceNote = parsed.GetValue(_note),
        };
    }

    private static CoordinatorClient Client(string url, List<(string Path, object Value)> settings, RunnerFile file)
    {
        string? Given(string path) => settings.Find(s => s.Path == path).Value as string;
        return RunnerClients.Of(
            new CoordinatorAddress(url, Given("tls-ca-file"), Given("tls-cert-file"), Given("tls-key-file")),
            file.Store.Folder
        );
    }

    private static async Task<RunnerCredentials> VerifiedAsync(
        CoordinatorClient client,
        string token,
        RunnerFile file,
        CancellationToken ct
    )
    {
        var request = new VerifyRequest
        {
            Token = token,
            SystemId = SystemId.Of(file.Store.Folder),
            Info = Identity.Info(""),
        };
        var credentials = Given(await client.VerifyAsync(request, ct), "the token");
        return credentials.Id != 0
            ? credentials with
            {
                Token = token,
            }
            : throw new CommandException(ExitCode.Failed, "the server does not say which runner this is", "is it a GitLab before 15.11?");
    }

    private static RunnerCredentials Given(Answer<RunnerCredentials> answer, string what) =>
        answer switch
        {
            { Kind: AnswerKind.Ok, Value: { Token.Length: > 0 } credentials } => credentials,
            { Kind: AnswerKind.Ok, Value: { } credentials } when what != "registration" => credentials,
            { Kind: AnswerKind.Forbidden } => throw new CommandException(
                ExitCode.Authentication,
                $"the server refuses {what}: {answer.Message}"
            ),
            { Kind: AnswerKind.Unreachable } => throw new CommandException(
                ExitCode.Unreachable,
                $"the server does not answer: {answer.Message}"
            ),
            _ => throw new CommandException(ExitCode.Failed, $"the server refuses {what}: {answer.Message}"),
        };

    private static List<(string Path, object Value)> Entry(
        string name,
        string url,
        string token,
        RunnerCredentials credentials,
        List<(string Path, object Value)> settings,
        Surroundings surroundings
    ) =>
        [
            ("name", name),
            ("url", url),
            ("id", credentials.Id),
            ("token", credentials.Token ?? token),
            ("token_obtained_at", surroundings.Time.GetUtcNow()),
            // The year 1 is gitlab-runner's "never".
            ("token_expires_at", credentials.TokenExpiresAt ?? DateTimeOffset.MinValue),
            .. settings,
        ];

    private static Option<string?> Text(string name, string value, string does, params string[] aliases) =>
        new(name, aliases) { Description = does, HelpName = value };
}
